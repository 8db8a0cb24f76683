"""What the parts of the conversation flow share: settings, dialogues, and what a wish knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from caravana.commerce.conversation.engine import Engine
from caravana.commerce.link import PayLinks
from caravana.kit.branch import Branch, Branches
from caravana.kit.callables import Configured
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange

Variables = Mapping[str, Any]
CONTACT = "MetaContact"
"""Header: what the hub calls the person (`kit.graph.splitting`)."""


@dataclass(frozen=True)
class TalkSettings:
    """What a company sets for its conversations.

    - `company`, `zone`, `country`: its name, time zone, and country of phones without a prefix
    - `dialogues`: by language, as `reading.read` gives them; the first is the default
    - `privacy`: a sentence in the greeting; `address`: by language or one text; `hours`: by day, without branches
    - `identify_above`: from which total an invoice needs the customer's identification; `most`: largest quantity of one product
    - `pricelist`: number in Odoo of the pricelist of whoever has none of their own there; None: sales prices
    - `sell_without_stock`: whether what is not there may be ordered
    - `notes`: where messages are noted in Odoo: `contact`, `order` or `off`
    - `person`: login or number of the Odoo user to whom conversations are handed over
    - `answers`: answers to messages in words within a minute; then the assistant is quiet for `pause` seconds
    - `quiet`: seconds after which the assistant answers again though nobody closed the task
    - `public_reply`: whether comments below posts are answered there too, not only by a private message
    - `templates`: of WhatsApp, by kind of notice; `cards`, `transfers`: whether orders may be paid so
    - `branches`: by name, what the flow needs of each
    """

    company: str
    zone: str
    dialogues: Mapping[str, Mapping[str, Any]]
    country: str = "EC"
    privacy: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    hours: Mapping[str, str] = field(default_factory=dict)
    identify_above: str = "50"
    most: int = 1000
    pricelist: int | None = None
    sell_without_stock: bool = False
    notes: str = "contact"
    person: str | int | None = None
    answers: int = 5
    pause: float = 600.0
    quiet: float = 43_200.0
    public_reply: bool = False
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cards: bool = False
    transfers: bool = False
    branches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class TalkMapping(Configured):
    """Mappings between what customers say, Odoo, and what they are told, under one company's settings."""

    def __init__(self, settings: TalkSettings, links: PayLinks | None) -> None:
        """`links`: makes pay links; None where cards are not taken."""
        self._settings = settings
        self._links = links
        facts = {
            "company": settings.company,
            "country": settings.country,
            "identify_above": settings.identify_above,
            "most": settings.most,
            "privacy": settings.privacy,
            "cards": settings.cards,
            "transfers": settings.transfers,
        }
        self._engine = Engine(settings.dialogues, facts)
        known = {
            name: Branch.model_validate({"name": one["name"], **one["odoo"]}) for name, one in settings.branches.items()
        }
        self._branches = Branches(known)

    @property
    def settings(self) -> dict[str, Any]:
        """What the company set, the dialogues among it, and the address that pay links begin with."""
        return {**asdict(self._settings), "public_url": None if self._links is None else self._links.public_url}

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        kept = dict(settings)
        url = kept.pop("public_url", None)
        links = self._links.at(url) if self._links is not None and url else self._links
        try:
            return type(self)(TalkSettings(**kept), links)
        except TypeError as error:
            raise ConfigurationError(f"the settings of `talk` were others then: {error}") from None

    def _place(self, branch: str | None) -> dict[str, Any]:
        """What customers may know of the branch: name, hours, address."""
        found = self._settings.branches.get(branch or "")
        if found is None:
            return {"name": self._settings.company, "hours": self._settings.hours, "address": self._settings.address}
        return {name: found[name] for name in ("name", "hours", "address")}

    def _odoo(self, exchange: Exchange) -> Mapping[str, Any]:
        """What Odoo calls the branch: `company`, `warehouse`, `sale_journal`; empty without one."""
        found = self._settings.branches.get(exchange.branch or "")
        return {} if found is None else found["odoo"]

    def _now(self, moment: datetime) -> str:
        return moment.astimezone(ZoneInfo(self._settings.zone)).isoformat()


def scope_of(variables: Variables) -> Mapping[str, Any]:
    """Return what the talk knows when it wishes something."""
    found: Mapping[str, Any] = variables["turn"]["wish"]["scope"]
    return found


def language_of(variables: Variables) -> str:
    """Return the talk's language."""
    return str(variables["turn"]["state"]["language"])


def result(outcome: str, **values: Any) -> dict[str, Any]:
    """Return what came of a wish."""
    return {"outcome": outcome, "values": values}


def first(found: Sequence[Any] | None) -> Any:
    """Return the first of what was found, or None."""
    return found[0] if found else None


def talk_key(update: Mapping[str, Any], headers: Mapping[str, Any]) -> str:
    """Return what a talk is kept under: the person, and the number or page; empty for nobody, so that strangers share nothing."""
    contact, place = headers.get(CONTACT), update.get("place")
    return " ".join(str(one) for one in (contact, place) if one) if contact else ""


def theirs(talks: Iterable[Mapping[str, Any]], contact: Any) -> list[Mapping[str, Any]]:
    """Return one person's talks of those whose keys begin alike; the key alone is how earlier versions kept one."""
    return [one for one in talks if one["key"].split(" ")[0] == contact]
