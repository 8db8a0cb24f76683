"""A match as it is kept: an entry of the bank with what was decided of it. Pure."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.matching import Decision, Proposal
from caravana.commerce.matching.candidate import Credit
from caravana.commerce.matching.records import major
from caravana.commerce.transfers.mapping import Item
from caravana.commerce.transfers.words import NOTHING_BACK, TAKEN_BACK


def item_of_entry(
    batch: Mapping[str, Any],
    one: Mapping[str, Any],
    decision: Decision,
    credit: Credit,
    names: Mapping[int, str],
    branches: Mapping[int, Any],
) -> Item:
    """An entry with what was decided of it. What a person undid, or left, is never posted without a person.

    Of an account that several branches share, the first invoice's branch is the entry's.
    """
    before = one.get("before")
    hand = bool(before and before.get("hand"))
    proposals = [as_kept(each, credit.currency, names) for each in decision.proposals]
    match = {
        "entry": one["key"],
        "bank": one["entry"],
        "state": "undone" if hand else "proposed",
        "automatic": decision.automatic and not hand,
        "hand": hand,
        "by": None,
        "why": before["why"] if before and hand else {"es": decision.why[0], "en": decision.why[1]},
        "margin": decision.margin,
        "proposals": proposals,
        "chosen": proposals[0] if proposals else None,
        **placed(batch, one),
    }
    paid = [each["id"] for each in proposals[0]["invoices"]] if proposals else []
    branch = branches.get(paid[0]) if paid and match["branch"] is None else None
    return about({**match, "branch": branch} if isinstance(branch, str) else match, before)


def about(match: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Item:
    """What routes carry of a match; `before`: how it stood when the look began."""
    chosen = match.get("chosen")
    return {
        "kind": "post" if match["automatic"] or match.get("by") else "ask",
        "key": match["entry"],
        "entry": match["bank"],
        "customer": chosen["customer"] if chosen else None,
        "now": match["now"],
        **{name: match[name] for name in ("branch", "connection", "company")},
        "match": dict(match),
        "before": before,
    }


def placed(batch: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Whose an entry is, how often it was booked and as what at last, and since when it waits."""
    before = one.get("before")
    return {
        "branch": one["branch"],
        **{name: batch[name] for name in ("connection", "company")},
        "known": batch.get("known", True),
        "round": before["round"] if before else 1,
        "since": before["since"] if before else batch["now"],
        "made": before.get("made") if before else None,
        "now": batch["now"],
    }


def as_kept(one: Proposal, currency: str, names: Mapping[int, str]) -> dict[str, Any]:
    """A proposal with amounts in the currency, as it is kept and shown."""
    said = one.as_json()
    invoices = [
        {**each, **{name: str(major(each[name], currency)) for name in ("amount", "residual")}}
        for each in said["invoices"]
    ]
    return {
        **said,
        "invoices": invoices,
        "surplus": str(major(said["surplus"], currency)),
        "customer_name": names.get(one.customer),
        "currency": currency,
    }


def taking_back(batch: Mapping[str, Any], one: Mapping[str, Any]) -> Item:
    """A reversal with the one credit that it takes back; of none, or several, a person is asked."""
    known = one["takes_back"]
    match = bare(batch, one, NOTHING_BACK)
    item = about(match, one.get("before"))
    if len(known) != 1:
        return item
    taken = known[0]["match"] or bare(batch, {**known[0], "branch": one["branch"]}, TAKEN_BACK)
    return {**item, "kind": "unwind", "takes": about(taken)}


def bare(batch: Mapping[str, Any], one: Mapping[str, Any], why: Mapping[str, str]) -> dict[str, Any]:
    """A match without proposals."""
    return {
        "entry": one["key"],
        "bank": one["entry"],
        "state": "proposed",
        "automatic": False,
        "hand": False,
        "by": None,
        "why": why,
        "margin": None,
        "proposals": [],
        "chosen": None,
        **placed(batch, one),
    }
