"""What the customer sees of an order, and what is asked for him when he presses pay."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce.attempt import Attempt
from caravana.commerce.cards.mapping import CardMapping, Variables, records
from caravana.commerce.sale import Sale, sale
from caravana.commerce.texts import LOCALES
from caravana.commerce.view import PAYABLE, STATUS, UNBEGUN, Offers, face, going, view
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.payment import Operation
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
    def look(self, variables: Variables) -> dict[str, Any]:
        """Return what Odoo is asked of the order; `seen`: how old the answer may be, by default it is asked in any case.

        A cancellation looks, too, so that what is kept is never older than it.
        """
        return {"ids": [variables["order_id"]], "maxAge": variables.get("seen") or "0s"}

    @pure
    def look_age(self, variables: Variables) -> str:
        """Return how old the button's look may be: who never pressed before takes what he saw on the page a moment ago."""
        return "0s" if records(variables["attempts"]) else "1m"

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
    def unsettled_attempt(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the attempt from which the customer comes back, else the last, when Odoo may not know what came of it."""
        known = [] if variables["sale"] is None else variables["sale"]["attempts"]
        waiting = [one for one in known if one["request_id"] and not one["settled"]]
        back = [one for one in waiting if one["number"] == _number(headers.get("attempt"))]
        return attempts.newest(back) or (attempts.newest(waiting) if attempts.newest(known) in waiting else None)

    @pure
    def asking(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked about the attempt; `returned`: the payment that the browser brought back."""
        return attempts.question(variables["attempt"], variables.get("returned"))

    @pure
    def face(self, variables: Variables, exchange: Exchange) -> str:
        """Return the face of the page; while the company does not answer, nobody may say that nothing was charged."""
        shown = "checking" if variables.get("unanswered") else face(variables.get("sale"))
        return "trouble" if shown in PAYABLE and not self._offered(exchange.branch) else shown

    @pure
    def page(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return what the page shows."""
        token, shown = str(headers.get("token", "")), variables["face"]
        return view(
            variables.get("sale"),
            shown,
            company=self._settings.company,
            language=_language(headers),
            token=token if shown != "unknown" else "-",
            looked=_number(headers.get("n")),
            offers=self._offers(variables.get("sale"), exchange.branch),
            zone=self._settings.zone,
            transfer=variables.get("transfer"),
        )

    @pure
    def takes_transfers(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether the order may be paid into an account of its branch, too; not while the customer is paying by card."""
        return variables["face"] in UNBEGUN and self._transfers(exchange.branch)

    def _transfers(self, branch: str | None) -> bool:
        if branch is None and not self._settings.branches:
            return self._settings.transfers
        found = self._settings.branches.get(branch or "")
        return found is not None and bool(found.get("transfers"))

    @pure
    def to_be_transferred(self, variables: Variables) -> dict[str, Any]:
        """Return the order as `bank:code` takes it."""
        return {"name": variables["sale"]["name"]}

    def _offers(self, sale: Sale | None, branch: str | None) -> Offers:
        """The merchant accounts that the customer may choose from, and the one where he has an open session."""
        live = None if sale is None else attempts.live(sale["attempts"])
        stores = {name: self._settings.stores[name] for name in self._offered(branch)}
        if live is not None and not self._can_close(live):
            stores = {name: one for name, one in stores.items() if name == live["connection"]}
        one = live or (None if sale is None else _doubtful(sale))
        if one is None:
            return {"stores": stores, "live": None, "held_by": None, "silent": False}
        held_by = self._settings.stores.get(one["connection"]) if live is None else self._store(live)
        return {"stores": stores, "live": live, "held_by": held_by, "silent": bool(one.get("silent"))}

    def _offered(self, branch: str | None) -> Sequence[str]:
        """The connections of the branch's merchant accounts; none for a branch that these settings do not know."""
        if branch is None and not self._settings.branches:
            return self._settings.offered
        found = self._settings.branches.get(branch or "")
        return () if found is None else found["stores"]

    def _can_close(self, attempt: Mapping[str, Any]) -> bool:
        """Whether the company can close the session of an attempt before its time is over."""
        return Operation.CANCEL in self._store(attempt)["operations"]

    @pure
    def status(self, variables: Variables) -> int:
        """Return the HTTP status of the page."""
        return STATUS.get(variables["face"], 200)

    @pure
    def checkout(self, exchange: Exchange) -> str:
        """Return the origins of the companies' pages, to which the page's form may lead."""
        names = self._offered(exchange.branch) or self._settings.stores
        return " ".join(dict.fromkeys(self._settings.stores[name]["origin"] for name in names))

    # The button.

    @pure
    def next_step(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> str:
        """Return what pressing the button leads to.

        `show` the page; `continue` the open session; `replace` it, for it is of no use or at another company than the one
        chosen; `hold`: the same, but the company cannot close it, and there must never be two; or `open` a new one.
        """
        if variables["face"] not in PAYABLE:
            return "show"
        live = attempts.live(variables["sale"]["attempts"])
        if live is None:
            return "open"
        same = live["amount"] == variables["sale"]["due"]
        here = self._chosen(headers, exchange.branch, live["connection"]) in (live["connection"], None)
        lasts = datetime.fromisoformat(live["expires"]) - exchange.created > CLOSING
        if same and here and lasts:
            return "continue"
        return "replace" if self._can_close(live) else "hold"

    @pure
    def new_attempt(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return the next attempt, at the merchant account that the customer chose, else at the first."""
        order, settings = variables["sale"], self._settings
        connection = self._chosen(headers, exchange.branch, self._of(exchange.branch)["stores"][0])
        most = settings.stores[connection]["reference_max"]
        number = attempts.next_number(order["attempts"])
        reference = attempts.reference(settings.reference_prefix, order["id"], number, most)
        return attempts.new(reference, order, connection, exchange.created, settings.life, exchange.branch)

    def _chosen(self, headers: Mapping[str, Any], branch: str | None, otherwise: str) -> str:
        """The merchant account that the customer's button names, when it is one of those offered."""
        named = headers.get("store")
        return named if isinstance(named, str) and named in self._offered(branch) else otherwise

    @pure
    def session(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the provider is asked for."""
        one, speech = variables["attempt"], _language(headers)
        return {
            "reference": one["reference"],
            "description": f"{variables['sale']['name']} {self._settings.company}"[:250],
            "amount": one["amount"],
            "currency": one["currency"],
            "return_url": f"{self._links.url(one['order_id'])}/return/{speech}/{one['number']}",
            "cancel_url": f"{self._links.url(one['order_id'])}/return/{speech}/{one['number']}",
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
    def shows_the_way(self, variables: Variables) -> bool:
        """Whether the company's page must see that the browser comes from a page of the hub: a bare redirect hides that."""
        return self._store(variables["attempt"]).get("needs_referrer", False)

    @pure
    def going(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the page shows that leads on to the company's."""
        one = variables["attempt"]
        where, speech = self._store(one)["company"], _language(headers)
        return going(one["process_url"], where, company=self._settings.company, language=speech)

    @pure
    def never_opened(self, variables: Variables) -> dict[str, Any] | None:
        """Return the attempt as ended when the customer never got its link, else None."""
        return attempts.never_opened(variables.get("attempt"))


def _doubtful(sale: Sale) -> Attempt | None:
    """The last attempt, when its money went back or may have."""
    last = attempts.newest(sale["attempts"])
    return last if last is not None and any(map(last.get, ("given_back", "unconfirmed", "silent"))) else None


def _language(headers: Mapping[str, Any]) -> str:
    return language(headers.get("lang"), headers.get("Accept-Language"))


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _address(headers: Mapping[str, Any]) -> str:
    return str(headers.get("CamelHttpRemoteAddress") or "127.0.0.1")
