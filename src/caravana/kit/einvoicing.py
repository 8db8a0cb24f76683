"""What every component of an e-invoicing company reads and answers alike, by the tables of `caravana.kit.einvoice`.

Packages (what is sent, kept before it goes), questions (which document is meant), standings (how it stands), and the producer
of an address that names no connection.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from caravana.kit.component import Producer
from caravana.kit.edocument.amounts import check_amounts
from caravana.kit.edocument.check import check_structure
from caravana.kit.edocument.document import TYPES, AnyDocument, Comprobante, ConLineas, Detalle, Factura, GuiaRemision
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.xml import clean
from caravana.kit.effect import Kind, Reply
from caravana.kit.einvoice import Operation, State, Verdict
from caravana.kit.errors import EffectError, NeedsPerson, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.handing import Delegating
from caravana.kit.options import describe

Model = TypeVar("Model", bound=BaseModel)
Failure = TypeVar("Failure", bound=EffectError)
INVALID = "invalid"
"""Code of the refusal of a document that cannot be issued as it is; `body` lists its problems."""
LONGEST_TEXT = 300
KEY_LENGTH = 32
"""Signs of an idempotency key: within what every company takes."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Package(_Part):
    """What will be sent, unchanged however often."""

    provider: str
    connection: str
    cod_doc: str
    reference: str
    access_key: str | None = None
    number: str | None = None
    key: str | None = None
    content: str
    digest: str

    @classmethod
    def of(
        cls, document: Comprobante, content: str, *, provider: str, connection: str, access_key: str | None, keyed: bool
    ) -> "Package":
        """Return the package of `document` in its wire form; `keyed`: the company knows idempotency keys."""
        digest = digest_of(content)
        return cls(
            provider=provider,
            connection=connection,
            cod_doc=document.cod_doc,
            reference=document.referencia,
            access_key=access_key,
            number=document.numero,
            key=key_of(document.referencia, digest) if keyed else None,
            content=content,
            digest=digest,
        )


class Question(_Part):
    """Which document is meant, by whatever names of it are known; `number` and `recipients` where the operation asks for them."""

    connection: str
    access_key: str | None = None
    request_id: str | None = None
    reference: str | None = None
    cod_doc: str | None = None
    number: str | None = None
    recipients: tuple[str, ...] = ()


def no_export(document: AnyDocument, company: str) -> Iterator[Problem]:
    """Yield that a company is not told of foreign trade, where the document is a factura of export: nothing is left out."""
    if isinstance(document, Factura) and document.exportacion is not None:
        es = (
            f"Caravana no emite facturas de exportación con {company}: use una conexión directa con el SRI, o su portal"
        )
        en = f"Caravana issues no facturas of export with {company}: use a connection straight to the SRI, or its page"
        yield Problem("variant", "exportacion", es, en)


@dataclass(frozen=True)
class Message:
    """One thing that the SRI or the company says; `type` is `ERROR`, `ADVERTENCIA` or `INFORMATIVO`."""

    code: str
    text: str
    detail: str = ""
    type: str = "ERROR"

    def to_json(self) -> dict[str, str]:
        """Return it as a standing holds it."""
        return {"code": self.code, "text": self.text, "detail": self.detail, "type": self.type}


@dataclass(frozen=True)
class Standing:
    """How a document stands at its company; the fields are those of the port."""

    provider: str
    connection: str
    state: State
    final: bool
    known: bool = True
    reference: str | None = None
    access_key: str | None = None
    number: str | None = None
    request_id: str | None = None
    status: str | None = None
    authorization: str | None = None
    authorized_at: str | None = None
    environment: str | None = None
    messages: tuple[Message, ...] = ()
    verdict: Verdict | None = None
    mailed: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only this company tells."""

    def to_json(self) -> dict[str, Any]:
        """Return it as messages hold it."""
        return {
            "provider": self.provider,
            "connection": self.connection,
            "reference": self.reference,
            "known": self.known,
            "state": self.state.value,
            "final": self.final,
            "access_key": self.access_key,
            "number": self.number,
            "request_id": self.request_id,
            "status": self.status,
            "authorization": self.authorization,
            "authorized_at": self.authorized_at,
            "environment": self.environment,
            "messages": [one.to_json() for one in self.messages],
            "class": None if self.verdict is None else self.verdict.value,
            "mailed": self.mailed,
            **self.extra,
        }

    def reply(self) -> Reply:
        """Return it as the answer of a call."""
        return Reply(self.to_json(), reference=self.request_id or self.access_key)


def absent(provider: str, question: Question) -> Standing:
    """Return the standing of a document that the company does not have."""
    return Standing(
        provider,
        question.connection,
        State.QUEUED,
        final=False,
        known=False,
        reference=question.reference,
        access_key=question.access_key,
        number=question.number,
    )


def digest_of(content: str) -> str:
    """Return the SHA-256 of what will be sent."""
    return hashlib.sha256(content.encode()).hexdigest()


def key_of(*parts: str) -> str:
    """Return the idempotency key that belongs to `parts`, always the same: letters and digits only."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:KEY_LENGTH]


def read_package(body: Any, provider: str, connection: str) -> Package:
    """Return the package of a message.

    Raises `Refused` when it is none, is another company's, or its content is not what was kept: nothing of that is sent.
    """
    package = _read(Package, body)
    if (package.provider, package.connection) != (provider, connection):
        named = f"`{package.provider}:{package.connection}`"
        es = f"el documento está con {named}: la empresa que lo tomó lo termina"
        raise told(Refused, "provider", es, f"the package is of {named}; what one company took, it finishes")
    if digest_of(package.content) != package.digest:
        raise Refused("the content of the package is not what its digest says: it is not sent", code="digest")
    return package


def read_question(body: Any, connection: str) -> Question:
    """Return which document a message asks about. Raises `Refused` when it is no such message."""
    return _read(Question, {**body, "connection": connection} if isinstance(body, Mapping) else body)


def _read(model: type[Model], body: Any) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise Refused(f"the body does not fit: {describe(error)}", code="body") from None


def named_connection(body: Any) -> str:
    """Return the connection that a message names. Raises `NeedsPerson` when it names none."""
    found = body.get("connection") if isinstance(body, Mapping) else None
    if not isinstance(found, str) or not found:
        raise NeedsPerson("neither the address nor the message says which `connection` is meant", code="connection")
    return found


def invalid(problems: Iterable[Problem]) -> Refused:
    """Return the error of a document that cannot be issued as it is."""
    listed = list(problems)
    text = "; ".join(f"{one.where}: {one.en}" for one in listed)
    return Refused(f"the document cannot be issued: {text}", code=INVALID, body=[one.to_json() for one in listed])


def told(kind: type[Failure], code: str, es: str, en: str, **known: Any) -> Failure:
    """Return an error in the words of both; `known`: status and whatever else an `EffectError` holds."""
    return kind(en, code=code, body=[Problem(code, "connection", es, en).to_json()], **known)


def blocked(code: str, es: str, en: str) -> NeedsPerson:
    """Return the error of what keeps every document back until a person mends it, in the words of both."""
    return told(NeedsPerson, code, es, en)


def told_es(error: EffectError) -> str:
    """Return the Spanish words of an error that `blocked` or `invalid` made; nothing of any other."""
    return "; ".join(one["es"] for one in error.body) if isinstance(error.body, list) else ""


def tidied(value: Any) -> Any:
    """Return a body with its texts on one line and none longer than the SRI takes; what is empty then stays out of mappings.

    Only names, addresses and descriptions can be so long: codes and identifications have shorter limits, and are judged.
    """
    if isinstance(value, Mapping):
        return {name: tidied(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [tidied(one) for one in value]
    return clean(value)[:LONGEST_TEXT].rstrip() if isinstance(value, str) else value


def coded(document: AnyDocument, code: str) -> AnyDocument:
    """Return the document with `code` in every line that has no product code: the SRI wants none, some companies do."""

    def lines(given: tuple[Detalle, ...]) -> tuple[Detalle, ...]:
        return tuple(
            one if one.codigo_principal else one.model_copy(update={"codigo_principal": code}) for one in given
        )

    if isinstance(document, ConLineas):
        return document.model_copy(update={"detalles": lines(document.detalles)})
    if isinstance(document, GuiaRemision):
        to = tuple(one.model_copy(update={"detalles": lines(one.detalles)}) for one in document.destinatarios)
        return document.model_copy(update={"destinatarios": to})
    return document


def stopping(document: AnyDocument) -> list[Problem]:
    """Return what the SRI would return the document for, as far as structure and sums tell it."""
    found = [one for one in (*check_amounts(document), *check_structure(document)) if one.severity == "error"]
    return list({one.where: one for one in reversed(found)}.values())[::-1]


def filename(cod_doc: str | None, number: str | None, access_key: str | None, extension: str) -> str:
    """Return the file's name: `FAC-001-001-000000123.xml`."""
    prefix = TYPES[cod_doc].prefix if cod_doc in TYPES else "DOC"
    return f"{prefix}-{number or access_key or 'sin-numero'}.{extension}"


def shown_file(raw: bytes, operation: Operation, company: str) -> str:
    """Return a file as messages hold it: an XML as text, a PDF in base64.

    Raises `Unknown` when it is not what was asked for: an error page, say.
    """
    if operation is Operation.PDF:
        if not raw.startswith(b"%PDF"):
            raise Unknown(f"{company} gave something else than a PDF", code="not_pdf")
        return base64.b64encode(raw).decode()
    try:
        shown = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        shown = ""
    if not shown.lstrip().startswith("<") or shown.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        raise Unknown(f"{company} gave something else than XML", code="not_xml")
    return shown


def as_text(value: Any) -> str | None:
    """Return a word or number of an answer as text, however it came; None for nothing and for what is neither."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else None


def given_document(body: Any) -> dict[str, Any]:
    """Return the document that a message brings to be prepared. Raises `Refused` when it brings none."""
    if not isinstance(body, dict) or not isinstance(body.get("document"), dict):
        raise Refused("the body does not fit: `document` is missing", code="body")
    document: dict[str, Any] = body["document"]
    return document


class ByConnection(Delegating):
    """The call of an address that names no connection: the message does, and that connection's own producer makes it.

    Every request of an inner producer holds `connection`.
    """

    kind = Kind.BLIND

    def __init__(self, scheme: str, make: Callable[[str], Producer]) -> None:
        """`make` returns the producer of a connection. Raises `ConfigurationError` when there is none."""
        self._scheme = scheme
        self._make = make

    def request(self, exchange: Exchange) -> Any:
        """Return what the connection's producer asks. Raises `NeedsPerson` when the message names none."""
        return self._make(named_connection(exchange.body)).request(exchange)

    def handing(self, request: Any) -> Producer:
        """Return the connection's producer."""
        return self._make(request["connection"])

    def connection_of(self, request: Any, branch: str | None) -> str:
        """Return the connection as limits and circuit know it."""
        return f"{self._scheme}:{request['connection']}"


__all__ = [
    "INVALID",
    "ByConnection",
    "Message",
    "Package",
    "Question",
    "Standing",
    "absent",
    "as_text",
    "coded",
    "digest_of",
    "filename",
    "given_document",
    "invalid",
    "key_of",
    "named_connection",
    "no_export",
    "read_package",
    "read_question",
    "shown_file",
    "stopping",
    "tidied",
]
