"""Whose turn it is at an ordered emission point: numbers go out in their order, also after a halt or when the company was away.

What waits to be sent stands in the store `einvoice_turn` under point, kind and number: from the moment when it could not be
sent (written in the emission point's lane, where the next one is judged), until the ledger says that it waits no more. A document
with a higher number than one that waits is held, and called as soon as that one has gone; whatever happens, it looks again by
itself after a while. Documents come as Odoo tells of them: what is posted out of its order is not waited for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from caravana.commerce.einvoice.base import Document, EInvoiceMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.einvoice import State, Verdict

DIGITS = 12
"""Numbers stand with so many digits in keys, so that keys have the order of numbers."""


class Turns(EInvoiceMapping):
    """The order of an emission point's documents. `waiting`: the lowest numbers of the wish's kind that wait."""

    # The ledger's news: what waits.

    @pure
    def turn_over(self, variables: Variables) -> str | None:
        """Return the key under which the document waited and does no more. `before`: as it was before the news, or None."""
        key = _waits_as(variables["before"])
        return None if key == _waits_as(variables["document"]) else key

    @pure
    def turn_key(self, variables: Variables) -> str | None:
        """Return the key under which the document waits to be sent, or None."""
        return _waits_as(variables["document"])

    @pure
    def turn(self, variables: Variables) -> Document:
        """Return what is kept of a document that waits."""
        return {name: variables["document"][name] for name in ("key", "name", "branch")}

    # Issuing: whose turn it is.

    @pure
    def is_in_order(self, variables: Variables) -> bool:
        """Whether the wish's emission point is ordered."""
        wish = variables["wish"]
        point = self._settings.points.get(wish["point"])
        return point is not None and point["ordered"] and _key(wish["point"], wish["name"]) is not None

    @pure
    def has_to_queue(self, variables: Variables) -> bool:
        """Whether the document waits for lower numbers: what a person asks for, and what was refused before, goes at once."""
        document = variables["document"]
        is_next = document is None or not document["n"] or document["state"] == State.QUEUED
        return self.is_in_order(variables) and variables["wish"]["origin"] != "person" and is_next

    @pure
    def turn_kind(self, variables: Variables) -> str:
        """Return how the keys of what stands in one row with the wish's document begin."""
        return _own(variables)[:-DIGITS]

    @pure
    def has_turn(self, variables: Variables) -> bool:
        """Whether no lower number waits; up to that in the wish's `after` all have gone."""
        own = _own(variables)
        return not any(key < own for key, _ in _waiting(variables, variables["wish"].get("after")))

    @pure
    def has_gone(self, variables: Variables) -> bool:
        """Whether the document is out of the way of the next one: sent, or to be mended."""
        standing = variables.get("standing")
        again = standing is not None and standing["class"] == Verdict.AGAIN and not standing["final"]
        return variables["action"] in ("make", "again") and variables["why"] is None and not again

    @pure
    def stays(self, variables: Variables) -> bool:
        """Whether the document waits from now on: it was held, or could not be sent."""
        tried = variables["action"] in ("make", "again") or variables["why"] is not None
        return self.is_in_order(variables) and (
            variables["action"] == "hold" or (tried and not self.has_gone(variables))
        )

    @pure
    def own_key(self, variables: Variables) -> str:
        """Return the key of the wish's document among those that wait."""
        return _own(variables)

    @pure
    def own_turn(self, variables: Variables) -> Document:
        """Return what is kept of the wish's document while it waits."""
        wish = variables["wish"]
        return {"key": wish["key"], "name": wish["name"], "branch": wish.get("branch")}

    @pure
    def next_turn(self, variables: Variables) -> dict[str, Any] | None:
        """Return the wish to issue the next document that waits at the emission point, or None."""
        wish = variables["wish"]
        later = [one for _, one in _waiting(variables, wish["name"])]
        if not later:
            return None
        branch = {} if later[0]["branch"] is None else {"branch": later[0]["branch"]}
        told = {"key": later[0]["key"], "point": wish["point"], "name": later[0]["name"], "lane": wish["lane"]}
        return {**told, "origin": "due", "document": None, "after": wish["name"], **branch}

    @pure
    def next_wish(self, variables: Variables) -> dict[str, Any]:
        """Return that wish with what a file adds to it. `next`: the wish; `file`: of its document, or None."""
        return {**variables["next"], "document": variables["file"]}


def _waits_as(document: Document | None) -> str | None:
    """The key of a document that waits to be sent; None for any other."""
    if document is None or document["state"] != State.QUEUED or document["dropped"] or not document["point"]:
        return None
    return _key(document["point"], document["name"])


def _own(variables: Variables) -> str:
    wish = variables["wish"]
    return _key(wish["point"], wish["name"]) or ""


def _key(point: str, name: str | None) -> str | None:
    """Point, what stands before the number in Odoo's name (types are numbered apart), and number; None for no number."""
    text = str(name or "").strip()
    before = text.rstrip("0123456789")
    digits = text[len(before) :]
    return f"{point}/{before}/{digits.zfill(DIGITS)}" if digits and len(digits) <= DIGITS else None


def _waiting(variables: Variables, after: str | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield key and document of what waits in the row, in order, behind the document that is called `after`."""
    gone = _key(variables["wish"]["point"], after) or ""
    rows = sorted((str(one["key"]), one["value"]) for one in variables["waiting"] if one["key"] > gone)
    yield from rows


__all__ = ["Turns"]
