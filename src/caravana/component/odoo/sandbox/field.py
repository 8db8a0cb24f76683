"""The declaration of one field of a model, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

X2MANY = frozenset({"one2many", "many2many"})
EMPTY: dict[str, Any] = {"integer": 0, "float": 0.0, "monetary": 0.0, "boolean": False}


@dataclass(frozen=True)
class Field:
    """One field.

    - `type`: Odoo's name of the type; `comodel` and `inverse` for relations
    - `compute`: function of the record; such a field is worked out at each read and never stored
    - `related`: dotted path whose value it shows; `delegate`: many2one to the record that holds it (writes go there)
    - `default`: a value or a function of the environment
    - `keep`: of a one2many, which of the inverse's records belong to it
    - `findable`: whether a domain may name a computed one
    - `name` and `column` are given by the registry: the name that callers use, and the one that is stored
    """

    type: str
    string: str = ""
    comodel: str = ""
    inverse: str = ""
    required: bool = False
    readonly: bool = False
    default: Any = None
    selection: tuple[tuple[str, str], ...] = ()
    compute: Callable[[Any], Any] | None = None
    related: str = ""
    delegate: str = ""
    keep: Callable[[Any], bool] | None = None
    findable: bool = False
    index: bool = False
    digits: tuple[int, int] | None = None
    copy: bool = True
    name: str = ""
    column: str = ""

    @property
    def stored(self) -> bool:
        """Whether a row of the table carries it."""
        return not (self.compute or self.related or self.delegate or self.type == "one2many")

    @property
    def sortable(self) -> bool:
        """Whether a search may be ordered by it."""
        return bool(self.stored or self.delegate or (self.related and not self.compute))

    @property
    def searchable(self) -> bool:
        """Whether a domain may name it."""
        return self.compute is None or self.findable

    @property
    def indexed(self) -> bool:
        """Whether the table keeps an index of its values."""
        return self.stored and (self.index or self.type == "many2one")

    @property
    def empty(self) -> Any:
        """The value of a record that has none: False for texts and links, 0 for numbers, an empty list for x2many."""
        return [] if self.type in X2MANY else EMPTY.get(self.type, False)


def char(string: str = "", **more: Any) -> Field:
    """Return a one-line text field."""
    return Field("char", string, **more)


def text(string: str = "", **more: Any) -> Field:
    """Return a long text field."""
    return Field("text", string, **more)


def html(string: str = "", **more: Any) -> Field:
    """Return an HTML field."""
    return Field("html", string, **more)


def integer(string: str = "", **more: Any) -> Field:
    """Return a whole number field."""
    return Field("integer", string, **more)


def float_(string: str = "", **more: Any) -> Field:
    """Return a number field."""
    return Field("float", string, **more)


def monetary(string: str = "", **more: Any) -> Field:
    """Return an amount of money."""
    return Field("monetary", string, **more)


def boolean(string: str = "", **more: Any) -> Field:
    """Return a yes/no field."""
    return Field("boolean", string, **more)


def date(string: str = "", **more: Any) -> Field:
    """Return a date field, `YYYY-MM-DD`."""
    return Field("date", string, **more)


def datetime_(string: str = "", **more: Any) -> Field:
    """Return a datetime field, naive UTC."""
    return Field("datetime", string, **more)


def binary(string: str = "", **more: Any) -> Field:
    """Return a base64 field."""
    return Field("binary", string, **more)


def json_(string: str = "", **more: Any) -> Field:
    """Return a field that holds any JSON value."""
    return Field("json", string, **more)


def selection(string: str, *choices: tuple[str, str], **more: Any) -> Field:
    """Return a choice among `choices`, pairs of key and English label."""
    return Field("selection", string, selection=choices, **more)


def many2one(comodel: str, string: str = "", **more: Any) -> Field:
    """Return a link to one record of `comodel`."""
    return Field("many2one", string, comodel, **more)


def one2many(comodel: str, inverse: str, string: str = "", **more: Any) -> Field:
    """Return the records of `comodel` whose `inverse` points here."""
    return Field("one2many", string, comodel, inverse, **more)


def many2many(comodel: str, string: str = "", **more: Any) -> Field:
    """Return links to many records of `comodel`."""
    return Field("many2many", string, comodel, **more)
