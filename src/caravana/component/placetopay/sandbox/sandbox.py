"""The imitation's addresses: the calls of the API, the page that customers see, and the steering from outside.

Every call runs under the faults of `caravana.kit.sandbox`. Operations: createSession, query, cancel, transaction,
reverse, collect.
"""

import asyncio
import itertools
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.placetopay.sandbox.asked import Asked
from caravana.component.placetopay.sandbox.auth import Door
from caravana.component.placetopay.sandbox.card import CHALLENGE_CODE, Card, Decision, decide
from caravana.component.placetopay.sandbox.checkout import CheckoutPage
from caravana.component.placetopay.sandbox.notification import NotificationPlan, Notifier
from caravana.component.placetopay.sandbox.session import Payment, Refund, Session
from caravana.component.placetopay.sandbox.site import Site
from caravana.component.placetopay.sandbox.transaction import Action, read_value
from caravana.component.placetopay.sandbox.wire import Refusal, status
from caravana.kit.sandbox import Sandbox, read_plan

FIRST_SESSION = 181_348
FIRST_PAYMENT = 643

Call = Callable[[Request, dict[str, Any]], dict[str, Any]]


@dataclass
class PlacetopaySandbox(Sandbox):
    """One site of PlacetoPay Checkout. `oddities` counts what the real one may take amiss (booleans written as text)."""

    site: Site = field(default_factory=Site)
    sessions: dict[int, Session] = field(default_factory=dict)
    oddities: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.notifier = Notifier(self.clock, self.site)
        self._door = Door(self.site)
        self._session_ids = itertools.count(FIRST_SESSION)
        self._references = itertools.count(FIRST_PAYMENT)
        self._tokens: dict[str, Card] = {}
        self._watches: set[asyncio.Task[None]] = set()

    def connection(self) -> dict[str, str]:
        """Return the site's credentials as a connection names them."""
        return {"login": self.site.login, "secretKey": self.site.secret_key}

    # What a test or a demo does with it.

    def session(self, request_id: int | str) -> Session:
        """Return a session as it stands now. Raises `KeyError`."""
        session = self.sessions[int(request_id)]
        self.settle(session)
        return session

    def pay(
        self,
        request_id: int | str,
        card: str = Card.APPROVED,
        *,
        amount: Decimal | None = None,
        code: str = CHALLENGE_CODE,
    ) -> Payment:
        """Play the customer: pay `amount` (else all that is open) with `card`, typing `code` when 3DS asks for it.

        Raises `ValueError` when the session takes no payment or `card` is no card number.
        """
        session = self.session(request_id)
        value = session.open if amount is None else amount
        decision = decide(card, value)
        if decision is None or session.final or session.running:
            raise ValueError(f"session {request_id} takes no payment with this card ({session.status})")
        if decision.challenge and code != CHALLENGE_CODE:
            decision = decision.refused()
        return self.attempt(session, decision, value)

    def attempt(self, session: Session, decision: Decision, value: Decimal) -> Payment:
        """Let `decision` fall on `session` and start what follows from it: later words, the notification."""
        delay = self.site.pending_delay if decision.delay is None else decision.delay
        payment = session.attempt(next(self._references), decision, value, self.clock.now(), delay)
        self.effects[f"payment.{payment.status}"] += 1
        self.settle(session)
        self._watch(session)
        return payment

    def leave(self, request_id: int | str) -> None:
        """Play the customer who presses cancel on the page."""
        session = self.session(request_id)
        if not session.final and not session.running:
            session.close("?C", self.clock.now())
            self.settle(session)

    def refund_at_console(self, internal_reference: int | str, amount: Decimal | None = None) -> None:
        """Play the clerk who refunds at PlacetoPay's own console, behind our back. Raises `KeyError`."""
        _, payment = self._find(internal_reference)
        value = payment.amount - payment.refunded if amount is None else amount
        payment.refunds.append(Refund(next(self._references), value, "APPROVED"))

    def issue_token(self, card: Card = Card.APPROVED) -> str:
        """Return a stored token of `card` for `/api/collect`."""
        token = secrets.token_hex(16)
        self._tokens[token] = card
        return token

    def payments(self, prefix: str = "") -> list[Payment]:
        """Return all attempts of the sessions whose reference begins with `prefix`."""
        return [one for session in self._settled() if session.reference.startswith(prefix) for one in session.payments]

    def approved_total(self, prefix: str = "") -> Decimal:
        """Return what customers paid over all sessions whose reference begins with `prefix`; refunds are not taken off."""
        return sum((one.amount for one in self.payments(prefix) if one.status == "APPROVED"), Decimal(0))

    def settle(self, session: Session) -> None:
        """Bring `session` to the present and send its notification when it is over."""
        session.settle(self.clock.now())
        if session.final and not session.told:
            session.told = True
            self.notifier.tell(session)

    async def close(self) -> None:
        """Stop what runs in the background."""
        watches = list(self._watches)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        await self.notifier.close()

    # Addresses.

    def partner_routes(self) -> list[Route]:
        """Return PlacetoPay's addresses."""
        return [
            self._api("/api/session", "createSession", self._create),
            self._api("/api/session/{request_id:int}", "query", self._query),
            self._api("/api/session/{request_id:int}/cancel", "cancel", self._cancel),
            self._api("/api/transaction", "transaction", self._transaction),
            self._api("/api/reverse", "reverse", self._reverse),
            self._api("/api/collect", "collect", self._collect),
            *CheckoutPage(self).routes(),
        ]

    def control_routes(self) -> list[Route]:
        """Return the steering addresses: also site, notification plans, sessions and playing the customer."""
        return [
            *super().control_routes(),
            Route("/_sandbox/site", self._set_site, methods=["POST"]),
            Route("/_sandbox/notifications", self._set_plan, methods=["POST"]),
            Route("/_sandbox/sessions", self._list, methods=["GET"]),
            Route("/_sandbox/pay", self._pay, methods=["POST"]),
        ]

    def _api(self, path: str, operation: str, call: Call) -> Route:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()  # before a fault cuts the connection: the call may still be carried out

            async def act() -> Response:
                return await self._answer(request, operation, raw, call)

            return await self.perform(request, operation, act)

        return Route(path, endpoint, methods=["POST"])

    async def _answer(self, request: Request, operation: str, raw: bytes, call: Call) -> Response:
        try:
            content = _read(raw)
            self._admit(content)
            answer = call(request, content)
        except Refusal as refusal:
            return JSONResponse(refusal.answer(self.clock.now()), refusal.http_status)
        if operation == "createSession":
            await self._pay_early(answer["requestId"])
        return JSONResponse(answer)

    def _admit(self, content: dict[str, Any]) -> None:
        number = self._door.refusal(content.get("auth"), self.clock.now())
        if number is not None:
            raise Refusal(f"Authentication failed {number}", reason=401, http_status=401)

    # The API's calls.

    def _create(self, request: Request, content: dict[str, Any]) -> dict[str, Any]:
        session = self._open(content, request)
        self._watch(session)
        state = status("OK", "PC", self.clock.now())
        return {"status": state, "requestId": session.request_id, "processUrl": session.process_url}

    def _open(self, content: dict[str, Any], request: Request) -> Session:
        now = self.clock.now()
        asked = Asked(content, now, strict=self.site.strict_booleans, oddities=self.oddities)
        session = Session(next(self._session_ids), secrets.token_hex(16), asked, now, self.site.max_tries)
        base = self.site.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        session.process_url = f"{base}/session/{session.request_id}/{session.key}"
        self.sessions[session.request_id] = session
        self.effects["createSession"] += 1
        return session

    async def _pay_early(self, request_id: int) -> None:
        session = self.sessions[request_id]
        if self.notifier.plan_for(session).early:
            self.pay(request_id)
            await self.notifier.delivered()

    def _query(self, request: Request, content: dict[str, Any]) -> dict[str, Any]:
        return self._named(request).shown(show_refunded=self.site.show_refunded)

    def _cancel(self, request: Request, content: dict[str, Any]) -> dict[str, Any]:
        session = self._named(request)
        if session.final or session.running or session.approved > 0:
            raise Refusal("the session cannot be cancelled", reason="request_not_valid")
        now = self.clock.now()
        session.close("MC", now)
        self.effects["cancel"] += 1
        self.settle(session)
        shown = session.shown(show_refunded=self.site.show_refunded)
        return {"status": status("OK", "00", now), "session": shown}

    def _transaction(self, request: Request, content: dict[str, Any]) -> dict[str, Any]:
        return self._act(content, content.get("action"))

    def _reverse(self, request: Request, content: dict[str, Any]) -> dict[str, Any]:
        return self._act(content, "reverse")

    def _act(self, content: dict[str, Any], name: Any) -> dict[str, Any]:
        try:
            session, payment = self._find(content["internalReference"])
        except (KeyError, ValueError, TypeError):
            raise Refusal("no payment with this internalReference") from None
        value = read_value(content, payment)
        action = Action(self.site, session, payment, value, self.clock.now(), next(self._references))
        answer = action.run(name)
        self.effects[str(name)] += 1
        self.settle(session)
        return answer

    def _collect(self, request: Request, content: dict[str, Any]) -> dict[str, Any]:
        instrument = content.get("instrument")
        token = instrument.get("token") if isinstance(instrument, dict) else None
        card = self._tokens.get(token.get("token", "")) if isinstance(token, dict) else None
        if card is None:
            raise Refusal("instrument.token is not valid")
        unseen = {"ipAddress": "127.0.0.1", "userAgent": "collect", "returnUrl": "https://localhost/"}
        session = self._open({**unseen, **content}, request)
        session.told = True  # the caller has the answer; nothing is notified
        self.pay(session.request_id, card)
        self.effects["collect"] += 1
        return session.shown(show_refunded=self.site.show_refunded)

    def _named(self, request: Request) -> Session:
        try:
            return self.session(request.path_params["request_id"])
        except KeyError:
            raise Refusal("session not found", http_status=404) from None

    def _find(self, internal_reference: Any) -> tuple[Session, Payment]:
        if not isinstance(internal_reference, int | str):
            raise ValueError("no number")
        wanted = int(internal_reference)
        for session in self._settled():
            for payment in session.payments:
                if payment.internal_reference == wanted:
                    return session, payment
        raise KeyError(wanted)

    def _settled(self) -> Iterable[Session]:
        for session in list(self.sessions.values()):
            self.settle(session)
            yield session

    def _watch(self, session: Session) -> None:
        """Let the session change by time alone, also when nobody asks."""
        watch = asyncio.get_running_loop().create_task(self._follow(session))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _follow(self, session: Session) -> None:
        while (due := session.next_moment) is not None:
            await self.clock.sleep((due - self.clock.now()).total_seconds())
            self.settle(session)

    # Steering.

    async def _set_site(self, request: Request) -> Response:
        """POST some fields of `Site`."""
        try:
            self.site.change(_plain_object(await request.body()))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"changed": True})

    async def _set_plan(self, request: Request) -> Response:
        """POST a plan: the usual one, or with `reference` the one of a single session."""
        try:
            values = _plain_object(await request.body())
            reference = values.pop("reference", None)
            plan = read_plan(NotificationPlan, values)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        if reference is None:
            self.notifier.plan = plan
        else:
            self.notifier.plans[str(reference)] = plan
        return JSONResponse({"changed": True})

    async def _list(self, request: Request) -> Response:
        return JSONResponse([session.summary() for session in self._settled()])

    async def _pay(self, request: Request) -> Response:
        """POST `request_id` and, if wished, `card` (its name in `Card`): the customer pays without a browser."""
        try:
            values = _plain_object(await request.body())
            payment = self.pay(str(values["request_id"]), Card[values.get("card", "APPROVED")])
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"internal_reference": payment.internal_reference, "status": payment.status})


def _read(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Refusal("the body must be a JSON object")
    return content


def _plain_object(raw: bytes) -> dict[str, Any]:
    values = json.loads(raw)
    if not isinstance(values, dict):
        raise ValueError("send a JSON object")
    return values
