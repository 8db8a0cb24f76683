"""Every default is Camel's, or stands with its reason in a declared table."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from datetime import timedelta
from enum import Enum
from typing import Any

import pytest
from pydantic import TypeAdapter
from pydantic_core import PydanticUndefined

from caravana.engine.registry import component_classes
from caravana.engine.support import support_rows
from caravana.kit.component import Component
from caravana.route.catalogue import catalogue
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.element import Node
from caravana.route.language import LANGUAGES, OpenSpec
from caravana.route.option import Option
from caravana.route.support import CLASSES, State

CAMEL = catalogue()
COMPONENTS = {scheme: cls for scheme, cls in component_classes().items() if scheme in CAMEL["coreComponents"]}
FIRST_ROUND = {
    "direct",
    "seda",
    "log",
    "mock",
    "timer",
    "cron",
    "http",
    "https",
    "platform-http",
    "webhook",
    "file",
    "bean",
}


def comparable(value: Any) -> str:
    """Return a default so that ours and the catalogue's, where a number may be a text, can be compared."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, timedelta):
        value = round(value.total_seconds() * 1000)
    return "" if value in (None, (), {}, MISSING, PydanticUndefined) else str(value).lower()


def of_component(cls: type[Component], camel: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options whose default is not Camel's."""
    for name, field in cls.options.model_fields.items():
        option = field.alias or name
        ours = field.get_default(call_default_factory=True)
        if field.validate_default:
            ours = TypeAdapter(cls.options.__annotations__[name]).validate_python(ours)
        if option in camel and comparable(ours) != comparable(camel[option][1]):
            yield option


def of_options(options: Mapping[str, Option], camel: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options whose default is not Camel's."""
    for key, option in options.items():
        ours = option.camel_default if option.default is None else option.default
        if key in camel and comparable(ours) != comparable(camel[key][1]):
            yield key


@pytest.mark.parametrize("scheme", sorted(COMPONENTS))
def test_component_defaults(scheme: str) -> None:
    """An option of a component has Camel's default, or its component says why not."""
    cls = COMPONENTS[scheme]
    assert set(of_component(cls, CAMEL["coreComponents"][scheme])) <= cls.departures.keys()


def test_all_components_of_the_first_round_are_compared() -> None:
    """The catalogue describes the options of every component of the first round."""
    assert COMPONENTS.keys() >= FIRST_ROUND


@pytest.mark.parametrize("key", sorted(CLASSES))
def test_element_defaults(key: str) -> None:
    """An option of an element has Camel's default, or the element says why not."""
    spec = CLASSES[key].spec
    assert set(of_options(spec.by_key, CAMEL["elements"][key]["options"])) <= spec.departures.keys()


@pytest.mark.parametrize(("kind", "specs"), [("languages", LANGUAGES), ("dataFormats", DATA_FORMATS)])
def test_language_and_data_format_defaults(kind: str, specs: Mapping[str, OpenSpec]) -> None:
    """An option of a language or data format has Camel's default."""
    assert {name: list(of_options(one.options, CAMEL[kind][name]["options"])) for name, one in specs.items()} == {
        name: [] for name in specs
    }


def test_departures_name_options_that_are_there() -> None:
    """A reason without its option is forgotten text."""
    for cls in component_classes().values():
        assert cls.departures.keys() <= {field.alias or name for name, field in cls.options.model_fields.items()}, cls
    elements: list[type[Node]] = list(CLASSES.values())
    for element in elements:
        assert element.spec.departures.keys() <= element.spec.by_key.keys(), element


def test_departures_stand_in_the_support_table() -> None:
    """The table says where an option is supported and not as in Camel."""
    told = {(row.name, row.option): row.reason for row in support_rows() if row.state is State.SUPPORTED}
    assert "nobody can wait" in told["seda", "waitForTaskToComplete"]
    assert "left out" in told["throwException", "exceptionType"]
    assert told["platform-http", "muteException"] == ""
