"""Creating, changing and deleting records, with the commands for linked records and the rules of each model."""

from collections.abc import Iterable, Mapping
from typing import Any

from caravana.component.odoo.sandbox import automation
from caravana.component.odoo.sandbox.errors import ServerError, constraint
from caravana.component.odoo.sandbox.field import X2MANY, Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.store import READONLY
from caravana.component.odoo.sandbox.values import to_column

Vals = Mapping[str, Any]


def create_one(env: Env, model: Model, given: Vals) -> Record:
    """Create one record. Raises ServerError for unknown fields, ValidationError and UserError for broken rules."""
    vals = by_column(model, given)
    vals = context_defaults(env, model) | vals
    if model.prepare:
        vals = model.prepare(env, vals)
    fill_defaults(env, model, vals)
    held = _held_elsewhere(env, model, vals)
    vals |= held
    record = _insert(env, model, vals)
    with automation.watch(record, set(vals), creation=True):
        _link_all(record, vals)
        if model.created:
            model.created(record)
        _check(record)
    return record


def by_column(model: Model, given: Vals) -> dict[str, Any]:
    """Return `given` under stored names, without what no caller may set; ServerError for an unknown name."""
    vals = {}
    for name, value in given.items():
        field = model.fields.get(name)
        if field is None:
            raise ServerError(f"Invalid field {name!r} in {model.name!r}")
        if field.column not in READONLY:
            vals[field.column] = value
    return vals


def context_defaults(env: Env, model: Model) -> dict[str, Any]:
    """Return the values that the context's `default_` entries give."""
    given = {name[8:]: value for name, value in env.context.items() if name.startswith("default_")}
    return {model.fields[name].column: value for name, value in given.items() if name in model.fields}


def fill_defaults(env: Env, model: Model, vals: dict[str, Any]) -> None:
    """Add the declared defaults of what `vals` leaves out."""
    for name, field in model.columns.items():
        if field.default is not None and name not in vals:
            vals[name] = field.default(env) if callable(field.default) else field.default


def _held_elsewhere(env: Env, model: Model, vals: dict[str, Any]) -> dict[str, Any]:
    """Put values of delegated fields on the record that holds them, made for this if not given; return the links."""
    links: dict[str, Any] = {}
    for link in {field.delegate for field in model.columns.values() if field.delegate}:
        held = {name: vals.pop(name) for name in list(vals) if model.columns[name].delegate == link}
        comodel = model.columns[link].comodel
        if vals.get(link):
            update(env.browse(comodel, [vals[link]]), held)
        else:
            links[link] = env.with_context(no_variant=True).create(comodel, held).id
    return links


def _insert(env: Env, model: Model, vals: Vals) -> Record:
    table, now = env.store.tables[model.name], env.transaction.stamp
    row: dict[str, Any] = {"write_date": now, "create_date": now, "write_uid": env.uid, "create_uid": env.uid}
    for name, value in vals.items():
        field = model.columns[name]
        if field.stored and field.type not in X2MANY:
            row[name] = to_column(field, value)
    record = Record(env, model, table.take_id())
    env.transaction.put(model.name, record.id, row)
    return record


def _link_all(record: Record, vals: Vals) -> None:
    for name, value in vals.items():
        field = record.meta.columns[name]
        if field.type in X2MANY and not (field.compute or field.delegate) and value:
            link(record, field, value)


def _check(record: Record) -> None:
    row = record.row
    for name, field in record.meta.columns.items():
        if field.required and field.stored and field.type != "boolean" and row.get(name, field.empty) is False:
            raise missing_value(record.meta, field)
    if record.meta.check:
        record.meta.check(record)


def missing_value(model: Model, field: Field) -> Exception:
    """Return the error of a required field that has no value."""
    return constraint(
        f"Missing required value for the field '{field.string}' ({field.name}).\n"
        f"Model: '{model.description}' ({model.name})\n"
        "- create/update: a mandatory field is not set\n"
        "- delete: another model requires the record being deleted, you can archive it instead\n"
    )


def update(records: Records, given: Vals) -> None:
    """Write the same values on each record. Raises as `create_one` does, and MissingError."""
    model = records.meta
    records.check_exist()
    vals = by_column(model, given)
    if model.before_write:
        model.before_write(records, vals)
    for record in records:
        _write_one(record, vals)


def _write_one(record: Record, vals: Vals) -> None:
    columns = record.meta.columns
    held: dict[str, dict[str, Any]] = {}
    plain: dict[str, Any] = {}
    for name, value in vals.items():
        field = columns[name]
        if field.delegate:
            held.setdefault(field.delegate, {})[name] = value
        elif field.stored and field.type not in X2MANY:
            plain[name] = to_column(field, value)
    for delegate, values in held.items():
        holder = getattr(record, delegate)
        update(record.env.browse(holder.meta.name, [holder.id]), values)
    record.set(**plain)
    _link_all(record, vals)
    if record.meta.written:
        record.meta.written(record, set(vals))
    _check(record)


def link(record: Record, field: Field, commands: Any) -> None:
    """Follow x2many commands; a plain list of ids replaces the links."""
    if commands and all(isinstance(one, int) for one in commands):
        commands = [[6, 0, commands]]
    for command in commands:
        code, target, *rest = [*command, None, None][:3]
        if field.type == "one2many":
            _child(record, field, code, target, rest[0] if rest else None)
        else:
            _relate(record, field, code, target, rest[0] if rest else None)


def _child(record: Record, field: Field, code: int, target: int, given: Any) -> None:
    env, inverse = record.env, _inverse_name(record, field)
    match code:
        case 0:
            env.create(field.comodel, {**(given or {}), inverse: record.id})
        case 1:
            update(env.browse(field.comodel, [target]), given or {})
        case 2 | 3:
            remove(env.browse(field.comodel, [target]))
        case 4:
            update(env.browse(field.comodel, [target]), {inverse: record.id})
        case 5:
            remove(env.browse(field.comodel, record.value(field)))
        case 6:
            remove(env.browse(field.comodel, [one for one in record.value(field) if one not in given]))
            update(
                env.browse(field.comodel, [one for one in given if one not in record.value(field)]),
                {inverse: record.id},
            )
        case _:
            raise ServerError(f"Wrong command {code!r} for field {field.name}")


def _inverse_name(record: Record, field: Field) -> str:
    return record.env.store.models[field.comodel].columns[field.inverse].name


def _relate(record: Record, field: Field, code: int, target: int, given: Any) -> None:
    ids = list(record.value(field))
    match code:
        case 0:
            ids.append(record.env.create(field.comodel, given or {}).id)
        case 1:
            update(record.env.browse(field.comodel, [target]), given or {})
        case 2 | 3:
            ids = [one for one in ids if one != target]
        case 4:
            ids = ids if target in ids else [*ids, target]
        case 5:
            ids = []
        case 6:
            ids = list(dict.fromkeys(given))
        case _:
            raise ServerError(f"Wrong command {code!r} for field {field.name}")
    record.env.browse(field.comodel, ids).check_exist()
    record.set(**{field.column: ids})


def remove(records: Records) -> None:
    """Delete records with their children and external ids; it leaves no trace."""
    records.check_exist()
    if records.meta.before_unlink:
        records.meta.before_unlink(records)
    for record in records:
        _remove_children(record)
        _remove_external_ids(record)
        record.env.transaction.put(records.meta.name, record.id, None)


def _remove_children(record: Record) -> None:
    for field in record.meta.columns.values():
        if field.type == "one2many" and field.keep is None:
            children = record.env.browse(field.comodel, record.value(field))
            if children and children.meta.columns[field.inverse].required:
                remove(children)


def _remove_external_ids(record: Record) -> None:
    for data in record.env.by("ir.model.data", "reference", f"{record.meta.name},{record.id}"):
        record.env.transaction.put("ir.model.data", data.id, None)


def create_many(env: Env, model: Model, vals_list: Iterable[Vals]) -> list[int]:
    """Create several records in one go; all or none, since the call's transaction undoes them together."""
    return [create_one(env, model, vals).id for vals in vals_list]
