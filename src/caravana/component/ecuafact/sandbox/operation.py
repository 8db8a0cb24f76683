"""One operation: a document on its way from the queue over the SRI's reception to its word, by the sandbox's clock."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from caravana.component.ecuafact.sandbox import translation
from caravana.component.ecuafact.sandbox.account import Account
from caravana.component.ecuafact.sandbox.wire import local, utc
from caravana.kit.authority import AUTHORISED, REFUSED, Authority, Entry, Receipt
from caravana.kit.ecuador import ECUADOR

QUEUED, SENDING, SENT = "en_cola", "enviando", "enviado"
UNKNOWN, REJECTED = "resultado_desconocido", "rechazado"
NONE, PENDING, GRANTED, FAILED = "no_disponible", "pendiente", "autorizado", "error"


@dataclass
class Operation:
    """One operation. `raw`: the text that came under its key."""

    cod_doc: str
    body: dict[str, Any]
    raw: bytes
    clave: str
    secuencial: str
    created: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    filed: datetime | None = None
    receipt: Receipt | None = None
    entry: Entry | None = None
    content: str = ""

    @property
    def number(self) -> str:
        """`001-001-000000123`."""
        issuer = self.body["infoTributaria"]
        return f"{issuer['estab']}-{issuer['ptoEmi']}-{self.secuencial}"

    @property
    def day(self) -> date:
        """The calendar day of its clave."""
        return datetime.strptime(self.clave[:8], "%d%m%Y").date()  # noqa: DTZ007 -- a calendar day

    def row(self, account: Account, now: datetime, type_field: str) -> dict[str, Any]:
        """Return it as lists show it; `type_field`: what the contract calls the type."""
        identification, name = translation.receiver(self.body)
        words = self.words(account, now)
        return {
            "claveAcceso": self.clave,
            "numeroDocumento": self.number,
            type_field: self.cod_doc,
            "fechaEmision": self.day.isoformat(),
            "identificacionContraparte": identification,
            "razonSocialContraparte": name,
            "total": translation.total(self.body),
            "estadoAutorizacion": words[1],
            "fechaAutorizacion": local(self.entry.fecha) if words[1] == GRANTED and self.entry else None,
            "codigoError": self.code(*words),
        }

    def settle(self, account: Account, authority: Authority) -> None:
        """Bring it to the present: file it when its time has come, and ask what the authority says."""
        now = authority.clock.now()
        if now < self.created + timedelta(seconds=account.file_after):
            return
        if self.receipt is None:
            today = f"{self.created.astimezone(ECUADOR):%d/%m/%Y}"
            raw = translation.document(
                self.body, self.cod_doc, account, self.clave, self.secuencial, authority.ambiente, today
            )
            self.content, self.filed = raw.decode(), now
            self.receipt = authority.receive_xml(raw, signed=False)
        if self.receipt.taken:
            found = authority.consult(self.clave)
            self.entry = next((one for one in found if one.estado == AUTHORISED), found[0] if found else None)

    def words(self, account: Account, now: datetime) -> tuple[str, str]:
        """Return `estado` and `estadoAutorizacion`."""
        if self.receipt is None or self.filed is None:
            queued = now < self.created + timedelta(seconds=account.queue_for)
            return (QUEUED if queued else SENDING), NONE
        if now < self.filed + timedelta(seconds=account.unknown_for):
            return UNKNOWN, NONE
        if not self.receipt.taken:
            return REJECTED, NONE
        estado = self.entry.estado if self.entry else ""
        return SENT, {AUTHORISED: GRANTED, REFUSED: FAILED}.get(estado, PENDING)

    def shown(self, account: Account, now: datetime, type_field: str) -> dict[str, Any]:
        """Return the operation's `datos`."""
        word, authorisation = self.words(account, now)
        granted = authorisation == GRANTED and self.entry is not None
        return {
            "idOperacion": self.id,
            "uid": f"u-{self.id[:8]}",
            "ambiente": int(self.clave[23]),
            type_field: self.cod_doc,
            "estado": word,
            "claveAcceso": None if word == QUEUED else self.clave,
            "codigoError": self.code(word, authorisation),
            "fechaCreacion": utc(self.created),
            "fechaActualizacion": utc(now),
            "estadoAutorizacion": authorisation,
            "fechaAutorizacion": local(self.entry.fecha) if granted and self.entry else None,
            "codigoErrorConsulta": None,
        }

    def code(self, word: str, authorisation: str) -> str | None:
        """Return the first code of a refusal, which is all that is passed on."""
        if word == REJECTED and self.receipt is not None:
            return self.receipt.codes[0] if self.receipt.codes else None
        if authorisation == FAILED and self.entry is not None and self.entry.messages:
            return self.entry.messages[0].code
        return None

    def event(self, account: Account, now: datetime) -> str | None:
        """Return the kind of event that its present state brings, or None."""
        word, authorisation = self.words(account, now)
        if word == UNKNOWN:
            return "operation.requires_attention"
        if word == REJECTED:
            return "document.rejected"
        return {GRANTED: "document.authorized", FAILED: "document.failed"}.get(authorisation)
