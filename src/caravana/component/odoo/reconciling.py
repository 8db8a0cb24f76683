"""reconcile: a posted payment, or given lines, against an invoice."""

from decimal import Decimal
from typing import Any

from caravana.component.odoo.client import OdooClient, after_effect
from caravana.component.odoo.invoicing import invoice_state
from caravana.component.odoo.operation import Operation, Request, needed
from caravana.component.odoo.values import as_ids, as_mapping
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange

OPEN_ACCOUNTS = ["asset_receivable", "liability_payable"]


class Reconcile(Operation):
    """Match the open lines of a payment and an invoice. What is matched already is done; what a clerk paid by hand stays open.

    Odoo refuses lines that are reconciled with the same 422 as wrong ones, so the lines themselves are asked.
    """

    kind = Kind.VERIFIABLE
    steps = 7
    body = "{payment_id, invoice_id} or {line_ids}"
    reply = (
        "{matched: whether this payment pays this invoice, open_credit: what is left of the payment, payment_state, "
        "amount_residual}; for line_ids {matched, line_ids}"
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
        found = await self.verify(client, request, effect)
        if found is not None:
            return found
        lines = request.get("line_ids") or await self._open_lines(client, request)
        try:
            await client.call("account.move.line", "reconcile", ids=lines)
        except Refused:
            found = await self.verify(client, request, effect)
            if found is None:
                raise
            return found
        async with after_effect():
            return await self._reply(client, request)

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

    async def _open_lines(self, client: OdooClient, request: Request) -> list[int]:
        payment = await self._payment(client, request)
        lines: list[int] = []
        for move in (payment["move_id"][0], request["invoice_id"]):
            lines += [one["id"] for one in await _lines(client, move) if not one["reconciled"]]
        return lines

    async def _payment(self, client: OdooClient, request: Request) -> dict[str, Any]:
        fields = {"fields": ["move_id", "state", "reconciled_invoice_ids"]}
        found = await client.ask("account.payment", "read", fields, ids=[request["payment_id"]])
        if not found:
            raise Refused("the payment does not exist", status=404, code="MissingError")
        if not found[0]["move_id"]:
            raise Refused(
                "the payment has no journal entry: post it, and give its payment method an outstanding account",
                code="no_entry",
            )
        return dict(found[0])

    async def _reply(self, client: OdooClient, request: Request) -> Reply:
        if "line_ids" in request:
            return await self._lines_reply(client, request["line_ids"])
        payment = await self._payment(client, request)
        left = sum(
            (abs(Decimal(one["amount_residual"])) for one in await _lines(client, payment["move_id"][0])), Decimal(0)
        )
        state = await invoice_state(client, request["invoice_id"])
        matched = request["invoice_id"] in payment["reconciled_invoice_ids"]
        return Reply({"matched": matched, "open_credit": left, **state})

    async def _lines_reply(self, client: OdooClient, lines: list[int]) -> Reply:
        """Lines are matched when all, or all on one side, are reconciled: the other side may be left with a rest."""
        fields = {"fields": ["reconciled", "balance"]}
        found = await client.ask("account.move.line", "read", fields, ids=lines)
        sides = [[one["reconciled"] for one in found if (one["balance"] > 0) is debit] for debit in (True, False)]
        matched = len(found) == len(set(lines)) and any(side and all(side) for side in sides)
        return Reply({"matched": matched, "line_ids": lines})


async def _lines(client: OdooClient, move: int) -> list[dict[str, Any]]:
    domain = [["move_id", "=", move], ["account_id.account_type", "in", OPEN_ACCOUNTS]]
    arguments = {"domain": domain, "fields": ["reconciled", "amount_residual"]}
    return list(await client.ask("account.move.line", "search_read", arguments))
