"""A component of an e-invoicing company with its imitation, asked as the engine asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from caravana.kit import codec
from caravana.kit.authority import Authority
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect
from caravana.kit.einvoice import EInvoiceComponent, Operation
from caravana.kit.sandbox import Fault, Sandbox
from caravana.kit.uri import Uri
from caravana.testing.edocuments import EXAMPLES
from caravana.testing.harness import Hub, make_effect, make_exchange

POINT = "einvoices"
"""The connection of the contract."""
STANDING = {
    *("provider", "connection", "reference", "known", "state", "final", "access_key", "number", "request_id", "status"),
    *("authorization", "authorized_at", "environment", "messages", "class", "mailed"),
}
POLLS = 200
"""How often a document is asked about before the contract gives up; time passes by the company's own clock."""
Body = dict[str, Any]


@dataclass
class Company:
    """An imitation of the company, played by a test.

    - `sandbox`: it; `authority`: who decides behind it; `settings`: of the connection, its address among them
    - `calls`: what the imitation calls the operations in its faults
    - `shows_words`: whether a word of the authority that it does not have (`Showing.state`) is passed on
    """

    sandbox: Sandbox
    authority: Authority
    settings: Mapping[str, Any]
    calls: Mapping[Operation, str] = field(default_factory=dict)
    shows_words: bool = True

    def fault(self, operation: Operation, action: Any, **details: Any) -> None:
        """Let the next call of `operation` go wrong."""
        self.sandbox.faults.append(Fault(self.calls[operation], action, **details))

    def issued(self) -> list[str]:
        """Return the numbers that are authorised, and be sure that none is so twice."""
        assert self.authority.issued_twice() == []
        return [one.numero for one in self.authority.authorised()]


@dataclass
class Desk:
    """A component with its company, asked as the engine asks."""

    component: EInvoiceComponent
    hub: Hub
    company: Company
    clock: ManualClock

    def document(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Return a document; where the company numbers, without a number."""
        found = {**EXAMPLES[cod_doc](), **changes}
        if self.component.capabilities_of(POINT).numbering == "provider":
            found.pop("secuencial", None)
        return found

    def producer(self, operation: Operation) -> Producer:
        """Return the producer of an address that names no connection."""
        made = self.component.endpoint(Uri.parse(f"{self.component.scheme}:{operation}")).producer()
        assert isinstance(made, Producer)
        return made

    def handed(self, operation: Operation, body: Body) -> tuple[Producer, Any]:
        """Return the producer of the connection, and what it is asked."""
        made = self.producer(operation)
        request = made.request(make_exchange(body))
        again = self.producer(operation).request(make_exchange(body))
        assert codec.canonical_hash(request) == codec.canonical_hash(again)
        return made.handing(request), request

    async def call(self, operation: Operation, body: Body, effect: Effect | None = None) -> Body:
        """Return the reply of `operation`."""
        producer, request = self.handed(operation, body)
        assert producer.connection_of(request, None) == f"{self.component.scheme}:{POINT}"
        asked = make_exchange(body)
        producer.receive(asked, await producer.send(request, effect or make_effect(key=f"{operation}-1")))
        self._judge(asked.body)
        found: Body = asked.body
        return found

    def _judge(self, body: Body) -> None:
        """Whatever is answered can be stored, names company and connection, and tells no secret."""
        assert (body["provider"], body["connection"]) == (self.component.scheme, POINT)
        self.judge_text(str(codec.dumps(body)))

    def judge_text(self, text: str) -> None:
        """Be sure that no secret of the connection stands in `text`."""
        settings = dict(self.component.connection_settings(POINT))
        secret = [one.get_secret_value() for one in settings.values() if hasattr(one, "get_secret_value")]
        assert [one for one in secret if one and one in text] == []

    async def prepared(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Return the package of a document."""
        body = {"document": self.document(cod_doc, **changes), "connection": POINT}
        return await self.call(Operation.PREPARE, body)

    async def submit(self, package: Body, effect: Effect | None = None) -> Body:
        """Send a package."""
        found = await self.call(Operation.SUBMIT, package, effect)
        assert found.keys() >= STANDING
        return found

    async def query(self, package: Body, standing: Body | None = None) -> Body:
        """Ask how a document stands, by what is known of it."""
        found = await self.call(Operation.QUERY, asking(package, standing))
        assert found.keys() >= STANDING
        return found

    async def settled(self, package: Body, standing: Body) -> Body:
        """Ask until it cannot change any more, at the pace that the company wants."""
        wait = self.component.capabilities_of(POINT).poll.total_seconds()
        for _ in range(POLLS):
            if standing["final"]:
                return standing
            self.clock.advance(wait)
            found = await self.query(package, standing)
            standing = found if found["known"] else standing
        raise AssertionError(f"it never ended: {standing['state']} {standing['status']} {standing['messages']}")

    async def issued(self, cod_doc: str = "01", **changes: Any) -> tuple[Body, Body]:
        """Return the package of a document, and how it stands at the end."""
        package = await self.prepared(cod_doc, **changes)
        return package, await self.settled(package, await self.submit(package))

    async def corrected(self, package: Body, standing: Body, **changes: Any) -> tuple[Body, Body]:
        """Send a document that was refused again, mended, and return its package and how it stands at the end."""
        mended = await self.prepared(package["cod_doc"], **changes)
        assert mended["digest"] != package["digest"]
        if Operation.REISSUE in self.component.capabilities_of(POINT).operations and standing["request_id"]:
            known = {**mended, "request_id": standing["request_id"]}
            effect = make_effect(key="reissue-2")
            return mended, await self.settled(mended, await self.call(Operation.REISSUE, known, effect))
        return mended, await self.settled(mended, await self.submit(mended, make_effect(key="submit-2")))


def asking(package: Body, standing: Body | None) -> Body:
    """Return what names a document: what we gave, and what the company told."""
    named = {name: package[name] for name in ("connection", "access_key", "reference", "cod_doc", "number")}
    told = standing or {}
    for name in ("access_key", "request_id", "number"):
        named[name] = told.get(name) or named.get(name)
    return named
