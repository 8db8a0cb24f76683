"""Orders: made once of one cart at Odoo's prices, shown, paid by link or transfer, with their invoice."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from caravana.commerce import attempt as attempts
from caravana.commerce.conversation import files
from caravana.commerce.conversation.base import CONTACT, Variables, first, language_of, result, scope_of
from caravana.commerce.conversation.goods import decoded
from caravana.commerce.conversation.prices import Prices
from caravana.commerce.sale import sale
from caravana.commerce.shop import identity
from caravana.commerce.texts import LOCALES
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

MOST = 9
TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "draft": "Por confirmar",
        "sent": "Por confirmar",
        "sale": "Confirmado",
        "cancel": "Cancelado",
        "due": "Por pagar",
        "paid": "Pagado",
        "pending": "En preparación",
        "partial": "Enviado en parte",
        "full": "Enviado",
        "both": "Puede pagarlo con tarjeta o por transferencia.",
        "cards": "Puede pagarlo con tarjeta.",
        "transfers": "Puede pagarlo por transferencia.",
        "neither": "Le contactaremos para coordinar el pago.",
    },
    "en": {
        "draft": "To be confirmed",
        "sent": "To be confirmed",
        "sale": "Confirmed",
        "cancel": "Cancelled",
        "due": "To be paid",
        "paid": "Paid",
        "pending": "Being prepared",
        "partial": "Shipped in part",
        "full": "Shipped",
        "both": "You can pay by card or by bank transfer.",
        "cards": "You can pay by card.",
        "transfers": "You can pay by bank transfer.",
        "neither": "We will contact you about the payment.",
    },
}


class Orders(Prices):
    """Between carts and Odoo's orders."""

    # Making one.

    @pure
    def is_ours(self, variables: Variables) -> bool:
        """Whether the cart that is confirmed is the present one: an old button orders nothing."""
        scope = scope_of(variables)
        known = scope.get("cart") or {}
        return "id" in known and scope.get("basket") == known["id"]

    @pure
    def ordered_before(self) -> dict[str, Any]:
        """Return that the cart was ordered before."""
        return result("again")

    @pure
    def can_be_ordered(self, variables: Variables) -> bool:
        """Whether all of the cart can be had as it stands; prices are compared with Odoo's own sum later."""
        found = variables["result"]
        return bool(found["outcome"] == "ready")

    @pure
    def cart_changed(self, variables: Variables) -> dict[str, Any]:
        """Return that the cart is another now, or that nothing is left of it."""
        found = variables["result"]
        return {**found, "outcome": "empty" if found["outcome"] == "empty" else "gone"}

    @pure
    def order_record(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return the order to be made, under an external id of contact, cart and lines: the same cart never makes two."""
        known, odoo = variables["result"]["values"]["cart"], self._odoo(exchange)
        lines = [{"product_id": one["product"], "product_uom_qty": one["quantity"]} for one in known["lines"]]
        digest = hashlib.blake2b(repr(lines).encode(), digest_size=8).hexdigest()
        pairs = {
            "company_id": odoo.get("company"),
            "warehouse_id": odoo.get("warehouse"),
            "journal_id": odoo.get("sale_journal"),
            "pricelist_id": self.pricelist(variables, exchange),
            "partner_invoice_id": variables["known"].get("invoice_to"),
        }
        values = {
            "partner_id": variables["known"]["partner"],
            **{name: one for name, one in pairs.items() if one is not None},
            "client_order_ref": str(known["id"]),
            "order_line": lines,
        }
        name = identity.external_id("order", "talk", str(headers.get(CONTACT)), str(known["id"]), digest)
        return {"external_id": name, "values": values}

    @pure
    def made_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the order made, as a method's argument."""
        return {"ids": [variables["made"]["id"]]}

    @pure
    def is_agreed(self, variables: Variables) -> bool:
        """Whether Odoo's own sum is what the customer agreed to; a cent for each line may be another way of rounding taxes."""
        order = first(variables["orders"])
        agreed = Decimal(str(scope_of(variables).get("agreed") or 0))
        lines = len(variables["result"]["values"]["cart"]["lines"])
        return abs(Decimal(str(order["amount_total"])) - agreed) <= Decimal("0.01") * lines

    @pure
    def needs_confirming(self, variables: Variables) -> bool:
        """Whether the order is still a quotation."""
        return first(variables["orders"])["state"] in ("draft", "sent")

    @pure
    def disagreed(self, variables: Variables) -> dict[str, Any]:
        """Return that Odoo's sum is another than the customer agreed to."""
        order = first(variables["orders"])
        cart = variables["result"]["values"]["cart"]
        return result("changed", order=self._order(order, (), language_of(variables)), cart=cart)

    @pure
    def ordered(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the order that was made; the cart is empty from now on."""
        order = {**first(variables["orders"]), "state": "sale"}
        made = self._order(order, (), language_of(variables))
        return result("ordered", order=made, cart=None, basket=None, agreed=None)

    # Showing.

    @pure
    def orders_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the customer's last orders."""
        domain = [["partner_id", "=", variables["known"]["partner"]], ["state", "!=", "draft"]]
        return {"domain": domain, "order": "id desc", "limit": MOST}

    @pure
    def listed(self, variables: Variables) -> dict[str, Any]:
        """Return the customer's orders."""
        texts = TEXTS[language_of(variables)]
        orders = [
            {
                "id": one["id"],
                "number": one["name"],
                "state": texts.get(one["state"], texts["sale"]),
                "total": _money(one["amount_total"], one["currency_id"][1]),
            }
            for one in variables["orders"]
        ]
        return result("found", orders=orders) if orders else result("none")

    @pure
    def wanted_id(self, variables: Variables) -> list[int]:
        """Return the order that is asked for."""
        told = str(scope_of(variables).get("wanted") or "")
        return [int(told)] if told.isascii() and told.isdigit() and len(told) < 10 else []

    @pure
    def attempts_prefix(self, variables: Variables) -> str:
        """Return what the keys of the order's attempts to pay by card begin with."""
        return attempts.prefix((self.wanted_id(variables) or [0])[0])

    @pure
    def lines_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the order's lines."""
        return {"domain": [["order_id", "in", self.wanted_id(variables)]], "limit": 30}

    @pure
    def wanted(self, variables: Variables) -> dict[str, Any] | None:
        """Return the order asked for with what is due; None when it is not this customer's."""
        order, known = first(variables["orders"]), variables["known"]
        if order is None or known is None or _id(order["partner_id"]) != known["partner"]:
            return None
        found = sale(order, [one["value"] for one in variables["attempts"] or ()])
        return {**found, "delivery": order.get("delivery_status"), "date": str(order["date_order"])}

    @pure
    def shown(self, variables: Variables) -> dict[str, Any]:
        """Return the order as the customer sees it."""
        found = variables["sale"]
        if found is None:
            return result("none")
        order = self._sold(found, variables.get("lines") or (), language_of(variables))
        if found["state"] == "cancel":
            return result("cancelled", order=order)
        return result("open" if found["due"] > 0 else "paid", order=order)

    def _sold(self, found: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
        texts = TEXTS[language]
        told = [texts.get(found["state"], texts["sale"])]
        if found["state"] == "sale":
            told = [texts["due" if found["due"] > 0 else "paid"], texts.get(found["delivery"] or "pending", "")]
        open_ = found["state"] == "sale" and found["due"] > 0
        return {
            "id": found["id"],
            "number": found["name"],
            "date": format_date(datetime.fromisoformat(self._now(_utc(found["date"]))), locale=LOCALES[language]),
            "state": " · ".join(one for one in told if one),
            "total": _money(found["total"], found["currency"]),
            "due": _money(found["due"], found["currency"]),
            "lines": [{"name": _name(one["name"]), "quantity": _plain(one["product_uom_qty"])} for one in lines],
            "cards": open_ and self._settings.cards,
            "transfers": open_ and self._settings.transfers,
        }

    def _order(self, order: Mapping[str, Any], lines: Sequence[Any], language: str) -> dict[str, Any]:
        """An order that was just made."""
        texts, cards, transfers = TEXTS[language], self._settings.cards, self._settings.transfers
        way = {(True, True): "both", (True, False): "cards", (False, True): "transfers", (False, False): "neither"}
        return {
            "id": order["id"],
            "number": order["name"],
            "state": texts.get(order["state"], texts["sale"]),
            "total": _money(order["amount_total"], order["currency_id"][1]),
            "cards": cards,
            "transfers": transfers,
            "payment": texts[way[cards, transfers]],
            "lines": list(lines),
        }

    # Paying.

    @pure
    def pay_link(self, variables: Variables) -> dict[str, Any]:
        """Return the order's pay link."""
        found = variables["sale"]
        if found is None or found["state"] == "cancel" or self._links is None:
            return result("none")
        order = self._sold(found, (), language_of(variables))
        if found["due"] <= 0:
            return result("paid", order=order)
        return result("given", order=order, link=self._links.url(found["id"]))

    @pure
    def takes_transfer(self, variables: Variables) -> bool:
        """Whether the order may be paid by a transfer that matching would know."""
        found = variables["sale"]
        return bool(self._settings.transfers and found and found["state"] == "sale" and found["due"] > 0)

    @pure
    def transferred(self, variables: Variables) -> dict[str, Any]:
        """Return the order as `bank:code` takes it."""
        return {"name": variables["sale"]["name"]}

    @pure
    def transfer(self, variables: Variables) -> dict[str, Any]:
        """Return accounts and code for a transfer."""
        found, told = variables["sale"], variables.get("code")
        if found is None or found["state"] == "cancel":
            return result("none")
        order = self._sold(found, (), language_of(variables))
        order["total"] = order["due"]
        if found["due"] <= 0:
            return result("paid", order=order)
        if not told or not told["accounts"]:
            return result("none", order=order)
        return result("given", order=order, transfer={"code": told["shown"], "accounts": told["accounts"]})

    # Invoices.

    @pure
    def files_question(self, variables: Variables) -> dict[str, Any] | None:
        """Return the search for the PDF of the order's invoices; None without one."""
        found = variables["sale"]
        posted = (
            [] if found is None or variables["update"]["kind"] != "message" else _posted(first(variables["orders"]))
        )
        if not posted:
            return None
        ids = [one["id"] for one in posted]
        domain = [["res_model", "=", "account.move"], ["res_id", "in", ids], ["mimetype", "=", "application/pdf"]]
        names = files.named([str(one["name"]) for one in posted])
        return {"domain": [*domain, ["name", "not ilike", files.PROVISIONAL], *names], "order": "id desc", "limit": 1}

    @pure
    def invoice_file(self, variables: Variables) -> dict[str, Any] | None:
        """Return the PDF for `whatsapp:upload`; None when there is none."""
        file = first(variables.get("files"))
        content = decoded(file["datas"]) if file else b""
        if not content.startswith(b"%PDF"):
            return None
        connection = variables["update"].get("connection")
        named = {"connection": connection} if connection else {}
        return {"content": content, "mime_type": "application/pdf", "filename": _file_name(file), **named}

    @pure
    def invoice(self, variables: Variables) -> dict[str, Any]:
        """Return the invoice's file, or that it is not ready."""
        found = variables["sale"]
        if found is None or not _posted(first(variables["orders"])):
            return result("none")
        order = self._sold(found, (), language_of(variables))
        made = variables.get("uploaded")
        if variables["update"]["kind"] != "message":  # Messenger takes files by a public address only
            return result("elsewhere", order=order)
        if not made:
            return result("waiting", order=order)
        return result("sent", order=order, file={"id": made["id"], "name": _file_name(first(variables["files"]))})


def _name(line: Any) -> str:
    """A line's product without its code: `[CAM-001] Camiseta` and perhaps more lines."""
    first_line = (str(line or "").splitlines() or [""])[0]
    return re.sub(r"^\[[^\]]+\]\s*", "", first_line)


def _file_name(file: Mapping[str, Any]) -> str:
    name = str(file["name"] or "factura.pdf")[-200:]
    return name if name.lower().endswith(".pdf") else f"{name}.pdf"


def _posted(order: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    invoices = (order or {}).get("invoice_ids") or ()
    return [one for one in invoices if one["state"] == "posted" and one["move_type"] == "out_invoice"]


def _money(amount: Any, currency: str) -> dict[str, str]:
    return {"amount": format(Decimal(str(amount)).quantize(Decimal("0.01")), "f"), "currency": currency}


def _plain(quantity: Any) -> str:
    exact = Decimal(str(quantity))
    return str(int(exact)) if exact == exact.to_integral_value() else format(exact.normalize(), "f")


def _id(value: Any) -> int | None:
    if not value:
        return None
    return int(value["id"] if isinstance(value, Mapping) else value[0])


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:19].replace(' ', 'T')}+00:00")
