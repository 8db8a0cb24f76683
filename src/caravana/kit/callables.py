"""Python callables that routes name: their effect kind is declared with a decorator; undeclared counts as blind."""

import hashlib
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError

_KIND = "__caravana_kind__"
_VERSION = "__caravana_version__"

F = TypeVar("F", bound=Callable[..., Any])


def declare(kind: Kind, *, version: str | None = None) -> Callable[[F], F]:
    """Return a decorator that declares a callable's effect kind and, instead of the hash of its source, its version."""

    def mark(function: F) -> F:
        setattr(function, _KIND, kind)
        setattr(function, _VERSION, version)
        return function

    return mark


def pure(function: F) -> F:
    """Declare that the same input gives the same output and nothing outside is touched: not recorded, may run again."""
    return declare(Kind.PURE)(function)


def read(function: F) -> F:
    """Declare that the callable only looks (clock, file, database): its result is recorded."""
    return declare(Kind.READ)(function)


def idempotent(function: F) -> F:
    """Declare that doing it twice is the same as once: repeated after an unknown outcome."""
    return declare(Kind.IDEMPOTENT)(function)


def blind(function: F) -> F:
    """Declare an effect that cannot be asked about: an unknown outcome is `in doubt`."""
    return declare(Kind.BLIND)(function)


class Configured(ABC):
    """An object whose methods depend on settings: they are part of a revision, and an exchange ends under those it began with."""

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The settings as JSON-able values, without secrets."""

    @abstractmethod
    def with_settings(self, settings: Mapping[str, Any]) -> "Configured":
        """Return the same with what `settings` of an earlier one gave. Raises `ConfigurationError` when they do not fit."""


@dataclass(frozen=True)
class Registered:
    """One callable under its name; `declared` is False when nobody said what kind of effect it has."""

    name: str
    function: Callable[..., Any]
    kind: Kind
    declared: bool
    version: str


class Callables:
    """The callables that routes may name."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_name: dict[str, Registered] = {}
        self._configured: dict[str, Configured] = {}
        self._asked: set[str] = set()

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """The settings of the objects that have some, by the objects' names."""
        return {name: dict(target.settings) for name, target in self._configured.items()}

    def with_settings(self, settings: Mapping[str, Mapping[str, Any]]) -> "Callables":
        """Return the same callables, the objects named in `settings` with those. Raises `ConfigurationError`."""
        made = Callables()
        made._by_name = dict(self._by_name)
        made._configured = dict(self._configured)
        for name in settings.keys() & self._configured.keys():
            made.register(name, self._configured[name].with_settings(settings[name]))
        return made

    def versions(self) -> dict[str, str]:
        """Return the version of every callable, by name."""
        return {one.name: one.version for one in self}

    def outdated(self) -> list[str]:
        """Return the names of callables whose file is another than when they were loaded: Python code is read once."""
        return sorted(one.name for one in self if _source_of(one.function).changed())

    @contextmanager
    def watched(self) -> Iterator[set[str]]:
        """Gather the names of the callables that are asked for in the block."""
        before, self._asked = self._asked, set()
        try:
            yield self._asked
        finally:
            self._asked = before

    def register(self, name: str, target: Any) -> None:
        """Register a function, or an object whose public methods are reached as `name.method`.

        Raises `ConfigurationError` for a lambda (its source has no stable identity) or what cannot be called.
        """
        if getattr(target, "__name__", "") == "<lambda>":
            raise ConfigurationError(f"`{name}` is a lambda", suggestion="write a named function")
        if inspect.isclass(target):
            target = target()
        if inspect.isroutine(target) or callable(target):
            self._add(name, target)
        if isinstance(target, Configured):
            self._configured[name] = target
        for method_name, method in inspect.getmembers(target, inspect.ismethod):
            if not method_name.startswith("_") and not hasattr(Configured, method_name):
                self._add(f"{name}.{method_name}", method)

    def register_path(self, name: str, path: str) -> None:
        """Register what `package.module:attribute` (or `package.module.attribute`) names.

        Raises `ConfigurationError` when it cannot be imported.
        """
        module_name, _, attribute = path.partition(":") if ":" in path else path.rpartition(".")
        try:
            target: Any = import_module(module_name)
            for part in attribute.split("."):
                target = getattr(target, part)
        except Exception as error:  # a module may raise anything while it is imported
            raise ConfigurationError(f"`{path}` cannot be imported: {error}", place=name) from error
        self.register(name, target)

    def get(self, name: str) -> Registered:
        """Return the callable `name`. Raises `ConfigurationError` when nobody registered it."""
        found = self._by_name.get(name)
        if found is None:
            raise ConfigurationError(f"no callable is registered under `{name}`")
        self._asked.add(name)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_name.values())

    def _add(self, name: str, function: Callable[..., Any]) -> None:
        kind = getattr(function, _KIND, None)
        version = getattr(function, _VERSION, None) or _source_of(function).hash
        self._by_name[name] = Registered(name, function, kind or Kind.BLIND, kind is not None, version)


class _Source(NamedTuple):
    """The source of a function as it was loaded."""

    hash: str
    file: Path | None
    written: int

    def changed(self) -> bool:
        """Whether its file was written since."""
        return self.file is not None and _written(self.file) != self.written


_SOURCES: "WeakKeyDictionary[Callable[..., Any], _Source]" = WeakKeyDictionary()
"""Looked at once for each function: later its file may say something else than what runs."""


def _source_of(function: Callable[..., Any]) -> _Source:
    plain = inspect.unwrap(getattr(function, "__func__", function))
    try:
        if plain not in _SOURCES:
            _SOURCES[plain] = _look_at(plain)
        return _SOURCES[plain]
    except TypeError:  # an object that is called and cannot be a key
        return _look_at(plain)


def _look_at(function: Callable[..., Any]) -> _Source:
    try:
        source, file = inspect.getsource(function), Path(inspect.getfile(function))
    except (OSError, TypeError):
        source, file = (
            f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(type(function)))}",
            None,
        )
    digest = hashlib.blake2b(source.encode(), digest_size=8).hexdigest()
    return _Source(digest, file, _written(file) if file is not None else 0)


def _written(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
