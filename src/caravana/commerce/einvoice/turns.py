"""Whose turn it is at an emission point that is ordered: after a halt, or when the company was away, numbers go out in their order.

What waits to be sent stands in the store `einvoice_open` with its number. A document whose number is higher than that of one that
waits is held, and called as soon as that one has gone; whatever happens, it looks again by itself after a minute.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from caravana.commerce.einvoice import schedule
from caravana.commerce.einvoice.base import EInvoiceMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.einvoice import State, Verdict

Turn = tuple[str, int]
"""What stands before the number in the document's name, and the number: types have numbers of their own."""


class Turns(EInvoiceMapping):
    """The order of an emission point's documents. `waiting`: what `einvoice_open` holds."""

    @pure
    def has_to_queue(self, variables: Variables) -> bool:
        """Whether the document waits for lower numbers: what a person asks for, and what was refused before, goes at once."""
        wish = variables["wish"]
        return self.is_in_order(variables) and wish["origin"] != "person" and _is_new(variables["document"])

    @pure
    def is_in_order(self, variables: Variables) -> bool:
        """Whether the wish's emission point is ordered."""
        point = self._settings.points.get(variables["wish"]["point"])
        return point is not None and point["ordered"]

    @pure
    def has_turn(self, variables: Variables) -> bool:
        """Whether no lower number of the emission point waits; up to that in `after` all have gone."""
        wish = variables["wish"]
        own, after = turn_of(wish["name"]), turn_of(wish.get("after"))
        if own is None:
            return True
        gone = after[1] if after is not None and after[0] == own[0] else 0
        return not any(gone < number < own[1] for number, _ in _waiting(variables, own[0]))

    @pure
    def has_gone(self, variables: Variables) -> bool:
        """Whether the document is out of the way of the next one: sent, or to be mended."""
        standing = variables.get("standing")
        again = standing is not None and standing["class"] == Verdict.AGAIN and not standing["final"]
        return variables["action"] in ("make", "again") and variables["why"] is None and not again

    @pure
    def next_turn(self, variables: Variables) -> dict[str, Any] | None:
        """Return the wish to issue the next document that waits at the emission point, or None."""
        wish = variables["wish"]
        own = turn_of(wish["name"])
        later = [] if own is None else [one for one in _waiting(variables, own[0]) if one[0] > own[1]]
        if not later:
            return None
        _, row = min(later, key=lambda one: one[0])
        value = row["value"]
        branch = {"branch": value["branch"]} if "branch" in value else {}
        told = {"key": row["key"], "point": wish["point"], "name": value["name"], "lane": wish["lane"]}
        return {**told, "origin": "due", "document": None, "after": wish["name"], **branch}

    @pure
    def next_wish(self, variables: Variables) -> dict[str, Any]:
        """Return that wish with what a file adds to it. `next`: the wish; `file`: of its document, or None."""
        return {**variables["next"], "document": variables["file"]}


def turn_of(name: str | None) -> Turn | None:
    """Return a document's place in the order, by its name in Odoo; None for a name without a number."""
    text = str(name or "").strip()
    before = text.rstrip("0123456789")
    digits = text[len(before) :]
    return (before, int(digits)) if digits else None


def _is_new(document: Mapping[str, Any] | None) -> bool:
    """Whether the document was not refused before: its number is then not the next one."""
    return document is None or not document["n"] or document["state"] == State.QUEUED


def _waiting(variables: Variables, kind: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield number and row of what waits to be sent at the wish's emission point, of names that begin as `kind`."""
    for row in variables["waiting"]:
        value = row["value"]
        turn = turn_of(value.get("name")) if value["duty"] == schedule.AGAIN else None
        if turn is not None and turn[0] == kind and value.get("point") == variables["wish"]["point"]:
            yield turn[1], row


__all__ = ["Turns", "turn_of"]
