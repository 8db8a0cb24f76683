"""`wares:changes`: looks at Odoo's products and hands in those of which something changed that matters, many in one message.

A look is one search for what was written since the last one (products, or stock of theirs), one for the pricelists' rules, and
one for pictures where products changed. Looks at everything find what was deleted. Nothing changed: nothing is handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.component.wares.books import Books
from caravana.component.wares.desk import NAME, WISH
from caravana.component.wares.facts import Tags, facts, picture_of
from caravana.component.wares.keeping import EVERYTHING, SCOPE
from caravana.component.wares.spec import WaresOptions
from caravana.kit.codec import canonical_hash
from caravana.kit.errors import EffectError, NeedsPerson, Refused
from caravana.kit.polling import PollingConsumer, log
from caravana.kit.ports import Arrival, Context, Receiver

WORLD_AGE = timedelta(hours=1)
"""How long taxes, categories and tags are taken for what they were."""
SECOND = timedelta(seconds=2)
STEP = timedelta(minutes=1)
"""The position is stored at least this often, also when nothing changes."""


class ChangesConsumer(PollingConsumer):
    """One company's products."""

    def __init__(
        self,
        options: WaresOptions,
        receiver: Receiver,
        context: Context,
        books: Books,
        secret: "Secret",
        scope: str = SCOPE,
    ) -> None:
        """`secret`: of the pictures' addresses; `scope`: of what is kept for the catalogue."""
        super().__init__(receiver.route_id, context.clock, options.delay)
        self._options = options
        self._receiver = receiver
        self._context = context
        self._books = books
        self._secret = secret
        self._scope = scope
        self._known: dict[int, str] | None = None
        """Product → hash of what was handed in last."""
        self._seen: dict[int, tuple[str, str | None, str]] = {}
        """Product → when it was written, path of its picture, and hash of its record, as last read: the overlap is read again."""
        self._world: tuple[datetime, dict[str, Any], Tags] | None = None

    async def start(self) -> None:
        """Begin to look, and at once when a person wishes it."""
        self._context.listen(NAME, self.tell)
        await super().start()

    async def look(self) -> None:
        """Hand in what changed. An Odoo that is away, or refuses, is asked again at the next look."""
        if self._books.is_off:
            return
        try:
            await self._look()
        except EffectError as error:
            self._seen.clear()
            note = log.error if isinstance(error, NeedsPerson | Refused) else log.warning
            note("wares.look_failed", route=self._receiver.route_id, error=str(error), code=error.code)
        except Exception:
            self._seen.clear()  # what was read and not handed in is read again
            raise

    async def _look(self) -> None:
        now = self._clock.now().replace(microsecond=0)
        cursor = await self._receiver.cursor() or await self._begin(now)
        wish = await self._receiver.store.get(self._scope, WISH)
        wished = wish is not None and wish["at"] != cursor["wish"]
        full = wished or now >= _moment(cursor["full"]) + self._options.full_every
        if self._known is None or full:  # what was handed in and never kept is handed in again
            self._known = await self._remembered()
        if full:
            self._world = None
        world, tags = await self._about(now)
        rows = await (self._all(tags) if full else self._changed(cursor))
        if self._is_strange(rows, world, tags):
            self._world = None
            world, tags = await self._about(now)
        gone: list[dict[str, Any]] = []
        if full:
            gone = self._gone(rows)
            rows = self._mine(rows, cursor, limited=not wished)
        found = [*await self._facts([one for one in rows if self._concerns(one, tags)], tags, whole=full), *gone]
        again = self._again(cursor, world, now, {one["id"] for one in found}, wished=wished)
        after = {
            "since": now.isoformat(),
            "full": now.isoformat() if full else cursor["full"],
            "rules": canonical_hash(world["rules"]),
            "wish": wish["at"] if wish is not None else None,
            "line": cursor["line"],
        }
        await self._hand_in(found, again, world, now, after, cursor, wished=wished)

    async def _begin(self, now: datetime) -> dict[str, Any]:
        """Store where it begins, whether Odoo is there or not: the go-live line, or now."""
        line = (self._receiver.go_live or now).isoformat()
        cursor = {"since": line, "full": now.isoformat(), "rules": None, "wish": None, "line": line}
        await self._receiver.accept([], cursor=cursor)
        return cursor

    async def _remembered(self) -> dict[int, str]:
        listed = await self._receiver.store.find(self._scope, "p/", EVERYTHING)
        return {one["id"]: one["facts_hash"] if one["state"] != "removed" else "" for _, one in listed}

    async def _about(self, now: datetime) -> tuple[dict[str, Any], Tags]:
        """Rules as they are now; taxes, categories and tags as they were lately."""
        if self._world is None or now >= self._world[0] + WORLD_AGE:
            slow = {"taxes": await self._books.taxes(), "categories": await self._books.categories()}
            names = await self._books.tags()
            self._world = (now, slow, Tags.named(names, self._options.tag, self._options.post_tag))
        return {**self._world[1], "rules": await self._books.rules()}, self._world[2]

    async def _changed(self, cursor: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Products written, or with stock written, since the last look."""
        written = _written(max(_moment(cursor["since"]) - self._options.overlap, _moment(cursor["line"])))
        either = ["|", ["write_date", ">=", written], ["stock_quant_ids.write_date", ">=", written]]
        return await self._books.products(either, self._where)

    async def _all(self, tags: Tags) -> list[dict[str, Any]]:
        """All products that shall be shown."""
        domain = [["product_tag_ids", "in", sorted(tags.shown)]]
        return await self._books.products(domain, self._where) if tags.shown else []

    def _mine(self, rows: list[dict[str, Any]], cursor: Mapping[str, Any], *, limited: bool) -> list[dict[str, Any]]:
        """`limited`: no others than before but what was written after the line."""
        line = _written(_moment(cursor["line"]))
        return [one for one in rows if not limited or one["id"] in (self._known or {}) or one["write_date"] >= line]

    def _gone(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What was handed in as shown and is not among all that shall be."""
        there = {one["id"] for one in rows}
        return [
            {"id": one, "gone": True, "hash": ""}
            for one, was in (self._known or {}).items()
            if was and one not in there
        ]

    def _is_strange(self, rows: list[dict[str, Any]], world: Mapping[str, Any], tags: Tags) -> bool:
        """Whether a product has a tag, tax or category that was made after they were read."""
        taxes, categories = ({one["id"] for one in world[name]} for name in ("taxes", "categories"))
        return any(
            set(one["product_tag_ids"]) - tags.known
            or set(one["taxes_id"]) - taxes
            or (one["categ_id"] and one["categ_id"][0] not in categories)
            for one in rows
        )

    @property
    def _where(self) -> Sequence[int]:
        return self._options.warehouses

    def _concerns(self, row: Mapping[str, Any], tags: Tags) -> bool:
        return row["id"] in (self._known or {}) or bool(tags.shown & set(row["product_tag_ids"]))

    async def _facts(self, rows: list[dict[str, Any]], tags: Tags, *, whole: bool) -> list[dict[str, Any]]:
        """Facts of the rows that are not as they were read last; pictures are asked for only where something was written."""
        hashes = {one["id"]: canonical_hash(one) for one in rows}
        seen = self._seen
        rows = rows if whole else [one for one in rows if seen.get(one["id"], ("", None, ""))[2] != hashes[one["id"]]]
        written = [one for one in rows if whole or seen.get(one["id"], ("",))[0] != one["write_date"]]
        images: dict[tuple[str, int], str] = {}
        if written:
            templates, products = [one["product_tmpl_id"][0] for one in written], [one["id"] for one in written]
            images = await self._books.images(None if whole else templates, products)
        secret = await self._secret.get()
        fresh, found = {one["id"] for one in written}, []
        recent = _written(self._clock.now() - SECOND)
        for row in rows:
            number = row["id"]
            picture = picture_of(row, images, secret) if number in fresh else seen[number][1]
            found.append(facts(row, tags, picture))
            young = row["write_date"] >= recent  # a second change in the same second would not show
            seen[number] = ("", picture, "") if young else (row["write_date"], picture, hashes[number])
        return found

    def _again(
        self, cursor: Mapping[str, Any], world: Mapping[str, Any], now: datetime, besides: set[int], *, wished: bool
    ) -> list[int]:
        """Products to be looked at although nothing of them changed: rules changed, began or ended, or a person wants it."""
        assert self._known is not None
        since = _moment(cursor["since"])
        edges = [_odoo(one[name]) for one in world["rules"] for name in ("date_start", "date_end") if one[name]]
        same = cursor["rules"] in (None, canonical_hash(world["rules"]))
        if same and not wished and not any(since < one <= now for one in edges):
            return []
        return [one for one, was in self._known.items() if was and (wished or one not in besides)]

    async def _hand_in(
        self,
        found: Sequence[dict[str, Any]],
        again: Sequence[int],
        world: Mapping[str, Any],
        now: datetime,
        after: dict[str, Any],
        before: Mapping[str, Any],
        *,
        wished: bool,
    ) -> None:
        assert self._known is not None
        news = [one for one in found if self._differs(one)]
        fresh = {one["id"] for one in news}
        again = [one for one in again if one not in fresh]
        told: list[dict[str, Any]] = [{"products": part, "again": []} for part in _parts(news, self._options.most)]
        told += [{"products": [], "again": part} for part in _parts(again, self._options.most)]
        arrivals = [self._arrival({**one, "world": world, "at": now.isoformat(), "wished": wished}) for one in told]
        moved = now - _moment(before["since"]) >= STEP or {**after, "since": ""} != {**before, "since": ""}
        if arrivals or moved:
            await self._receiver.accept(arrivals, cursor=after)
        if wished:
            seen = {"wish": after["wish"], "at": now.isoformat() if arrivals else None}
            await self._receiver.store.put(self._scope, "seen", seen)
        for one in news:
            self._known[one["id"]] = "" if one.get("gone") or not one["wanted"] else one["hash"]

    def _differs(self, found: Mapping[str, Any]) -> bool:
        """Whether it is not what was handed in last; what nobody shows and nobody showed does not matter."""
        assert self._known is not None
        was = self._known.get(found["id"], "")
        return bool(was) if found.get("gone") or not found["wanted"] else was != found["hash"]

    def _arrival(self, body: dict[str, Any]) -> Arrival:
        told = canonical_hash([[one["id"], one["hash"]] for one in body["products"]] + [body["again"], body["at"]])
        return Arrival(body, key=told, lane="wares", branch=self._options.of_branch or None)


class Secret:
    """What the addresses of pictures are made with: made once, kept by the hub, told to nobody."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context
        self._value: str | None = None

    async def get(self) -> str:
        """Return it. Raises `Unavailable` when it cannot be stored now."""
        import secrets

        while self._value is None:
            found = await self._context.store.get(SCOPE, "secret")
            if found is None:
                turn = await self._context.store.turn(SCOPE, "secret")
                await self._context.store.put_together(turn, [(SCOPE, "secret", {"value": secrets.token_hex(32)})])
                continue
            self._value = str(found["value"])
        return self._value


def _parts(items: Sequence[Any], most: int) -> Iterable[list[Any]]:
    return (list(items[start : start + most]) for start in range(0, len(items), most))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _written(moment: datetime) -> str:
    """A moment as Odoo writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _odoo(text: str) -> datetime:
    return datetime.fromisoformat(str(text)[:19]).replace(tzinfo=UTC)
