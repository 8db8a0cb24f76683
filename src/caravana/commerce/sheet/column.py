"""Which column of a file is which field, by its heading in Spanish or English."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter

from caravana.commerce.sheet import cell
from caravana.commerce.sheet.spreadsheet import Spreadsheet, SpreadsheetError
from caravana.kit.nearest import nearest


@dataclass(frozen=True)
class Column:
    """One field: the headings that mean it, and how its cells are read."""

    headings: str
    read: Callable[[Any], Any] = cell.text

    @property
    def words(self) -> frozenset[str]:
        """The headings in the form of `bare`."""
        return frozenset(bare(one) for one in self.headings.split(","))


TAX_ID = Column(
    "identificación, ruc, cédula, ci, ruc/cédula, cédula/ruc, número de identificación, nif, vat, tax id, tax number"
)
PHONE = Column("teléfono, celular, móvil, whatsapp, tel, phone, mobile")
EMAIL = Column("correo, correo electrónico, email, e-mail, mail")
TAX_ID_TYPE = Column("tipo de identificación, tipo identificación, tipo id, tax id type, identification type")
CUSTOMERS = {
    "name": Column("nombre, razón social, nombre o razón social, nombres, cliente, name, customer"),
    "tax_id": TAX_ID,
    "tax_id_type": TAX_ID_TYPE,
    "phone": PHONE,
    "email": EMAIL,
    "street": Column("dirección, calle, domicilio, street, address"),
    "city": Column("ciudad, city"),
    "zip": Column("código postal, cp, zip, postal code"),
    "is_company": Column("empresa, es empresa, compañía, is company, company", cell.flag),
}
PRODUCTS = {
    "code": Column(
        "código, cód, referencia, referencia interna, sku, code, internal reference, default code, reference"
    ),
    "name": Column("nombre, producto, descripción, name, product, description"),
    "price": Column("precio, precio de venta, precio venta, pvp, price, sales price, list price", cell.number),
    "barcode": Column("código de barras, ean, ean13, gtin, barcode"),
    "type": Column("tipo, tipo de producto, type, product type"),
}
ORDERS = {
    "reference": Column(
        "pedido, número de pedido, n.º de pedido, nro pedido, orden, número de orden, referencia, order, order number, reference"
    ),
    "tax_id": Column(TAX_ID.headings + ", cliente, customer, identificación del cliente, ruc del cliente"),
    "tax_id_type": TAX_ID_TYPE,
    "phone": PHONE,
    "email": EMAIL,
    "code": Column("código, cód, producto, código de producto, sku, code, product, internal reference"),
    "quantity": Column("cantidad, cant, unidades, quantity, qty", cell.number),
    "price": Column("precio, precio unitario, pvp, price, unit price", cell.unheeded),
    "confirm": Column("confirmar, confirmado, confirm", cell.flag),
    "delivery_date": Column("fecha de entrega, entrega, fecha entrega, delivery date, delivery", cell.day),
    "note": Column("nota, notas, observación, observaciones, comentario, note, notes, remarks"),
    "branch": Column("sucursal, local, tienda, branch, store"),
}
KNOWN_BY = ("tax_id", "phone", "email")
KINDS: Mapping[str, Mapping[str, Column]] = {"customers": CUSTOMERS, "products": PRODUCTS, "orders": ORDERS}
NEEDED: Mapping[str, Sequence[Sequence[str]]] = {
    "customers": (("name",), KNOWN_BY),
    "products": (("code",),),
    "orders": (("reference",), KNOWN_BY, ("code",), ("quantity",)),
}
"""Fields without which a file is of no use: one of each group."""
UNUSED = "-"
"""In `--map "Celular=-"`: the column is not used."""


def bare(heading: str) -> str:
    """Return a heading without accents, signs and capitals."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower()).split())


@dataclass(frozen=True)
class Layout:
    """Place (from 0) and field of each column that is used, and the headings of the others."""

    fields: Mapping[int, str]
    unused: tuple[str, ...]


def layout_of(kind: str, sheet: Spreadsheet, chosen: Mapping[str, str]) -> Layout:
    """Return which column is which field of `kind`; `chosen`: field, or a heading that means it, by the file's heading.

    Raises `SpreadsheetError` for missing and doubled columns, and for a heading or field that does not exist.
    """
    headings = sheet.headings()
    _check_chosen(kind, headings, chosen)
    found = _fields(kind, headings, chosen)
    _check_doubled(headings, found)
    _check_missing(kind, sheet, headings, found)
    return Layout(found, tuple(one for place, one in enumerate(headings) if place not in found))


def _fields(kind: str, headings: Sequence[str], chosen: Mapping[str, str]) -> dict[int, str]:
    meant = _meanings(kind)
    said = {bare(heading): name if name == UNUSED else meant[bare(name)] for heading, name in chosen.items()}
    named = ((place, said.get(bare(one), meant.get(bare(one)))) for place, one in enumerate(headings))
    return {place: name for place, name in named if name is not None and name != UNUSED}


def _meanings(kind: str) -> dict[str, str]:
    """The field that each known heading, and each field's own name, means."""
    return {word: name for name, column in KINDS[kind].items() for word in (*column.words, bare(name))}


def _check_chosen(kind: str, headings: Sequence[str], chosen: Mapping[str, str]) -> None:
    known = [bare(one) for one in headings]
    for heading, name in chosen.items():
        if name != UNUSED and bare(name) not in _meanings(kind):
            hint = nearest(name, KINDS[kind]) or f"there are: {', '.join(KINDS[kind])}"
            raise SpreadsheetError(f"--map {heading}={name}: {kind} have no field `{name}` ({hint})")
        if bare(heading) not in known:
            hint = nearest(heading, headings) or f"there are: {', '.join(headings)}"
            raise SpreadsheetError(f"--map {heading}={name}: the file has no column `{heading}` ({hint})")


def _check_doubled(headings: Sequence[str], found: Mapping[int, str]) -> None:
    for name in set(found.values()):
        places = [place for place, one in found.items() if one == name]
        if len(places) > 1:
            listed = ", ".join(f"{get_column_letter(place + 1)} (`{headings[place]}`)" for place in places)
            last = headings[places[-1]]
            raise SpreadsheetError(
                f'the columns {listed} both mean `{name}`: leave one out, e.g. --map "{last}={UNUSED}"'
            )


def _check_missing(kind: str, sheet: Spreadsheet, headings: Sequence[str], found: Mapping[int, str]) -> None:
    missing = [group for group in NEEDED[kind] if not set(group) & set(found.values())]
    if not missing:
        return
    if len(_fields(kind, sheet.second_line(), {})) > len(found):
        raise SpreadsheetError(
            f"{sheet.path.name}: the headings seem to stand in row 2: delete what is above them (a title, or merged headings)"
        )
    wanted = "; ".join(_meaning(kind, group) for group in missing)
    raise SpreadsheetError(
        f"{sheet.path.name}: no column for {wanted}. The headings are: {', '.join(headings)}. "
        f'If one of them means it: --map "{headings[0]}={missing[0][0]}"'
    )


def _meaning(kind: str, group: Iterable[str]) -> str:
    columns = KINDS[kind]
    return " / ".join(f"`{name}` ({', '.join(columns[name].headings.split(', ')[:3])} …)" for name in group)
