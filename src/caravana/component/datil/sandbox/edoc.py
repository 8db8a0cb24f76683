"""One document at Dátil: from its creation over signing and filing to the SRI's word, by the sandbox's clock."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from caravana.component.datil.sandbox import translation
from caravana.component.datil.sandbox.account import Account
from caravana.kit.authority import AUTHORISED, REFUSED, Authority, Entry, Receipt

CREATED, RECEIVED, SENT, RETURNED = "CREADO", "RECIBIDO", "ENVIADO", "DEVUELTO"
AUTHORISED_WORD, REFUSED_WORD = "AUTORIZADO", "NO AUTORIZADO"
AGAIN = frozenset({RETURNED, REFUSED_WORD})
BAD_PASSWORD = "La contraseña del certificado no es correcta"  # noqa: S105 -- a message
RESOURCES = {
    "invoices": "01",
    "purchase-settlements": "03",
    "credit-notes": "04",
    "debit-notes": "05",
    "waybills": "06",
    "ats-retentions": "07",
    "retentions": "07",
}
WORDS = {
    "01": "factura",
    "03": "liquidacion",
    "04": "nota_credito",
    "05": "nota_debito",
    "06": "guia",
    "07": "retencion",
}


@dataclass
class Mail:
    """One mail that went out."""

    sent: datetime
    recipients: list[str]


@dataclass
class Edoc:
    """One document. `body` is what it was last told; `signed` None: nobody has asked to issue it, or it could not be signed."""

    cod_doc: str
    body: dict[str, Any]
    clave: str
    created: datetime
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    issued: datetime | None = None
    unsigned: str = ""
    receipt: Receipt | None = None
    entry: Entry | None = None
    content: str = ""
    mails: list[Mail] = field(default_factory=list)
    mailed: bool = False

    @property
    def number(self) -> str:
        """`001-001-000000123`."""
        return translation.number(self.body)

    @property
    def receiver(self) -> dict[str, Any]:
        """Whom it is for."""
        for name in ("comprador", "proveedor", "sujeto"):
            if name in self.body:
                found: dict[str, Any] = self.body[name]
                return found
        first: dict[str, Any] = self.body["destinatarios"][0]
        return first

    def issue(self, password: str, account: Account, now: datetime) -> None:
        """Begin to sign and file it; with a wrong password it stays as it is."""
        self.unsigned = "" if password == account.certificate_password else BAD_PASSWORD
        self.issued = None if self.unsigned else now
        self.receipt = self.entry = None

    def change(self, body: dict[str, Any]) -> None:
        """Take a mended body; the clave stays where the body names none."""
        self.body = body
        self.clave = body.get("clave_acceso") or self.clave

    def settle(self, account: Account, authority: Authority) -> None:
        """Bring it to the present: file it when its time has come, and ask what the authority says."""
        now = authority.clock.now()
        if self.issued is None or now < self.issued + timedelta(seconds=account.file_after):
            return
        if self.receipt is None:
            raw = translation.document(self.cod_doc, self.body, self.clave)
            self.content = raw.decode()
            self.receipt = authority.receive_xml(raw, signed=False)
        if self.receipt.taken:
            found = authority.consult(self.clave)
            self.entry = next((one for one in found if one.estado == AUTHORISED), found[0] if found else None)

    def word(self, account: Account, now: datetime) -> str:
        """Return `estado`."""
        if self.entry is not None and self.entry.estado in {AUTHORISED, REFUSED}:
            return AUTHORISED_WORD if self.entry.estado == AUTHORISED else REFUSED_WORD
        if self.receipt is not None:
            return SENT if self.receipt.taken else RETURNED
        if self.issued is not None and now >= self.issued + timedelta(seconds=account.sign_after):
            return RECEIVED
        return CREATED
