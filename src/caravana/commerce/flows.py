"""The company's flows: route files that a person can read, and the pure callables that they name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from caravana.commerce.bank import bank_routes
from caravana.commerce.cards.reading import card_routes
from caravana.commerce.cards.reading import load as load_cards
from caravana.commerce.reading import connected, each
from caravana.commerce.tasks import Place, Tasks, TaskSettings
from caravana.kit.branch import Branch
from caravana.kit.component import Component
from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from caravana.commerce.catalogue.copying import Copy

RouteFile: TypeAlias = "Path | Copy"
"""What routes are read of: a file, or what is made of one."""
ROUTES = Path(__file__).parent / "routes"
BRINGS: Mapping[str, tuple[str, ...]] = {
    "cards": ("review",),
    "shop": ("review",),
    "matching": ("bank", "review"),
    "einvoice": ("review",),
    "catalogue": ("review",),
    "conversation": ("review",),
}
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
    def file(self) -> Path | None:
        """Where it was read, so that relative paths count from there."""
        ...

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
    def flows(self) -> Sequence[str]:
        """The flows that run, as configured."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Settings of the flows, by dotted name."""
        ...

    @property
    def go_live(self) -> datetime | None:
        """The go-live line: what is older is not the hub's."""
        ...

    def secret(self, name: str) -> str:
        """Return a secret. Raises `ConfigurationError` when it is not set."""
        ...

    def filled(self, value: Any) -> Any:
        """Return `value` with its placeholders filled in."""
        ...


class Components(Protocol):
    """The components that there are."""

    def component_of(self, connection: str) -> Component:
        """Return the component that serves a connection. Raises `ConfigurationError`."""
        ...


@dataclass(frozen=True)
class Flow:
    """`route_files`: to be loaded with the company's own; `callables`: to be registered under their names before."""

    route_files: tuple[RouteFile, ...]
    callables: Mapping[str, Any]


def names(configured: Iterable[str]) -> list[str]:
    """Return the flows that run: those configured, and those that they bring along; each once."""
    return list(dict.fromkeys(one for name in configured for one in (name, *BRINGS.get(name, ()))))


def load(name: str, configuration: Configuration, components: Components) -> Flow:
    """Return the flow `name`. Raises `ConfigurationError` for an unknown flow or a wrong setting."""
    if name not in FLOWS:
        raise ConfigurationError(f"there is no flow `{name}`", place="flows", suggestion=" or ".join(FLOWS))
    shipped = sorted((ROUTES / name).glob("*.yaml"))
    files = ROUTE_FILES[name](configuration) if name in ROUTE_FILES else tuple(shipped)
    return Flow(files, FLOWS[name](configuration, components))


def tasks(configuration: Configuration) -> Tasks:
    """Return the callables of the review flow. Raises `ConfigurationError`."""
    each(lambda: connected(configuration, "odoo", "review"), lambda: _person(configuration))
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


def _matching(configuration: Configuration, components: Components) -> dict[str, Any]:
    """What matching needs (comparing of names, check digits) is imported where it is run."""
    from caravana.commerce.transfers.reading import load as load_transfers

    connected(configuration, "odoo", "matching")
    return load_transfers(configuration.settings, configuration.company.timezone, configuration.branches.values())


def _shop(configuration: Configuration, components: Components) -> dict[str, Any]:
    """What the shop needs (phone numbers, check digits) is imported where it is run."""
    from caravana.commerce.shop.settings import load as load_shop

    return load_shop(configuration)


def _catalogue(configuration: Configuration, components: Components) -> dict[str, Any]:
    """What the catalogue needs is imported where it is run."""
    from caravana.commerce.catalogue.settings import load as load_catalogue

    return load_catalogue(configuration)


def _conversation(configuration: Configuration, components: Components) -> dict[str, Any]:
    """What conversations need (dialogues, comparing of words) is imported where it is run."""
    from caravana.commerce.conversation.settings import load as load_talk

    return load_talk(configuration)


def _einvoice(configuration: Configuration, components: Components) -> dict[str, Any]:
    """What e-invoicing needs (the documents' models) is imported where it is run."""
    from caravana.commerce.einvoice.reading import load as load_einvoice

    return {"einvoice": load_einvoice(configuration, components)}


def _einvoice_files(configuration: Configuration) -> tuple[Path, ...]:
    from caravana.commerce.einvoice.reading import einvoice_routes

    return einvoice_routes(configuration.settings, ROUTES / "einvoice")


def _catalogue_files(configuration: Configuration) -> tuple[RouteFile, ...]:
    from caravana.commerce.catalogue.settings import catalogue_routes

    return catalogue_routes(configuration)


def _conversation_files(configuration: Configuration) -> tuple[Path, ...]:
    from caravana.commerce.conversation.settings import route_files

    return route_files(configuration, ROUTES / "conversation")


FLOWS: Mapping[str, Callable[[Configuration, Components], dict[str, Any]]] = {
    "cards": lambda configuration, components: {"cards": load_cards(configuration, components)},
    "review": lambda configuration, components: {"tasks": tasks(configuration)},
    "bank": lambda configuration, components: {},
    "matching": _matching,
    "shop": _shop,
    "einvoice": _einvoice,
    "catalogue": _catalogue,
    "conversation": _conversation,
}
"""Every flow that is shipped, and what makes its callables."""
ROUTE_FILES: Mapping[str, Callable[[Configuration], tuple[RouteFile, ...]]] = {
    "bank": lambda configuration: bank_routes(configuration.placeholders, configuration.connections),
    "cards": lambda configuration: card_routes(configuration, ROUTES / "cards"),
    "einvoice": _einvoice_files,
    "conversation": _conversation_files,
    "catalogue": _catalogue_files,
}
"""Flows of which a company gets only some route files."""
