"""Which certificate signs, and how long it still does.

A certificate signs when its KeyUsage says digitalSignature (else the SRI answers 39), it is valid at the moment, and it names no
other RUC than the issuer's. Of several the one that is valid longest is taken, never the first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography import x509

from caravana.component.sri.keystore import Pair
from caravana.kit.einvoicing import blocked
from caravana.kit.errors import NeedsPerson

ALARMS = (1, 7, 30)
"""Days before its end at which a certificate is spoken of, ever louder."""
_RUC_EXTENSION = re.compile(r"1\.3\.6\.1\.4\.1\.[0-9]+\.3\.11")
"""Where Ecuador's certification authorities write the holder's RUC, each in its own arc (from memory, 2026-11)."""
_RUC = re.compile(r"(?<![0-9])[0-9]{10}001(?![0-9])")


class Validity(StrEnum):
    """How a certificate stands at a moment."""

    VALID = "valid"
    ENDING = "ending"
    """It ends within 30 days."""
    EXPIRED = "expired"
    FUTURE = "future"


@dataclass(frozen=True)
class Holder:
    """What is told of a certificate: nothing in it is secret."""

    subject: str
    issuer: str
    serial: str
    begins: datetime
    ends: datetime
    rucs: tuple[str, ...]

    @classmethod
    def of(cls, certificate: x509.Certificate) -> "Holder":
        """Return what `certificate` says."""
        return cls(
            _name(certificate.subject),
            _name(certificate.issuer),
            str(certificate.serial_number),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            rucs_of(certificate),
        )

    def validity(self, now: datetime) -> Validity:
        """Return how it stands at `now`."""
        if now > self.ends:
            return Validity.EXPIRED
        if now < self.begins:
            return Validity.FUTURE
        return Validity.ENDING if self.ends - now <= timedelta(days=max(ALARMS)) else Validity.VALID

    def days(self, now: datetime) -> int:
        """Return the whole days that are left; negative: how long it is over."""
        return (self.ends - now).days

    def to_json(self, now: datetime) -> dict[str, Any]:
        """Return it as an operator's answer holds it. `alarm`: the smallest of 1, 7, 30 days that it is within, or None."""
        days = self.days(now)
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "rucs": list(self.rucs),
            "validity": self.validity(now).value,
            "days": days,
            "alarm": next((one for one in ALARMS if days < one), None),
        }


def choose(pairs: Sequence[Pair], now: datetime, ruc: str | None) -> Pair:
    """Return the pair that signs at `now` for the issuer `ruc` (None: whoever it is).

    Raises `NeedsPerson`, code `certificate_usage`, `certificate_expired`, `certificate_future` or `certificate_ruc`.
    """
    signing = [one for one in pairs if signs(one.certificate)]
    if not signing:
        text = "no certificate of the file is for signatures (KeyUsage digitalSignature) and has its key with it"
        es = "ningún certificado del archivo sirve para firmar: pida uno de firma electrónica a la entidad de certificación"
        raise blocked("certificate_usage", es, text)
    longest = sorted(signing, key=lambda one: one.certificate.not_valid_after_utc, reverse=True)
    ours = [one for one in longest if ruc is None or ruc in (rucs_of(one.certificate) or (ruc,))]
    valid = [one for one in ours if _is_valid(one, now)]
    if valid:
        return valid[0]
    if ours:
        raise _not_now(Holder.of(ours[0].certificate), now)
    named = ", ".join(dict.fromkeys(name for one in longest for name in rucs_of(one.certificate)))
    es = f"el certificado es del RUC {named} y el documento del RUC {ruc}: use el certificado del emisor"
    raise blocked("certificate_ruc", es, f"the certificate is of RUC {named}, the document of RUC {ruc}")


def signs(certificate: x509.Certificate) -> bool:
    """Whether the certificate is for signatures."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.digital_signature


def rucs_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the RUCs that the certificate names, each once; none: it names only a person, or nothing that can be read."""
    texts = [
        one.value.value.decode("latin-1")
        for one in _extensions(certificate)
        if isinstance(one.value, x509.UnrecognizedExtension) and _RUC_EXTENSION.fullmatch(one.oid.dotted_string)
    ]
    texts += [str(one.value) for one in certificate.subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)]
    return tuple(dict.fromkeys(found for text in texts for found in _RUC.findall(text)))


def _extensions(certificate: x509.Certificate) -> Sequence[x509.Extension[x509.ExtensionType]]:
    try:
        return list(certificate.extensions)
    except ValueError:  # a certificate with an extension that cannot be read names nothing
        return []


def _is_valid(pair: Pair, now: datetime) -> bool:
    return pair.certificate.not_valid_before_utc <= now <= pair.certificate.not_valid_after_utc


def _not_now(holder: Holder, now: datetime) -> NeedsPerson:
    if holder.validity(now) is Validity.FUTURE:
        text = f"the certificate is valid only from {holder.begins:%Y-%m-%d} on; look at this machine's clock"
        es = f"el certificado vale solo desde el {holder.begins:%Y-%m-%d}: revise el reloj del servidor"
        return blocked("certificate_future", es, text)
    text = f"the certificate ended on {holder.ends:%Y-%m-%d}: renew it, and put the new file in its place"
    es = f"el certificado venció el {holder.ends:%Y-%m-%d}: renuévelo y ponga el archivo nuevo en su lugar"
    return blocked("certificate_expired", es, text)


def _name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


__all__ = ["ALARMS", "Holder", "Validity", "choose", "rucs_of", "signs"]
