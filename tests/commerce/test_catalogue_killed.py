"""kill -9 while products are published and told of, at each step: none is forgotten, none is posted about twice."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commerce.accounts_processes import Hold
from tests.commerce.storefront_processes import Street, open_street


@dataclass(frozen=True)
class Place:
    """Where the hub is killed: at a call of a partner, or at a write of its own that has `has` in it.

    `after`: when it is done, and nobody told; `again`: Meta may then be handed the same item once more, which is no other.
    """

    call: str | None = None
    scope: str = ""
    has: str = ""
    after: bool = False
    again: bool = False

    async def kills(self, street: Street, code: str, *, posting: bool) -> None:
        """Make a product, have the hub killed here while it is published or, later, told of, and start it again."""
        number = street.product(code)
        if posting:
            await street.shown(number)
        if self.call is not None:
            street.hub.dies_at(street.odoo if self.call[:2] == "o:" else street.meta, self.call[2:], after=self.after)
        else:
            street.holds.add(Hold(self.scope, self.has.format(code=code), None, self.after))
        street.change(number, product_tag_ids=[[6, 0, [street.tag, street.flag]]])
        if self.call is None:
            await street.held()
        await street.dead_and_back()


PUBLISHING = (
    Place("o:product.product.search_read", after=True),
    Place("o:sale.order.line.onchange", after=True),
    Place(scope="wares", has="'sku': '{code}'"),
    Place(scope="wares", has="'sku': '{code}'", after=True),
    Place("m:catalog.items_batch.post", again=True),
    Place("m:catalog.items_batch.post", after=True, again=True),
    Place(scope="catalog.work", has="'handle'", after=True),
    Place("m:catalog.check_batch_request_status.get", after=True),
    Place(scope="wares", has="'state': 'accepted'", after=True),
    Place("o:product.product.write", after=True, again=True),  # that it waits, while Meta is called
)
POSTING = (
    Place(scope="catalogue_post", has="'facebook': None"),
    Place(scope="catalogue_post", has="'facebook': None", after=True),
    Place("m:page.photos.post"),
    Place("m:page.photos.post", after=True),
    Place(scope="catalogue_post", has="'facebook': '", after=True),
    Place("m:instagram.media.post", after=True),
    Place("m:instagram.media_publish.post"),
    Place("m:instagram.media_publish.post", after=True),
    Place(scope="catalogue_post", has="'instagram': '", after=True),
    Place("o:product.template.message_post", after=True),
)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("database", "places"),
    [
        pytest.param("sqlite", PUBLISHING, id="sqlite-publishing"),
        pytest.param("sqlite", POSTING, id="sqlite-posting"),
        pytest.param("postgresql", (*PUBLISHING[::3], *POSTING[1::4]), id="postgresql"),
    ],
)
async def test_killed_while_products_are_published(
    tmp_path: Path, request: pytest.FixtureRequest, database: str, places: tuple[Place, ...]
) -> None:
    """Killed at each step, and started again: every product is at Meta as it should be, Odoo says so, one post tells of it."""
    sqlite = database == "sqlite"
    journal = f"sqlite:///{tmp_path}/journal.db" if sqlite else request.getfixturevalue("postgres_database")
    async with open_street(tmp_path, journal) as street:
        codes = [f"P{number:02d}" for number in range(len(places))]
        for code, place in zip(codes, places, strict=True):
            await place.kills(street, code, posting=place in POSTING)
            await street.shown(*(street.number(one) for one in codes[: codes.index(code) + 1]))
            await street.told(code)
        await street.idle()
        assert street.skus == codes
        assert {street.item(one)["price"] for one in codes} == {"11.50 USD"}
        sent = {one: street.sent(one) for one in codes}
        twice = {code for code, place in zip(codes, places, strict=True) if place.again}
        assert {code for code, times in sent.items() if times > 1} <= twice
        assert max(sent.values()) <= 2
        names = [f"Producto {one}" for one in codes]
        assert sorted(street.page_posts()) == names
        assert sorted(street.instagram_posts()) == names
        assert [len([one for one in street.notes(street.number(code)) if "Anunciado" in one]) for code in codes] == [
            1
        ] * len(codes)
