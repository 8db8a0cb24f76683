"""The pay link of an order."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce import booking
from caravana.commerce.cards.mapping import CardMapping, Variables, with_branch
from caravana.commerce.wishes import LINK, STATE
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange


class Link(CardMapping):
    """From an order to its link, and back from the link's address."""

    @pure
    def takes_cards(self, exchange: Exchange) -> bool:
        """Whether the branch of the exchange has a merchant account; a company without branches has one."""
        return bool(self._of(exchange.branch)["stores"])

    @pure
    def order_id(self, headers: Mapping[str, Any]) -> int | None:
        """Return the order that the address of the page names, or None."""
        return self._links.read(headers.get("token"))

    @pure
    def lane(self, headers: Mapping[str, Any]) -> str:
        """Return the lane of the order that the address of the page names."""
        return attempts.lane(self._links.read(headers.get("token")))

    @pure
    def link_note(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the note with the pay link for the order in the body."""
        return {"id": body["id"], "body": f"Enlace de pago con tarjeta para el cliente: {self._links.url(body['id'])}"}

    @pure
    def link_fields(self, variables: Variables) -> dict[str, Any] | None:
        """Return link and state for the order's x_ fields, or None when they are not wanted."""
        if not self._settings.x_fields:
            return None
        return self._fields(variables["order"]["id"], "link")

    @pure
    def paid_fields(self, variables: Variables) -> dict[str, Any] | None:
        """Return link and state for the order's x_ fields after a payment, or None when they are not wanted."""
        if not self._settings.x_fields:
            return None
        sale = variables["sale"]
        return self._fields(sale["id"], "part" if sale["due"] > 0 else "paid")

    def _fields(self, order: int, state: str) -> dict[str, Any]:
        """All of them, so that each state makes good what could not be written before."""
        return {"ids": [order], "values": {LINK: self._links.url(order), STATE: booking.STATES[state]}}

    @pure
    def unwritten(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at when x_ fields were refused: once a day, as seldom one order is the cause."""
        order = variables["fields"]["ids"][0]
        item = booking.unwritten(order, variables["why"], exchange.created, self._settings.zone)
        return with_branch([item], exchange.branch)
