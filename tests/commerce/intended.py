"""What a hub intended for its partners: from the records of one in shadow, or beside the calls of one that is live."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from caravana.component.odoo.producer import OdooProducer
from caravana.engine.admin import Admin
from caravana.engine.message import decode_reply
from caravana.journal import Journal
from caravana.journal import operations as ops
from caravana.kit import codec
from caravana.kit.clock import SystemClock
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.handing import Handed
from tests.commerce.shop import Shop

Intent = tuple[str, str, str, str]
"""Order, place in the route, endpoint, request; records that were or would have been made stand by their own place."""


@dataclass
class Requests:
    """What producers were asked to send, by exchange and path: a live hub keeps replies, never requests."""

    sent: dict[tuple[str, str], Any] = field(default_factory=dict)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Write down every request of a changing call in the block; the calls are made as they are."""
        with pytest.MonkeyPatch.context() as patch:
            for producer in (OdooProducer, Handed):
                patch.setattr(producer, "send", self._beside(producer.send))
            yield

    def keep(self, effect: Effect, request: Any) -> None:
        """Write a request down."""
        self.sent[effect.exchange_id, effect.path] = request

    def _beside(self, send: Any) -> Any:
        async def watched(producer: Any, request: Any, effect: Effect) -> Reply:
            if producer.kind_of(request) is not Kind.READ:
                self.keep(effect, request)
            reply: Reply = await send(producer, request, effect)
            return reply

        return watched


async def intents(shop: Shop, requests: Requests, partner: str) -> list[Intent]:
    """Return what the hub of a shop did or would have done at `partner`, sorted."""
    return await intents_in(shop.hub.journal, requests, partner, shop.url)


async def intents_in(journal: Journal, requests: Requests, partner: str, url: str) -> list[Intent]:
    """Return what the hub at `url` did or would have done at `partner` by its journal, sorted."""
    found: list[Intent] = []
    for row in await journal.query("select seq from exchange", {}):
        run = await journal.read(ops.read_run(row["seq"]))
        assert run is not None
        stored, records = run
        made: dict[int, str] = {}
        for record in sorted(records.values(), key=lambda one: one.recorded_at):
            if not record.endpoint.startswith(f"{partner}:") or record.kind == Kind.READ:
                continue
            request = await _request(journal, requests, stored.id, row["seq"], record)
            lane = str(stored.lane).rpartition(",")[2]
            found.append(
                (
                    lane,
                    f"{stored.route} {record.path}",
                    record.endpoint,
                    _canonical(url, record.endpoint, request, made),
                )
            )
            body = None if record.reply is None else decode_reply(record.reply).body
            if isinstance(body, dict) and "id" in body:
                made[body["id"]] = record.path
    return sorted(found)


async def _request(journal: Journal, requests: Requests, exchange: str, seq: int, record: Any) -> Any:
    if record.state == "done":
        return codec.loads(codec.dumps(requests.sent[exchange, record.path]))
    desk = Admin(journal, SystemClock())
    shown = {one["path"]: one["request"] for one in await desk.shadow_show(str(seq), reveal=True, actor="test")}
    return shown[record.path]


def _canonical(url: str, endpoint: str, request: Any, made: dict[int, str]) -> str:
    """One text for what is the same: of another hub's address, of ids that one Odoo gave and no other would."""
    numbered = made if endpoint.startswith("odoo:account.payment") else {}
    text = json.dumps(_without_made(request, numbered), sort_keys=True, default=str)
    for number, path in made.items():
        text = text.replace(f"n.\\u00ba {number}.", f"n.\\u00ba <{path}>.")
    return text.replace(url, "<hub>")


def _without_made(request: Any, made: dict[int, str]) -> Any:
    """Name the payments that were made by the place that made them, where a request holds nothing else's number."""
    if not isinstance(request, dict):
        return request
    named = {key: _without_made(value, made) if key == "request" else value for key, value in request.items()}
    for key in ("ids", "payment_id"):
        if key in named:
            named[key] = str([f"<{made[one]}>" if one in made else one for one in _listed(named[key])])
    return {**named, "expiration": "<later>"} if "expiration" in named else named


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
