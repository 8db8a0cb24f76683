"""Python callables that routes name: their effect kind is declared with a decorator; undeclared counts as blind."""

import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

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
        for method_name, method in inspect.getmembers(target, inspect.ismethod):
            if not method_name.startswith("_"):
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
        except (ImportError, AttributeError, ValueError) as error:
            raise ConfigurationError(f"`{path}` cannot be imported: {error}", place=name) from None
        self.register(name, target)

    def get(self, name: str) -> Registered:
        """Return the callable `name`. Raises `ConfigurationError` when nobody registered it."""
        found = self._by_name.get(name)
        if found is None:
            raise ConfigurationError(f"no callable is registered under `{name}`")
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_name.values())

    def _add(self, name: str, function: Callable[..., Any]) -> None:
        kind = getattr(function, _KIND, None)
        version = getattr(function, _VERSION, None) or _source_hash(function)
        self._by_name[name] = Registered(name, function, kind or Kind.BLIND, kind is not None, version)


def _source_hash(function: Callable[..., Any]) -> str:
    try:
        source = inspect.getsource(inspect.unwrap(function))
    except (OSError, TypeError):
        source = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(type(function)))}"
    return hashlib.blake2b(source.encode(), digest_size=8).hexdigest()
