"""The `review` component."""

from typing import Any

import pytest

from caravana.component.review import ReviewComponent
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Inbox, SteppedClock, make_exchange, producer_of, readme_endpoints, run_producer

ITEM: dict[str, Any] = {
    "kind": "item",
    "id": "a",
    "title": "Algo",
    "reason": "",
    "since": None,
    "remedy": "",
    "branch": "uio",
}
ITEM |= {"route": None, "record": {"model": "sale.order", "id": 7}, "settles": True}


async def test_what_comes_and_goes_is_a_message_each() -> None:
    """One lane for both; the record is a business key, the branch the item's; a restart tells nothing again."""
    inbox = Inbox()
    for waiting in ([ITEM], [ITEM], []):
        clock = SteppedClock()
        hub = Hub(clock=clock)
        hub.reviews.waiting = waiting
        consumer = ReviewComponent(hub).endpoint(Uri.parse("review:items")).consumer(inbox)
        await consumer.start()
        await clock.asleep()
        await consumer.stop()
    opened, closed = inbox.accepted
    assert (opened.body["event"], opened.body["item"], opened.branch) == ("opened", ITEM, "uio")
    assert opened.business_keys == (("odoo", "sale.order,7"),)
    assert (closed.body["event"], closed.body["name"]) == ("closed", "item/a")
    assert opened.lane == closed.lane == "review:item/a"


async def test_a_persons_word() -> None:
    """It takes the item off the list; one that is not on it is no error."""
    hub = Hub()
    hub.reviews.waiting = [ITEM]
    for done in (True, False):
        exchange = make_exchange({"id": "a", "actor": "Ana (Odoo)", "reason": "listo"})
        await run_producer(producer_of(ReviewComponent(hub), "review:done"), exchange)
        assert exchange.body == {"done": done}
    assert hub.reviews.settled == [("a", "Ana (Odoo)", "listo")]


async def test_a_word_without_a_name() -> None:
    """Nobody settles anything anonymously."""
    producer = producer_of(ReviewComponent(Hub()), "review:done")
    with pytest.raises(Refused, match="id, actor, reason"):
        producer.request(make_exchange({"id": "a"}))


@pytest.mark.parametrize("address", ["review:other", "review:"])
def test_wrong_addresses(address: str) -> None:
    """There are two."""
    with pytest.raises(ConfigurationError, match="review:items or review:done"):
        ReviewComponent(Hub()).endpoint(Uri.parse(address))


def test_the_readme() -> None:
    """Its example names addresses that are understood."""
    assert len(readme_endpoints(ReviewComponent(Hub()))) == 2
