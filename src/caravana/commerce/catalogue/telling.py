"""How products stand, told in Odoo: in a field of the hub's own where it is prepared, else by a note when the state changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from caravana.commerce.catalogue.item import REASONS

WAITING, ACCEPTED, REFUSED, REMOVED = "waiting", "accepted", "refused", "removed"
"""States of a product."""
STATES: Mapping[str, str] = {
    ACCEPTED: "Publicado en el catálogo de Meta",
    REFUSED: "No está al día en el catálogo de Meta",
    REMOVED: "Retirado del catálogo de Meta",
    WAITING: "En espera de Meta",
}
"""What a clerk reads."""
LONGEST = 250


def words(record: Mapping[str, Any]) -> str:
    """Return how a product stands, in words."""
    text = STATES[record["state"]]
    reason = record["detail"] if record["reason"] == "meta" else REASONS["es"].get(record["reason"], "")
    if reason and record["state"] != ACCEPTED:
        text += f": {reason}"
        if record["detail"] and record["reason"] != "meta":
            text += f" ({record['detail']})"
    return text[:LONGEST]


def told(record: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """Return what is told of a product from now on: that something of it waits is told only while nothing else was."""
    was = before["told"] if before is not None else ""
    return was if was and record["state"] == WAITING else words(record)


def fields(pairs: Iterable[tuple[Mapping[str, Any] | None, Mapping[str, Any]]], name: str) -> list[dict[str, Any]]:
    """Return what is written, products of the same words together; `pairs`: what was kept of a product, and what is now."""
    ids: dict[str, list[int]] = {}
    for was, now in pairs:
        if now["told"] != (was["told"] if was is not None else ""):
            ids.setdefault(now["told"], []).append(now["id"])
    return [{"ids": sorted(numbers), "values": {name: text}} for text, numbers in sorted(ids.items())]


def notes(
    pairs: Iterable[tuple[Mapping[str, Any] | None, Mapping[str, Any]]], catalogue: str = ""
) -> list[dict[str, Any]]:
    """Return notes on products of which something else is told; a first acceptance gets none, there would be one on each.

    That prices hold products back is none either: a person is told of the whole list. `catalogue`: the name of one of several.
    """
    whose = f"Catálogo {catalogue}: " if catalogue else ""
    quiet = (STATES[WAITING], "", words({"state": REFUSED, "reason": "held", "detail": ""}))
    found = []
    for was, now in pairs:
        before = was["told"] if was is not None else ""
        if now["told"] in (before, *quiet) or (before in quiet and now["told"] == STATES[ACCEPTED]):
            continue
        found.append({"id": now["template"], "body": whose + now["told"]})
    return found
