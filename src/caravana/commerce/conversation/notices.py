"""What the company tells by itself: an order was confirmed, a payment came, an invoice was authorised, goods were shipped.

In its own words while the conversation is open (24 hours), by its template afterwards; never to who wants none.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.commerce.conversation import channel, files
from caravana.commerce.conversation.base import TalkMapping, Variables, first, theirs
from caravana.commerce.conversation.fill import shown
from caravana.commerce.conversation.goods import decoded
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

NEVER = "1970-01-01T00:00:00+00:00"
OURS = ("wamid.", "mid:", "m_")
"""How the references of orders begin that were made in a chat: they were told there."""


class Notices(TalkMapping):
    """From records of Odoo to messages."""

    @pure
    def order_notice(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the notice of an order confirmed in Odoo; None for one that was made in a chat, where it was told."""
        if str(body["client_order_ref"] or "").startswith(OURS) or not body["partner_id"]:
            return None
        order = {"number": body["name"], "total": _money(body["amount_total"], body["currency_id"])}
        return {"kind": "order_confirmed", "partner": body["partner_id"][0], "values": {"order": order}}

    @pure
    def payment_notice(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the notice of a customer's payment."""
        if not body["partner_id"]:
            return None
        amount = _money(body["amount"], body["currency_id"])
        values = {"order": {"total": amount, "number": body["name"]}}
        return {"kind": "payment_received", "partner": body["partner_id"][0], "values": values}

    @pure
    def shipping_notice(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the notice of goods that went out for an order."""
        if not body["partner_id"]:
            return None
        number = body["sale_id"][1] if body["sale_id"] else body["origin"]
        return {"kind": "shipped", "partner": body["partner_id"][0], "values": {"order": {"number": number}}}

    @pure
    def invoice_notice(self, variables: Variables) -> dict[str, Any] | None:
        """Return the notice of an invoice's authorised PDF; None for files of other documents."""
        move, file = first(variables["moves"]), variables["file"]
        is_told = move is not None and move["state"] == "posted" and move["move_type"] == "out_invoice"
        if not is_told or not move["partner_id"] or not files.is_invoice(str(file["name"]), str(move["name"])):
            return None
        values = {"order": {"number": str(move["name"]).rpartition(" ")[2]}}  # `Fact 001-001-000000045`
        told = {"kind": "invoice_authorised", "partner": move["partner_id"][0], "values": values}
        return {**told, "attachment": file["id"], "file": str(file["name"])[-200:]}

    @pure
    def talk_to_tell(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the talk in which the customer is told: that with the record's branch, else the last; None without one.

        None too for who wants no notices: what they said last, at whichever number, holds for the whole company.
        """
        talks = [one["value"] for one in theirs(variables["talks"], variables["contact"])]
        told = max(talks, key=lambda one: datetime.fromisoformat(one["memory"].get("chosen") or NEVER), default=None)
        if told is None or told["memory"].get("silent"):
            return None
        found: dict[str, Any] = max(
            talks, key=lambda one: (one.get("branch") == exchange.branch, one.get("heard") or "")
        )
        return found

    @pure
    def may_be_told(self, variables: Variables) -> bool:
        """Whether there is a talk in which the customer can be told."""
        kept = variables["kept"]
        return kept is not None and bool(kept.get("contact"))

    @pure
    def wants_file(self, variables: Variables) -> bool:
        """Whether a file goes with the notice, by a network that takes it."""
        return "attachment" in variables["notice"] and variables["kept"].get("kind") == "message"

    @pure
    def notice_file(self, variables: Variables) -> dict[str, Any] | None:
        """Return the file for `whatsapp:upload`; None for one that is no PDF."""
        content = decoded((first(variables["files"]) or {}).get("datas"))
        if not content.startswith(b"%PDF"):
            return None
        connection = variables["kept"].get("connection")
        named = {"connection": connection} if connection else {}
        return {"content": content, "mime_type": "application/pdf", "filename": variables["notice"]["file"], **named}

    @pure
    def notice(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the message as the network takes it: `{uri, body}`, with its template for when the conversation is closed."""
        kept, told = variables["kept"], variables["notice"]
        uploaded = variables.get("uploaded")
        file = {"id": uploaded["id"], "name": told["file"]} if uploaded else None
        now: dict[str, Any] = {
            "message": "",
            "now": self._now(exchange.created),
            "person": kept.get("person") or "",
            "place": {},
        }
        values = {**told["values"], "file": file}
        turn = self._engine.opened(kept, f"notice_{told['kind']}", values, now)
        update = {"kind": kept["kind"], "connection": kept.get("connection")}
        said = channel.said(update, kept["contact"], turn["reply"], None)
        template = self._settings.templates.get(told["kind"])
        if template is None or kept["kind"] != "message":
            return said
        return {**said, "body": {**said["body"], "template": _filled(template, told, kept, file)}}

    @pure
    def untold(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what a person must look at: notices of a kind that cannot be sent, once however many they are."""
        kind = variables["notice"]["kind"]
        return {
            "key": f"talk_notice/{kind}",
            "kind": "talk_notice",
            "summary": "Revisar los avisos a clientes",
            "title": kind,
            "text": "Un aviso a un cliente no se pudo enviar. Si la conversación está cerrada, hace falta una plantilla aprobada "
            f"(ajuste conversation.template.{kind}): {str(variables['why'])[:300]}",
            "record": {"model": "res.partner", "id": variables["notice"]["partner"]},
            "since": exchange.created.isoformat(timespec="seconds"),
        }


def _filled(
    template: Mapping[str, Any], told: Mapping[str, Any], kept: Mapping[str, Any], file: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The template with its parameters: the customer's name, the document's number, and the amount where there is one."""
    order = told["values"]["order"]
    total = [shown(order["total"], kept["language"])] if "total" in order else []
    parameters = [kept.get("person") or "cliente", str(order["number"] or "—"), *total]
    header = {"header": {"document": {"id": file["id"], "filename": file["name"]}}} if file else {}
    return {**template, "parameters": parameters, **header}


def _money(amount: Any, currency: Any) -> dict[str, str]:
    exact = Decimal(str(amount)).quantize(Decimal("0.01"))
    return {"amount": format(exact, "f"), "currency": currency[1] if currency else "USD"}
