"""What a field may hold, and how Dátil refuses it: six codes, with the field's path and its value (its documentation, Errors)."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

Check = Callable[[Any, str], None]
"""Raises `Refusal` when a value does not fit the field at a path."""


class Refusal(Exception):
    """The caller is told no."""

    def __init__(
        self, code: str, parameter: str = "", details: str = "", *, value: Any = None, http_status: int = 400
    ) -> None:
        """`code`: one of the six, or a word for another status; `parameter`: path of the field."""
        super().__init__(details)
        self.code = code
        self.parameter = parameter
        self.details = details
        self.value = value
        self.http_status = http_status

    def answer(self) -> dict[str, Any]:
        """Return the JSON body."""
        shown = self.value if isinstance(self.value, str | int | bool | None) else str(self.value)
        return {
            "message": MESSAGES.get(self.code, self.details),
            "code": self.code,
            "details": self.details,
            "parameter": self.parameter,
            "value": shown,
        }


MESSAGES = {
    "MISSING_PARAMETER": "Falta un parámetro requerido",
    "INVALID_PARAMETER": "Parámetro desconocido",
    "INVALID_VALUE": "Valor inválido",
    "INVALID_DATA_TYPE": "Tipo de dato inválido",
    "INVALID_FORMAT": "Formato inválido",
    "INVALID_LENGTH": "Longitud inválida",
}


def text(most: int, least: int = 1) -> Check:
    """A text of so many signs."""

    def check(value: Any, path: str) -> None:
        _typed(value, str, path, "un texto")
        if not least <= len(value) <= most:
            raise Refusal("INVALID_LENGTH", path, f"Debe tener entre {least} y {most} caracteres", value=value)

    return check


def form(pattern: str, shown: str) -> Check:
    """A text of a form."""
    compiled = re.compile(pattern)

    def check(value: Any, path: str) -> None:
        _typed(value, str, path, "un texto")
        if not compiled.fullmatch(value):
            raise Refusal("INVALID_FORMAT", path, f"Debe tener la forma {shown}", value=value)

    return check


def choice(*words: Any) -> Check:
    """One of some values."""
    kind = type(words[0])

    def check(value: Any, path: str) -> None:
        _typed(value, kind, path, "un texto" if kind is str else "un número entero")
        if value not in words:
            raise Refusal("INVALID_VALUE", path, f"Debe ser uno de {', '.join(map(str, words))}", value=value)

    return check


def whole(least: int, most: int) -> Check:
    """A whole number."""

    def check(value: Any, path: str) -> None:
        _typed(value, int, path, "un número entero")
        if not least <= value <= most:
            raise Refusal("INVALID_VALUE", path, f"Debe estar entre {least} y {most}", value=value)

    return check


def flag(value: Any, path: str) -> None:
    """Let true and false pass."""
    if not isinstance(value, bool):
        raise Refusal("INVALID_DATA_TYPE", path, "Debe ser verdadero o falso", value=value)


def number(places: int) -> Check:
    """A number with at most so many decimals: no text."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise Refusal("INVALID_DATA_TYPE", path, "Debe ser un número", value=value)
        if Decimal(value) != round(Decimal(value), places):
            raise Refusal("INVALID_FORMAT", path, f"Debe tener máximo {places} decimales", value=value)

    return check


def moment(value: Any, path: str) -> None:
    """Let a moment in ISO 8601 with its zone pass."""
    _typed(value, str, path, "un texto")
    try:
        zone = datetime.fromisoformat(value).tzinfo
    except ValueError:
        zone = None
    if zone is None:
        raise Refusal("INVALID_FORMAT", path, "Debe ser una fecha ISO 8601 con zona horaria", value=value)


def part(fields: Mapping[str, Check]) -> Check:
    """An object with these fields, those ending in `*` needed, and no others."""
    known = {name.removesuffix("*"): rule for name, rule in fields.items()}
    needed = [name.removesuffix("*") for name in fields if name.endswith("*")]

    def check(value: Any, path: str) -> None:
        _typed(value, dict, path, "un objeto")
        for name in value:
            if name not in known:
                raise Refusal("INVALID_PARAMETER", _join(path, name), f"El parámetro {name} no existe", value=name)
        for name in needed:
            if value.get(name) is None:
                raise Refusal("MISSING_PARAMETER", _join(path, name), f"El parámetro {name} es requerido")
        for name, one in value.items():
            if one is not None:
                known[name](one, _join(path, name))

    return check


def each(rule: Check, least: int = 1, most: int = 10_000) -> Check:
    """A list."""

    def check(value: Any, path: str) -> None:
        _typed(value, list, path, "una lista")
        if not least <= len(value) <= most:
            raise Refusal("INVALID_LENGTH", path, f"Debe tener entre {least} y {most} elementos")
        for place, one in enumerate(value):
            rule(one, f"{path}[{place}]")

    return check


def words(most: int) -> Check:
    """An object of texts with names of the caller's choice."""

    def check(value: Any, path: str) -> None:
        _typed(value, dict, path, "un objeto")
        for name, one in value.items():
            text(most, 0)(str(one), _join(path, name))

    return check


def anything(value: Any, path: str) -> None:
    """Let everything pass: a field that the imitation does not judge."""


def _typed(value: Any, kind: type, path: str, shown: str) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Refusal("INVALID_DATA_TYPE", path, f"Debe ser {shown}", value=value)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
