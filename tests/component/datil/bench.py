"""Component and imitation over loopback with one clock, and an authority that can be asked by clave."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from caravana.component.datil import DatilComponent
from caravana.component.datil.sandbox import DatilSandbox
from caravana.kit.authority import AUTHORISED, Authority
from caravana.kit.clock import ManualClock
from caravana.kit.component import Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Capabilities, EInvoiceComponent, Operation, State
from caravana.kit.einvoicing import Question, Standing, absent, read_question
from caravana.kit.exchange import Exchange
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from caravana.testing.harness import START, Hub
from tests.component.issuing import Body, Issuer

CONNECTION = "datil"


class Register(Producer):
    """Asks the authority itself, as a direct connection to the SRI would."""

    kind = Kind.READ

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def request(self, exchange: Exchange) -> Any:
        return read_question(exchange.body, "registro").model_dump(mode="json")

    async def send(self, request: Any, effect: Effect) -> Reply:
        question = Question.model_validate(request)
        found = self._authority.consult(question.access_key or "")
        if not found:
            return absent("registro", question).reply()
        done = found[0].estado == AUTHORISED
        state = State.AUTHORISED if done else State.IN_PROCESS
        clave = question.access_key
        return Standing("registro", "registro", state, done, access_key=clave, authorization=clave).reply()


@dataclass(frozen=True)
class RegisterEndpoint(Endpoint):
    """`registro:query`."""

    authority: Authority

    def producer(self) -> Producer:
        return Register(self.authority)


class RegisterComponent(EInvoiceComponent):
    """Another e-invoicing connection, which knows claves."""

    scheme = "registro"
    title = "Registro"
    syntax = "registro:query"
    doc = "Asks the authority."
    capabilities = Capabilities(
        operations=frozenset({Operation.QUERY}),
        documents=frozenset({"01"}),
        numbering="caller",
        lookup=True,
        signs="hub",
        mails=False,
        pdf="made",
        signed_notifications="none",
    )

    def __init__(self, hub: Hub, authority: Authority) -> None:
        super().__init__(hub)
        self._authority = authority

    def create(self, uri: Uri, options: Any) -> RegisterEndpoint:
        return RegisterEndpoint(uri, options, self.context, self._authority)

    def endpoint(self, uri: Uri) -> Endpoint:
        return self.create(uri, None)

    def environment(self, name: str) -> Literal["1", "2"]:
        return "1"


@dataclass
class Bench(Issuer):
    """A hub with one connection to the imitation."""

    component: DatilComponent
    hub: Hub
    sandbox: DatilSandbox
    clock: ManualClock

    async def query(self, standing: Body, cod_doc: str = "01") -> Body:
        """Ask how it stands."""
        return await self.call("query", {**standing, "cod_doc": cod_doc})


@asynccontextmanager
async def bench(settings: Mapping[str, Any] | None = None, **account: Any) -> AsyncIterator[Bench]:
    """Serve the imitation, with more settings of the connection and fields of its account."""
    clock = ManualClock(START)
    sandbox = DatilSandbox(clock=clock)
    sandbox.account.change(account)
    async with serve(sandbox.app()) as url:
        hub = Hub(clock=clock)
        more = {name: value.replace("URL", url) for name, value in (settings or {}).items()}
        hub.connections[CONNECTION] = {"url": url, **sandbox.connection(), **more}
        hub.connections["registro"] = {}
        hub.components["registro"] = RegisterComponent(hub, sandbox.authority)
        component = DatilComponent(hub)
        hub.components[CONNECTION] = component
        try:
            yield Bench(component, hub, sandbox, clock)
        finally:
            await component.close()
            await sandbox.close()
