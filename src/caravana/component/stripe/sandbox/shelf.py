"""All objects of the account: kept by kind in the order of their making, found, listed, expanded."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.wire import ApiError, Thing, missing

PREFIXES = {
    "cs": "checkout.session",
    "pi": "payment_intent",
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "du": "dispute",
    "po": "payout",
    "txn": "balance_transaction",
    "evt": "event",
    "we": "webhook_endpoint",
}
"""Beginning of a name → kind of object."""
WORDS = {"checkout.session": "checkout.session", "payment_intent": "payment_intent"}
MOST = 100
USUAL = 10


class Shelf:
    """The objects. `hidden` holds what Stripe knows of one and does not send."""

    def __init__(self) -> None:
        """Nothing is there."""
        self._things: dict[str, dict[str, Thing]] = {kind: {} for kind in PREFIXES.values()}
        self.hidden: dict[str, dict[str, Any]] = {}

    def put(self, thing: Thing, **hidden: Any) -> Thing:
        """Keep a new object."""
        self._things[thing["object"]][thing["id"]] = thing
        self.hidden[thing["id"]] = hidden
        return thing

    def drop(self, thing: Thing) -> None:
        """Forget an object."""
        del self._things[thing["object"]][thing["id"]]

    def get(self, kind: str, name: str, param: str = "id") -> Thing:
        """Return an object. Raises `ApiError` (resource_missing)."""
        found = self._things[kind].get(name)
        if found is None:
            raise missing(kind.replace(".", " "), name, param, 404 if param == "id" else 400)
        return found

    def all(self, kind: str) -> Iterable[Thing]:
        """Return all objects of a kind, in the order of their making."""
        return list(self._things[kind].values())

    def listed(self, kind: str, params: Params, url: str, fits: Callable[[Thing], bool] = lambda one: True) -> Thing:
        """Return one page of a list, newest first. Raises `ApiError` for a wrong limit, cursor or filter."""
        limit = _limit(params)
        after, before = params.text("starting_after"), params.text("ending_before")
        if after and before:
            raise ApiError("You cannot parameterize starting_after and ending_before.", param="ending_before")
        made = span(params.either("created"), "created")
        known = list(self._things[kind].values())[::-1]
        place = next((number for number, one in enumerate(known) if one["id"] == (after or before)), None)
        if (after or before) and place is None:
            raise missing(kind, str(after or before), "starting_after" if after else "ending_before", 400)
        if after:
            known = known[(place or 0) + 1 :]
        if before:
            known = known[:place]
        fitting = [one for one in known if made(one.get("created", 0)) and fits(one)]
        data = fitting[-limit:] if before else fitting[:limit]
        return {
            "object": "list",
            "url": url,
            "has_more": len(fitting) > limit,
            "data": [copy.deepcopy(one) for one in data],
        }

    def expanded(self, thing: Thing, paths: list[str]) -> Thing:
        """Return a copy of `thing` in which the names at `paths` (`payment_intent.latest_charge`) are the objects themselves."""
        made = copy.deepcopy(thing)
        for path in paths:
            self._expand(made, path.split("."))
        return made

    def _expand(self, thing: Any, path: list[str]) -> None:
        if isinstance(thing, list):
            for one in thing:
                self._expand(one, path)
            return
        if not isinstance(thing, dict) or not path:
            return
        name, rest = path[0], path[1:]
        if name not in thing:
            raise ApiError(f"This property cannot be expanded ({name}).", param="expand")
        if isinstance(thing[name], str):
            kind = PREFIXES.get(thing[name].partition("_")[0])
            if kind is None:
                raise ApiError(f"This property cannot be expanded ({name}).", param="expand")
            thing[name] = copy.deepcopy(self.get(kind, thing[name]))
        self._expand(thing[name], rest)


def span(asked: Any, name: str) -> Callable[[int], bool]:
    """Return a test for a moment: equal, or between `gt`, `gte`, `lt` and `lte`. Raises `ApiError`."""
    if asked is None:
        return lambda moment: True
    bounds = {"": asked} if isinstance(asked, str) else asked
    if not isinstance(bounds, dict) or set(bounds) - {"", "gt", "gte", "lt", "lte"}:
        raise ApiError(f"Invalid {name}: use gt, gte, lt or lte", param=name)
    if not all(isinstance(one, str) and one.isdigit() for one in bounds.values()):
        raise ApiError(f"Invalid timestamp: {name}", code="parameter_invalid_integer", param=name)
    tests: dict[str, Callable[[int, int], bool]] = {
        "": lambda a, b: a == b,
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    return lambda moment: all(tests[word](moment, int(bound)) for word, bound in bounds.items())


def _limit(params: Params) -> int:
    limit = params.whole("limit")
    if limit is None:
        return USUAL
    if not 1 <= limit <= MOST:
        raise ApiError("This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit")
    return limit
