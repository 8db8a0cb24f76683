"""What the comparison of a day cannot judge, and why: that is no difference, and no sign that all is the same. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from caravana.commerce.attempt import Attempt

ABSENT = "payment_not_at_company"
"""Kind of the difference that a company which tells nothing cannot prove."""
Variables = Mapping[str, Any]


def answered(variables: Variables) -> Iterator[tuple[Attempt, Mapping[str, Any] | None]]:
    """Yield each attempt that was asked about with the company's answer; None: it gave none."""
    yield from zip(variables.get("asked") or [], variables.get("answers") or [], strict=False)


def silent(variables: Variables) -> set[str]:
    """Return the keys of attempts of which the company tells nothing, whatever became of them."""
    return {one["key"] for one, answer in answered(variables) if answer is not None and answer.get("silent")}


def unjudged(variables: Variables) -> list[dict[str, Any]]:
    """Return what was not judged, each with `why`, `message` (the company's component says it) and our `references`.

    `why`: `silent` (the company tells nothing of these sessions), `unanswered` (it gave no answer about them), `unfinished` (its
    list of the day may not be whole yet: what Odoo has and the company does not is judged later).
    """
    found: dict[tuple[str, str], list[str]] = {}
    for one, answer in answered(variables):
        if answer is None or answer.get("silent"):
            why = ("unanswered", "") if answer is None else ("silent", str(answer["message"]))
            found.setdefault(why, []).append(one["reference"])
    listing = variables.get("listing")
    if listing is not None and not listing["whole"]:
        found["unfinished", ""] = []
    return [{"why": why, "message": message, "references": names} for (why, message), names in found.items()]


__all__ = ["ABSENT", "answered", "silent", "unjudged"]
