"""What has to go to Meta: which products, in which lane, in how many batches; and what an answer that comes late means."""

from datetime import UTC, datetime
from typing import Any

from caravana.commerce.catalogue.item import Shelf, World
from caravana.commerce.catalogue.plan import Kept, Plan, key, plan, told

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORLD = World.read({"rules": [], "taxes": [], "categories": []})
SHELF = Shelf("XYZ", "https://shop.example/{sku}", "https://hub.example")


def facts(number: int, **more: Any) -> dict[str, Any]:
    """Return what was read of a product."""
    plain: dict[str, Any] = {
        "barcode": None,
        "text": None,
        "cost": "0",
        "category": None,
        "taxes": [],
        "company": None,
        "currency": "USD",
    }
    own = {
        "id": number,
        "template": number,
        "name": f"P{number}",
        "code": f"P{number}",
        "list_price": "10",
        "free": "1",
    }
    rest = {"variants": 1, "stored": True, "wanted": True, "post": False, "picture": f"/wares/{number}.jpg"}
    found = {**plain, **own, **rest, **more}
    return {**found, "hash": repr(sorted(found.items(), key=str))}


def accepted(*products: dict[str, Any]) -> dict[str, Kept]:
    """Return what is kept once Meta has taken these products."""
    made = plan(products, {}, WORLD, SHELF, AT)
    sent = {name: one["wanted"] for name, one in made.records.items()}
    return made.records | told({"delete": []}, sent, {"refused": []}, made.records, AT)


def planned(products: list[dict[str, Any]], kept: dict[str, Kept], **more: Any) -> Plan:
    """Return the plan."""
    return plan(products, kept, WORLD, SHELF, AT, **more)


def test_little_goes_together_and_much_apart() -> None:
    """Up to 500 items are one fast batch whatever changed of them; more whole items go in bulk, prices beside them."""
    [few] = planned([facts(one) for one in range(500)], {}).batches()
    assert (few["fast"], few["whole"], len(few["ids"])) == (True, True, 500)
    kept = accepted(*(facts(one) for one in range(10)))
    news = [facts(one, list_price="11") for one in range(10)] + [facts(one) for one in range(100, 700)]
    fast, bulk = planned(news, kept).batches()
    assert (fast["fast"], fast["whole"], len(fast["ids"])) == (True, False, 10)
    assert (bulk["fast"], bulk["whole"], len(bulk["ids"])) == (False, True, 600)


def test_what_did_not_change_does_not_go_out() -> None:
    """The same facts, and other facts that give the same item, send nothing; the facts are kept."""
    kept = accepted(facts(1))
    assert planned([facts(1)], kept).records == {}
    cheaper = planned([facts(1, cost="4")], kept)
    assert cheaper.batches() == []
    assert cheaper.records[key(1)]["facts"]["cost"] == "4"


def test_price_and_stock_alone_are_the_fast_lane() -> None:
    """A new price or stock sends no text and picture along."""
    kept = accepted(facts(1), facts(2), facts(3))
    [batch] = planned([facts(1, list_price="12"), facts(2, free="0")], kept).batches()
    assert (batch["whole"], batch["ids"]) == (False, [1, 2])
    assert planned([facts(3, name="Otro")], kept).content == [3]


def test_another_reference_takes_the_old_one_out() -> None:
    """Meta knows items by their reference: the old one is deleted, the new one made."""
    found = planned([facts(1, code="NEW")], accepted(facts(1)))
    assert (found.gone, found.content) == ([(1, "P1")], [1])


def test_what_changed_while_meta_worked_stays_waiting() -> None:
    """An answer about an older state is no answer about the newer one."""
    first = accepted(facts(1))
    newer = first | planned([facts(1, list_price="12")], first).records
    after = told({"delete": []}, {key(1): first[key(1)]["wanted"]}, {"refused": []}, newer, AT)
    assert after[key(1)]["state"] == "waiting"


def test_what_meta_refused_goes_again_when_a_person_wants_it() -> None:
    """Its reason is kept; by itself it is not sent again, asked for it is."""
    made = planned([facts(1)], {})
    sent = {key(1): made.records[key(1)]["wanted"]}
    kept = told({"delete": []}, sent, {"refused": [{"sku": "P1", "reason": "no"}]}, made.records, AT)
    assert (kept[key(1)]["state"], kept[key(1)]["detail"]) == ("refused", "no")
    assert planned([facts(1)], kept).batches() == []
    assert planned([facts(1)], kept, again=True).content == [1]
