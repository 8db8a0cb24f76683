"""How the imitation writes: moments with Ecuador's offset, JSON numbers, statuses, refusals."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caravana.kit.ecuador import ECUADOR

WITHOUT_CENTS = frozenset({"CLP", "JPY", "PYG", "KRW", "VND"})


def moment(time: datetime) -> str:
    """Return `time` as PlacetoPay writes it."""
    return time.astimezone(ECUADOR).isoformat(timespec="seconds")


def rounded(value: Decimal, currency: str) -> Decimal:
    """Return `value` with the currency's places, half up, without a word to the caller."""
    return value.quantize(Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01"), rounding=ROUND_HALF_UP)


def number(value: Decimal) -> int | float:
    """Return `value` as a JSON number: 115, 115.5."""
    return int(value) if value == value.to_integral_value() else float(value)


def plain(value: Any) -> Any:
    """Return a JSON value as it was read, its Decimals as JSON numbers again."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value


def amount(value: Decimal, currency: str) -> dict[str, Any]:
    """Return an amount object."""
    return {"currency": currency, "total": number(value)}


def status(word: str, reason: str | int, time: datetime, message: str = "") -> dict[str, Any]:
    """Return a status object; the message is the free text that nobody may decide by."""
    return {"status": word, "reason": reason, "message": message or MESSAGES.get(word, word), "date": moment(time)}


MESSAGES = {
    "OK": "La petición se ha procesado correctamente",
    "PENDING": "La petición se encuentra pendiente",
    "PENDING_CONFIRMATION": "El pago espera la confirmación del comercio",
    "APPROVED": "La petición ha sido aprobada exitosamente",
    "REJECTED": "La petición ha sido rechazada",
    "APPROVED_PARTIAL": "La petición ha sido aprobada parcialmente",
    "PARTIAL_EXPIRED": "La petición fue pagada en parte y ha expirado",
    "FAILED": "La petición no se pudo procesar",
}


class Refusal(Exception):
    """The caller is told no: HTTP status and the status object's reason and message."""

    def __init__(self, message: str, reason: str | int = "request_not_valid", http_status: int = 400) -> None:
        """`message`: free text of the answer."""
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.http_status = http_status

    def answer(self, time: datetime) -> dict[str, Any]:
        """Return the JSON body."""
        return {"status": status("FAILED", self.reason, time, self.message)}
