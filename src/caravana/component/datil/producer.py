"""The calls, each with what may be done when its outcome is unknown."""

from datetime import timedelta
from typing import Any

from caravana.component.datil import judging, lookup, mapping, reading
from caravana.component.datil.client import DatilClient
from caravana.component.datil.elsewhere import Elsewhere, reply_of
from caravana.component.datil.mapping import REISSUED_AT, RESOURCES
from caravana.component.datil.sameness import same
from caravana.component.datil.spec import CAPABILITIES, PROVIDER
from caravana.kit import json
from caravana.kit.component import Producer
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import GuiaRemision, read_document
from caravana.kit.edocument.wrong import Wrong
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Operation, Unsupported, Verdict
from caravana.kit.einvoicing import (
    Package,
    Question,
    Standing,
    absent,
    as_text,
    coded,
    given_document,
    invalid,
    key_of,
    read_package,
    read_question,
    tidied,
    told,
)
from caravana.kit.errors import EffectError, Refused
from caravana.kit.exchange import Exchange

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out and this much for connecting and reading."""
REISSUE_SETTLE = timedelta(minutes=2)
"""How long Dátil may still work on a call whose connection was cut (a guess: it documents no figure)."""


class DatilProducer(Producer):
    """What the calls of one connection share."""

    def __init__(self, name: str, client: DatilClient, elsewhere: Elsewhere | None) -> None:
        """`name`: of the connection; `elsewhere`: who else is asked by clave, if anybody."""
        self._name = name
        self._client = client
        self._elsewhere = elsewhere
        self.timeout = client.settings.timeout + MARGIN

    def connection_of(self, request: Any, branch: str | None) -> str:
        """Return the connection as limits and circuit know it."""
        return f"{PROVIDER}:{self._name}"

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which document is meant. Raises `Refused` when the body does not fit."""
        return read_question(exchange.body, self._name).model_dump(mode="json")

    async def identity(self, question: Question) -> str | None:
        """Return Dátil's id of the document: known, or found in its list; None when it has none there."""
        if question.request_id is not None or not lookup.is_listed(self._client, question.cod_doc):
            return question.request_id
        clave, cod_doc = question.access_key, question.cod_doc
        return await lookup.identity(self._client, cod_doc, clave) if clave and cod_doc else None

    async def fetch(self, question: Question) -> dict[str, Any]:
        """Return what Dátil tells of the document whose id is known.

        The address of the type also tells what the SRI said on reception, and the mails; the one for all types does not.
        """
        resource = RESOURCES.get(question.cod_doc or "", "edocs")
        return await self._client.get(f"/{resource}/{question.request_id}")


class Prepare(DatilProducer):
    """Renders a document and judges it; sends nothing."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the document. Raises `Refused` when the body holds none."""
        return {"connection": self._name, "document": given_document(exchange.body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return the package. Raises `Refused` with every problem of the document."""
        try:
            document = read_document(request["document"])
        except Wrong as error:
            raise invalid([error.problem("document")]) from None
        CAPABILITIES.need(Operation.PREPARE, "Dátil", document.cod_doc)
        settings = self._client.settings
        if isinstance(document, GuiaRemision):
            document = coded(document, settings.missing_code)
        found = judging.problems(document, settings.ambiente)
        if found:
            raise invalid(found)
        content = json.dumps(tidied(mapping.request(document, settings.authorization_field, settings.rimpe)))
        package = Package.of(
            document,
            content,
            provider=PROVIDER,
            connection=self._name,
            access_key=str(clave_of(document)),
            keyed=document.cod_doc in CAPABILITIES.idempotent,
        )
        return Reply(package.model_dump(mode="json"))


class Sending(DatilProducer):
    """What sends a package."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the package. Raises `Refused` when it is none of this connection's, or not what was kept."""
        package = read_package(exchange.body, PROVIDER, self._name)
        if package.cod_doc not in RESOURCES:
            raise Unsupported(f"Dátil does not issue documents of type {package.cod_doc}", code="unsupported")
        return package.model_dump(mode="json")

    def standing(self, answer: dict[str, Any], package: Package) -> Reply:
        """Return what the answer to a package says."""
        return reading.standing(answer, _question(package)).reply()


class Submit(Sending):
    """Issues a document: a factura under a key of ours; of the others the clave, which is ours too, is asked for afterwards."""

    kind = Kind.BLIND

    def __init__(self, name: str, client: DatilClient, elsewhere: Elsewhere | None) -> None:
        """As the others."""
        super().__init__(name, client, elsewhere)
        self.settle = client.settings.settle
        self.key_lifetime = client.settings.key_lifetime
        self.afterwards = Kind.VERIFIABLE if self._can_ask("01") else Kind.BLIND

    def kind_of(self, request: dict[str, Any]) -> Kind:
        """Return idempotent for a factura, verifiable where somebody can be asked by clave, else blind."""
        if request["key"] is not None:
            return Kind.IDEMPOTENT
        return Kind.VERIFIABLE if self._can_ask(request["cod_doc"]) else Kind.BLIND

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send the very text of the package."""
        package = Package.model_validate(request)
        answer = await self._client.issue(f"/{RESOURCES[package.cod_doc]}/issue", package.content, package.key)
        return await self._again(answer, package, effect) or self.standing(answer, package)

    async def _again(self, answer: dict[str, Any], package: Package, effect: Effect) -> Reply | None:
        """A repeat under the key changes nothing: a factura that the SRI could not work on is issued again by its id."""
        identity = as_text(answer.get("id"))
        if package.key is None or identity is None:
            return None
        question = _question(package, identity)
        try:
            now = await self.fetch(question)
        except EffectError:  # it was issued; how it stands is asked soon
            return None
        if reading.standing(now, question).verdict is not Verdict.AGAIN:
            return None
        path = f"/{REISSUED_AT[package.cod_doc]}/{identity}/reissue"
        return self.standing(await self._client.issue(path, package.content, key_of(package.key, effect.key)), package)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look for our clave in Dátil's list, then at the connection that is asked by clave."""
        question = _question(Package.model_validate(request))
        found = await self.identity(question)
        if found is not None:
            known = question.model_copy(update={"request_id": found})
            return reading.standing(await self.fetch(known), known).reply()
        if self._elsewhere is None:
            return None
        told = await self._elsewhere.standing(question, effect)
        return None if told is None else reply_of(told)

    def _can_ask(self, cod_doc: str) -> bool:
        return self._elsewhere is not None or lookup.is_listed(self._client, cod_doc)


class Reissue(Sending):
    """Sends a document again, mended, under its id, number and clave.

    A repeat can make no second document, and whether it was taken is seen in what Dátil says of the id.
    """

    kind = Kind.VERIFIABLE
    settle = REISSUE_SETTLE

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the package with Dátil's id. Raises `Refused` without one."""
        body = exchange.body if isinstance(exchange.body, dict) else {}
        identity = as_text(body.get("request_id"))
        if identity is None:
            raise Refused("Dátil issues a document again by its id, and the message has no `request_id`", code="body")
        return {**super().request(exchange), "request_id": identity}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send the mended document; of one that could not be signed only the signing is tried again. Raises `Refused`."""
        package = Package.model_validate(request)
        question = _question(package, request["request_id"])
        now = await self.fetch(question)
        word = reading.word_of(now)
        key = None if package.key is None else key_of(package.key, effect.key)
        if word in reading.REISSUABLE:
            path = f"/{REISSUED_AT[package.cod_doc]}/{question.request_id}/reissue"
        elif word == reading.CREATED and same(json.loads(package.content), now):
            path, key = f"/edocs/{question.request_id}/issue", None
        elif word == reading.CREATED:
            named = question.request_id
            es = f"el documento {named} nunca se firmó, y Dátil solo corrige lo que el SRI devolvió: pida a Dátil que lo elimine"
            text = "it was never signed, and Dátil mends only what the SRI has returned: ask Dátil to remove it"
            raise told(Refused, "not_sent", es, f"the document {named} cannot be changed: {text}")
        else:
            es = f"el documento {question.request_id} está {word}: solo uno rechazado se envía de nuevo"
            text = f"the document {question.request_id} is {word}: only a refused one is sent again"
            raise told(Refused, "state", es, text)
        signed_only = path.startswith("/edocs/")
        return self.standing(await self._client.issue(path, "{}" if signed_only else package.content, key), package)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return how the document stands once it has left the state in which it was refused."""
        question = _question(Package.model_validate(request), request["request_id"])
        now = await self.fetch(question)
        if reading.word_of(now) in reading.REISSUABLE or reading.unsigned(now):
            return None
        return reading.standing(now, question).reply()


class Query(DatilProducer):
    """Asks how a document stands."""

    kind = Kind.READ

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask Dátil by its id; without one, and for a clave that the SRI is said to have, who else may be asked.

        Raises `Unsupported` when nobody can be asked, and a repeat might make a second document at Dátil.
        """
        question = Question.model_validate(request)
        identity = await self.identity(question)
        if identity is not None:
            known = question.model_copy(update={"request_id": identity})
            found = reading.standing(await self.fetch(known), known)
            return await self._surer(found, known, effect)
        if self._elsewhere is not None and question.access_key is not None:
            theirs = await self._elsewhere.standing(question, effect)
            return absent(PROVIDER, question).reply() if theirs is None else reply_of(theirs)
        listed = lookup.is_listed(self._client, question.cod_doc) and question.access_key is not None
        if (
            listed or question.cod_doc in CAPABILITIES.idempotent
        ):  # what has a key is sent again under it: the same document
            return absent(PROVIDER, question).reply()
        named = question.access_key or question.reference
        es = "A Dátil se le pregunta por su id, que no se conoce: ponga `verifyWith` o `listUrl` en la conexión"
        text = "Dátil is asked by its id, which is not known, and neither `verifyWith` nor `listUrl` is set"
        raise told(Unsupported, "lookup", es, f"nobody can be asked about {named}: {text}")

    async def _surer(self, found: Standing, question: Question, effect: Effect) -> Reply:
        """Where Dátil passes on that the SRI has the clave (43, 70), the SRI knows what became of it."""
        if found.verdict is not Verdict.WAIT or self._elsewhere is None or found.access_key is None:
            return found.reply()
        known = question.model_copy(update={"access_key": found.access_key})
        told = await self._elsewhere.standing(known, effect)
        return found.reply() if told is None else reply_of(told)


class Find(DatilProducer):
    """Whose number is it: the documents of Dátil's list that have it."""

    kind = Kind.READ

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return their standings. Raises `Unsupported` for a type, or a connection, without list."""
        question = Question.model_validate(request)
        cod_doc, number = question.cod_doc, question.number
        if not lookup.is_listed(self._client, cod_doc) or cod_doc is None or number is None:
            raise Unsupported(
                "Dátil lists facturas and notas de crédito by number, with `listUrl` set", code="unsupported"
            )
        rows = await lookup.by_number(self._client, cod_doc, number)
        found = []
        for identity in dict.fromkeys(one for row in rows if (one := as_text(row.get("id")))):
            known = Question(connection=self._name, cod_doc=cod_doc, request_id=identity, number=number)
            found.append(reading.standing(await self.fetch(known), known).to_json())
        return Reply({"provider": PROVIDER, "connection": self._name, "documents": found})


def _question(package: Package, request_id: str | None = None) -> Question:
    return Question(
        connection=package.connection,
        access_key=package.access_key,
        request_id=request_id,
        reference=package.reference,
        cod_doc=package.cod_doc,
        number=package.number,
    )
