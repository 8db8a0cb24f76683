"""What the card flow reads of the configuration."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from caravana.commerce.cards import CardBranch, Cards, CardSettings, Store, origin
from caravana.commerce.flow import Configuration, each, number, one_odoo
from caravana.commerce.link import PayLinks
from caravana.kit.branch import Branch
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import parse_duration

SECRET = "pay_link"  # noqa: S105 -- its name
SECRET_BEFORE = "pay_link_previous"  # noqa: S105 -- its name
SHORTEST_LIFE = timedelta(minutes=6)
STORE = "placetopay"
ON_PAID = ("advance", "invoice")


def load(configuration: Configuration) -> Mapping[str, Any]:
    """Return the callables of the card flow. Raises `ConfigurationError` naming every setting that is wrong."""
    each(lambda: _settings(configuration), lambda: _secrets(configuration), lambda: public_url(configuration))
    links = PayLinks(_secrets(configuration), public_url(configuration))
    return {"cards": Cards(_settings(configuration), links)}


def _settings(configuration: Configuration) -> CardSettings:
    settings = {key: value for key, value in configuration.settings.items() if key.startswith("cards.")}
    each(
        lambda: one_odoo(configuration, "cards"),
        *(partial(_connection, configuration, name) for name in store_names(configuration)),
        lambda: _on_paid(settings),
        lambda: number(settings, "cards.journal_id"),
        lambda: number(settings, "cards.method_line_id"),
        lambda: _life(settings),
    )
    stores = {name: _store(configuration, name, settings) for name in store_names(configuration)}
    first = stores.get(STORE) or next(iter(stores.values()))
    return CardSettings(
        company=configuration.company.name,
        site=first["site"],
        checkout=first["checkout"],
        zone=configuration.company.timezone,
        on_paid=_on_paid(settings),
        reference_prefix=str(settings.get("cards.reference_prefix", "CV")),
        journal_id=number(settings, "cards.journal_id"),
        method_line_id=number(settings, "cards.method_line_id"),
        life=_life(settings),
        stores=stores if configuration.branches else {},
        branches={name: _branch(one, settings) for name, one in configuration.branches.items()},
    )


def store_names(configuration: Configuration) -> list[str]:
    """Return the connections of the company's merchant accounts: those of its branches, else the one of that name."""
    stores = {one.payment_store: None for one in configuration.branches.values() if one.payment_store}
    return list(stores) or [STORE]


def _store(configuration: Configuration, name: str, settings: Mapping[str, Any]) -> Store:
    login, url = _connection(configuration, name)
    return {"site": str(settings.get("cards.site", login)) if name == STORE else login, "checkout": origin(url)}


def _branch(branch: Branch, settings: Mapping[str, Any]) -> CardBranch:
    journal = branch.card_journal or number(settings, "cards.journal_id")
    return {"store": branch.payment_store, "journal_id": journal, "sale_journal_id": branch.sale_journal}


def public_url(configuration: Configuration) -> str:
    """Return the address that links begin with. Raises `ConfigurationError` when it cannot be known before the start."""
    listener = configuration.listener
    if listener.public_url:
        return listener.public_url
    if listener.port:
        return f"http://{listener.host}:{listener.port}"
    raise ConfigurationError("pay links need it", place="listener.public_url", suggestion="https://hub.example.com")


def _connection(configuration: Configuration, name: str) -> tuple[str, str]:
    """Login and address of a connection."""
    if name not in configuration.connections:
        raise ConfigurationError(f"the flow `cards` needs it: add `connections.{name}`", place="connections")
    connection = configuration.connections[name]
    return str(configuration.filled(connection.get("login", ""))), str(configuration.filled(connection.get("url", "")))


def _on_paid(settings: Mapping[str, Any]) -> str:
    on_paid = settings.get("cards.on_paid", "advance")
    if on_paid not in ON_PAID:
        raise ConfigurationError(f"must be one of {', '.join(ON_PAID)}", place="settings.cards.on_paid")
    return str(on_paid)


def _secrets(configuration: Configuration) -> list[str]:
    """The secrets that links may be signed with, the present one last."""
    secret = configuration.secret(SECRET)
    if len(secret) < 16:
        raise ConfigurationError("must have at least 16 characters", place=f"secret {SECRET}")
    try:
        return [configuration.secret(SECRET_BEFORE), secret]
    except ConfigurationError:
        return [secret]


def _life(settings: Mapping[str, Any]) -> timedelta:
    """How long a session lives; PlacetoPay takes none of less than five minutes."""
    try:
        life = parse_duration(settings.get("cards.life", "30m"))
    except ValueError as error:
        raise ConfigurationError(str(error), place="settings.cards.life") from None
    if life < SHORTEST_LIFE:
        raise ConfigurationError("must be at least 6m", place="settings.cards.life")
    return life
