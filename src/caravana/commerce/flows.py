"""The company's flows: route files that a person can read, and the pure callables that they name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from caravana.commerce.bank import bank_routes
from caravana.commerce.cards import CardBranch, Cards, CardSettings, Store, origin
from caravana.commerce.link import PayLinks
from caravana.commerce.tasks import Place, Tasks, TaskSettings
from caravana.kit.branch import Branch
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import parse_duration

ROUTES = Path(__file__).parent / "routes"
SECRET = "pay_link"  # noqa: S105 -- its name
SECRET_BEFORE = "pay_link_previous"  # noqa: S105 -- its name
SHORTEST_LIFE = timedelta(minutes=6)
STORE = "placetopay"
ON_PAID = ("advance", "invoice")
BRINGS: Mapping[str, tuple[str, ...]] = {"cards": ("review",), "shop": ("review",)}
"""Flow: others that it needs, and that therefore run with it."""


class Listener(Protocol):
    """The public port, as configured."""

    @property
    def host(self) -> str:
        """Address listened on."""
        ...

    @property
    def port(self) -> int:
        """Port listened on."""
        ...

    @property
    def public_url(self) -> str | None:
        """Address for customers and partners."""
        ...


class Company(Protocol):
    """Who runs the hub."""

    @property
    def name(self) -> str:
        """Name that customers read."""
        ...

    @property
    def timezone(self) -> str:
        """The company's time zone."""
        ...


class Configuration(Protocol):
    """What a flow reads of the configuration."""

    @property
    def company(self) -> Company:
        """Who runs the hub."""
        ...

    @property
    def listener(self) -> Listener:
        """The public port."""
        ...

    @property
    def connections(self) -> Mapping[str, Mapping[str, Any]]:
        """Partners."""
        ...

    @property
    def branches(self) -> Mapping[str, Branch]:
        """The company's branches, by name."""
        ...

    @property
    def placeholders(self) -> Mapping[str, Any]:
        """Values of {{name}} in route files."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Settings of the flows, by dotted name."""
        ...

    def secret(self, name: str) -> str:
        """Return a secret. Raises `ConfigurationError` when it is not set."""
        ...

    def filled(self, value: Any) -> Any:
        """Return `value` with its placeholders filled in."""
        ...


@dataclass(frozen=True)
class Flow:
    """`route_files`: to be loaded with the company's own; `callables`: to be registered under their names before."""

    route_files: tuple[Path, ...]
    callables: Mapping[str, Any]


def names(configured: Iterable[str]) -> list[str]:
    """Return the flows that run: those configured, and those that they bring along; each once."""
    return list(dict.fromkeys(one for name in configured for one in (name, *BRINGS.get(name, ()))))


def load(name: str, configuration: Configuration) -> Flow:
    """Return the flow `name`. Raises `ConfigurationError` for an unknown flow or a wrong setting."""
    if name not in FLOWS:
        raise ConfigurationError(f"there is no flow `{name}`", place="flows", suggestion=" or ".join(FLOWS))
    files = ROUTE_FILES[name](configuration) if name in ROUTE_FILES else tuple(sorted((ROUTES / name).glob("*.yaml")))
    return Flow(files, FLOWS[name](configuration))


def tasks(configuration: Configuration) -> Tasks:
    """Return the callables of the review flow. Raises `ConfigurationError`."""
    _each(lambda: _connection(configuration, "odoo", "review"), lambda: _person(configuration))
    general = Place(person=_person(configuration))
    own = {
        name: Place(one.odoo, one.company, general.person if one.person is None else one.person)
        for name, one in configuration.branches.items()
    }
    return Tasks(TaskSettings(general, own))


def _person(configuration: Configuration) -> str | int | None:
    person = configuration.settings.get("review.person")
    if person is None or (isinstance(person, str | int) and not isinstance(person, bool) and person):
        return person
    raise ConfigurationError("must be the login or the number of an Odoo user", place="settings.review.person")


def cards(configuration: Configuration) -> Cards:
    """Return the callables of the card flow. Raises `ConfigurationError` naming every setting that is wrong."""
    _each(lambda: _settings(configuration), lambda: _secrets(configuration), lambda: public_url(configuration))
    return Cards(_settings(configuration), PayLinks(_secrets(configuration), public_url(configuration)))


def _settings(configuration: Configuration) -> CardSettings:
    settings = {key: value for key, value in configuration.settings.items() if key.startswith("cards.")}
    _each(
        lambda: _one_odoo(configuration),
        *(partial(_connection, configuration, name, "cards") for name in store_names(configuration)),
        lambda: _on_paid(settings),
        lambda: _number(settings, "cards.journal_id"),
        lambda: _number(settings, "cards.method_line_id"),
        lambda: _life(settings),
        lambda: _switch(settings, "cards.x_fields"),
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
        journal_id=_number(settings, "cards.journal_id"),
        method_line_id=_number(settings, "cards.method_line_id"),
        life=_life(settings),
        stores=stores if configuration.branches else {},
        branches={name: _branch(one, settings) for name, one in configuration.branches.items()},
        x_fields=_switch(settings, "cards.x_fields"),
    )


def store_names(configuration: Configuration) -> list[str]:
    """Return the connections of the company's merchant accounts: those of its branches, else the one of that name."""
    stores = {one.payment_store: None for one in configuration.branches.values() if one.payment_store}
    return list(stores) or [STORE]


def _store(configuration: Configuration, name: str, settings: Mapping[str, Any]) -> Store:
    login, url = _connection(configuration, name, "cards")
    return {"site": str(settings.get("cards.site", login)) if name == STORE else login, "checkout": origin(url)}


def _branch(branch: Branch, settings: Mapping[str, Any]) -> CardBranch:
    journal = branch.card_journal or _number(settings, "cards.journal_id")
    return {"store": branch.payment_store, "journal_id": journal, "sale_journal_id": branch.sale_journal}


def _one_odoo(configuration: Configuration) -> None:
    """The flow watches one Odoo."""
    for name, one in configuration.branches.items():
        if one.odoo != "odoo":
            raise ConfigurationError(
                f"the flow `cards` works with the connection `odoo` alone, this branch is at `{one.odoo}`",
                place=f"branches.{name}.odoo",
                suggestion="run a hub of its own for that Odoo",
            )


def _each(*readers: Callable[[], object]) -> None:
    """Try each reader. Raises one `ConfigurationError` with what all of them found wrong."""
    wrong = []
    for read in readers:
        try:
            read()
        except ConfigurationError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigurationError("\n".join(wrong))


def public_url(configuration: Configuration) -> str:
    """Return the address that links begin with. Raises `ConfigurationError` when it cannot be known before the start."""
    listener = configuration.listener
    if listener.public_url:
        return listener.public_url
    if listener.port:
        return f"http://{listener.host}:{listener.port}"
    raise ConfigurationError("pay links need it", place="listener.public_url", suggestion="https://hub.example.com")


def _connection(configuration: Configuration, name: str, flow: str) -> tuple[str, str]:
    """Login and address of a connection."""
    if name not in configuration.connections:
        raise ConfigurationError(f"the flow `{flow}` needs it: add `connections.{name}`", place="connections")
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


def _number(settings: Mapping[str, Any], name: str) -> int | None:
    value = settings.get(name)
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ConfigurationError("must be a record's number", place=f"settings.{name}") from None


def _switch(settings: Mapping[str, Any], name: str) -> bool:
    value = settings.get(name, True)
    if not isinstance(value, bool):
        raise ConfigurationError("must be true or false", place=f"settings.{name}")
    return value


def _life(settings: Mapping[str, Any]) -> timedelta:
    """How long a session lives; PlacetoPay takes none of less than five minutes."""
    try:
        life = parse_duration(settings.get("cards.life", "30m"))
    except ValueError as error:
        raise ConfigurationError(str(error), place="settings.cards.life") from None
    if life < SHORTEST_LIFE:
        raise ConfigurationError("must be at least 6m", place="settings.cards.life")
    return life


def _shop(configuration: Configuration) -> dict[str, Any]:
    """What the shop needs (phone numbers, check digits) is imported where it is run."""
    from caravana.commerce.shop.settings import load as load_shop

    return load_shop(configuration)


FLOWS: Mapping[str, Callable[[Configuration], dict[str, Any]]] = {
    "cards": lambda configuration: {"cards": cards(configuration)},
    "review": lambda configuration: {"tasks": tasks(configuration)},
    "bank": lambda configuration: {},
    "shop": _shop,
}
"""Every flow that is shipped, and what makes its callables."""
ROUTE_FILES: Mapping[str, Callable[[Configuration], tuple[Path, ...]]] = {
    "bank": lambda configuration: bank_routes(configuration.placeholders, configuration.connections),
}
"""Flows of which a company gets only some route files."""
