"""The base of every class of the route model, and the decorator that gives a class its name in the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

from caravana.route import option as declare
from caravana.route.location import NOWHERE, Location
from caravana.route.option import Option, options_of

DESIGNER_KEYS = frozenset({"customId", "position", "positions", "layout", "color", "icon"})
"""Keys that drawing tools write beside the options; kept in order through reading and writing, without meaning."""


@dataclass(frozen=True)
class ElementSpec:
    """What one element of the file admits.

    `key` is its name in the file; `shorthand` the option that a bare text stands for; `ignored` options that are
    read, warned of and dropped, `refused` ones that Camel knows and Caravana does not, both with the reason;
    `departures` options whose default or meaning is not Camel's, with the reason.
    """

    key: str
    options: tuple[Option, ...]
    shorthand: str = ""
    ignored: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    departures: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str) -> Option:
        """Return the option with the Python name `name`; raises `KeyError` without one."""
        return next(each for each in self.options if each.name == name) if name in self.names else _no(name)

    @property
    def names(self) -> frozenset[str]:
        """The Python names of all options."""
        return frozenset(each.name for each in self.options)

    @property
    def by_key(self) -> dict[str, Option]:
        """The options by their spelling in the file."""
        return {each.key: each for each in self.options}


def _no(name: str) -> Option:
    raise KeyError(name)


ELEMENTS: dict[str, type["Node"]] = {}
"""Every class of the model by its Python name."""

C = TypeVar("C", bound=type)


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(
        declare.text,
        declare.choice,
        declare.flag,
        declare.integer,
        declare.number,
        declare.duration,
        declare.texts,
        declare.uri,
        declare.parameters,
        declare.values,
        declare.items,
        declare.expression,
        declare.predicate,
        declare.clause,
        declare.data_format,
        declare.steps,
        declare.child,
        declare.children,
        declare.handler,
        field,
    ),
)
def element(
    key: str,
    *,
    shorthand: str = "",
    ignored: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    departures: Mapping[str, str] | None = None,
) -> Callable[[C], C]:
    """Make a class of the route model: a frozen dataclass with keyword arguments and an `ElementSpec`."""

    def decorate(cls: C) -> C:
        made: Any = dataclass(frozen=True, kw_only=True)(cls)
        made.spec = ElementSpec(key, options_of(made), shorthand, ignored or {}, refused or {}, departures or {})
        ELEMENTS[made.__name__] = made
        return cast("C", made)

    return decorate


@element("node")
class Node:
    """What every element carries.

    `extra` keeps drawing tools' keys in order. `location` and `places` (Python name of an option, or
    `parameters.NAME`, to where it stands) are left out of comparison and of the canonical form.
    A text with a placeholder stays in its attribute as written, whatever the attribute's type, until
    `caravana.route.placeholders.resolve` has run; the engine compiles resolved models only.
    """

    spec: ClassVar[ElementSpec]

    id: str | None = declare.text("Name of the element, unique in its route; the call path uses it.", default=None)
    description: str | None = declare.text("What a person should know; without effect.", default=None)
    note: str | None = declare.text("A longer remark; without effect.", default=None)
    disabled: bool = declare.flag("True: the element is left out when the route is built.", default=False)
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    location: Location = field(default=NOWHERE, compare=False, repr=False)
    places: Mapping[str, Location] = field(default_factory=dict, compare=False, repr=False)

    def place(self, name: str) -> Location:
        """Return where the option `name` stands, else where the element stands."""
        return self.places.get(name, self.location)


@element("step")
class Step(Node):
    """A processing step of a route."""
