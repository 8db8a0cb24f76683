"""What a create call must look like: needed parts, lengths, booleans, amounts. Wrong tax kinds vanish without a word."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.component.placetopay.sandbox.card import decide
from caravana.component.placetopay.sandbox.wire import Refusal, number, plain, rounded

TAX_KINDS = frozenset(
    {"valueAddedTax", "ice", "exciseDuty", "airportTax", "stateTax", "municipalTax", "reducedStateTax"}
)
DETAIL_KINDS = frozenset(
    {"discount", "additional", "vatDevolutionBase", "shipping", "handlingFee", "insurance"}
    | {"giftWrap", "subtotal", "fee", "tip", "airline", "interests"}
)
NEEDED = {"ipAddress": 46, "userAgent": 255, "returnUrl": 255}
PERSON = {
    "document": 25,
    "documentType": 6,
    "name": 60,
    "surname": 60,
    "company": 60,
    "email": 80,
    "mobile": 30,
}
NAMES = ("name", "surname", "company")
BOOLEANS = ("skipResult", "noBuyerFill", "captureAddress")
LARGEST = Decimal(10) ** 12
SHORTEST = timedelta(minutes=5)
USUAL = timedelta(minutes=30)


class Asked:
    """Reads one create call. `content` is what the provider keeps of it and echoes in its answers."""

    def __init__(self, content: Mapping[str, Any], now: datetime, *, strict: bool, oddities: Counter[str]) -> None:
        """`strict`: refuse booleans written as text, else count them in `oddities`. Raises `Refusal`."""
        self._strict = strict
        self._oddities = oddities
        self.content = {name: plain(value) for name, value in content.items() if name != "auth"}
        for name, longest in NEEDED.items():
            _text(content, name, longest)
        for name in BOOLEANS:
            self._boolean(content, name)
        self._read_payment(content.get("payment"))
        self._read_people()
        self.expiration = _expiration(content.get("expiration"), now)
        metadata = content.get("metadata")
        self.requires_confirmation = isinstance(metadata, dict) and self._boolean(metadata, "requiresConfirmation")
        self.skip_result = self._boolean(content, "skipResult")
        self.checkin = content.get("type") == "checkin"
        self.return_url: str = content["returnUrl"]
        self.cancel_url: str = content.get("cancelUrl") or self.return_url

    def _read_payment(self, payment: Any) -> None:
        if not isinstance(payment, dict):
            raise Refusal("payment is required")
        self.reference = _text(payment, "reference", 32)
        self.description = _text(payment, "description", 255)
        self.allow_partial = self._boolean(payment, "allowPartial")
        self._boolean(payment, "subscribe")
        self._read_amount(payment.get("amount"))
        self.content["payment"] = {**plain(payment), "amount": self.amount_echo, "allowPartial": self.allow_partial}

    def _read_amount(self, amount: Any) -> None:
        if not isinstance(amount, dict):
            raise Refusal("payment.amount is required")
        self.currency = _text(amount, "currency", 3)
        self.total = rounded(decimal(amount.get("total"), "total"), self.currency)
        if self.total <= 0:
            raise Refusal("payment.amount.total must be greater than 0")
        taxes, details = _objects(amount, "taxes"), _objects(amount, "details")
        if self.allow_partial and (taxes or details):
            raise Refusal("taxes and details are not allowed with allowPartial")
        self.taxes = [_part(one, self.currency) for one in taxes if one.get("kind") in TAX_KINDS]
        echo: dict[str, Any] = {"currency": self.currency, "total": number(self.total)}
        if self.taxes:
            echo["taxes"] = self.taxes
        if details:
            echo["details"] = [_part(one, self.currency) for one in details if one.get("kind") in DETAIL_KINDS]
        self.amount_echo = echo

    def _read_people(self) -> None:
        for role in ("buyer", "payer"):
            person = self.content.get(role)
            if person is None:
                continue
            if not isinstance(person, dict):
                raise Refusal(f"{role} must be an object")
            for name, longest in PERSON.items():
                if person.get(name) is not None:
                    _text(person, name, longest, role)
            self.content[role] = _without_cards(person, role)

    def _boolean(self, content: Mapping[str, Any], name: str) -> bool:
        value = content.get(name)
        if isinstance(value, str) and value.lower() in {"true", "false"} and not self._strict:
            self._oddities["string_boolean"] += 1
            return value.lower() == "true"
        if value is not None and not isinstance(value, bool):
            raise Refusal(f"{name} must be a boolean")
        return value is True


def _without_cards(person: Mapping[str, Any], role: str) -> dict[str, Any]:
    """A card number typed into a name: refused for the payer, removed without a word for the buyer."""
    holding = [name for name in NAMES if person.get(name) and decide(person[name], Decimal(1)) is not None]
    if holding and role == "payer":
        raise Refusal("payer data is not valid", reason="payer_data_not_valid")
    return {name: value for name, value in person.items() if name not in holding}


def _text(content: Mapping[str, Any], name: str, longest: int, place: str = "") -> str:
    value = content.get(name)
    where = f"{place}.{name}" if place else name
    if not isinstance(value, str) or not value:
        raise Refusal(f"{where} is required")
    if len(value) > longest:
        raise Refusal(f"{where} may not have more than {longest} characters")
    return value


def decimal(value: Any, name: str) -> Decimal:
    """Return a JSON number as Decimal. Raises `Refusal` for anything else and for what is no amount of money."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Refusal(f"{name} must be a number")
    number = Decimal(value)
    if not abs(number) < LARGEST:
        raise Refusal(f"{name} is too large")
    return number


def _objects(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = content.get(name) or []
    if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
        raise Refusal(f"{name} must be a list of objects")
    return value


def _part(part: Any, currency: str) -> dict[str, Any]:
    amounts = {name: decimal(part[name], name) for name in ("amount", "base") if name in part}
    return {"kind": part["kind"], **{name: number(rounded(value, currency)) for name, value in amounts.items()}}


def _expiration(value: Any, now: datetime) -> datetime:
    if value is None:
        return now + USUAL
    try:
        expiration = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refusal("expiration must be an ISO 8601 date") from None
    if expiration.tzinfo is None or expiration < now + SHORTEST:
        raise Refusal("expiration must be at least 5 minutes ahead")
    return expiration
