"""Message and exchange: what travels through a route."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping
from datetime import datetime
from typing import Any

IN_ONLY = "InOnly"
IN_OUT = "InOut"


class _Items(ItemsView[str, Any]):
    """Pairs as they were last set, without a look-up for each."""

    _mapping: "Headers"

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._mapping._items.values())  # noqa: SLF001 -- its own view


class Headers(MutableMapping[str, Any]):
    """Message headers: names ignore case, the spelling last set is shown (Camel: case-insensitive headers)."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        """`items`: the first headers."""
        pairs = items.items() if isinstance(items, Mapping) else items
        self._items: dict[str, tuple[str, Any]] = {name.lower(): (name, value) for name, value in pairs}

    def __getitem__(self, name: str) -> Any:
        return self._items[name.lower()][1]

    def __setitem__(self, name: str, value: Any) -> None:
        self._items[name.lower()] = (name, value)

    def __delitem__(self, name: str) -> None:
        del self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"

    def items(self) -> ItemsView[str, Any]:
        """Return the pairs of name and value."""
        return _Items(self)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of `name`, or `default`."""
        found = self._items.get(name.lower())
        return default if found is None else found[1]

    def copy(self) -> "Headers":
        """Return headers that can change on their own."""
        twin = Headers()
        twin._items = self._items.copy()
        return twin


class Exchange:
    """One message on its way: body, headers, properties, variables, and the failure that a handler is looking at.

    `body` and every header, property and variable are JSON-able values, text, bytes, Decimal or aware datetimes.
    `id` is the journal's id; parts of a split share it.
    """

    __slots__ = (
        "body",
        "branch",
        "created",
        "exception",
        "headers",
        "id",
        "pattern",
        "properties",
        "route_id",
        "stopped",
        "variables",
    )

    def __init__(
        self,
        id: str,  # noqa: A002 -- Camel's word
        body: Any = None,
        headers: Headers | None = None,
        *,
        created: datetime,
        pattern: str = IN_ONLY,
        route_id: str = "",
        branch: str | None = None,
    ) -> None:
        """`created`: when the hub accepted the message, aware UTC; `branch`: the company's branch it belongs to."""
        self.id = id
        self.body = body
        self.headers = headers if headers is not None else Headers()
        self.properties: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.exception: BaseException | None = None
        self.created = created
        self.pattern = pattern
        self.route_id = route_id
        self.branch = branch
        self.stopped = False

    def copy(self) -> "Exchange":
        """Return a copy whose headers, properties and variables change on their own; the body is shared."""
        twin = Exchange(
            self.id,
            self.body,
            self.headers.copy(),
            created=self.created,
            pattern=self.pattern,
            route_id=self.route_id,
            branch=self.branch,
        )
        twin.properties = self.properties.copy()
        twin.variables = self.variables.copy()
        return twin

    def restore(self, other: "Exchange") -> None:
        """Take over the message, properties and variables of `other` (a redelivery starts from the message before the step)."""
        self.body = other.body
        self.headers = other.headers.copy()
        self.properties = other.properties.copy()
        self.variables = other.variables.copy()
