"""What keeps a document from being read or judged at all, told in both languages: a file that does not fit, schemas of no use."""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from caravana.kit.edocument.problem import Problem
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import describe

KINDS: Mapping[str, str] = {
    "missing": "falta",
    "extra_forbidden": "este campo no existe",
    "string_type": "debe ser un texto (con comillas)",
    "string_pattern_mismatch": "no tiene la forma {pattern}",
    "string_too_short": "necesita {min_length} signos o más",
    "string_too_long": "admite {max_length} signos",
    "literal_error": "debe ser {expected}",
    "bool_type": "debe ser true o false",
    "bool_parsing": "debe ser true o false",
    "decimal_type": "debe ser un número",
    "decimal_parsing": "debe ser un número",
    "decimal_max_digits": "admite {max_digits} dígitos",
    "decimal_whole_digits": "admite {whole_digits} dígitos enteros",
    "finite_number": "debe ser un número",
    "date_type": "debe ser una fecha, AAAA-MM-DD",
    "date_parsing": "debe ser una fecha, AAAA-MM-DD",
    "date_from_datetime_parsing": "debe ser una fecha, AAAA-MM-DD",
    "date_from_datetime_inexact": "debe ser una fecha sin hora, AAAA-MM-DD",
    "tuple_type": "debe ser una lista",
    "list_type": "debe ser una lista",
    "too_short": "necesita {min_length} elementos o más",
    "too_long": "admite {max_length} elementos",
    "model_type": "debe tener campos propios",
    "model_attributes_type": "debe tener campos propios",
    "dict_type": "debe tener campos propios",
    "union_tag_invalid": "codDoc debe ser {expected_tags}",
    "union_tag_not_found": "falta codDoc",
}
"""Pydantic's kind of error → what a clerk reads."""
OTHER = "el valor no es válido"


class Wrong(ConfigurationError):
    """As `ConfigurationError`, with the same in Spanish in `es`."""

    def __init__(self, es: str, en: str, *, place: str = "") -> None:
        """`es`, `en`: what is wrong; `place`: where."""
        super().__init__(en, place=place)
        self.es = es

    def problem(self, code: str) -> Problem:
        """Return it as a problem of a document."""
        return Problem(code, "document", self.es, str(self))


def misfit(error: ValidationError, place: str) -> Wrong:
    """Return what a document that could not be read has wrong: every field with its place."""
    return Wrong("; ".join(map(_line, error.errors())), describe(error), place=place)


def _line(one: ErrorDetails) -> str:
    place = ".".join(str(part) for part in one["loc"])
    text = KINDS.get(one["type"], OTHER).format_map(one.get("ctx") or {}).replace(" or ", " o ")
    return f"`{place}`: {text}" if place else text


__all__ = ["Wrong", "misfit"]
