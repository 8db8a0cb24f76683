"""Records with anything missing, zero, or strange: told as problems, never a failure of the mapping itself."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from caravana.commerce.einvoice.mapping_sources import sources_of
from caravana.commerce.einvoice.source import Mapped, Wanted
from caravana.kit.edocument.problem import Problem
from tests.commerce.clerk import SETTINGS, TODAY, Clerk, clerks_odoo
from tests.commerce.test_einvoice_others import delivery

STRANGE = ("\x00\x1b", "x" * 5000, "línea\nsegunda\r\n", "<&>\"'", "\U0001f600", "-1", "٣")
Record = dict[str, Any]


def without(value: Any) -> Any:
    """Return what Odoo has where nothing was entered."""
    match value:
        case bool():
            return False
        case int() | float():
            return 0
        case list() if not (len(value) == 2 and isinstance(value[1], str)):
            return []
        case _:
            return None


def places(record: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value of a record; ids stay."""
    inner = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for name, value in inner:
        if name != "id":
            yield from [] if isinstance(record, list) else [(*path, name)]
            yield from places(value, (*path, name))


def put(record: Record, path: tuple[Any, ...], value: Any) -> Record:
    """Return the record with another value at a place."""
    changed: Any = deepcopy(record)
    at = changed
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return dict(changed)


def get(record: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at a place."""
    for name in path:
        record = record[name]
    return record


async def records(clerk: Clerk) -> dict[str, Record]:
    """Return one record of each kind, as read."""
    invoice = clerk.move(clerk.line("Gorra", 10, discount=5), clerk.line("Cupón", -1), invoice_date_due="2026-12-01")
    kind = {"l10n_latam_document_type_id": clerk.env.ref("l10n_ec.ec_dt_03")}
    settlement = clerk.bill(contact=clerk.contact(), l10n_latam_document_number="001-002-000000007", **kind)
    moves = {
        "": invoice,
        "credit": clerk.move(
            kind="out_refund", reversed_entry_id=invoice, ref="Reversal of: Fact 001-001-000000001, Roto"
        ),
        "debit": clerk.move(clerk.line("Mora", 10), debit_origin_id=invoice),
        "settlement": settlement,
        "/07": clerk.bill(),
    }
    model, picking = "stock.picking", delivery(clerk)[0]
    found = {name: await clerk.read(one, "account.move", fields(clerk, "account.move")) for name, one in moves.items()}
    return found | {"/06": await clerk.read(picking, model, fields(clerk, model))}


def fields(clerk: Clerk, model: str) -> list[str]:
    """Return all fields that are read where Odoo has them all."""
    source = sources_of(SETTINGS)[model]
    known = {name: list(clerk.env[name].fields_get(asked)) for name, asked in source.optional().items()}
    return list(source.fields(known))


def mapped(name: str, record: Record) -> Mapped:
    """Return what the record becomes."""
    model = "stock.picking" if name == "/06" else "account.move"
    suffix = name if name == "/07" else ""
    key = f"odoo/{model},{record['id']}{suffix}"
    return sources_of(SETTINGS)[model].mapped(record, Wanted(key, suffix.strip("/") or None, SETTINGS, TODAY))


def is_told(one: Problem) -> bool:
    """Whether a problem says something in both languages."""
    return bool(one.code and one.es and one.en and "Traceback" not in one.en)


@pytest.mark.parametrize("name", ["", "credit", "debit", "settlement", "/07", "/06"])
async def test_anything_may_be_missing(name: str) -> None:
    """Each value of each record is taken away in turn: there is a document, or there is a reason why not."""
    async with clerks_odoo(electronic="enterprise") as clerk:
        record = (await records(clerk))[name]
    tried = 0
    for path in places(record):
        found = mapped(name, put(record, path, without(get(record, path))))
        assert found.document is not None or found.problems, path
        assert all(map(is_told, found.problems)), path
        tried += 1
    assert tried > 30


@pytest.mark.parametrize("name", ["", "credit", "debit", "settlement", "/07", "/06"])
async def test_texts_may_be_anything(name: str) -> None:
    """Each text becomes something strange in turn; what is sent in spite of it can be read again as it was."""
    async with clerks_odoo() as clerk:
        record = (await records(clerk))[name]
    texts = [one for one in places(record) if isinstance(get(record, one), str) and "date" not in one[-1]]
    for path in texts:
        for text in STRANGE:
            found = mapped(name, put(record, path, text))
            assert found.document is not None or found.problems, (path, text)
