"""Finding a document without its id: by its clave or its number, in the list of Dátil's newer API."""

from collections.abc import Mapping
from typing import Any

from caravana.component.datil.client import DatilClient
from caravana.component.datil.mapping import LISTED_AT
from caravana.kit.edocument.clave import Clave
from caravana.kit.einvoicing import as_text

PAGE = "100"


def is_listed(client: DatilClient, cod_doc: str | None) -> bool:
    """Whether documents of the type can be looked up."""
    return client.settings.list_url is not None and cod_doc in LISTED_AT


async def by_number(client: DatilClient, cod_doc: str, number: str) -> list[dict[str, Any]]:
    """Return the rows of the list with that number, `001-001-000000123`. Raises an `EffectError`."""
    estab, point, sequential = number.split("-")
    query = {
        "sequence_from": str(int(sequential)),
        "sequence_to": str(int(sequential)),
        "supplier_locations_codes": estab,
        "supplier_location_points_of_sale_codes": point,
        "environment": client.settings.ambiente,
        "page_size": PAGE,
    }
    rows = await client.listed(LISTED_AT[cod_doc], query)
    return [one for one in rows if _is(one, number)]


async def identity(client: DatilClient, cod_doc: str, clave: str) -> str | None:
    """Return Dátil's id of the document with that clave, or None. Raises an `EffectError`."""
    rows = await by_number(client, cod_doc, Clave.read(clave).numero)
    return next((found for one in rows if one.get("uuid") == clave and (found := as_text(one.get("id")))), None)


def _is(row: Mapping[str, Any], number: str) -> bool:
    """The list is asked by parts, some of which may be ignored: a row says its number, or its clave does."""
    clave = as_text(row.get("uuid")) or ""
    try:
        return Clave.read(clave).numero == number
    except ValueError:
        return as_text(row.get("number")) == number
