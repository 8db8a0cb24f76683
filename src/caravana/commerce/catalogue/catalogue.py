"""The pure callables of the flow `catalogue`, named `catalogue.…` in its routes: from Odoo's products to Meta's items."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce.catalogue import checking, posting, telling
from caravana.commerce.catalogue.item import LIVE, Shelf, World
from caravana.commerce.catalogue.plan import is_held, key, looked, plan, told
from caravana.kit.callables import Configured, pure
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange

Variables = Mapping[str, Any]
PAGE, INSTAGRAM = PLACES = ("facebook", "instagram")


@dataclass(frozen=True)
class CatalogueSettings:
    """What the company set.

    - `brand`, `link`, `site`, `pricelist`, `company`, `country`: see `Shelf`
    - `customer`: in whose name prices are asked for when they are compared, a partner's number in Odoo
    - `sample`: products of a run whose prices are compared; `field`: of product.product, takes the state, None: none is prepared
    - `name`: of a further catalogue, where there are several
    - `posts`: of `PLACES`, where products are told of; `post_text`: template; `post_rest`: days until it may be told of again
    """

    brand: str
    link: str
    site: str
    pricelist: int | None = None
    company: int | None = None
    country: int | None = None
    customer: int | None = None
    sample: int = 50
    field: str | None = None
    posts: Sequence[str] = ()
    post_text: str = posting.TEXT
    post_rest: int = 30
    name: str = ""

    @property
    def shelf(self) -> Shelf:
        """How products are shown."""
        return Shelf(self.brand, self.link, self.site, self.pricelist, self.company, self.country)


class Catalogue(Configured):
    """Mappings between Odoo's products, what is kept of them, and Meta's catalogue."""

    def __init__(self, settings: CatalogueSettings) -> None:
        """`settings`: the company's."""
        self._settings = settings

    @property
    def settings(self) -> dict[str, Any]:
        """The company's settings."""
        return asdict(self._settings)

    def with_settings(self, settings: Mapping[str, Any]) -> "Catalogue":
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            return Catalogue(CatalogueSettings(**settings))
        except TypeError as error:
            raise ConfigurationError(f"the settings of `catalogue` were others then: {error}") from None

    # Planning.

    @pure
    def names(self, variables: Variables) -> list[str]:
        """Return under which names the products of the message are kept, and those whose prices differed."""
        news = variables["news"]
        ids = [*(one["id"] for one in news["products"]), *news["again"], *_differing(variables)]
        return [key(one) for one in dict.fromkeys(ids)]

    @pure
    def planned(self, variables: Variables) -> dict[str, Any]:
        """Return what is to be done: `records` to be kept, `batches` to go out, `checks` to be made before."""
        news, kept = variables["news"], variables["kept"]
        at, world = datetime.fromisoformat(news["at"]), World.read(news["world"])
        first, fresh = _differing(variables), {one["id"] for one in news["products"]}
        held = [one for one in first if one not in fresh and is_held(kept.get(key(one)))]
        known = (kept.get(key(one)) for one in dict.fromkeys([*news["again"], *held]))
        again = [{**one["facts"], "hash": one["facts_hash"]} for one in known if one is not None]
        found = plan([*news["products"], *again], kept, world, self._settings.shelf, at, again=news["wished"])
        moved = [found.records[key(one)] for one in [*found.content, *found.live]]
        return {
            "records": found.records,
            "batches": found.batches(),
            "posts": [_wanted(found.records[key(one)]) for one in found.posts],
            "checks": checking.sample(moved, world, self._settings.shelf, at, self._settings.sample, first=first),
            "unknown": checking.unknown(world, self._settings.shelf.pricelist),
        }

    @pure
    def question(self, variables: Variables) -> dict[str, Any]:
        """Return what Odoo is asked to compare one price: nothing is stored by it."""
        return checking.question(variables["check"], self._settings.customer, self._settings.shelf)

    @pure
    def found(self, variables: Variables) -> dict[str, Any]:
        """Return whether Odoo says the same price."""
        return checking.compared(variables["check"], variables["answer"])

    @pure
    def judged(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the plan as it is after the comparison: where prices differ nothing of it goes out."""
        compared, prices = variables["compared"] or [], variables["prices"]
        plan, name = variables["plan"], self._settings.name
        return checking.judged(plan, compared, variables["news"], prices, name, exchange.branch)

    @pure
    def released(self, variables: Variables) -> dict[str, Any]:
        """Return what was held back until now, as a message about it: it is judged again."""
        held = {one["id"] for one in variables["kept"].values() if is_held(one)}
        now = {one["id"] for one in variables["plan"]["records"].values()}
        return {**variables["news"], "products": [], "again": sorted(held - now), "wished": False}

    # Sending.

    @pure
    def unsettled(self, variables: Variables) -> dict[str, Any] | None:
        """Return what is left of a batch that may have been on its way before, now that all before it has ended."""
        batch, kept = variables["batch"], variables["kept"]
        records = (kept.get(key(number)) for number in batch["ids"])
        ids = [one["id"] for one in records if one is not None and one["item"] and one["meta"] != one["wanted"]]
        return {**batch, "ids": ids, "again": False} if ids or batch["delete"] else None

    @pure
    def batch_names(self, variables: Variables) -> list[str]:
        """Return the names of what goes out together."""
        batch = variables["batch"]
        return [key(one) for one in batch["ids"]] + [key(one["id"]) for one in batch["delete"]]

    @pure
    def sending(self, variables: Variables) -> dict[str, Any]:
        """Return what is handed to Meta: items as they shall be now, or price and stock alone; and the hashes of it."""
        batch, kept = variables["batch"], variables["kept"]
        records = [one for one in (kept.get(key(number)) for number in batch["ids"]) if one is not None and one["item"]]
        lost = [one for one in records if not batch["whole"] and one["meta"] is None]
        whole = batch["whole"] or bool(lost)
        items = [one["item"] if whole else _live(one["item"]) for one in records]
        living = {one["sku"] for one in kept.values() if one["item"] is not None}
        gone = [one["sku"] for one in batch["delete"] if one["sku"] not in living]
        body: dict[str, Any] = {"items": items, "delete": gone} if whole else {"items": items}
        return {"whole": whole, "body": body, "sent": {key(one["id"]): one["wanted"] for one in records}}

    @pure
    def has_some(self, variables: Variables) -> bool:
        """Whether anything is left to be handed in."""
        body = variables["out"]["body"]
        return bool(body["items"] or body.get("delete"))

    @pure
    def answered(self, variables: Variables) -> dict[str, Any]:
        """Return what is handed over once Meta has ended a batch: the batch, the hashes of what went out, what Meta refused."""
        out, answer = variables["out"], variables["answer"]
        return {"batch": variables["batch"], "out": {"sent": out["sent"]}, "answer": {"refused": answer["refused"]}}

    @pure
    def after(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what is kept after Meta's answer; products that changed meanwhile are as before."""
        at = exchange.created.replace(microsecond=0)
        return told(variables["batch"], variables["out"]["sent"], variables["answer"], variables["fresh"], at)

    @pure
    def late(self, variables: Variables) -> dict[str, Any] | None:
        """Return a batch of what changed while Meta worked on this one, None without any: the newest state goes last."""
        records = [variables["fresh"].get(name) for name in variables["out"]["sent"]]
        changed = [
            one["id"]
            for one in records
            if one is not None and one["item"] is not None and one["wanted"] != variables["out"]["sent"][key(one["id"])]
        ]
        return {"fast": True, "whole": True, "ids": changed, "delete": [], "again": False} if changed else None

    @pure
    def fields(self, variables: Variables) -> list[dict[str, Any]]:
        """Return what is written on the products in Odoo; nothing where no field is prepared."""
        return telling.fields(_told(variables), self._settings.field) if self._settings.field is not None else []

    @pure
    def notes(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the notes on products whose state is another than before, where no field is prepared."""
        return telling.notes(_told(variables), self._settings.name) if self._settings.field is None else []

    # What Meta shows.

    @pure
    def shown_names(self, variables: Variables) -> list[str]:
        """Return the names of the products that stand otherwise at Meta than is kept."""
        return list(variables["shown"])

    @pure
    def looked(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what is to be done about them: `records` to be kept, `batches` to go out again."""
        found = looked(variables["shown"], variables["kept"], exchange.created)
        return {"records": found.records, "batches": found.batches()}

    # Posts.

    @pure
    def wanted_names(self, variables: Variables) -> list[str]:
        """Return under which name the product of a post is kept."""
        return [key(variables["wanted"]["id"])]

    @pure
    def may_post(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether the product is shown, and was not told of lately; a post that was begun here goes on."""
        record = variables["kept"].get(key(variables["wanted"]["id"]))
        shown = record is not None and record["item"] is not None and bool(self._settings.posts)
        return shown and not posting.rests(variables["posted"], exchange.created, self._rest)

    @pure
    def post_begun(self, exchange: Exchange) -> dict[str, Any]:
        """Return what is kept of the post from now on."""
        return {"at": exchange.created.replace(microsecond=0).isoformat(), "facebook": None, "instagram": None}

    @pure
    def has_page(self) -> bool:
        """Whether products are told of on the page."""
        return PAGE in self._settings.posts

    @pure
    def has_instagram(self) -> bool:
        """Whether products are told of at Instagram."""
        return INSTAGRAM in self._settings.posts

    @pure
    def page_post(self, variables: Variables) -> dict[str, Any]:
        """Return the post for the page."""
        item = _item(variables)
        return {"message": posting.text(item, self._settings.post_text), "photos": [{"url": item["image"]}]}

    @pure
    def instagram_post(self, variables: Variables) -> dict[str, Any]:
        """Return the post for Instagram."""
        item = _item(variables)
        pictures = [{"url": item["image"], "alt": item["title"]}]
        return {"caption": posting.text(item, self._settings.post_text), "pictures": pictures}

    @pure
    def post_on_page(self, variables: Variables) -> dict[str, Any]:
        """Return the post with its number on the page."""
        return {**variables["post"], "facebook": variables["page"]["post"]}

    @pure
    def post_at_instagram(self, variables: Variables) -> dict[str, Any]:
        """Return the post with its number at Instagram."""
        return {**variables["post"], "instagram": variables["media"]["media"]}

    @pure
    def post_note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the product."""
        names = {PAGE: "Facebook", INSTAGRAM: "Instagram"}
        where = ", ".join(f"{names[one]} ({variables['post'][one]})" for one in self._settings.posts)
        record = variables["kept"][key(variables["wanted"]["id"])]
        return {"id": record["template"], "body": f"Anunciado en {where}"}

    @pure
    def turn(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the product whose turn it is to be told of, None when all rest."""
        posts = {one["key"]: one["value"] for one in variables["posts"]}
        found = posting.next_one(variables["kept"].values(), posts, exchange.created, self._rest)
        return None if found is None else _wanted(found)

    @property
    def _rest(self) -> timedelta:
        return timedelta(days=self._settings.post_rest)

    @pure
    def nothing(self) -> list[Any]:
        """Return an empty list."""
        return []


def _told(variables: Variables) -> list[tuple[Mapping[str, Any] | None, Mapping[str, Any]]]:
    """What was kept of each product, and what is kept now: before Meta was asked, or after."""
    sent = "after" in variables
    before, after = (
        (variables["fresh"], variables["after"]) if sent else (variables["kept"], variables["plan"]["records"])
    )
    return [(before.get(name), one) for name, one in after.items()]


def _wanted(record: Mapping[str, Any]) -> dict[str, Any]:
    """A product of which a post is wanted; its variants are told of together."""
    return {"id": record["id"], "template": record["template"]}


def _differing(variables: Variables) -> list[int]:
    """The products whose prices differed in the last comparison, while that holds the list back."""
    prices = variables.get("prices")
    return [one["id"] for one in prices["different"]] if prices is not None and prices["held"] else []


def _item(variables: Variables) -> Mapping[str, Any]:
    """The item of a post's product."""
    found: Mapping[str, Any] = variables["kept"][key(variables["wanted"]["id"])]["item"]
    return found


def _live(item: Mapping[str, Any]) -> dict[str, Any]:
    """Price and stock of an item."""
    return {name: item[name] for name in ("sku", *LIVE)}
