"""Placeholders in route files, filled in when the hub builds the routes.

| written | becomes |
| --- | --- |
| `{{name}}` | the setting `name`; an error without one |
| `{{name:text}}` | the setting, else `text` |
| `{{?name}}` | the setting; without one the whole option is left out |
| `{{env:NAME}}`, `{{env:NAME:text}}` | the environment variable |
| `{{secret:name}}` | stays as written; the endpoint that needs it fetches it |
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.redaction import is_sensitive_name
from caravana.route.address import split_address
from caravana.route.convert import SCALARS, convert, has_placeholder
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.document import RouteDocument
from caravana.route.element import Node
from caravana.route.expression import DataFormat, Expression
from caravana.route.language import LANGUAGES, OpenSpec
from caravana.route.location import NOWHERE, Location
from caravana.route.option import Kind, Option
from caravana.route.problem import Problem, error, raise_errors

M = TypeVar("M", Node, RouteDocument)
N = TypeVar("N", bound=Node)

_NAME = re.compile(r"[\w.\-/\[\]]+")
_FOREIGN = ("sys", "service", "bean", "aws", "gcp", "azure", "hashicorp")
_UNTOUCHED = frozenset({"description", "note"})


class _Dropped(Exception):
    """`{{?name}}` without a setting: the option goes."""


class _Missing(Exception):
    """A placeholder cannot be filled in."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


@dataclass(frozen=True)
class Resolution(Generic[M]):
    """A model with its placeholders filled in.

    `used` maps every placeholder that was asked for (`name`, `env:NAME`) to its value, None when it was absent: part
    of a revision's manifest. `secrets` are the names of secrets that endpoints will ask for; their values are nowhere.
    """

    model: M
    used: Mapping[str, str | None] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


def resolve(model: M, values: Mapping[str, str], env: Mapping[str, str] | None = None) -> Resolution[M]:
    """Return `model` with its placeholders filled in from `values` and `env` (by default the process's environment).

    Raises `RouteFileError` with all placeholders that have no value and all values that do not fit their option.
    """
    work = _Resolver(_Filler(values, os.environ if env is None else env))
    made = work.any(model)
    raise_errors(work.problems)
    return Resolution(cast("M", made), dict(sorted(work.filler.used.items())), frozenset(work.filler.secrets))


class Settings(Mapping[str, str]):
    """The settings and environment variables (`env:NAME`) that expressions may ask for.

    What was asked for is noted in `used` with its value, None when it was absent, as `Resolution.used` is.
    """

    def __init__(
        self, values: Mapping[str, str], used: dict[str, str | None], env: Mapping[str, str] | None = None
    ) -> None:
        """`env`: by default the process's environment."""
        self._filler = _Filler(values, os.environ if env is None else env)
        self._used = used

    def __getitem__(self, name: str) -> str:
        env = name.startswith("env:")
        found = self._filler.env.get(name[4:]) if env else self._filler.values.get(name)
        self._used[name] = found
        if found is None:
            raise KeyError(name)
        try:
            return found if env else self._filler.fill(found, (name,))
        except (_Missing, _Dropped) as error:
            raise ConfigurationError(f"the setting `{name}` cannot be filled in: {error}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._filler.values)

    def __len__(self) -> int:
        return len(self._filler.values)


class _Filler:
    """Fills placeholders into one text."""

    def __init__(self, values: Mapping[str, str], env: Mapping[str, str]) -> None:
        self.values = values
        self.env = env
        self.used: dict[str, str | None] = {}
        self.secrets: set[str] = set()

    def fill(self, text: str, busy: tuple[str, ...] = ()) -> str:
        """Return `text` with everything filled in; raises `_Dropped` or `_Missing`."""
        done = ""
        while (start := text.find("{{")) >= 0:
            end = _end(text, start)
            inner = self.fill(text[start + 2 : end - 2], busy)
            done += text[:start] + self.value(inner, busy)
            text = text[end:]
        return done + text

    def value(self, inner: str, busy: tuple[str, ...]) -> str:
        """Return what `{{inner}}` stands for."""
        source, _, rest = inner.partition(":")
        if source == "secret":
            self.secrets.add(rest)
            return "{{" + inner + "}}"
        if source in _FOREIGN:
            raise _Missing(f"placeholders of `{source}:` are not supported", "use a setting, `env:` or `secret:`")
        if source == "env":
            name, colon, default = rest.partition(":")
            if is_sensitive_name(name):
                hint = "write {{secret:name}}: what `env:` brings becomes part of the revision, on disk"
                raise _Missing(f"the environment variable `{name}` looks like a secret", hint)
            return self.look_up(f"env:{name}", self.env.get(name), default if colon else None, busy)
        name, colon, default = inner.removeprefix("?").partition(":")
        return self.look_up(name, self.values.get(name), default if colon else None, busy, inner.startswith("?"))

    def look_up(
        self, name: str, found: str | None, default: str | None, busy: tuple[str, ...], optional: bool = False
    ) -> str:
        """Return a value found, filled in itself, or the default; note that it was asked for."""
        if not _NAME.fullmatch(name.removeprefix("env:")):
            raise _Missing(f"`{{{{{name}}}}}` is no placeholder's name")
        if name in busy:
            raise _Missing(f"the placeholder `{name}` needs itself: {' → '.join((*busy, name))}")
        self.used[name] = found
        if found is not None:
            return self.fill(str(found), (*busy, name))
        if default is not None:
            return default
        if optional:
            raise _Dropped
        raise _Missing(f"the placeholder `{name}` has no value", nearest(name, self.values))


def _end(text: str, start: int) -> int:
    """Return where the placeholder that begins at `start` is over, braces inside it counted."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    raise _Missing("`{{` has no end `}}`")


class _Resolver:
    """Fills placeholders into elements."""

    def __init__(self, filler: _Filler) -> None:
        self.filler = filler
        self.problems: list[Problem] = []
        self.by_kind: dict[Kind, Callable[[Option, Any, Location], Any]] = {
            **dict.fromkeys(SCALARS, self.scalar),
            **dict.fromkeys((Kind.TEXTS, Kind.ITEMS), self.list),
            **dict.fromkeys((Kind.PARAMETERS, Kind.VALUES), self.table),
            **dict.fromkeys((Kind.EXPRESSION, Kind.PREDICATE, Kind.CLAUSE), self.expression),
            Kind.DATA_FORMAT: self.data_format,
            **dict.fromkeys((Kind.ELEMENT, Kind.ERROR_HANDLER), lambda _option, value, _place: self.node(value)),
            **dict.fromkeys(
                (Kind.STEPS, Kind.ELEMENTS), lambda _option, value, _place: tuple(self.node(one) for one in value)
            ),
        }

    def any(self, model: Node | RouteDocument) -> Node | RouteDocument:
        """Return an element or a document filled in."""
        return self.node(model) if isinstance(model, Node) else self.document(model)

    def document(self, document: RouteDocument) -> RouteDocument:
        """Return a document filled in."""
        return replace(document, items=tuple(self.node(item) for item in document.items))

    def node(self, node: N) -> N:
        """Return an element filled in."""
        changes: dict[str, Any] = {}
        for option in node.spec.options:
            value = getattr(node, option.name)
            if value is not None and option.name not in _UNTOUCHED:
                changes[option.name] = self.option(node, option, value)
        self.address(node, changes)
        return replace(node, **changes)

    def option(self, node: Node, option: Option, value: Any) -> Any:
        """Return an option's value filled in; its default when the option goes."""
        place = node.place(option.name)
        try:
            return self.by_kind[option.kind](option, value, place)
        except _Missing as missing:
            self.problems.append(error(str(missing), place, missing.suggestion))
        except ValueError as wrong:
            self.problems.append(error(str(wrong), place))
        except _Dropped:
            if option.default is MISSING:
                self.problems.append(
                    error(f"`{option.key}` cannot be left out, so `{{{{?...}}}}` needs a value", place)
                )
            else:
                return option.default
        return value

    def address(self, node: Node, changes: dict[str, Any]) -> None:
        """Take apart an address that a placeholder has brought."""
        before = getattr(node, "uri", "")
        if has_placeholder(before) and "parameters" in changes and changes["uri"] != before:
            try:
                changes["uri"], changes["parameters"] = split_address(changes["uri"], changes["parameters"])
            except ConfigurationError as wrong:
                self.problems.append(error(wrong.message, node.place("uri"), wrong.suggestion))

    def scalar(self, option: Option, value: Any, _place: Location) -> Any:
        """Fill one value and convert it to its kind."""
        return convert(option, self.filler.fill(value)) if has_placeholder(value) else value

    def list(self, _option: Option, value: Any, _place: Location) -> Any:
        """Fill a list."""
        return tuple(self.deep(list(value)))

    def table(self, _option: Option, value: Any, _place: Location) -> Any:
        """Fill a mapping; entries whose value goes are left out."""
        return self.deep(dict(value))

    def deep(self, value: Any) -> Any:
        """Fill every text inside a value."""
        if isinstance(value, dict):
            return {key: filled for key, inner in value.items() if (filled := self.keep(inner)) is not MISSING}
        if isinstance(value, list):
            return [filled for inner in value if (filled := self.keep(inner)) is not MISSING]
        return self.filler.fill(value) if has_placeholder(value) else value

    def keep(self, value: Any) -> Any:
        """Fill a value inside another, `MISSING` when it goes."""
        try:
            return self.deep(value)
        except _Dropped:
            return MISSING

    def expression(self, _option: Option, value: Expression, place: Location) -> Expression:
        """Fill an expression's text and options."""
        where = place if value.location == NOWHERE else value.location
        options = self.open(LANGUAGES[value.language], value.options, where)
        return replace(value, text=self.filler.fill(value.text), options=options)

    def data_format(self, _option: Option, value: DataFormat, place: Location) -> DataFormat:
        """Fill a data format's options."""
        return replace(value, options=self.open(DATA_FORMATS[value.name], value.options, place))

    def open(self, spec: OpenSpec, options: Mapping[str, Any], place: Location) -> dict[str, Any]:
        """Fill the options of a language or data format."""
        filled: dict[str, Any] = {}
        for key, value in options.items():
            try:
                found = self.scalar(spec.options[key], value, place)
            except _Dropped:
                continue
            if found != spec.options[key].default:
                filled[key] = found
        return filled
