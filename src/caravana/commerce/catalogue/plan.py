"""What has to go to Meta: products as they are now, against what the hub keeps of each.

What is kept of a product, under `key`: `id`, `template`, `sku`, `name`, `facts` and `facts_hash` (as read), `item` (as it shall
be, None: in no catalogue), `wanted` (hashes of its two lanes), `meta` (hashes of what Meta has, None: nothing), `state`,
`reason`, `detail`, `since`, `told` (in Odoo).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from caravana.commerce.catalogue import telling
from caravana.commerce.catalogue.item import Made, Shelf, World, lanes, make
from caravana.commerce.catalogue.telling import ACCEPTED, REFUSED, REMOVED, WAITING

Kept = dict[str, Any]
SMALL = 500
"""So many items at most go together in one batch of the fast lane, whatever changed of them."""


def key(product: int) -> str:
    """Return the name under which a product is kept."""
    return f"p/{product:010d}"


def is_held(record: Kept | None) -> bool:
    """Whether a product waits until prices agree with Odoo's."""
    return record is not None and record["reason"] == "held"


@dataclass
class Plan:
    """`content`, `live`: products of which everything goes out, or price and stock; `gone`: (product, SKU) to be taken out.

    `posts`: products that a person wants a post about, each once as long as its tag stays; `again`: some went out before.

    `records`: what is to be kept of every product that was looked at and differs from what was kept.
    """

    content: list[int] = field(default_factory=list)
    live: list[int] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    records: dict[str, Kept] = field(default_factory=dict)
    again: bool = False

    def batches(self) -> list[dict[str, Any]]:
        """Return what goes out together: `fast`, `whole` (items as they are, else price and stock alone), `ids`, `delete`.

        `again`: it may be on its way already, so that it is looked at once more when its turn comes.
        """
        return [{**one, "again": self.again} for one in self._batches()]

    def _batches(self) -> list[dict[str, Any]]:
        out = [{"id": product, "sku": sku} for product, sku in self.gone]
        if len(self.content) + len(self.live) + len(out) <= SMALL:
            ids = sorted([*self.content, *self.live])
            whole = bool(self.content or out)
            return [{"fast": True, "whole": whole, "ids": ids, "delete": out}] if ids or out else []
        found = []
        if self.live:
            found.append({"fast": True, "whole": False, "ids": sorted(self.live), "delete": []})
        if self.content or out:
            found.append({"fast": False, "whole": True, "ids": sorted(self.content), "delete": out})
        return found


def plan(
    products: Iterable[Mapping[str, Any]],
    kept: Mapping[str, Kept],
    world: World,
    shelf: Shelf,
    at: datetime,
    *,
    again: bool = False,
) -> Plan:
    """Return what is to be done. `products`: facts, each with `hash`; those with `gone` are in Odoo no more, or not wanted.

    `again`: what Meta has not taken goes out once more, although nothing of it changed.
    """
    found = Plan()
    taken = {one["sku"]: one["id"] for one in kept.values() if one["item"] is not None}
    for facts in products:
        name = key(facts["id"])
        before = kept.get(name)
        if facts.get("gone") or not facts["wanted"]:
            if before is not None and before["state"] != REMOVED:
                _leave(found, before, Made(before["sku"], reason="gone"), at, REMOVED, quiet=bool(facts.get("gone")))
            continue
        made = make(facts, world, shelf, at)
        if made.item is not None and taken.setdefault(made.sku, facts["id"]) != facts["id"]:
            made = Made(made.sku, reason="twice")
        _take(found, _record(facts, made, before), made, before, at, again=again)
    return found


def _record(facts: Mapping[str, Any], made: Made, before: Kept | None) -> Kept:
    return {
        "id": facts["id"],
        "template": facts["template"],
        "sku": made.sku,
        "name": facts["name"],
        "facts": {name: value for name, value in facts.items() if name != "hash"},
        "facts_hash": facts["hash"],
        "item": made.item,
        "wanted": list(lanes(made.item)) if made.item is not None else None,
        "meta": before["meta"] if before is not None else None,
        "state": before["state"] if before is not None else WAITING,
        "reason": before["reason"] if before is not None else "",
        "detail": before["detail"] if before is not None else "",
        "since": before["since"] if before is not None else None,
        "told": before["told"] if before is not None else "",
        "posting": bool(facts["post"] and made.item is not None),
    }


def _take(found: Plan, record: Kept, made: Made, before: Kept | None, at: datetime, *, again: bool) -> None:
    """Put a product that shall be in the catalogue into the plan, by what differs."""
    if made.item is None:
        _leave(found, record if before is None else {**record, "sku": before["sku"]}, made, at, REFUSED)
        return
    if before is not None and before["sku"] != made.sku and before["meta"] is not None:
        found.gone.append((record["id"], before["sku"]))
        record["meta"] = None
    if record["posting"] and not (before is not None and before["posting"]):
        found.posts.append(record["id"])
    meta, wanted = record["meta"], record["wanted"]
    asked = before["wanted"] if before is not None and before["sku"] == made.sku else None
    if before is not None and asked == wanted and before["item"] is not None and not (again and meta != wanted):
        if before["facts_hash"] != record["facts_hash"]:
            found.records[key(record["id"])] = record
        return
    found.again |= before is not None and asked == wanted
    record |= {"state": WAITING, "reason": "", "detail": "", "since": at.isoformat(timespec="seconds")}
    record["told"] = telling.told(record, before)
    found.records[key(record["id"])] = record
    (found.live if meta is not None and meta[0] == wanted[0] else found.content).append(record["id"])


def _leave(found: Plan, record: Kept, made: Made, at: datetime, state: str, *, quiet: bool = False) -> None:
    """Put a product that shall not be in the catalogue into the plan: what Meta has of it is taken out.

    `quiet`: it may be deleted in Odoo, where nothing can be told of it then.
    """
    same = (record["state"], record["reason"], record["detail"]) == (state, made.reason, made.detail)
    since = record["since"] if same else at.isoformat(timespec="seconds")
    if record["meta"] is not None or (record["item"] is not None and record["state"] == WAITING):
        found.gone.append((record["id"], record["sku"]))
    after = {
        **record,
        "item": None,
        "wanted": None,
        "state": state,
        "reason": made.reason,
        "detail": made.detail,
        "since": since,
    }
    found.records[key(record["id"])] = after if quiet else {**after, "told": telling.told(after, record)}


def looked(shown: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Kept], at: datetime) -> Plan:
    """Return what is to be done after a look at Meta. `shown`: product's key → `missing` there, `errors` that keep it hidden."""
    found = Plan()
    for name, one in shown.items():
        record = kept.get(name)
        if record is None or record["item"] is None or record["meta"] is None:
            continue
        if one["missing"]:
            found.content.append(record["id"])
            now = {**record, "meta": None, "state": WAITING, "reason": "", "detail": ""}
        elif record["meta"] != record["wanted"]:
            continue
        else:
            detail = "; ".join(one["errors"])
            state, reason = (REFUSED, "meta") if detail else (ACCEPTED, "")
            now = {**record, "state": state, "reason": reason, "detail": detail}
        now["since"] = at.isoformat(timespec="seconds")
        found.records[name] = {**now, "told": telling.told(now, record)}
    return found


def told(
    batch: Mapping[str, Any],
    sent: Mapping[str, Sequence[str]],
    answer: Mapping[str, Any],
    kept: Mapping[str, Kept],
    at: datetime,
) -> dict[str, Kept]:
    """Return what is to be kept after Meta's answer. `sent`: product's key → hashes of what was handed in."""
    reasons = {one["sku"]: one["reason"] for one in answer["refused"]}
    after: dict[str, Kept] = {}
    for name, hashes in sent.items():
        record = kept.get(name)
        if record is None:
            continue
        why = reasons.get(record["sku"])
        state = REFUSED if why else ACCEPTED
        now = {**record, "meta": record["meta"] if why else list(hashes)}
        if record["item"] is not None and record["wanted"] == list(hashes):
            since = record["since"] if record["state"] == state else at.isoformat(timespec="seconds")
            now |= {"state": state, "reason": "meta" if why else "", "detail": why or "", "since": since}
            now["told"] = telling.told(now, record)
        after[name] = now
    for one in batch["delete"]:
        record = kept.get(key(one["id"]))
        if record is not None and record["sku"] == one["sku"] and record["item"] is None and one["sku"] not in reasons:
            after[key(one["id"])] = {**after.get(key(one["id"]), record), "meta": None}
    return after
