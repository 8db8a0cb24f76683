"""Operations on orders and invoices: the wizards and reconciling.

A wizard's context must go with both of its calls. Nothing in Odoo protects against a second payment or invoice, so each
`send` looks first, each `verify` looks for what only this effect can have made, and routes run them in the document's lane.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from caravana.component.odoo.client import OdooClient, after_effect
from caravana.component.odoo.loading import external_id_from_key
from caravana.component.odoo.operation import Operation, Request, needed, reference
from caravana.component.odoo.values import as_ids, as_mapping, to_odoo_time
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How much earlier than the intent a record may seem to be made, when only its time tells whose it is."""


class RegisterPayment(Operation):
    """Odoo's own payment dialogue on one invoice; the payment is known again by its `memo`."""

    kind = Kind.VERIFIABLE
    steps = 4
    body = (
        "{invoice_id, amount?, memo?, journal_id?, date?, payment_method_line_id?, difference?: open|reconcile, "
        "writeoff_account_id?, writeoff_label?}"
    )
    reply = "{payment_id, payment_state, amount_residual}"

    def check(self) -> None:
        """Refuse other models."""
        self.need_model("account.move")

    def request(self, exchange: Exchange) -> Request:
        """Return the invoice and the dialogue's values under Odoo's names."""
        body = as_mapping(exchange.body)
        same = ("amount", "journal_id", "payment_method_line_id", "writeoff_account_id", "writeoff_label")
        values = {key: body[key] for key in same if body.get(key) is not None}
        if body.get("date"):
            values["payment_date"] = body["date"]
        if body.get("difference"):
            values["payment_difference_handling"] = body["difference"]
        return {"invoice_id": as_ids(needed(body, "invoice_id"))[0], "memo": body.get("memo"), "values": values}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Look for the memo, then fill in the dialogue and register."""
        found = await self.verify(client, request, effect)
        if found is not None:
            return found
        invoice = request["invoice_id"]
        client = client.within(_active("account.move", [invoice]))
        values = {**request["values"], "communication": _memo(request, effect)}
        wizard = await client.ask("account.payment.register", "create", {"vals_list": [values]})
        action = await client.call("account.payment.register", "action_create_payments", ids=wizard)
        async with after_effect():
            payment = action.get("res_id") if isinstance(action, dict) else None
            return await self._reply(client, payment or await self._find(client, request, effect), invoice)

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Search the payment by its memo."""
        payment = await self._find(client, request, effect)
        return None if payment is None else await self._reply(client, payment, request["invoice_id"])

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return the id of no payment, and an invoice that is paid."""
        return Reply({"payment_id": imagined_id(effect), "payment_state": "paid", "amount_residual": Decimal(0)})

    async def _find(self, client: OdooClient, request: Request, effect: Effect) -> int | None:
        names = await client.names("account.payment")
        domain = names.domain([["memo", "=", _memo(request, effect)], ["state", "not in", ["canceled", "cancel"]]])
        ids = await client.ask("account.payment", "search", {"domain": domain, "limit": 1})
        return ids[0] if ids else None

    async def _reply(self, client: OdooClient, payment: int | None, invoice: int) -> Reply:
        state = await invoice_state(client, invoice)
        ids = [] if payment is None else [payment]
        return Reply({"payment_id": payment, **state}, reference=reference("account.payment", ids))


class InvoiceFromOrder(Operation):
    """Odoo's own invoicing dialogue on orders; leaves drafts. Nothing to invoice is an answer, not an error."""

    kind = Kind.VERIFIABLE
    steps = 4
    body = "{order_ids, known_invoice_ids?, values?}; known_invoice_ids: the orders' invoices as the route read them before"
    reply = "{made, invoice_ids: new ones, all_invoice_ids}"

    def check(self) -> None:
        """Refuse other models."""
        self.need_model("sale.order")

    def request(self, exchange: Exchange) -> Request:
        """Return orders, the invoices known before, and further values of the dialogue."""
        body = as_mapping(exchange.body)
        known = body.get("known_invoice_ids")
        return {
            "order_ids": as_ids(needed(body, "order_ids")),
            "known": None if known is None else as_ids(known),
            "values": {"advance_payment_method": "delivered", **as_mapping(body.get("values"))},
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Look whether there is something to invoice, then fill in the dialogue and make the invoices."""
        orders = await self._orders(client, request)
        before = _invoices(orders)
        if self._nothing_left(request, orders):
            return self._reply(before if request["known"] is None else request["known"], before)
        within = client.within(_active("sale.order", request["order_ids"]))
        wizard = await within.ask("sale.advance.payment.inv", "create", {"vals_list": [request["values"]]})
        try:
            await within.call("sale.advance.payment.inv", "create_invoices", ids=wizard)
        except Refused:  # a clerk may have been faster: then his invoice is the answer
            orders = await self._orders(client, request)
            if not self._nothing_left(request, orders):
                raise
            return self._reply(before if request["known"] is None else request["known"], _invoices(orders))
        async with after_effect():
            return self._reply(before, _invoices(await self._orders(client, request)))

    def _nothing_left(self, request: Request, orders: list[dict[str, Any]]) -> bool:
        by_delivery = request["values"]["advance_payment_method"] == "delivered"
        return by_delivery and all(one["invoice_status"] != "to invoice" for one in orders)

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Return the orders' invoices that were not there before, by `known_invoice_ids` or by their time."""
        there = _invoices(await self._orders(client, request))
        new = await _made_since(client, there, request["known"], effect)
        return self._reply([one for one in there if one not in new], there) if new else None

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return one invoice that is none, as if there were something to invoice."""
        made = [imagined_id(effect)]
        return Reply({"made": True, "invoice_ids": made, "all_invoice_ids": [*(request["known"] or ()), *made]})

    async def _orders(self, client: OdooClient, request: Request) -> list[dict[str, Any]]:
        fields = {"fields": ["invoice_ids", "invoice_status"]}
        orders: list[dict[str, Any]] = await client.ask("sale.order", "read", fields, ids=request["order_ids"])
        if len(orders) < len(set(request["order_ids"])):
            raise Refused("an order does not exist any more", status=404, code="MissingError")
        return orders

    def _reply(self, before: list[int], after: list[int]) -> Reply:
        new = [one for one in after if one not in before]
        body = {"made": bool(new), "invoice_ids": new, "all_invoice_ids": after}
        return Reply(body, reference=reference("account.move", new))


class Reverse(Operation):
    """Odoo's own reversal dialogue on one posted invoice; leaves a draft credit note."""

    kind = Kind.VERIFIABLE
    steps = 4
    body = "{invoice_id, reason?, journal_id?, date?, known_ids?, modify?: true for a new draft invoice too}"
    reply = "{credit_note_ids: new ones, all_credit_note_ids}"

    def check(self) -> None:
        """Refuse other models."""
        self.need_model("account.move")

    def request(self, exchange: Exchange) -> Request:
        """Return the invoice, the credit notes known before, and the dialogue's values."""
        body = as_mapping(exchange.body)
        known = body.get("known_ids")
        return {
            "invoice_id": as_ids(needed(body, "invoice_id"))[0],
            "known": None if known is None else as_ids(known),
            "modify": bool(body.get("modify", False)),
            "values": {key: body[key] for key in ("reason", "journal_id", "date") if body.get(key)},
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Fill in the dialogue and reverse. Raises `Refused` when the invoice is not there any more, else an `EffectError`."""
        before = await self._notes(client, request)
        values = dict(request["values"])
        if "journal_id" not in values:
            fields = {"fields": ["journal_id"]}
            invoices = await client.ask("account.move", "read", fields, ids=[request["invoice_id"]])
            if not invoices:
                raise Refused("the invoice does not exist any more", status=404, code="MissingError")
            values["journal_id"] = invoices[0]["journal_id"][0]
        client = client.within(_active("account.move", [request["invoice_id"]]))
        wizard = await client.ask("account.move.reversal", "create", {"vals_list": [values]})
        method = "modify_moves" if request["modify"] else "refund_moves"
        await client.call("account.move.reversal", method, ids=wizard)
        async with after_effect():
            return self._reply(before, await self._notes(client, request))

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Return the invoice's credit notes that were not there before, by `known_ids` or by their time."""
        there = await self._notes(client, request)
        new = await _made_since(client, there, request["known"], effect)
        return self._reply([one for one in there if one not in new], there) if new else None

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return one credit note that is none."""
        made = [imagined_id(effect)]
        return Reply({"credit_note_ids": made, "all_credit_note_ids": [*(request["known"] or ()), *made]})

    async def _notes(self, client: OdooClient, request: Request) -> list[int]:
        domain = [["reversed_entry_id", "=", request["invoice_id"]]]
        return as_ids(await client.ask("account.move", "search", {"domain": domain, "order": "id asc"}))

    def _reply(self, before: list[int], after: list[int]) -> Reply:
        new = [one for one in after if one not in before]
        return Reply({"credit_note_ids": new, "all_credit_note_ids": after}, reference=reference("account.move", new))


async def invoice_state(client: OdooClient, invoice: int) -> dict[str, Any]:
    """Return payment_state and amount_residual of an invoice. Raises `Refused` when it does not exist."""
    fields = {"fields": ["payment_state", "amount_residual"]}
    found = await client.ask("account.move", "read", fields, ids=[invoice])
    if not found:
        raise Refused(f"account.move {invoice} does not exist", status=404, code="MissingError")
    return {"payment_state": found[0]["payment_state"], "amount_residual": found[0]["amount_residual"]}


async def _made_since(client: OdooClient, there: list[int], known: list[int] | None, effect: Effect) -> list[int]:
    """Return which of `there` this effect can have made."""
    if known is not None:
        return [one for one in there if one not in known]
    since = to_odoo_time(effect.intended_at - CLOCK_TOLERANCE)
    domain = [["id", "in", there], ["create_date", ">=", since]]
    return as_ids(await client.ask("account.move", "search", {"domain": domain, "order": "id asc"})) if there else []


def _active(model: str, ids: list[int]) -> dict[str, Any]:
    return {"active_model": model, "active_ids": ids, "active_id": ids[0]}


def _memo(request: Request, effect: Effect) -> str:
    return str(request["memo"] or external_id_from_key(effect.key, "caravana"))


def _invoices(orders: list[dict[str, Any]]) -> list[int]:
    return sorted({number for one in orders for number in one["invoice_ids"]})
