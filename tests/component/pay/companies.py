"""The imitations of the companies, as the contract of payment components plays them."""

import hashlib
import json
from typing import Any

from caravana.component.placetopay.sandbox import Card, PlacetopaySandbox
from caravana.kit.payment import Operation
from caravana.kit.sandbox import Fault
from caravana.testing.payment import Company, Notice
from tests.component.pay.mercurio import MercurioSandbox
from tests.component.pay.mercurio.component import VERBS
from tests.component.pay.mercurio.sandbox import CARD, HOLDER, KEY
from tests.component.pay.mercurio.sign import sign


class PlacetopayCompany(Company):
    """PlacetoPay."""

    names = {
        Operation.CREATE: ("createSession", "createSession"),
        Operation.QUERY: ("query", "query"),
        Operation.CANCEL: ("cancel", "cancel"),
        Operation.CONFIRM: ("transaction", "confirm"),
        Operation.CAPTURE: ("transaction", "checkout"),
        Operation.VOID: ("transaction", "reverse"),
        Operation.REFUND: ("transaction", "reverse"),
    }
    """Its own names of a call, and of what the call does."""
    marks = (Card.APPROVED, Card.APPROVED[:6])

    def __init__(self, sandbox: PlacetopaySandbox, url: str) -> None:
        self._sandbox = sandbox
        self.settings: dict[str, Any] = {"url": url, **sandbox.connection()}

    async def pay(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["request_id"])

    async def refuse(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["request_id"], Card.DENIED)

    def lose(self, operation: Operation, *, done: bool) -> None:
        self._sandbox.faults.append(Fault(self.names[operation][0], "cut_after" if done else "cut_before"))

    def count(self, operation: Operation) -> int:
        return self._sandbox.effects[self.names[operation][1]]

    def notice(self, reply: dict[str, Any], *, forged: bool = False) -> Notice:
        date, key = "2026-11-23T10:00:00-05:00", self._sandbox.site.secret_key
        text = f"{reply['request_id']}APPROVED{date}{'another key' if forged else key}"
        content = {
            "status": {"status": "APPROVED", "reason": "00", "message": "", "date": date},
            "requestId": int(reply["request_id"]),
            "reference": reply["reference"],
            "signature": "sha256:" + hashlib.sha256(text.encode()).hexdigest(),
        }
        return Notice("/placetopay/store", json.dumps(content).encode())

    async def settle(self) -> None:
        self._sandbox.site.settlement_delay = 0.0


class MercurioCompany(Company):
    """Mercurio."""

    marks = (CARD, CARD[:6], HOLDER)

    def __init__(self, sandbox: MercurioSandbox, url: str) -> None:
        self._sandbox = sandbox
        sandbox.url = url
        self.settings: dict[str, Any] = {"url": url, "shop": "empresa-xyz", "key": KEY}

    async def pay(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["reference"])

    async def refuse(self, reply: dict[str, Any]) -> None:
        self._sandbox.charges[reply["reference"]].refused += 1

    def lose(self, operation: Operation, *, done: bool) -> None:
        self._sandbox.faults.append(Fault(VERBS[operation], "cut_after" if done else "cut_before"))

    def count(self, operation: Operation) -> int:
        return self._sandbox.effects[VERBS[operation]]

    def notice(self, reply: dict[str, Any], *, forged: bool = False) -> Notice:
        given = {"cobro": reply["request_id"], "referencia": reply["reference"], "estado": "pagado"}
        content = "&".join(f"{name}={text}" for name, text in given.items())
        return Notice("/mercurio/store", content.encode(), {"X-Firma": sign(given, "otra" if forged else KEY)})
