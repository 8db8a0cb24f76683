"""The calls that issue a document and ask how it stands, each with what may be done when its outcome is unknown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from caravana.component.sri import standing
from caravana.component.sri.certificate import choose
from caravana.component.sri.client import SriClient
from caravana.component.sri.judging import judge
from caravana.component.sri.signer import BrokenSignature, sign
from caravana.component.sri.spec import CAPABILITIES, PROVIDER
from caravana.kit.component import Producer
from caravana.kit.edocument.clave import Clave, clave_of
from caravana.kit.edocument.document import AnyDocument, read_document
from caravana.kit.edocument.problem import stops
from caravana.kit.edocument.verdict import IN_PROCESS, REGISTERED
from caravana.kit.edocument.wrong import Wrong
from caravana.kit.edocument.xml import to_xml
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Operation, State, Verdict
from caravana.kit.einvoicing import (
    Package,
    Question,
    Standing,
    absent,
    blocked,
    given_document,
    invalid,
    read_package,
    read_question,
)
from caravana.kit.errors import EffectError, Refused, Unknown
from caravana.kit.exchange import Exchange

COMPANY = "the SRI"
MARGIN = timedelta(seconds=10)
"""A call's hard limit is its time-outs and this much for connecting and reading."""
SLACK = timedelta(minutes=2)
"""How much this machine's clock may be before the SRI's."""


class SriProducer(Producer):
    """What the calls of one connection share."""

    def __init__(self, name: str, client: SriClient) -> None:
        """`name`: of the connection."""
        self._name = name
        self._client = client
        self.timeout = client.settings.timeout * 2 + MARGIN  # handing in may end in a question

    def connection_of(self, request: Any, branch: str | None) -> str:
        """Return the connection as limits and circuit know it."""
        return f"{PROVIDER}:{self._name}"

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which document is meant. Raises `Refused` when the body names no clave, or one of another environment."""
        question = read_question(exchange.body, self._name)
        self.judge_clave(question.access_key)
        return question.model_dump(mode="json")

    def judge_clave(self, clave: str | None) -> str:
        """Return the clave. Raises `Refused` when it is none, or of the environment that this connection is not for."""
        try:
            ambiente = Clave.read(clave or "").ambiente
        except ValueError:
            text = "the SRI knows documents by their clave, and the message has none (`access_key`, 49 digits)"
            raise Refused(text, code="clave") from None
        ours = self._client.settings.ambiente
        if ambiente != ours:
            text = f"the clave is of environment {ambiente}, the connection of environment {ours}"
            raise Refused(text, code="environment")
        return str(clave)

    async def ask(self, question: Question) -> Standing:
        """Return how the SRI says that the document stands."""
        answer = await self._client.consult(str(question.access_key))
        return standing.consulted(answer, question, self._client.settings.ambiente)


class Prepare(SriProducer):
    """Writes, judges, signs and verifies a document; sends nothing. The signing time makes each run another package."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the document. Raises `Refused` when the body holds none."""
        return {"connection": self._name, "document": given_document(exchange.body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return the package.

        Raises `Refused` with every problem of the document, `NeedsPerson` when the certificate cannot sign it.
        """
        try:
            document = read_document(request["document"])
        except Wrong as error:
            raise invalid([error.problem("document")]) from None
        CAPABILITIES.need(Operation.PREPARE, COMPANY, document.cod_doc)
        clave, content = self._written(document)
        signed = self._signed(document, content)
        package = Package.of(
            document, signed.decode(), provider=PROVIDER, connection=self._name, access_key=clave, keyed=False
        )
        return Reply(package.model_dump(mode="json"))

    def _written(self, document: AnyDocument) -> tuple[str, bytes]:
        """Return clave and XML. Raises `Refused` with all that is wrong, `NeedsPerson` when the schemas lack the type."""
        client = self._client
        try:
            found = judge(document, client.settings, client.clock.now(), client.schemas)
        except Wrong as error:
            raise blocked("schemas", f"los esquemas del SRI no se pueden usar: {error.es}", str(error)) from None
        if stops(found):
            raise invalid(found)
        clave = str(clave_of(document))
        return clave, to_xml(document, clave).content

    def _signed(self, document: AnyDocument, content: bytes) -> bytes:
        settings, now = self._client.settings, self._client.clock.now()
        ruc = document.emisor.ruc if settings.check_certificate_ruc else None
        pair = choose(self._client.keystore.pairs(), now, ruc)
        try:
            return sign(content, pair, now, settings.signature)
        except BrokenSignature as error:
            es = "la firma hecha con este certificado no se pudo comprobar: revise el certificado"
            raise blocked("signature", es, f"the document was signed, but {error}") from error


class Submit(SriProducer):
    """Hands a package in. A lost answer is asked for by clave; what the SRI does not know after `settle` goes again, as it is."""

    kind = Kind.VERIFIABLE

    def __init__(self, name: str, client: SriClient) -> None:
        """As the others."""
        super().__init__(name, client)
        self.settle = client.settings.settle

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the package. Raises `Refused` when it is none of this connection's, or not what was kept."""
        package = read_package(exchange.body, PROVIDER, self._name)
        self.judge_clave(package.access_key)
        return package.model_dump(mode="json")

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send the very bytes of the package, and ask where the SRI says that it knows clave or number already."""
        package = Package.model_validate(request)
        question = _question(package)
        found = standing.received(await self._client.receive(package.content.encode()), question)
        if found.verdict is Verdict.WAIT:
            found = await self._registered(found, package, effect)
        elif found.verdict is Verdict.TAKEN:
            found = await self._taken(found, question)
        return found.reply()

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Ask by clave whether the document came in."""
        package = Package.model_validate(request)
        found = await self._sent(package, effect)
        return found.reply() if found.known else None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that the SRI took it."""
        package = Package.model_validate(request)
        taken = Standing(
            PROVIDER,
            package.connection,
            State.IN_PROCESS,
            final=False,
            reference=package.reference,
            access_key=package.access_key,
            number=package.number,
            status=standing.TAKEN,
        )
        return taken.reply()

    async def _registered(self, found: Standing, package: Package, effect: Effect) -> Standing:
        """The clave is there (43) or worked on (70): a repeat of ours, of which the SRI is asked how it stands."""
        try:
            asked = await self._sent(package, effect)
        except EffectError:
            return found  # it is there: whoever asks later learns how it stands
        if asked.known:
            return asked
        codes = {one.code for one in found.messages}
        if REGISTERED not in codes or IN_PROCESS in codes:
            return found
        earlier = await self._earlier(_question(package))
        if earlier is None:
            return found
        # The SRI does not take a refused document again under its clave: day or number must change.
        return replace(earlier, messages=(*found.messages, *earlier.messages))

    async def _earlier(self, question: Question) -> Standing | None:
        asked = await self.ask(question)
        return asked if asked.known else None

    async def _taken(self, found: Standing, question: Question) -> Standing:
        """The number is used (45): by this document under this clave, or by another."""
        try:
            asked = await self.ask(question)
        except EffectError as error:
            text = f"the number is used already (45), and whether by this document was not told: {error}"
            raise Unknown(text, code="45") from error
        return asked if asked.known and asked.state is not State.NOT_AUTHORISED else found

    async def _sent(self, package: Package, effect: Effect) -> Standing:
        """How the SRI has this very package; an old refusal under the same clave is not it."""
        question = _question(package)
        answer = await self._client.consult(str(package.access_key))
        entry = standing.decisive(answer)
        if entry is not None and not standing.is_about(entry, package.content, effect.intended_at - SLACK):
            return standing.named(absent(PROVIDER, question))
        return standing.consulted(answer, question, self._client.settings.ambiente)


class Query(SriProducer):
    """Asks how the document of a clave stands."""

    kind = Kind.READ

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask."""
        return (await self.ask(Question.model_validate(request))).reply()


def _question(package: Package) -> Question:
    return Question(
        connection=package.connection,
        access_key=package.access_key,
        reference=package.reference,
        cod_doc=package.cod_doc,
        number=package.number,
    )


__all__ = ["COMPANY", "Prepare", "Query", "SriProducer", "Submit"]
