"""What the customer sees of an order, and what is asked for him when he presses pay."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce.cards.mapping import CardMapping, Variables, records
from caravana.commerce.sale import sale
from caravana.commerce.texts import LOCALES
from caravana.commerce.view import PAYABLE, STATUS, face, view
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.speech import language

CLOSING = timedelta(minutes=1)
"""So short before its end a session is not offered again."""


class Page(CardMapping):
    """The pay page and its button."""

    @pure
    def prefix(self, variables: Variables) -> str:
        """Return what the keys of the order's attempts begin with."""
        return attempts.prefix(variables["order_id"])

    @pure
    def sale(self, variables: Variables) -> dict[str, Any] | None:
        """Return the order with what is to be paid, or None when Odoo has none."""
        if not variables["orders"]:
            return None
        found = attempts.with_attempt(records(variables["attempts"]), variables.get("attempt"))
        return sale(variables["orders"][0], found)

    @pure
    def live_attempt(self, variables: Variables) -> dict[str, Any] | None:
        """Return the attempt that may still be paid, or None."""
        return None if variables["sale"] is None else attempts.live(variables["sale"]["attempts"])

    @pure
    def unsettled_attempt(self, variables: Variables) -> dict[str, Any] | None:
        """Return the last attempt that the provider knows and Odoo may not, or None."""
        found = None if variables["sale"] is None else attempts.newest(variables["sale"]["attempts"])
        return found if found is not None and found["request_id"] and not found["settled"] else None

    @pure
    def face(self, variables: Variables) -> str:
        """Return the face of the page; while the provider does not answer, nobody may say that nothing was charged."""
        return "checking" if variables.get("unanswered") else face(variables.get("sale"))

    @pure
    def page(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the page shows."""
        token, shown = str(headers.get("token", "")), variables["face"]
        return view(
            variables.get("sale"),
            shown,
            company=self._settings.company,
            language=_language(headers),
            token=token if shown != "unknown" else "-",
            looked=_number(headers.get("n")),
        )

    @pure
    def status(self, variables: Variables) -> int:
        """Return the HTTP status of the page."""
        return STATUS.get(variables["face"], 200)

    @pure
    def checkout(self, exchange: Exchange) -> str:
        """Return the origins of the companies' pages, to which the page's form may lead."""
        stores = self._of(exchange.branch)["stores"] if exchange.branch or not self._settings.branches else ()
        found = dict.fromkeys(self._settings.stores[name]["origin"] for name in stores or self._settings.stores)
        return " ".join(found)

    # The button.

    @pure
    def next_step(self, variables: Variables, exchange: Exchange) -> str:
        """Return what pressing the button leads to: show, continue, replace (the open session is of no use) or open."""
        if variables["face"] not in PAYABLE:
            return "show"
        open_attempt = attempts.live(variables["sale"]["attempts"])
        if open_attempt is None:
            return "open"
        same = open_attempt["amount"] == variables["sale"]["due"]
        lasts = datetime.fromisoformat(open_attempt["expires"]) - exchange.created > CLOSING
        return "continue" if same and lasts else "replace"

    @pure
    def new_attempt(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the next attempt."""
        order, settings = variables["sale"], self._settings
        connection = self._of(exchange.branch)["stores"][0]
        most = settings.stores[connection]["reference_max"]
        number = attempts.next_number(order["attempts"])
        reference = attempts.reference(settings.reference_prefix, order["id"], number, most)
        return attempts.new(reference, order, connection, exchange.created, settings.life, exchange.branch)

    @pure
    def session(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the provider is asked for."""
        one, speech = variables["attempt"], _language(headers)
        return {
            "reference": one["reference"],
            "description": f"{variables['sale']['name']} {self._settings.company}"[:250],
            "amount": one["amount"],
            "currency": one["currency"],
            "return_url": f"{self._links.url(one['order_id'])}/return?lang={speech}",
            "ip_address": _address(headers),
            "user_agent": str(headers.get("User-Agent") or "unknown"),
            "expiration": one["expires"],
            "locale": LOCALES[speech],
            "connection": one["connection"],
        }

    @pure
    def opened(self, variables: Variables) -> dict[str, Any]:
        """Return the attempt with its session."""
        return attempts.opened(variables["attempt"], variables["reply"])

    @pure
    def never_opened(self, variables: Variables) -> dict[str, Any] | None:
        """Return the attempt as ended when the customer never got its link, else None."""
        return attempts.never_opened(variables.get("attempt"))


def _language(headers: Mapping[str, Any]) -> str:
    return language(headers.get("lang"), headers.get("Accept-Language"))


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _address(headers: Mapping[str, Any]) -> str:
    return str(headers.get("CamelHttpRemoteAddress") or "127.0.0.1")
