"""What shadow left undone: counted by route and partner, listed, and shown with the exact request."""

from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.looking import Looking, micros
from caravana.engine.masking import shown
from caravana.engine.message import decode_reply
from caravana.engine.showing import moment
from caravana.journal import admin as acts
from caravana.journal import listing
from caravana.journal.model import Record
from caravana.journal.packing import unpack
from caravana.kit import codec
from caravana.kit.uri import Uri

MOST = 10_000


class Shadow(Looking):
    """Operations on effects that would have been made."""

    async def shadow_report(
        self,
        route: str | None = None,
        branch: str | None = None,
        partner: str | None = None,
        since: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return how many effects would have been made, by route, branch, partner and endpoint; `since` in ISO form.

        The partner is the connection that the effect would have gone to, also where the address (`pay:create`) does not say it.
        """
        wanted = listing.Undone(route, branch, micros(since))
        rows = await self.journal.query(*listing.undone_counts(wanted))
        return [
            {
                "route": row["route"],
                "branch": row["branch"],
                "partner": partner_of(row["endpoint"], row["connection"]),
                "endpoint": row["endpoint"],
                "kind": row["kind"],
                "effects": row["count"],
                "exchanges": row["exchanges"],
                "first": moment(row["first"]),
                "last": moment(row["last"]),
            }
            for row in rows
            if _is_of(partner_of(row["endpoint"], row["connection"]), partner)
        ]

    async def shadow_list(
        self,
        route: str | None = None,
        branch: str | None = None,
        partner: str | None = None,
        since: str | None = None,
        limit: int = 50,
    ) -> list[dict[str, Any]]:
        """Return the newest effects that would have been made, each with the number under which `shadow_show` shows it."""
        endpoints = None
        if partner is not None:
            counts = await self.journal.query(*listing.undone_counts(listing.Undone(route, branch, micros(since))))
            places = {(row["endpoint"], row["connection"]) for row in counts}
            endpoints = tuple(one for one in places if _is_of(partner_of(*one), partner))
            if not endpoints:
                return []
        wanted = listing.Undone(route, branch, micros(since), endpoints, limit=max(1, min(limit, MOST)))
        return [_line(row) for row in await self.journal.query(*listing.undone(wanted))]

    async def shadow_show(self, number: str, reveal: bool = False, actor: str = "") -> list[dict[str, Any]]:
        """Return one effect by its number, or all of one exchange, with what would have been sent.

        Personal data only with `reveal`, which is audited. Raises `AdminError`.
        """
        seq, wanted = _numbers(number)
        rows = await self.journal.query(*listing.undone(listing.Undone(seq=seq, limit=MOST)))
        chosen = [row for row in rows if wanted is None or row["number"] == wanted]
        if not chosen:
            raise AdminError(f"no effect `{number}` was left undone in shadow: see `caravana shadow list`", 404)
        stored, records = await self._load(seq)
        head = await self.journal.read(acts.show(seq))
        if reveal:
            await self._write(self._audit(actor, "look", stored.id))
        keys = [{"kind": kind, "value": shown(value, reveal=reveal)} for kind, value in head["keys"]]
        return [{**_line(row), "keys": keys, **_sent(records[row["path"]], reveal=reveal)} for row in chosen]


def partner_of(endpoint: str, connection: str | None = None) -> str:
    """Return the partner of an endpoint: its scheme, and its connection where that is called otherwise.

    `connection`: where the effect would have gone (`stripe:norte`), if the address does not say it.
    """
    uri = Uri.parse(endpoint)
    scheme, _, name = (connection or f"{uri.scheme}:{uri.options.get('connection', '')}").partition(":")
    return scheme if name in ("", scheme) else f"{scheme}:{name}"


def _is_of(found: str, partner: str | None) -> bool:
    """Whether `partner` is the scheme of a partner that was found, or its connection."""
    if partner is None:
        return True
    scheme = found.partition(":")[0]
    full = found if ":" in found else f"{scheme}:{scheme}"
    return partner in (scheme, full)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": f"{row['seq']}.{row['number']}",
        "exchange": row["id"],
        "route": row["route"],
        "branch": row["branch"],
        "path": row["path"],
        "kind": row["kind"],
        "partner": partner_of(row["endpoint"], row["connection"]),
        "endpoint": row["endpoint"],
        "at": moment(row["recorded_at"]),
    }


def _sent(record: Record, *, reveal: bool) -> dict[str, Any]:
    """What would have left, and what the route went on with instead of an answer."""
    request = None if record.request is None else codec.loads(unpack(record.request))
    reply = None if record.reply is None else decode_reply(record.reply).body
    return {
        "request": shown(request, reveal=reveal),
        "went_on_with": shown(reply, reveal=reveal),
        "ended_here": record.reply is None,
    }


def _numbers(text: str) -> tuple[int, int | None]:
    """Read `1042` or `1042.2`. Raises `AdminError`."""
    seq, dot, number = text.partition(".")
    if not (seq.isascii() and seq.isdigit()) or (dot and not (number.isascii() and number.isdigit())):
        raise AdminError(f"`{text}` is no number of an effect: write 1042.2, or 1042 for all of that exchange", 400)
    return int(seq), int(number) if dot else None
