"""`caravana payments`: what the store of the card flow has of payments, refunds and disputes, and what a person wishes."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from caravana.component.pay.about import about, wished
from caravana.component.pay.company import Companies
from caravana.component.pay.files import SettlementFiles, told
from caravana.kit.errors import ConfigurationError
from caravana.kit.merchant import accounts_of
from caravana.kit.payment import Operation
from caravana.kit.ports import Arrival, Context, Receiver
from caravana.kit.wishes import Wishes, answer, asked

ATTEMPTS, REFUNDED, DISPUTED, PAYMENTS = "card_attempt", "card_refund", "card_dispute", "card_payment"
SETTLED = "card_settlement"
"""Stores of the card flow."""
REFUNDS, DISPUTES, COMPARISONS, SETTLEMENTS, REFUNDED_BY_HAND = WISHES = (
    "refunds",
    "disputes",
    "comparisons",
    "settlements",
    "refunded",
)
"""What a person may ask for, as it stands after `pay:`."""
OF_ORDER = re.compile(r"\D*(\d+)-\d+")
"""Our reference of an attempt: the order's number, and a running number."""
RUNNING_NUMBER = re.compile(r"(.+)-R\d+")
"""Our reference of a refund: the attempt's, and a running number."""
MOST = 100_000
NAMING = ("order_id", "key", "reference", "branch")


class Desk:
    """The operator's operations: list, show, refund, refunded, dispute, compare, import."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context
        self.wishes = Wishes("cards")
        """Where each of the wishes is asked for, while a route takes it."""
        self.settlements = SettlementFiles(context)
        """Reads settlement files."""

    async def listed(self, order: str | None = None, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest payments and attempts, each with what went back of it. `order`: its name, or its number in Odoo."""
        prefix = f"sale.order,{order}/" if order is not None and order.isdigit() else ""
        found = [one for _, one in await self._context.store.find(ATTEMPTS, prefix, MOST)]
        named = [one for one in found if prefix or order in (None, one.get("order"))]
        chosen = [one for one in named if state in (None, one["state"])]
        newest = sorted(chosen, key=lambda one: str(one["created"]), reverse=True)[: max(1, limit)]
        return [_shown(one, await self._refunds(one)) for one in newest]

    async def shown(self, name: str) -> dict[str, Any]:
        """Return one attempt, by our reference or the company's name of a payment. Raises `LookupError`."""
        attempt = await self._attempt(name)
        shown = _shown(attempt, await self._refunds(attempt))
        more = {"disputes": await self._disputes(attempt), "settled": await self._settled(attempt)}
        return {**shown, "payments": attempt["payments"], **more}

    async def refund(
        self, name: str, amount: str | None = None, reason: str = "", payment: str | None = None
    ) -> dict[str, Any]:
        """Have the money, or a part of it, sent back, and return how that ended. Raises `LookupError`."""
        wish = {"amount": amount, "reason": reason, "origin": "person"}
        return await self._ask(REFUNDS, name, payment, wish)

    async def refunded(
        self,
        name: str,
        made: str | None,
        by: str | None = None,
        amount: str | None = None,
        number: str | None = None,
        reason: str = "",
        journal: int | None = None,
        payment: str | None = None,
    ) -> dict[str, Any]:
        """Enter a refund that was made by hand, or was not made, and return how it stands. Raises `LookupError`.

        `name`: of the payment, or our reference of a refund that waits; `made`: ISO day, None: it was not made; `by`: `transfer`
        or `page`; `number`: the company's or the bank's; `journal`: number of the one in Odoo from which a transfer went.
        """
        of_refund = RUNNING_NUMBER.fullmatch(name)
        wish = {"made": made, "by": by, "amount": amount, "number": number, "reason": reason, "journal": journal}
        wish |= {"refund": name if of_refund else None, "names": True}
        return await self._ask(REFUNDED_BY_HAND, of_refund[1] if of_refund else name, payment, wish)

    async def dispute(
        self,
        name: str,
        amount: str | None = None,
        reason: str | None = None,
        until: str | None = None,
        number: str | None = None,
        outcome: str | None = None,
        payment: str | None = None,
    ) -> dict[str, Any]:
        """Enter a dispute of a payment, or how it ended, and return how it stands. Raises `LookupError`.

        `until`: last day to answer; `number`: the bank's; `outcome`: `answered`, `won` or `lost`.
        """
        wish = {"amount": amount, "reason": reason, "until": until, "number": number, "outcome": outcome}
        return await self._ask(DISPUTES, name, payment, wish)

    async def _ask(self, what: str, name: str, payment: str | None, wish: dict[str, Any]) -> dict[str, Any]:
        """Have a route do what a person wishes about a payment."""
        attempt = await self._attempt(name)
        if what == REFUNDS or (what == REFUNDED_BY_HAND and wish["refund"] is None):
            await self._refuse_beside_unanswered(attempt)
        named = {key: attempt.get(key) for key in NAMING}
        paid = payment or (name if name != attempt["reference"] else None)
        more = {"about": await self._about(attempt, paid, wish["amount"])} if what == REFUNDS else {}
        found = await self.wishes.ask(what, {**named, "payment": paid, **wish, **more})
        message = (
            "it waits its turn, perhaps behind a message of this order that is in doubt: see `caravana review`; "
            "it is carried out when that is settled: do not ask again"
        )
        return {**found, "message": message} if found.get("state") == "running" else found

    async def _about(self, attempt: Mapping[str, Any], payment: str | None, amount: str | None) -> str:
        """What the refund that is wished is about, in words."""
        try:
            company = Companies(self._context, Operation.REFUND).of(attempt["connection"])
        except ConfigurationError:  # the account is gone: the route says so
            return about(attempt, None, attempt["connection"])
        back = wished(attempt, await self._refunds(attempt), payment, amount)
        return about(attempt, back, company.company or company.title)

    async def _refuse_beside_unanswered(self, attempt: Mapping[str, Any]) -> None:
        """Raise `LookupError` while a refund has no answer: another would wait behind it unseen, and money go back twice."""
        for one in await self._refunds(attempt):
            if one["state"] == "asked":
                raise LookupError(
                    f"the refund {one['reference']} is not answered yet: see `caravana review`; where nothing waits there, "
                    f"say what became of it: caravana payments refunded {one['reference']}"
                )

    async def compare(self, day: str | None = None, connection: str | None = None) -> list[dict[str, Any]]:
        """Have a day compared with Odoo, at one account or all, and return the differences of each.

        `day`: ISO date in the company's zone; None: yesterday, and what is open of earlier days. Raises `LookupError`.
        """
        try:
            if connection is not None:
                self.settlements.check(connection)
        except ConfigurationError as error:
            raise LookupError(str(error)) from None
        taker = self.wishes.taker(COMPARISONS)
        units = await _results(taker, {"day": day, "connection": connection})
        return [one if "exchange" in one else await _of_unit(taker, one) for one in units]

    async def settlement(
        self, name: str, content: str, connection: str, profile: str | None = None, *, dry: bool = False
    ) -> dict[str, Any]:
        """Have a settlement file compared with ledger and Odoo, and return what it told.

        `content`: the file in Base64; `profile`: by default that of the company; `dry`: only say what would be. A file that
        cannot be read is `{state: refused, problems}`. Raises `LookupError`.
        """
        raw = base64.b64decode(content, validate=True)
        try:
            found = self.settlements.read(raw, connection, profile)
        except ConfigurationError as error:
            raise LookupError(str(error)) from None
        wish = told({"name": name, "connection": connection, "dry": dry}, raw, found)
        if wish["state"] == "refused":
            return wish
        taker = self.wishes.taker(SETTLEMENTS)
        report = await asked(taker, wish)
        units = report.pop("units", [])
        return {**report, "compared": [each for one in units for each in await _results(taker, one)]}

    async def _attempt(self, name: str) -> dict[str, Any]:
        """The attempt of our reference, or of the company's number of a payment.

        Those whose payments came before there was an index are looked for among all. Raises `LookupError`, also where several
        accounts have a payment of that number.
        """
        found = _called(name, await self._near(name))
        found = found or _called(name, await self._context.store.find(ATTEMPTS, "", MOST))
        if len(found) > 1:
            names = ", ".join(sorted(one["reference"] for one in found))
            raise LookupError(f"several payments are called `{name}`: give one of the references {names}")
        if not found:
            raise LookupError(f"no payment is called `{name}`: see `caravana payments list`")
        return found[0]

    async def _near(self, name: str) -> list[tuple[str, Any]]:
        """The attempts of the order that a reference names, and those that the index of payments has under a number."""
        order, store = OF_ORDER.fullmatch(name), self._context.store
        found = await store.find(ATTEMPTS, f"sale.order,{order[1]}/") if order else []
        for connection in accounts_of(self._context):
            indexed = await store.get(PAYMENTS, f"{connection}/{name}")
            found += [] if indexed is None else await store.find(ATTEMPTS, indexed["attempt"])
        return found

    async def _refunds(self, attempt: Mapping[str, Any]) -> list[dict[str, Any]]:
        prefix = f"{attempt['connection']}/{attempt['reference']}-R"
        return [one for _, one in await self._context.store.find(REFUNDED, prefix)]

    async def _settled(self, attempt: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What settlement files told of the attempt's payments, the oldest first."""
        days = await self._context.store.find(SETTLED, f"{attempt['connection']}/", MOST)
        numbers = {one["internal_reference"] for one in attempt["payments"]}
        lines = (one for _, day in days for one in day["lines"])
        return [one for one in lines if one["payment"] in numbers or one["reference"] == attempt["reference"]]

    async def _disputes(self, attempt: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = [one for _, one in await self._context.store.find(DISPUTED, "", MOST)]
        return [one for one in found if one["attempt"] == attempt["key"]]


def _called(name: str, attempts: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """The attempts of a reference, or with a payment of that number; each once."""
    numbers = {key: [each["internal_reference"] for each in one["payments"]] for key, one in attempts}
    return [one for key, one in dict(attempts).items() if name in (one["reference"], *numbers[key])]


def _shown(attempt: Mapping[str, Any], refunds: list[dict[str, Any]]) -> dict[str, Any]:
    names = (
        "reference",
        "order_id",
        "order",
        "branch",
        "connection",
        "state",
        "amount",
        "currency",
        "created",
        "settled",
    )
    paid = [
        {name: one[name] for name in ("internal_reference", "total", "currency", "date")} for one in attempt["payments"]
    ]
    back = [
        {
            name: one[name]
            for name in ("reference", "state", "amount", "origin", "refund", "message", "created", "booked")
        }
        | {name: one.get(name) for name in ("made", "by", "settlement")}
        for one in refunds
    ]
    return {**{name: attempt.get(name) for name in names}, "payments": paid, "refunds": back}


async def _of_unit(taker: Receiver, unit: Mapping[str, Any]) -> dict[str, Any]:
    """What a route answers of one day of an account and branch, which is an exchange of that branch."""
    named = {name: unit[name] for name in ("connection", "branch")}
    return await asked(taker, {**named, "unit": unit})


async def _results(taker: Receiver, wish: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The list that a route answered; else the one answer that tells by which exchange it goes on."""
    outcome = await taker.request(Arrival(body=wish))
    return list(outcome.body) if outcome.state == "done" and isinstance(outcome.body, list) else [answer(outcome)]
