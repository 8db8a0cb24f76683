"""The settings of the conversation flow, read from the configuration: every mistake is named with its place."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caravana.commerce.catalogue.others import others
from caravana.commerce.conversation.base import TalkSettings
from caravana.commerce.conversation.checking import NOTICES
from caravana.commerce.conversation.reading import SHIPPED, read
from caravana.commerce.conversation.talk import Talk
from caravana.commerce.link import PayLinks
from caravana.commerce.reading import connected, each, public_url
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import parse_duration

if TYPE_CHECKING:
    from caravana.commerce.flows import Configuration

SECRET, SECRET_BEFORE = "pay_link", "pay_link_previous"
NOTED_ON = ("contact", "order", "off")
LANGUAGES = ("es", "en")
UNNAMED = 50
"""Up to this total, in USD, an invoice may be for the final consumer in Ecuador."""


def load(configuration: "Configuration") -> dict[str, Any]:
    """Return the callables of the conversation flow. Raises `ConfigurationError` naming everything that is wrong."""
    given = configuration.settings
    spoken = cache(lambda: _dialogues(configuration))
    each(
        lambda: connected(configuration, "odoo", "conversation"),
        lambda: connected(configuration, "whatsapp", "conversation"),
        spoken,
        lambda: _texts(given, "conversation.privacy"),
        lambda: _amount(given, "conversation.identify_above", "50"),
        lambda: _notes(given),
        lambda: _pricelist(given),
        lambda: _templates(given),
        lambda: _wanted(given),
        lambda: _public(given),
        lambda: _links(configuration),
        *(partial(_duration, given, name, default) for name, default in (("pause", "10m"), ("quiet", "12h"))),
        *(partial(_whole, given, name, default) for name, default in (("answers", 5), ("max_quantity", 1000))),
    )
    settings = TalkSettings(
        company=configuration.company.name,
        zone=configuration.company.timezone,
        dialogues=spoken(),
        country=str(given.get("shop.country", "EC")),
        privacy=_texts(given, "conversation.privacy"),
        address=str(given.get("conversation.address", "")),
        hours=dict(given.get("conversation.hours") or {}),
        identify_above=_amount(given, "conversation.identify_above", "50"),
        most=_whole(given, "max_quantity", 1000),
        pricelist=_pricelist(given),
        sell_without_stock=given.get("conversation.sell_without_stock") is True,
        notes=_notes(given),
        person=given.get("conversation.person", given.get("review.person")),
        answers=_whole(given, "answers", 5),
        pause=_duration(given, "pause", "10m"),
        quiet=_duration(given, "quiet", "12h"),
        public_reply=_public(given),
        templates=_templates(given),
        cards="cards" in configuration.flows,
        transfers="matching" in configuration.flows and _has_accounts(configuration),
        branches={name: _branch(one, given, _shown(given, name)) for name, one in configuration.branches.items()},
    )
    return {"talk": Talk(settings, _links(configuration))}


def route_files(configuration: "Configuration", folder: Path) -> tuple[Path, ...]:
    """Return the flow's route files: those of the notices that are wanted, and of Messenger where there is a page."""
    wanted = {f"6-{kind.replace('_', '-')}.yaml": kind in _wanted(configuration.settings) for kind in NOTICES}
    wanted["8-facebook.yaml"] = "facebook" in configuration.connections
    return tuple(one for one in sorted(folder.glob("*.yaml")) if wanted.get(one.name, True))


def _wanted(given: Mapping[str, Any]) -> list[str]:
    told = given.get("conversation.notices", list(NOTICES))
    if not isinstance(told, list) or set(told) - set(NOTICES):
        text = f"must be a list of {', '.join(NOTICES)}, or [] for none"
        raise ConfigurationError(text, place="settings.conversation.notices")
    return told


def dialogues(given: Mapping[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    """Return the dialogues of a company by language, the default first. Raises `ConfigurationError`.

    `given`: its settings; `conversation.dialogue.<language>`: a file of its own; `folder`: where a relative name begins.
    """
    default = given.get("conversation.language", "es")
    if default not in LANGUAGES:
        raise ConfigurationError(f"must be one of {', '.join(LANGUAGES)}", place="settings.conversation.language")
    found: dict[str, dict[str, Any]] = {}
    wrong: list[str] = []
    for language in sorted(LANGUAGES, key=lambda one: one != default):
        own = given.get(f"conversation.dialogue.{language}")
        try:
            found[language] = read(language, None if own is None else folder / str(own))
        except ConfigurationError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return found


def _dialogues(configuration: "Configuration") -> dict[str, dict[str, Any]]:
    file = getattr(configuration, "file", None)
    return dialogues(configuration.settings, file.parent if file is not None else Path())


def _links(configuration: "Configuration") -> PayLinks | None:
    """What makes pay links, where cards are taken: with the same secrets as the card flow."""
    if "cards" not in configuration.flows:
        return None
    secrets = [configuration.secret(SECRET)]
    with suppress(ConfigurationError):
        secrets.insert(0, configuration.secret(SECRET_BEFORE))
    return PayLinks(secrets, public_url(configuration))


def _has_accounts(configuration: "Configuration") -> bool:
    if configuration.branches:
        return any(one.bank_accounts for one in configuration.branches.values())
    return bool(configuration.settings.get("bank.names"))


def _shown(given: Mapping[str, Any], branch: str) -> dict[str, Any]:
    """The list of strangers at a branch that has a catalogue of its own, where the flow names none for all."""
    if given.get("conversation.pricelist") is not None:
        return {}
    own = next((one for one in others(given).values() if one.get("branch") == branch), {})
    return {"pricelist": own["pricelist"]} if "pricelist" in own else {}


def _branch(branch: Any, given: Mapping[str, Any], pricelist: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": branch.name,
        "hours": dict(branch.hours) or dict(given.get("conversation.hours") or {}),
        "address": str(
            (given.get("conversation.addresses") or {}).get(branch.name) or given.get("conversation.address", "")
        ),
        "person": branch.person,
        "odoo": branch.model_dump(include={"company", "warehouse", "sale_journal"}),
        **pricelist,
    }


def _texts(given: Mapping[str, Any], place: str) -> dict[str, str]:
    """One text, or one for each language."""
    told = given.get(place, "")
    texts = dict.fromkeys(LANGUAGES, told) if isinstance(told, str) else told
    if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES):
        raise ConfigurationError(
            f"must be a text, or one for each of {', '.join(LANGUAGES)}", place=f"settings.{place}"
        )
    return {language: str(text) for language, text in texts.items()}


def _amount(given: Mapping[str, Any], place: str, default: str) -> str:
    try:
        amount = Decimal(str(given.get(place, default)))
    except InvalidOperation:
        amount = Decimal(-1)
    if amount < 0 or not amount.is_finite():
        raise ConfigurationError("must be an amount of money, e.g. 50", place=f"settings.{place}")
    if given.get("shop.country", "EC") == "EC" and amount > UNNAMED:
        text = f"in Ecuador an invoice above USD {UNNAMED} names the customer: write {UNNAMED} or less"
        raise ConfigurationError(text, place=f"settings.{place}")
    return format(amount, "f")


def _notes(given: Mapping[str, Any]) -> str:
    found = given.get("conversation.notes", NOTED_ON[0])
    found = "off" if found is False else found
    if found not in NOTED_ON:
        raise ConfigurationError(f"must be one of {', '.join(NOTED_ON)}", place="settings.conversation.notes")
    return str(found)


def _public(given: Mapping[str, Any]) -> bool:
    found = given.get("conversation.public_reply", False)
    if not isinstance(found, bool):
        raise ConfigurationError("must be true or false", place="settings.conversation.public_reply")
    return found


def _pricelist(given: Mapping[str, Any]) -> int | None:
    """The list of strangers: the flow's own, else that of the published catalogue."""
    for place in ("conversation.pricelist", "catalogue.pricelist"):
        found = given.get(place)
        if found is not None:
            if isinstance(found, bool) or not isinstance(found, int) or found < 1:
                raise ConfigurationError("must be the number of a pricelist in Odoo", place=f"settings.{place}")
            return found
    return None


def _templates(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """WhatsApp's templates by kind of notice: `{name, language}`, the parameters are ours."""
    found: dict[str, dict[str, Any]] = {}
    for kind in NOTICES:
        place = f"conversation.template.{kind}"
        told = given.get(place)
        if told is None:
            continue
        if not isinstance(told, Mapping) or not {"name", "language"} == set(told):
            raise ConfigurationError("must hold `name` and `language`, e.g. es", place=f"settings.{place}")
        found[kind] = {"name": str(told["name"]), "language": str(told["language"])}
    return found


def _duration(given: Mapping[str, Any], name: str, default: str) -> float:
    try:
        return parse_duration(given.get(f"conversation.{name}", default)).total_seconds()
    except ValueError as error:
        raise ConfigurationError(str(error), place=f"settings.conversation.{name}") from None


def _whole(given: Mapping[str, Any], name: str, default: int) -> int:
    value = given.get(f"conversation.{name}", default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError("must be a whole number from 1 on", place=f"settings.conversation.{name}")
    return value


__all__ = ["SHIPPED", "dialogues", "load"]
