"""How an option of a route element is declared: once, as the default of its dataclass attribute.

The declaration drives reader, writer, placeholders, builder, lint and support table. An attribute whose
declaration names no `default` must be written.
"""

import dataclasses
from dataclasses import MISSING, dataclass, field
from enum import StrEnum
from typing import Any

KEY = "option"


class Kind(StrEnum):
    """The shape of an option's value, in the file and in Python."""

    TEXT = "text"  # str, as written
    FLAG = "boolean"  # bool
    INTEGER = "integer"  # int
    NUMBER = "number"  # float
    DURATION = "duration"  # int, milliseconds; read from 500, "5s", "1m30s"; written as text of milliseconds
    TEXTS = "list of texts"  # tuple[str, ...]
    URI = "address"  # str without its query, which goes to `parameters`
    PARAMETERS = "parameters"  # Mapping[str, str]
    VALUES = "mapping of values"  # Mapping[str, JSON-able]
    ITEMS = "list of values"  # tuple of JSON-able
    EXPRESSION = "expression"  # Expression; the language may stand directly in the element
    PREDICATE = "predicate"  # Expression; written `key: {language: ...}`
    CLAUSE = "clause"  # Expression; written `key: {expression: {language: ...}}`
    DATA_FORMAT = "data format"  # DataFormat; its name stands directly in the element
    STEPS = "steps"  # tuple[Step, ...]
    ELEMENT = "element"  # one nested element
    ELEMENTS = "list of elements"  # tuple of nested elements
    ERROR_HANDLER = "error handler"  # ErrorHandler, written `key: {deadLetterChannel: ...}`


@dataclass(frozen=True)
class Option:
    """One option: `name` in Python, `key` in the file, its kind, default and meaning.

    `choices` are the texts admitted (all, when empty). `element` names the class of nested elements.
    `camel_default` is Camel's default where the attribute's own default `None` means *not set*.
    """

    name: str
    key: str
    kind: Kind
    doc: str
    default: Any = MISSING
    choices: tuple[str, ...] = ()
    element: str = ""
    camel_default: Any = None
    wrapped: bool = False

    @property
    def required(self) -> bool:
        """Whether the option must be written."""
        return self.default is MISSING


def camel_case(name: str) -> str:
    """Return the file's spelling of a Python name: `set_body` → `setBody`, `from_` → `from`."""
    head, *rest = name.strip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)


def options_of(cls: type) -> tuple[Option, ...]:
    """Return the declared options of a dataclass in the order of declaration."""
    return tuple(_named(each) for each in dataclasses.fields(cls) if KEY in each.metadata)


def _named(each: "dataclasses.Field[Any]") -> Option:
    option: Option = each.metadata[KEY]
    return dataclasses.replace(option, name=each.name, key=option.key or camel_case(each.name))


def _declare(kind: Kind, doc: str, default: Any, key: str = "", **more: Any) -> Any:
    option = Option("", key, kind, doc, default, **more)
    mutable = isinstance(default, dict)
    return field(
        default=MISSING if mutable else default,
        default_factory=dict if mutable else MISSING,
        hash=False if kind in {Kind.PARAMETERS, Kind.VALUES, Kind.ITEMS} else None,
        metadata={KEY: option},
    )


def text(doc: str, *, default: Any = MISSING, key: str = "", camel_default: str | None = None) -> Any:
    """Declare a text, kept as written."""
    return _declare(Kind.TEXT, doc, default, key, camel_default=camel_default)


def choice(doc: str, *choices: str, default: Any = MISSING, key: str = "", camel_default: str | None = None) -> Any:
    """Declare a text that must be one of `choices`."""
    return _declare(Kind.TEXT, doc, default, key, choices=choices, camel_default=camel_default)


def flag(doc: str, *, default: Any = MISSING, key: str = "", camel_default: bool | None = None) -> Any:
    """Declare a boolean."""
    return _declare(Kind.FLAG, doc, default, key, camel_default=camel_default)


def integer(doc: str, *, default: Any = MISSING, key: str = "", camel_default: int | None = None) -> Any:
    """Declare a whole number."""
    return _declare(Kind.INTEGER, doc, default, key, camel_default=camel_default)


def number(doc: str, *, default: Any = MISSING, key: str = "", camel_default: float | None = None) -> Any:
    """Declare a number."""
    return _declare(Kind.NUMBER, doc, default, key, camel_default=camel_default)


def duration(doc: str, *, default: Any = MISSING, key: str = "", camel_default: int | None = None) -> Any:
    """Declare a time in milliseconds."""
    return _declare(Kind.DURATION, doc, default, key, camel_default=camel_default)


def texts(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare a list of texts."""
    return _declare(Kind.TEXTS, doc, default, key)


def uri(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare an endpoint address."""
    return _declare(Kind.URI, doc, default, key)


def parameters(doc: str, *, default: Any = MISSING) -> Any:
    """Declare the options of an endpoint address."""
    return _declare(Kind.PARAMETERS, doc, default)


def values(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare a free mapping of JSON-able values."""
    return _declare(Kind.VALUES, doc, default, key)


def items(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare a free list of JSON-able values."""
    return _declare(Kind.ITEMS, doc, default, key)


def expression(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare the element's own expression, which may stand directly in it (`setBody: {simple: ...}`)."""
    return _declare(Kind.EXPRESSION, doc, default, key)


def predicate(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare an expression under its own key (`handled: {constant: ...}`)."""
    return _declare(Kind.PREDICATE, doc, default, key)


def clause(doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare an expression under its own key and `expression` (`onWhen: {expression: {simple: ...}}`)."""
    return _declare(Kind.CLAUSE, doc, default, key)


def data_format(doc: str, *, default: Any = MISSING) -> Any:
    """Declare the data format that stands directly in the element (`marshal: {json: {}}`)."""
    return _declare(Kind.DATA_FORMAT, doc, default)


def steps(doc: str, *, default: Any = MISSING) -> Any:
    """Declare the block of steps."""
    return _declare(Kind.STEPS, doc, default)


def child(element: str, doc: str, *, default: Any = MISSING, key: str = "") -> Any:
    """Declare one nested element of the class named `element`."""
    return _declare(Kind.ELEMENT, doc, default, key, element=element)


def children(element: str, doc: str, *, default: Any = MISSING, key: str = "", wrapped: bool = False) -> Any:
    """Declare a list of nested elements; `wrapped`: each is a one-key object under the element's own key."""
    return _declare(Kind.ELEMENTS, doc, default, key, element=element, wrapped=wrapped)


def handler(doc: str, *, default: Any = MISSING) -> Any:
    """Declare an error handler, one of its kinds under its own key."""
    return _declare(Kind.ERROR_HANDLER, doc, default)
