"""The settings of the card flow, read from the configuration: every mistake is named with its place."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caravana.commerce.bank import bank_journals, kept_as
from caravana.commerce.cards import CardBranch, Cards, CardSettings
from caravana.commerce.link import PayLinks
from caravana.commerce.reading import connected, each, public_url
from caravana.commerce.store import Store
from caravana.component.pay.profile import FOLDER, OF_ACCOUNT, chosen, load_profiles
from caravana.kit.branch import Branch
from caravana.kit.errors import ConfigurationError
from caravana.kit.merchant import DEFAULT, STORES, listed
from caravana.kit.options import parse_duration
from caravana.kit.payment import PaymentComponent
from caravana.kit.speech import LANGUAGES

if TYPE_CHECKING:
    from caravana.commerce.flows import Components, Configuration

SECRET = "pay_link"  # noqa: S105 -- its name
SECRET_BEFORE = "pay_link_previous"  # noqa: S105 -- its name
SHORTEST_LIFE = timedelta(minutes=6)
TRANSFER, NO_TRANSFER = "14-transfer.yaml", "14-no-transfer.yaml"
MATCHING = "matching"
"""The flow that finds out which order a transfer pays."""
ACCOUNTS = "bank.names"
"""Setting: accounts of a company without branches, with what customers read of them."""
ON_PAID = ("advance", "invoice")
ON_CREDIT_NOTE = "9-credit-note.yaml"
FROM_FOLDER = "13-settlement-folder.yaml"


def load(configuration: "Configuration", components: "Components") -> Cards:
    """Return the callables of the card flow. Raises `ConfigurationError` naming every setting that is wrong."""
    each(
        lambda: _settings(configuration, components), lambda: _secrets(configuration), lambda: public_url(configuration)
    )
    return Cards(_settings(configuration, components), PayLinks(_secrets(configuration), public_url(configuration)))


def _settings(configuration: "Configuration", components: "Components") -> CardSettings:
    settings = {key: value for key, value in configuration.settings.items() if key.startswith("cards.")}
    names = store_names(configuration)
    each(
        lambda: _one_odoo(configuration),
        *(partial(_store, configuration, components, name, settings) for name in names),
        lambda: _on_paid(settings),
        lambda: _number(settings, "cards.journal_id"),
        lambda: _number(settings, "cards.method_line_id"),
        lambda: _number(settings, "cards.refund_journal_id"),
        lambda: bank_journals(configuration.settings),
        lambda: _life(settings),
        lambda: _duration(settings, "cards.refund_patience", "3d"),
        lambda: _profiles(settings),
        lambda: _switch(settings, "cards.x_fields"),
        lambda: _switch(settings, "cards.refund_on_credit_note", default=False),
        lambda: _switch(settings, "cards.tell_expired", default=False),
    )
    return CardSettings(
        company=configuration.company.name,
        zone=configuration.company.timezone,
        stores={name: _store(configuration, components, name, settings) for name in names},
        offered=names,
        on_paid=_on_paid(settings),
        reference_prefix=str(settings.get("cards.reference_prefix", "CV")),
        journal_id=_number(settings, "cards.journal_id"),
        method_line_id=_number(settings, "cards.method_line_id"),
        refund_journal_id=_number(settings, "cards.refund_journal_id"),
        refund_patience=_duration(settings, "cards.refund_patience", "3d").total_seconds(),
        life=_life(settings),
        branches={name: _branch(configuration, one, settings) for name, one in configuration.branches.items()},
        transfers=MATCHING in configuration.flows and bool(configuration.settings.get(ACCOUNTS)),
        x_fields=_switch(settings, "cards.x_fields"),
        go_live=None if configuration.go_live is None else configuration.go_live.isoformat(),
        tell_expired=_switch(settings, "cards.tell_expired", default=False),
    )


def card_routes(configuration: "Configuration", folder: Path) -> tuple[Path, ...]:
    """Return the flow's route files: those of credit notes, settlement files in a folder and transfers only where wanted."""
    matches = MATCHING in configuration.flows
    wanted = {
        ON_CREDIT_NOTE: configuration.settings.get("cards.refund_on_credit_note") is True,
        FROM_FOLDER: "cards.settlement.folder" in configuration.placeholders,
        TRANSFER: matches,
        NO_TRANSFER: not matches,
    }
    return tuple(one for one in sorted(folder.glob("*.yaml")) if wanted.get(one.name, True))


def store_names(configuration: "Configuration") -> list[str]:
    """Return the connections of the company's merchant accounts: those of its branches, else those that it lists.

    Raises `ConfigurationError`.
    """
    of_branches = [name for one in configuration.branches.values() for name in one.payment_stores]
    return list(dict.fromkeys(of_branches or listed(configuration.settings.get(STORES))))


def _store(configuration: "Configuration", components: "Components", name: str, settings: Mapping[str, Any]) -> Store:
    connected(configuration, name, "cards")
    component = components.component_of(name)
    if not isinstance(component, PaymentComponent):
        text = f"it is a connection of `{component.scheme}:`, and no merchant account"
        raise ConfigurationError(text, place=f"connections.{name}")
    account, can = component.account(name), component.capabilities
    company = component.company or component.title
    return {
        "provider": component.scheme,
        "company": company,
        "names": _names(settings, name, company),
        "account": str(settings.get("cards.site", account)) if name == DEFAULT else account,
        "origin": component.origin(name),
        "operations": sorted(can.operations),
        "reference_max": can.reference_max,
        "partial_refund": can.partial_refund,
        "refund_until": None if can.refund_until is None else can.refund_until.isoformat(),
        "confirm_within": (can.must_confirm_within or timedelta(0)).total_seconds(),
        "every": can.sweep.every.total_seconds(),
        "until": can.sweep.until.total_seconds(),
        "per_minute": can.sweep.per_minute,
        "by_events": can.sweep.by_events,
        "needs_referrer": can.needs_referrer,
    }


def _names(settings: Mapping[str, Any], connection: str, company: str) -> dict[str, str]:
    """What customers read on the account's button: one text, or one for each language; by default the company's name."""
    place = f"cards.name.{connection}"
    told = settings.get(place, company)
    names = dict.fromkeys(LANGUAGES, told) if isinstance(told, str) else told
    if not isinstance(names, Mapping) or {*names} != {*LANGUAGES} or not all(names.values()):
        raise ConfigurationError(
            f"must be a text, or one for each of {', '.join(LANGUAGES)}", place=f"settings.{place}"
        )
    return {language: str(name) for language, name in names.items()}


def _branch(configuration: "Configuration", branch: Branch, settings: Mapping[str, Any]) -> CardBranch:
    return {
        "stores": list(branch.payment_stores),
        "journal_id": branch.card_journal or _number(settings, "cards.journal_id"),
        "sale_journal_id": branch.sale_journal,
        "transfers": MATCHING in configuration.flows and bool(branch.bank_accounts),
        "bank_journal_ids": _bank_journals(branch, configuration.settings),
    }


def _bank_journals(branch: Branch, settings: Mapping[str, Any]) -> list[int]:
    """Odoo's journals of the branch's own accounts, as far as they are said."""
    journals = bank_journals(settings)
    accounts = (kept_as(one, settings) for one in branch.bank_accounts)
    return [journals[one] for one in accounts if one in journals]


def _one_odoo(configuration: "Configuration") -> None:
    """The flow watches one Odoo."""
    for name, one in configuration.branches.items():
        if one.odoo != "odoo":
            raise ConfigurationError(
                f"the flow `cards` works with the connection `odoo` alone, this branch is at `{one.odoo}`",
                place=f"branches.{name}.odoo",
                suggestion="run a hub of its own for that Odoo",
            )


def _on_paid(settings: Mapping[str, Any]) -> str:
    on_paid = settings.get("cards.on_paid", "advance")
    if on_paid not in ON_PAID:
        raise ConfigurationError(f"must be one of {', '.join(ON_PAID)}", place="settings.cards.on_paid")
    return str(on_paid)


def _secrets(configuration: "Configuration") -> list[str]:
    """The secrets that links may be signed with, the present one last."""
    secret = configuration.secret(SECRET)
    if len(secret) < 16:
        raise ConfigurationError("must have at least 16 characters", place=f"secret {SECRET}")
    try:
        return [configuration.secret(SECRET_BEFORE), secret]
    except ConfigurationError:
        return [secret]


def _number(settings: Mapping[str, Any], name: str) -> int | None:
    value = settings.get(name)
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ConfigurationError("must be a record's number", place=f"settings.{name}") from None


def _profiles(settings: Mapping[str, Any]) -> None:
    """Read the profiles of settlement files, so that a wrong one is told before the first file comes."""
    folder = settings.get(FOLDER)
    profiles = load_profiles(None if folder is None else Path(str(folder)))
    for place, name in settings.items():
        if place.startswith(f"{OF_ACCOUNT}."):
            chosen(profiles, str(name))


def _switch(settings: Mapping[str, Any], name: str, *, default: bool = True) -> bool:
    value = settings.get(name, default)
    if not isinstance(value, bool):
        raise ConfigurationError("must be true or false", place=f"settings.{name}")
    return value


def _duration(settings: Mapping[str, Any], name: str, default: str) -> timedelta:
    try:
        return parse_duration(settings.get(name, default))
    except ValueError as error:
        raise ConfigurationError(str(error), place=f"settings.{name}") from None


def _life(settings: Mapping[str, Any]) -> timedelta:
    """How long a session lives; PlacetoPay takes none of less than five minutes."""
    life = _duration(settings, "cards.life", "30m")
    if life < SHORTEST_LIFE:
        raise ConfigurationError("must be at least 6m", place="settings.cards.life")
    return life
