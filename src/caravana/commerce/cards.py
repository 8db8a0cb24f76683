"""The pure callables of the card flow, named `cards.…` in its routes. Each maps the variables of the exchange to one value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypedDict
from urllib.parse import urlsplit

from caravana.commerce import attempt as attempts
from caravana.commerce import booking
from caravana.commerce.link import PayLinks
from caravana.commerce.sale import sale
from caravana.commerce.texts import LOCALES
from caravana.commerce.view import PAYABLE, STATUS, face, view
from caravana.commerce.wishes import LINK, STATE
from caravana.kit.callables import Configured, pure
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.speech import language

Variables = Mapping[str, Any]
CLOSING = timedelta(minutes=1)
"""So short before its end a session is not offered again."""


@dataclass(frozen=True)
class CardSettings:
    """What a company sets for card payments.

    - `on_paid`: `advance` or `invoice`: what a payment of an order without invoice becomes
    - `reference_prefix`: what our references begin with; `site`: names the merchant account in external ids
    - `journal_id`, `method_line_id`: Odoo's journal and payment method for card payments; without them the first bank journal
    - `x_fields`: whether state and link are also written into x_ fields of the order, where Odoo has them
    - `life`: how long a customer has to pay once he pressed the button
    - `checkout`: origin of the provider's pages; `zone`: the company's time zone
    - `stores`: the branches' merchant accounts, by connection; `branches`: what each branch has of its own
    """

    company: str
    site: str
    checkout: str
    zone: str
    on_paid: str = "advance"
    reference_prefix: str = "CV"
    journal_id: int | None = None
    method_line_id: int | None = None
    life: timedelta = timedelta(minutes=30)
    x_fields: bool = True
    stores: Mapping[str, "Store"] = field(default_factory=dict)
    branches: Mapping[str, "CardBranch"] = field(default_factory=dict)


class Store(TypedDict):
    """A merchant account: what names it in external ids, and the origin of the provider's pages for it."""

    site: str
    checkout: str


class CardBranch(TypedDict):
    """What a branch has of its own: connection of its merchant account, Odoo's journals of card payments and invoices."""

    store: str | None
    journal_id: int | None
    sale_journal_id: int | None


class Cards(Configured):
    """Mappings between the customer's page, the provider and Odoo."""

    def __init__(self, settings: CardSettings, links: PayLinks) -> None:
        """`links`: makes and reads the customers' addresses."""
        self._settings = settings
        self._links = links

    @property
    def settings(self) -> dict[str, Any]:
        """What the company set, and the address that links begin with."""
        life = self._settings.life.total_seconds()
        return {**asdict(self._settings), "life": life, "public_url": self._links.public_url}

    def with_settings(self, settings: Mapping[str, Any]) -> "Cards":
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        kept = dict(settings)
        links = self._links.at(kept.pop("public_url"))
        try:
            return Cards(CardSettings(**{**kept, "life": timedelta(seconds=kept["life"])}), links)
        except TypeError as error:
            raise ConfigurationError(f"the settings of `cards` were others then: {error}") from None

    def _of(self, branch: str | None) -> CardBranch:
        """What the branch has of its own. Raises `ValueError` for one that these settings do not know."""
        if branch is None and not self._settings.branches:
            return {"store": None, "journal_id": self._settings.journal_id, "sale_journal_id": None}
        found = self._settings.branches.get(branch or "")
        if found is None:
            raise ValueError(f"the branch `{branch}` was configured after this began: retry under the current revision")
        return found

    def _site(self, attempt: Mapping[str, Any]) -> str:
        """What names the merchant account of an attempt in external ids."""
        store = self._settings.stores.get(attempt.get("connection") or "")
        return self._settings.site if store is None else store["site"]

    # The link.

    @pure
    def takes_cards(self, exchange: Exchange) -> bool:
        """Whether the branch of the exchange has a merchant account; a company without branches has one."""
        return not self._settings.branches or self._of(exchange.branch)["store"] is not None

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
        order = variables["order"]["id"]
        return {"ids": [order], "values": {LINK: self._links.url(order), STATE: booking.STATES["link"]}}

    @pure
    def paid_fields(self, variables: Variables) -> dict[str, Any] | None:
        """Return the state for the order's x_ field after a payment, or None when it is not wanted."""
        if not self._settings.x_fields:
            return None
        sale = variables["sale"]
        return {"ids": [sale["id"]], "values": {STATE: booking.STATES["part" if sale["due"] > 0 else "paid"]}}

    # The order.

    @pure
    def prefix(self, variables: Variables) -> str:
        """Return what the keys of the order's attempts begin with."""
        return attempts.prefix(variables["order_id"])

    @pure
    def sale(self, variables: Variables) -> dict[str, Any] | None:
        """Return the order with what is to be paid, or None when Odoo has none."""
        if not variables["orders"]:
            return None
        found = attempts.with_attempt(_records(variables["attempts"]), variables.get("attempt"))
        return sale(variables["orders"][0], found)

    # The page.

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
        """Return the origin of the provider's pages, to which the page's form may lead."""
        branch = self._settings.branches.get(exchange.branch or "")
        store = None if branch is None else self._settings.stores.get(branch["store"] or "")
        return self._settings.checkout if store is None else store["checkout"]

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
        return attempts.new(
            settings.reference_prefix,
            order["id"],
            order["attempts"],
            order["due"],
            order["currency"],
            exchange.created,
            settings.life,
            exchange.branch,
        )

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
        }

    @pure
    def opened(self, variables: Variables) -> dict[str, Any]:
        """Return the attempt with its session."""
        return attempts.opened(variables["attempt"], variables["reply"])

    @pure
    def never_opened(self, variables: Variables) -> dict[str, Any] | None:
        """Return the attempt as ended when the customer never got its link, else None."""
        one = variables.get("attempt")
        return None if one is None or one["request_id"] else attempts.closed(one, "failed")

    # Settling.

    @pure
    def attempt_key(self, body: Mapping[str, Any]) -> str | None:
        """Return the key of the attempt that the provider's answer in the body names, or None when it is none of ours."""
        found = attempts.named(self._settings.reference_prefix, body.get("reference"))
        return None if found is None else attempts.key(*found)

    @pure
    def attempt_branch(self, variables: Variables) -> str | None:
        """Return the branch of the attempt, or None."""
        return None if variables["attempt"] is None else variables["attempt"].get("branch")

    @pure
    def answered(self, body: Mapping[str, Any], variables: Variables) -> dict[str, Any] | None:
        """Return what is to be settled after the provider's answer in the body, or None when its reference is none of ours."""
        found = attempts.named(self._settings.reference_prefix, body.get("reference"))
        if found is None:
            return None
        named = {"order_id": found[0], "key": attempts.key(*found), "reference": body["reference"]}
        return {**named, **_branch(variables.get("attempt") or {}), "answer": body}

    @pure
    def unanswered(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is to be settled for an attempt that the provider does not know."""
        return _named(body) | {"answer": None}

    @pure
    def to_settle(self, variables: Variables) -> dict[str, Any]:
        """Return what is to be settled after the provider's answer about the attempt."""
        return _named(variables["attempt"]) | {"answer": variables["answer"]}

    @pure
    def pending(self, body: Any) -> list[dict[str, Any]]:
        """Return every attempt that is not over."""
        return _records(body)

    @pure
    def settling(self, variables: Variables) -> dict[str, Any] | None:
        """Return the attempt as the answer says it stands, or None when there is nothing to change."""
        one, answer = variables["attempt"], variables["answer"]
        if one is None or one["settled"]:
            return None
        return self.never_opened(variables) if answer is None else attempts.judged(one, answer)

    @pure
    def is_open(self, variables: Variables) -> bool:
        """Whether the sweep has to ask about the attempt: it may still bring money, or its money is not booked."""
        one = variables["attempt"]
        return not one["settled"] and bool(not one["final"] or one["payments"])

    @pure
    def judged(self, variables: Variables) -> dict[str, Any]:
        """Return the attempt as the provider's answer says."""
        return attempts.judged(variables["attempt"], variables["answer"])

    @pure
    def payments(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the payments that came, each under its external id."""
        return booking.payments(self._site(variables["attempt"]), variables["attempt"])

    @pure
    def settled(self, variables: Variables) -> dict[str, Any]:
        """Return the attempt as booked; one that may still bring money stays open."""
        one = variables["attempt"]
        return {**one, "settled": bool(one["final"])}

    # Booking.

    @pure
    def journal_question(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the search for the branch's journal of card payments, by default the first bank journal of the company."""
        chosen = self._of(exchange.branch)["journal_id"]
        domain: list[Any] = [["id", "=", chosen]] if chosen is not None else [["type", "=", "bank"]]
        if variables["sale"]["company_id"] is not None and (chosen is None or self._settings.branches):
            domain.append(["company_id", "=", variables["sale"]["company_id"]])
        return {"domain": domain, "limit": 1}

    @pure
    def can_be_booked(self, variables: Variables) -> bool:
        """Whether the payment came in the currency asked for."""
        return booking.can_be_booked(variables["attempt"], variables["payment"])

    @pure
    def payment_record(self, variables: Variables) -> dict[str, Any]:
        """Return the payment to be made in Odoo. Raises `ValueError` when there is no journal for it."""
        if not variables["journals"]:
            raise ValueError(
                "Odoo has no bank journal for card payments: set cards.journal_id, or card_journal of the branch"
            )
        journal, settings = variables["journals"][0]["id"], self._settings
        given = (variables["sale"], variables["attempt"], variables["payment"], journal)
        method = settings.method_line_id if settings.journal_id in (None, journal) else None
        return booking.record(*given, settings.zone, method)

    @pure
    def booked_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the payment made, as a method's argument."""
        return {"ids": [variables["booked"]["id"]]}

    @pure
    def ids(self, body: int) -> dict[str, Any]:
        """Return the id in the body, as a method's argument."""
        return {"ids": [body]}

    @pure
    def wants_invoice(self, variables: Variables) -> bool:
        """Whether an invoice is to be made now."""
        wanted = self._settings.on_paid == "invoice" and variables["sale"]["state"] != "cancel"
        return bool(wanted and variables["sale"]["invoice_status"] == "to invoice")

    @pure
    def invoice_journal(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the order with the journal of its branch's invoices, as values to write; None where the branch has none."""
        journal = self._of(exchange.branch)["sale_journal_id"]
        return None if journal is None else {"ids": [variables["sale"]["id"]], "values": {"journal_id": journal}}

    @pure
    def invoice_question(self, variables: Variables) -> dict[str, Any]:
        """Return the order to be invoiced, with the invoices that it has."""
        return {"order_ids": [variables["sale"]["id"]], "known_invoice_ids": variables["sale"]["invoice_ids"]}

    @pure
    def pairs(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the payment with each open invoice of the order."""
        payment_id = variables["booked"]["id"]
        return [{"payment_id": payment_id, "invoice_id": one} for one in variables["sale"]["open_invoice_ids"]]

    @pure
    def is_left(self, variables: Variables) -> bool:
        """Whether something of the payment may be left after it was reconciled."""
        return booking.open_credit(variables["payment"], variables["matches"], []) > 0

    @pure
    def twin_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for what the customer paid since he pressed pay."""
        return booking.twins(variables["sale"], variables["attempt"], self._settings.zone)

    @pure
    def note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the order."""
        given = (variables["sale"], variables["attempt"], variables["payment"], variables["booked"]["id"])
        return booking.note(*given)

    @pure
    def reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at."""
        payment, twins = variables["payment"], variables.get("twins") or []
        own = [one for one in twins if one["id"] == (variables.get("booked") or {}).get("id")]
        left = booking.open_credit(payment, variables.get("matches") or [], own)
        by_hand = booking.by_hand(twins, payment, self._settings.reference_prefix)
        given = (variables["sale"], variables["attempt"], payment)
        return _of_branch(booking.reviews(*given, left, exchange.created, by_hand=by_hand), exchange.branch)

    # Cancelled.

    @pure
    def paid_attempts(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the order's attempts that brought money."""
        return [one for one in _records(variables["attempts"]) if one["payments"]]

    @pure
    def open_sessions(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the attempts of a cancelled order in whose sessions the customer may still pay."""
        sale = variables["sale"]
        cancelled = sale is not None and sale["state"] == "cancel"
        return [one for one in sale["attempts"] if attempts.is_live(one)] if cancelled else []

    @pure
    def cancelled_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at when the order is cancelled and the payment found stands."""
        given = (variables["sale"], variables["attempt"], variables["payment"])
        stands = any(one["state"] in booking.STANDING for one in variables["found"])
        return _of_branch(booking.cancelled(*given, exchange.created), exchange.branch) if stands else []

    # Advances.

    @pure
    def orders_question(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the search for the orders of the invoice in the body."""
        return {"domain": [["invoice_ids", "in", [body["id"]]]]}

    @pure
    def order_invoices(self, variables: Variables) -> list[dict[str, Any]]:
        """Return order and invoice for every order of the invoice."""
        invoice = variables["invoice"]["id"]
        return [{"order_id": one["id"], "invoice_id": invoice, **_branch(one)} for one in variables["orders"]]

    @pure
    def external_ids(self, variables: Variables) -> list[str]:
        """Return the external ids of all payments booked for the order."""
        booked = [one for one in _records(variables["attempts"]) if one["settled"]]
        return [one["external_id"] for each in booked for one in booking.payments(self._site(each), each)]

    @pure
    def advance_pair(self, variables: Variables) -> dict[str, Any]:
        """Return the payment found and the invoice."""
        return {"payment_id": variables["booked"]["id"], "invoice_id": variables["invoice_id"]}


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _named(attempt: Mapping[str, Any]) -> dict[str, Any]:
    """What names an attempt, with the branch of its order."""
    return {name: attempt[name] for name in ("order_id", "key", "reference")} | _branch(attempt)


def _branch(of: Mapping[str, Any]) -> dict[str, Any]:
    """The branch of an order or attempt, where it has one."""
    return {} if of.get("branch") is None else {"branch": of["branch"]}


def _records(found: Any) -> list[dict[str, Any]]:
    """The values of a `state:…?op=find` answer."""
    return [one["value"] for one in found or []]


def _of_branch(reviews: list[dict[str, Any]], branch: str | None) -> list[dict[str, Any]]:
    """The items with the branch that they belong to, if one is known."""
    return reviews if branch is None else [{**one, "branch": branch} for one in reviews]


def _language(headers: Mapping[str, Any]) -> str:
    return language(headers.get("lang"), headers.get("Accept-Language"))


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4 else 0


def _address(headers: Mapping[str, Any]) -> str:
    return str(headers.get("CamelHttpRemoteAddress") or "127.0.0.1")


__all__ = ["CardBranch", "CardSettings", "Cards", "Store", "origin"]
