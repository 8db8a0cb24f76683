"""Posts: a container is made, asked for until Meta has prepared it, and published once.

The container is kept under the effect's key before it is published: whoever takes over goes on with it, and its status says
whether it was published.
"""

import contextlib
from datetime import datetime
from typing import Any

from caravana.component.instagram import body as b
from caravana.component.instagram.line import Line
from caravana.component.instagram.picture import judge_at
from caravana.component.instagram.producing import (
    MADE,
    SETTLE,
    SKEW,
    InstagramProducer,
    is_since,
    moment,
    same_text,
)
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Held, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.producing import Told, before
from caravana.kit.ports import Unavailable

WORK = "instagram.work"
"""Scope of containers, by the effect's key: `items` (of a carousel), `container`, `at`, `media`."""
FIELDS = "id,caption,timestamp,permalink,media_type"
LIMIT_PAUSE = 3600.0
"""Seconds until it is looked again whether a post may be published, once the day's posts are used up."""


class Post(InstagramProducer):
    """Makes a post of one picture or several: reply with `media` (its id), `container` and `by`.

    `by` is `answer`, or `look` when the container says that it was published; `media` is None where the post is not found then.
    """

    kind = Kind.VERIFIABLE
    settle = SETTLE
    calls = 12

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return caption and pictures. Raises `Refused` when the body does not fit."""
        body = read_body(b.PostBody, exchange.body)
        pictures = [one.model_dump(exclude_none=True) for one in body.pictures]
        return {"caption": body.caption, "pictures": pictures, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Prepare and publish it, step by step; `Held` while Meta prepares it or the day's posts are used up.

        Raises `Refused`: code `picture` for one that Instagram does not take, `container` when Meta cannot prepare it.
        """
        line = self.line(request)
        work = await self._prepared(line, request, effect)
        if await self._status(line, work["container"], effect) == "PUBLISHED":
            return await self._found(line, request, work, effect)
        await self._within_limit(line)
        path = f"{line.settings.account}/media_publish"
        try:
            answer = await line.client.form(path, {"creation_id": work["container"]}, attempt=effect.attempt)
        except Refused:
            found = await self.verify(request, effect)
            if found is None:
                raise
            return found
        if not answer.get("id"):
            raise Unknown("Meta published the post without saying its id", code="no_id")
        return await self._made(line, str(answer["id"]), work, effect, by="answer")

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Ask the container whether it was published."""
        line = self.line(request)
        work = await line.context.store.get(WORK, effect.key)
        if work is None or "container" not in work:
            return None
        answer = await line.client.get(work["container"], {"fields": "status_code"})
        return await self._found(line, request, work, effect) if answer.get("status_code") == "PUBLISHED" else None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a post that is not there."""
        return Reply({"media": str(imagined_id(effect)), "container": str(imagined_id(effect, 1)), "by": "answer"})

    # Containers.

    async def _prepared(self, line: Line, request: dict[str, Any], effect: Effect) -> dict[str, Any]:
        """Return the work with its container: that of before, or a new one."""
        work = dict(await line.context.store.get(WORK, effect.key) or {})
        if "container" in work:
            return work
        pictures, caption = request["pictures"], request["caption"]
        if "items" not in work and line.settings.check_pictures:
            for one in pictures:
                await judge_at(line.pictures, one["url"])
        if len(pictures) == 1:
            made = {"image_url": pictures[0]["url"], "alt_text": pictures[0].get("alt"), "caption": caption or None}
        else:
            work = await self._items(line, pictures, work, effect)
            made = {"media_type": "CAROUSEL", "children": ",".join(work["items"]), "caption": caption or None}
        work["container"] = await self._container(line, made, effect)
        return await self._keep(line, work, effect)

    async def _items(
        self, line: Line, pictures: list[dict[str, Any]], work: dict[str, Any], effect: Effect
    ) -> dict[str, Any]:
        """The containers of a carousel's pictures, all of them ready."""
        items = list(work.get("items") or [])
        for one in pictures[len(items) :]:
            items.append(await self._container(line, {"image_url": one["url"], "is_carousel_item": True}, effect))
            work = await self._keep(line, {**work, "items": items}, effect)
        for one in items:
            await self._status(line, one, effect)
        return work

    async def _container(self, line: Line, values: dict[str, Any], effect: Effect) -> str:
        """Make a container: one too many does no harm, it dies after a day."""
        path = f"{line.settings.account}/media"
        answer = await before(line.client.form(path, values, attempt=effect.attempt))
        return str(answer["id"])

    async def _keep(self, line: Line, work: dict[str, Any], effect: Effect) -> dict[str, Any]:
        """Keep the work before anything is published. Raises `Held` when it cannot be kept now."""
        kept = {"at": line.context.clock.now().isoformat(), **work}
        try:
            await line.context.store.put(WORK, effect.key, kept)
        except Unavailable as error:
            raise Held(f"the post cannot be kept track of now: {error}", retry_after=error.retry_after) from error
        return kept

    async def _status(self, line: Line, container: str, effect: Effect) -> str:
        """Return `FINISHED` or `PUBLISHED`. Raises `Held` while Meta is at work or after it has let it expire, `Refused`."""
        answer = await before(line.client.get(container, {"fields": "status_code,status"}))
        code = str(answer.get("status_code"))
        if code in ("FINISHED", "PUBLISHED"):
            return code
        if code in ("ERROR", "EXPIRED"):
            with contextlib.suppress(Unavailable):
                await line.context.store.put(WORK, effect.key, None)  # the next attempt begins anew
        if code == "ERROR":
            raise Refused(f"Meta cannot prepare the post: {answer.get('status') or 'no reason'}", code="container")
        wait = 1.0 if code == "EXPIRED" else line.settings.poll.total_seconds()
        raise Held(f"Meta prepares the post ({code})", retry_after=wait, tried=False, code="preparing")

    async def _within_limit(self, line: Line) -> None:
        """Look how many posts the day still allows. Raises `Held` when none."""
        used, most = await limit(line)
        if most is not None and used >= most:
            raise Held(
                f"{used} of {most} posts of the day are used up", retry_after=LIMIT_PAUSE, tried=False, code="limit"
            )

    # Outcomes.

    async def _found(self, line: Line, request: dict[str, Any], work: dict[str, Any], effect: Effect) -> Reply:
        """The container was published: which post it became is looked for among the latest."""
        name, since = work.get("media"), datetime.fromisoformat(work["at"]) - SKEW
        if name is None:
            answer = await line.client.get(f"{line.settings.account}/media", {"fields": FIELDS})
            for one in answer.get("data") or []:
                fits = same_text(one.get("caption"), request["caption"]) and is_since(one, since)
                if fits and await line.context.store.get(MADE, str(one["id"])) in (None, effect.key):
                    name = str(one["id"])
                    break
        return await self._made(line, name, work, effect, by="look")

    async def _made(self, line: Line, name: str | None, work: dict[str, Any], effect: Effect, *, by: str) -> Reply:
        if name is not None:
            with contextlib.suppress(Unavailable):  # it is out: the container says so as well
                await line.context.store.put(MADE, name, effect.key)
                await line.context.store.put(WORK, effect.key, {**work, "media": name})
        told = {"media": name, "container": work["container"], "by": by}
        return Reply(told, reference=name or work["container"])


class ListMedia(Told, InstagramProducer):
    """Lists the latest posts: `{id, caption, at, link, type}` each."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return how many. Raises `Refused` when the body does not fit."""
        body = read_body(b.MediaBody, exchange.body if isinstance(exchange.body, dict) else {})
        return {"limit": body.limit, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read them."""
        line = self.line(request)
        asked = {"fields": FIELDS, "limit": request["limit"]}
        answer = await line.client.get(f"{line.settings.account}/media", asked, attempt=effect.attempt)
        return Reply([_shown(one) for one in answer.get("data") or []])


class Limit(Told, InstagramProducer):
    """Tells how many posts of the moving day are `used`, and the `most` (None when Meta does not say)."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return nothing but the connection. Raises `Refused` when the body does not fit."""
        body = read_body(b.NothingBody, exchange.body if isinstance(exchange.body, dict) else {})
        return dict(body.named)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read it."""
        used, most = await limit(self.line(request))
        return Reply({"used": used, "most": most})


async def limit(line: Line) -> tuple[int, int | None]:
    """Return how many posts of the day are used, and how many there may be."""
    asked = {"fields": "quota_usage,config"}
    answer = await before(line.client.get(f"{line.settings.account}/content_publishing_limit", asked))
    [found, *_] = answer.get("data") or [{}]
    total = (found.get("config") or {}).get("quota_total")
    return int(found.get("quota_usage") or 0), None if total is None else int(total)


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    when = moment(one.get("timestamp"))
    return {
        "id": str(one.get("id")),
        "caption": one.get("caption") or "",
        "at": None if when is None else when.isoformat(),
        "link": one.get("permalink"),
        "type": one.get("media_type"),
    }
