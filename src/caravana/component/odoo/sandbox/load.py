"""`load`: rows of texts become records with external ids, all or none, always with an answer and never an exception."""

from collections.abc import Sequence
from typing import Any

from caravana.component.odoo.sandbox.errors import OdooError, ServerError, ValidationError
from caravana.component.odoo.sandbox.field import Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record
from caravana.component.odoo.sandbox.writing import create_one, update

Line = tuple[int, int, dict[str, Any]]


def load(env: Env, model: Model, names: Sequence[str], data: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return {ids, messages, nextrow}; one bad row takes all with it: ids is then False.

    A known external id updates its record (x2many rows are appended again), unless the context carries
    `mode: "update", noupdate: true`: then it is left alone, so that the call creates once.
    """
    mark = len(env.transaction.log)
    ids: list[int] = []
    messages: list[dict[str, Any]] = []
    for number, (first, last, line) in enumerate(_lines(model, names, data)):
        before = len(env.transaction.log)
        try:
            ids.append(_load_one(env, model, line).id)
        except OdooError as error:
            env.transaction.rollback(before)
            messages.append(_message(error, number, first, last))
    if messages:
        env.transaction.rollback(mark)
        return {"ids": False, "messages": messages, "nextrow": 0}
    return {"ids": ids, "messages": [], "nextrow": 0}


def refused(message: str) -> dict[str, Any]:
    """Return the answer of a load that lost a race: `load` catches that error, so the server does not try again."""
    text = {"rows": {"from": 0, "to": 0}, "record": 0, "type": "error", "message": message}
    return {"ids": False, "messages": [text], "nextrow": 0}


def _message(error: OdooError, number: int, first: int, last: int) -> dict[str, Any]:
    text = error.bare if isinstance(error, ValidationError) else error.message
    return {"rows": {"from": first, "to": last}, "record": number, "type": "error", "message": text}


def _lines(model: Model, names: Sequence[str], data: Sequence[Sequence[Any]]) -> list[Line]:
    """Return (first row, last row, cells) per record; rows with empty head columns carry further lines of the last one."""
    heads = [index for index, name in enumerate(names) if not _is_line(model, name)]
    found: list[Line] = []
    for number, row in enumerate(data):
        if found and heads and not any(row[index] for index in heads):
            first, _, line = found[-1]
            found[-1] = (first, number, line)
        else:
            found.append((number, number, {}))
        _add_cells(model, names, row, found[-1][2])
    return found


def _is_line(model: Model, name: str) -> bool:
    field = model.fields.get(name.split("/")[0])
    return field is not None and field.type == "one2many"


def _add_cells(model: Model, names: Sequence[str], row: Sequence[Any], line: dict[str, Any]) -> None:
    child: dict[str, dict[str, Any]] = {}
    for name, cell in zip(names, row, strict=False):
        head, _, tail = name.partition("/")
        if _is_line(model, name):
            if cell not in ("", None, False):
                child.setdefault(head, {})[tail] = cell
        elif name not in line:
            line[name] = cell
    for head, cells in child.items():
        line.setdefault(head, []).append(cells)


def _load_one(env: Env, model: Model, line: dict[str, Any]) -> Record:
    xmlid = str(line.get("id") or "")
    known = env.find_ref(_full(xmlid)) if xmlid else None
    if known is None and line.get(".id"):
        known = env.one(model.name, int(line[".id"]))
    vals = _convert_all(env, model, {name: cell for name, cell in line.items() if name not in ("id", ".id")})
    if known is not None and known.exists:
        if not (env.context.get("mode") == "update" and env.context.get("noupdate")):
            update(env.browse(model.name, [known.id]), vals)
            if model.unload:
                model.unload(known)
        return known
    record = create_one(env, model, vals)
    if xmlid:
        _remember(env, _full(xmlid), record)
    return record


def _full(xmlid: str) -> str:
    return xmlid if "." in xmlid else f"__import__.{xmlid}"


def _remember(env: Env, xmlid: str, record: Record) -> None:
    module, _, name = xmlid.partition(".")
    noupdate = bool(env.context.get("noupdate"))
    vals = {"module": module, "name": name, "model": record.meta.name, "res_id": record.id, "noupdate": noupdate}
    env.create("ir.model.data", vals)


def _convert_all(env: Env, model: Model, cells: dict[str, Any]) -> dict[str, Any]:
    vals: dict[str, Any] = {}
    for name, cell in cells.items():
        head, _, tail = name.partition("/")
        field = model.fields.get(head)
        if field is None:
            raise ServerError(f"Unknown field '{head}'")
        if field.type == "one2many":
            comodel = env.store.models[field.comodel]
            vals[head] = [[0, 0, _convert_all(env, comodel, one)] for one in cell]
        elif cell not in ("", None):
            vals[head] = _convert(env, field, tail, cell)
    return vals


def _convert(env: Env, field: Field, tail: str, cell: Any) -> Any:
    if field.type in ("many2one", "many2many"):
        ids = [_link(env, field, tail, part) for part in _parts(field, cell)]
        return ids[0] if field.type == "many2one" else [[6, 0, ids]]
    if field.type == "selection":
        return _choice(field, str(cell))
    if field.type == "boolean":
        return str(cell).lower() in ("1", "true", "yes")
    return cell


def _parts(field: Field, cell: Any) -> list[str]:
    return [str(cell)] if field.type == "many2one" else [one.strip() for one in str(cell).split(",")]


def _link(env: Env, field: Field, tail: str, cell: str) -> int:
    """Return the linked record's id: by database id (`/.id`), external id (`/id`) or name."""
    if tail == ".id":
        found = env.one(field.comodel, int(cell)) if cell.isdecimal() else None
        if found is None or not found.exists:
            raise ValidationError(f"No matching record found for database id '{cell}' in field '{field.string}'")
        return found.id
    if tail == "id":
        found = env.find_ref(_full(cell))
        if found is None:
            raise ValidationError(f"No matching record found for external id '{cell}' in field '{field.string}'")
        return found.id
    for one in env.all(field.comodel):
        if one.display_name == cell:
            return one.id
    raise ValidationError(f"No matching record found for name '{cell}' in field '{field.string}'")


def _choice(field: Field, cell: str) -> str:
    for key, label in field.selection:
        if cell in (key, label):
            return key
    raise ValidationError(f"Value '{cell}' not found in selection field '{field.string}'")
