"""The page of an imitated company: its documents and how they stand, in Spanish, for a person who looks in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from starlette.responses import HTMLResponse

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
GOOD, BAD, OPEN = "good", "bad", "open"
"""How a state is shown: done, refused, still under way."""

TYPES = {
    "01": "Factura",
    "03": "Liquidación de compra",
    "04": "Nota de crédito",
    "05": "Nota de débito",
    "06": "Guía de remisión",
    "07": "Retención",
}


@dataclass(frozen=True)
class Row:
    """One document; `look` is one of `good`, `bad`, `open`; `files`: name and address of each."""

    cod_doc: str
    number: str | None
    clave: str | None
    receiver: str
    total: str
    state: str
    look: str
    messages: Sequence[str] = ()
    files: Sequence[tuple[str, str]] = ()


@lru_cache(1)
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "listing.html"
    )


def page(company: str, about: str, colour: str, rows: Sequence[Row]) -> HTMLResponse:
    """Return the page of `company`; newest documents come first in `rows`."""
    shown: dict[str, Any] = {"company": company, "about": about, "colour": colour, "rows": rows, "types": TYPES}
    return HTMLResponse(_template().render(shown), headers=HEADERS)


__all__ = ["BAD", "GOOD", "OPEN", "TYPES", "Row", "page"]
