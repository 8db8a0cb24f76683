"""reconcile: a posted payment, or given lines, against an invoice."""

import time
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.component.odoo.client import OdooClient, after_effect
from caravana.component.odoo.invoicing import invoice_state
from caravana.component.odoo.nested import read_nested, tree
from caravana.component.odoo.operation import Operation, Request, needed
from caravana.component.odoo.values import as_ids, as_mapping
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange

OPEN_ACCOUNTS = ["asset_receivable", "liability_payable"]
_PAYMENT = tree(
    [
        "move_id.line_ids.account_type",
        "move_id.line_ids.amount_residual_currency",
        "reconciled_invoice_ids.payment_state",
        "reconciled_invoice_ids.amount_residual",
    ]
)
"""What tells how a payment stands."""
QUICK = 5.0
"""Seconds between looking and matching in which what was seen is believed, where the address says `readBack=false`."""


@dataclass(frozen=True)
class OpenLines:
    """What is open of a payment and of an invoice, in the company's currency; `alike`: both are in it."""

    ids: list[int]
    credit: Decimal
    due: Decimal
    alike: bool
    seen: float
    """Moment of the process's own clock."""

    @property
    def used_up(self) -> Reply | None:
        """How both stand after a match, as far as what was seen tells; None when something is left or time has passed."""
        if self.credit > self.due or not self.alike or time.monotonic() - self.seen > QUICK:
            return None
        state = {"payment_state": None, "amount_residual": self.due - self.credit}
        return Reply({"matched": True, "open_credit": Decimal(0), **state})


class Reconcile(Operation):
    """Match the open lines of a payment and an invoice. What is matched already is done; what a clerk paid by hand stays open.

    Odoo refuses lines that are reconciled with the same 422 as wrong ones, so the lines themselves are asked.
    """

    kind = Kind.VERIFIABLE
    steps = 7
    body = "{payment_id, invoice_id} or {line_ids}"
    reply = (
        "{matched: whether this payment pays this invoice, open_credit: what is left of the payment, payment_state, "
        "amount_residual}; payment_state is null when it was not read back; for line_ids {matched, line_ids}"
    )

    def check(self) -> None:
        """Refuse other models."""
        self.need_model("account.move", "account.payment", "account.move.line")

    def request(self, exchange: Exchange) -> Request:
        """Return the pair, or the lines."""
        body = as_mapping(exchange.body)
        if body.get("line_ids"):
            return {"line_ids": as_ids(body["line_ids"])}
        return {
            "payment_id": as_ids(needed(body, "payment_id"))[0],
            "invoice_id": as_ids(needed(body, "invoice_id"))[0],
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Reconcile what is open, and say how both stand afterwards."""
        if "line_ids" in request:
            return await self._send_lines(client, request)
        lines = await self._open_lines(client, request)
        if lines is not None:
            try:
                crossed = await self._match(client, lines)
            except Refused:  # a clerk may have been faster: then the records say that nothing is left to match
                found = await self.verify(client, request, effect)
                if found is None:
                    raise
                return found
            known = None if self.options.read_back or crossed else lines.used_up
            if known is not None:
                return known
        async with after_effect() if lines is not None else nullcontext():
            return await self._reply(client, request)

    async def _match(self, client: OdooClient, lines: OpenLines) -> bool:
        """Match the lines; return whether another match of this process came between looking and matching."""
        matches = client.connection.matches
        with matches.of(lines.ids):
            await client.call("account.move.line", "reconcile", ids=lines.ids)
            return matches.crossed(lines.ids, lines.seen)

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return a match that leaves nothing open."""
        if "line_ids" in request:
            return Reply({"matched": True, "line_ids": request["line_ids"]})
        state = {"payment_state": "paid", "amount_residual": Decimal(0)}
        return Reply({"matched": True, "open_credit": Decimal(0), **state})

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Return the reply when nothing is left to match between the two."""
        reply = await self._reply(client, request)
        if reply.body["matched"]:
            return reply
        if "line_ids" in request:
            return None
        return reply if reply.body["amount_residual"] == 0 or reply.body["open_credit"] == 0 else None

    async def _send_lines(self, client: OdooClient, request: Request) -> Reply:
        before = await self._lines_reply(client, request["line_ids"])
        if before.body["matched"]:
            return before
        try:
            with client.connection.matches.of(request["line_ids"]):
                await client.call("account.move.line", "reconcile", ids=request["line_ids"])
        except Refused:
            after = await self._lines_reply(client, request["line_ids"])
            if not after.body["matched"]:
                raise
            return after
        async with after_effect():
            return await self._lines_reply(client, request["line_ids"])

    async def _open_lines(self, client: OdooClient, request: Request) -> OpenLines | None:
        """Return the open lines of both, or None when one of them has nothing open: then there is nothing to match."""
        payment, invoice, seen = request["payment_id"], request["invoice_id"], time.monotonic()
        domain: list[Any] = ["|", ["payment_id", "in", [payment]], ["move_id", "in", [invoice]]]
        domain.append(["account_id.account_type", "in", OPEN_ACCOUNTS])
        fields = ["payment_id", "move_id", "reconciled", "amount_residual", "currency_id", "company_currency_id"]
        arguments = {"domain": domain, "fields": fields, "order": "id asc"}
        found = await client.ask("account.move.line", "search_read", arguments)
        open_lines = [one for one in found if not one["reconciled"]]
        of_invoice = [one for one in open_lines if _number(one["move_id"]) == invoice]
        of_payment = [one for one in open_lines if _number(one["move_id"]) != invoice]
        if not of_payment or not of_invoice:
            return None
        ids = [one["id"] for one in (*of_payment, *of_invoice)]
        alike = all(_number(one["currency_id"]) == _number(one["company_currency_id"]) for one in open_lines)
        return OpenLines(ids, _residual(of_payment), _residual(of_invoice), alike, seen)

    async def _reply(self, client: OdooClient, request: Request) -> Reply:
        if "line_ids" in request:
            return await self._lines_reply(client, request["line_ids"])
        found = await read_nested(client, "account.payment", [request["payment_id"]], _PAYMENT)
        if not found:
            raise Refused("the payment does not exist", status=404, code="MissingError")
        if found[0]["move_id"] is None:
            raise Refused(
                "the payment has no journal entry: post it, and give its payment method an outstanding account",
                code="no_entry",
            )
        paid = {one["id"]: one for one in found[0]["reconciled_invoice_ids"]}
        invoice = request["invoice_id"]
        state = paid[invoice] if invoice in paid else await invoice_state(client, invoice)
        body = {name: state[name] for name in ("payment_state", "amount_residual")}
        return Reply({"matched": invoice in paid, "open_credit": _open_credit(found[0]), **body})

    async def _lines_reply(self, client: OdooClient, lines: list[int]) -> Reply:
        """Lines are matched when all, or all on one side, are reconciled: the other side may be left with a rest."""
        fields = {"fields": ["reconciled", "balance"]}
        found = await client.ask("account.move.line", "read", fields, ids=lines)
        sides = [[one["reconciled"] for one in found if (one["balance"] > 0) is debit] for debit in (True, False)]
        matched = len(found) == len(set(lines)) and any(side and all(side) for side in sides)
        return Reply({"matched": matched, "line_ids": lines})


def _open_credit(payment: dict[str, Any]) -> Decimal:
    """Return what is left of the payment, in its currency: what is open on its lines on receivable and payable accounts."""
    lines = [one for one in payment["move_id"]["line_ids"] if one["account_type"] in OPEN_ACCOUNTS]
    return _residual(lines, "amount_residual_currency")


def _residual(lines: list[dict[str, Any]], field: str = "amount_residual") -> Decimal:
    """What is open of lines of one side; JSON-2 gives amounts as decimals."""
    return sum((abs(Decimal(one[field])) for one in lines), Decimal(0))


def _number(link: Any) -> Any:
    return link[0] if link else None
