"""What Stripe itself has: its list of events, and all that moved on one day."""

from collections import deque
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.stripe import event, mapping
from caravana.component.stripe.body import EventsBody, ListingBody, read_body
from caravana.component.stripe.client import PAGE, StripeClient
from caravana.component.stripe.entries import charge_entry, dispute_entry, payout_entry, refund_entry, transaction_entry
from caravana.component.stripe.producer import StripeProducer, named
from caravana.component.stripe.stores import Stores
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange

KEPT = timedelta(days=30)
"""How long Stripe keeps events."""
MOST = 1000
"""Most events that one call brings."""
LONG = timedelta(minutes=5)
"""Reading a list takes many calls."""
ENDED = frozenset({"paid", "failed"})
CHARGES = ["data.balance_transaction", "data.payment_intent"]
"""What comes with the charges of a day: only its intent says of a hold whether it was given up."""


class Events(StripeProducer):
    """Reads the list of events, of the types that the hub takes."""

    kind = Kind.READ
    timeout = LONG

    def __init__(self, stores: Stores) -> None:
        """`stores`: the connections that calls may go to."""
        super().__init__(stores)
        self.timeout = LONG

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return from where on. Raises `Refused` when the body does not fit."""
        body = read_body(EventsBody, exchange.body or {})
        since = None if body.since is None else body.since.isoformat(timespec="seconds")
        return {"since": since, "after": body.after, **named(body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return the events, oldest first, and whether there are more."""
        client = self.client(request, effect)
        found, more = await _events(client, request["after"], request["since"])
        events = [self.told(event.read(one), request, effect) for one in found]
        return Reply(self.told({"provider": mapping.PROVIDER, "events": events, "more": more}, request, effect))

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the account whose events are read."""
        return self._stores.accounts.new(branch, request.get("connection"))


class Listing(StripeProducer):
    """Reads what moved on one day: charges, refunds, disputes, and payouts with the entries that each consists of."""

    kind = Kind.READ

    def __init__(self, stores: Stores, zone: ZoneInfo) -> None:
        """`zone`: the company's, in which a day begins and ends."""
        super().__init__(stores)
        self.timeout = LONG
        self._zone = zone

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the day. Raises `Refused` when the body names none."""
        body = read_body(ListingBody, exchange.body)
        return {"day": body.day.isoformat(), **named(body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read the lists. `whole` is false while the day goes on."""
        client = self.client(request, effect)
        begin, end = self._day(date.fromisoformat(request["day"]))
        span = {"created": {"gte": int(begin.timestamp()), "lt": int(end.timestamp())}}
        charges = await client.all("/v1/charges", {**span, "expand": CHARGES})
        refunds = await client.all("/v1/refunds", {**span, "expand": ["data.balance_transaction"]})
        disputes = await client.all("/v1/disputes", span)
        payouts = await client.all("/v1/payouts", span)
        found = {
            "provider": mapping.PROVIDER,
            "day": request["day"],
            "payments": [charge_entry(one) for one in reversed(charges)],
            "refunds": [refund_entry(one) for one in reversed(refunds)],
            "disputes": [dispute_entry(one) for one in reversed(disputes)],
            "payouts": [await self._payout(client, one) for one in reversed(payouts)],
            "whole": client.clock.now() >= end,
        }
        return Reply(self.told(found, request, effect))

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the account whose day is read."""
        return self._stores.accounts.new(branch, request.get("connection"))

    async def _payout(self, client: StripeClient, found: dict[str, Any]) -> dict[str, Any]:
        """Stripe knows what an automatic payout consists of, and only once it has put it together."""
        whole = found.get("automatic") is True and found.get("reconciliation_status") == "completed"
        asked = {"payout": found["id"], "expand": ["data.source"]}
        listed = await client.all("/v1/balance_transactions", asked) if whole else []
        entries = [transaction_entry(one) for one in reversed(listed) if one.get("type") != "payout"]
        return {**payout_entry(found), "entries": entries if whole else None}

    def _day(self, day: date) -> tuple[datetime, datetime]:
        return (
            datetime.combine(day, time.min, self._zone),
            datetime.combine(day + timedelta(days=1), time.min, self._zone),
        )


async def _events(client: StripeClient, after: str | None, since: str | None) -> tuple[list[dict[str, Any]], bool]:
    if after is not None:
        try:
            return await _next(client, after)
        except Refused as error:
            if error.status not in {400, 404} or since is None:
                raise
            # Stripe has forgotten the event `after`: what came since then is read anew, and known by its names
    return await _since(client, since)


async def _next(client: StripeClient, after: str) -> tuple[list[dict[str, Any]], bool]:
    """The page that follows the event `after`: Stripe's list runs backwards, and so do its cursors."""
    answer = await client.get("/v1/events", {"types": event.TYPES, "limit": PAGE, "ending_before": after})
    return list(reversed(answer["data"])), bool(answer["has_more"])


async def _since(client: StripeClient, since: str | None) -> tuple[list[dict[str, Any]], bool]:
    """The oldest that came since a moment; they stand at the end of the list, so all of it is read."""
    begin = client.clock.now() - KEPT if since is None else mapping.read_moment(since)
    oldest: deque[dict[str, Any]] = deque(maxlen=MOST)
    read = 0
    async for page in client.pages("/v1/events", {"types": event.TYPES, "created": {"gte": int(begin.timestamp())}}):
        oldest.extend(page)
        read += len(page)
    return list(reversed(oldest)), read > MOST
