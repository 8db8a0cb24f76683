"""What is wrong with a document, before it is sent: for the clerk, in Spanish and English, with the place to mend."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Problem:
    """One thing to mend, or to look at.

    - `code`: short name of the rule, for tests and counting (`identification.length`)
    - `where`: path in the canonical document (`detalles[2].descripcion`), or the record's line
    - `es`, `en`: what is wrong and what to do
    - `field`: the field in Odoo to mend, as a clerk finds it (`Contacto › Identificación`), where it is known
    - `severity`: `error` stops the document, `warning` is shown and sent
    """

    code: str
    where: str
    es: str
    en: str
    field: str | None = None
    severity: Literal["error", "warning"] = "error"

    def to_json(self) -> dict[str, Any]:
        """Return it as messages hold it."""
        return asdict(self)


def stops(problems: Iterable[Problem]) -> bool:
    """Whether any of them stops the document."""
    return any(one.severity == "error" for one in problems)


__all__ = ["Problem", "stops"]
