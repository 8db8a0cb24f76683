"""What business code works with: the environment of one call, and records with their values as attributes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.odoo.sandbox import automation
from caravana.component.odoo.sandbox.errors import AccessError, MissingError, ServerError
from caravana.component.odoo.sandbox.field import X2MANY, Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.table import Row
from caravana.component.odoo.sandbox.texts import translate
from caravana.component.odoo.sandbox.transaction import Transaction


class Env:
    """One call's surroundings: its transaction, its user and its context."""

    def __init__(self, transaction: Transaction, uid: int, context: Mapping[str, Any] | None = None) -> None:
        """`uid`: the user who calls; `context` as the caller sent it."""
        self.transaction = transaction
        self.store = transaction.store
        self.uid = uid
        self.context: dict[str, Any] = dict(context or {})

    def with_context(self, **more: Any) -> "Env":
        """Return the same call with a changed context."""
        return Env(self.transaction, self.uid, self.context | more)

    @property
    def now(self) -> str:
        """The transaction's start, in whole seconds."""
        return self.transaction.stamp[:19]

    @property
    def today(self) -> str:
        """The transaction's start, as a date in the zone of the context, else of the user, else UTC (`context_today`)."""
        zone = self.context.get("tz") or self.store.value("res.users", self.uid, "tz") or "UTC"
        start = datetime.fromisoformat(self.transaction.stamp).replace(tzinfo=UTC)
        return start.astimezone(ZoneInfo(zone)).date().isoformat()

    @property
    def user(self) -> "Record":
        """The user who calls."""
        return Record(self, self.store.models["res.users"], self.uid)

    @property
    def company(self) -> "Record":
        """The user's company, or the one that the context allows first. AccessError for one that is not the user's."""
        allowed = self.context.get("allowed_company_ids")
        company: Record = self.one("res.company", self.company_ids[0]) if allowed else self.user.company_id
        return company

    @property
    def company_ids(self) -> list[int]:
        """The companies that the context allows, or all of the user's. AccessError for one that is not the user's."""
        own: list[int] = self.user.get("company_ids")
        allowed = self.context.get("allowed_company_ids")
        if allowed and not set(allowed) <= set(own):
            raise AccessError(f"Access to unauthorized or invalid companies: {sorted(set(allowed) - set(own))}.")
        return list(allowed or own)

    def of_company(self, model: str, **values: Any) -> "Record":
        """Return the first record of the active company with these values; ServerError when it has none."""
        for record in self.all(model):
            fits = all(record.get(name) in (one if isinstance(one, tuple) else (one,)) for name, one in values.items())
            if fits and record.get("company_id") == self.company.id:
                return record
        raise ServerError(f"the company {self.company.display_name} has no {model} with {values}")

    def say(self, text: str, *values: Any) -> str:
        """Return `text` in the caller's language with `values` filled in."""
        lang = self.context.get("lang") or self.store.value("res.users", self.uid, "lang") or "en_US"
        return translate(text, str(lang)) % values

    def one(self, model: str, record_id: int) -> "Record":
        """Return the record, existing or not."""
        return Record(self, self.store.model(model), record_id)

    def browse(self, model: str, ids: Iterable[int]) -> "Records":
        """Return a set of records, existing or not."""
        return Records(self, self.store.model(model), tuple(ids))

    def all(self, model: str) -> "list[Record]":
        """Return every record of a small model, by id."""
        return list(self.browse(model, sorted(self.store.tables[model].rows)))

    def by(self, model: str, field: str, value: Any) -> "list[Record]":
        """Return the records whose indexed `field` holds `value`, by id."""
        return list(self.browse(model, sorted(self.store.tables[model].indexes[field].get(value, ()))))

    def first(self, model: str, **values: Any) -> "Record | None":
        """Return the first record of a small model with these values."""
        for record in self.all(model):
            if all(record.get(name) == value for name, value in values.items()):
                return record
        return None

    def ref(self, xmlid: str) -> "Record":
        """Return the record of an external id; ServerError when there is none."""
        found = self.find_ref(xmlid)
        if found is None:
            raise ServerError(f"External ID not found in the system: {xmlid}")
        return found

    def find_ref(self, xmlid: str) -> "Record | None":
        """Return the record of an external id, or None."""
        data = self.by("ir.model.data", "complete_name", xmlid)
        return self.one(data[0].model, data[0].res_id) if data else None

    def create(self, model: str, vals: Mapping[str, Any]) -> "Record":
        """Create a record, with all the rules of its model."""
        from caravana.component.odoo.sandbox.writing import create_one

        return create_one(self, self.store.model(model), vals)


class Record:
    """One record: `record.partner_id.name`, `record.get("partner_id")` (the bare id), `record.set(state="sale")`."""

    __slots__ = ("env", "id", "meta")

    def __init__(self, env: Env, meta: Model, record_id: int) -> None:
        """`meta`: the record's model."""
        self.env = env
        self.meta = meta
        self.id = record_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and (self.meta.name, self.id) == (other.meta.name, other.id)

    def __hash__(self) -> int:
        return hash((self.meta.name, self.id))

    def __repr__(self) -> str:
        return f"{self.meta.name}({self.id})"

    @property
    def row(self) -> Row:
        """The record's row; MissingError when it has none."""
        try:
            return self.env.store.tables[self.meta.name].rows[self.id]
        except KeyError:
            raise MissingError(self.meta.name, (self.id,), self.env.uid) from None

    @property
    def exists(self) -> bool:
        """Whether the record is in the table."""
        return self.id in self.env.store.tables[self.meta.name].rows

    @property
    def display_name(self) -> str:
        """What people see of the record."""
        if self.meta.display:
            return str(self.meta.display(self))
        field = self.meta.columns.get(self.meta.rec_name)
        return str(self.value(field) or "") if field else f"{self.meta.name},{self.id}"

    def get(self, column: str) -> Any:
        """Return a bare value: ids for links."""
        return self.value(self.meta.columns[column])

    def value(self, field: Field) -> Any:
        """Return the bare value of `field`."""
        if field.column == "id":
            return self.id
        if field.compute:
            return field.compute(self)
        if field.type == "one2many":
            return self._inverse_ids(field)
        if field.delegate:
            holder = getattr(self, field.delegate)
            return holder.get(field.column) if holder else field.empty
        if field.related:
            return self._follow(field)
        return self.row.get(field.column, field.empty)

    def _inverse_ids(self, field: Field) -> list[int]:
        ids = sorted(self.env.store.tables[field.comodel].indexes[field.inverse].get(self.id, ()))
        if field.keep is None:
            return ids
        return [one.id for one in self.env.browse(field.comodel, ids) if field.keep(one)]

    def _follow(self, field: Field) -> Any:
        *path, last = field.related.split(".")
        record: Any = self
        for name in path:
            record = getattr(record, name)
            if not record:
                return field.empty
        return record.get(last)

    def __getattr__(self, column: str) -> Any:
        try:
            field = self.meta.columns[column]
        except KeyError:
            raise AttributeError(f"{self.meta.name} has no field {column}") from None
        value = self.value(field)
        if field.type == "many2one":
            return Record(self.env, self.env.store.models[field.comodel], value) if value else None
        if field.type in X2MANY:
            return list(self.env.browse(field.comodel, value))
        return value

    def set(self, **values: Any) -> None:
        """Store bare values as they are: no rights, no rules, but the write date moves and automations hear of it."""
        row = self.row
        changed = {name for name, value in values.items() if row.get(name, self.meta.columns[name].empty) != value}
        stamps = {"write_date": self.env.transaction.stamp, "write_uid": self.env.uid}
        with automation.watch(self, changed):
            self.env.transaction.put(self.meta.name, self.id, row | values | stamps)

    def note(self, **values: Any) -> None:
        """Store values without touching the write date: counters and other things that are nobody's business."""
        self.env.transaction.put(self.meta.name, self.id, self.row | values)

    def touch(self) -> None:
        """Move the write date."""
        self.set()


class Records:
    """A set of records of one model, as methods get it."""

    __slots__ = ("env", "ids", "meta")

    def __init__(self, env: Env, meta: Model, ids: tuple[int, ...]) -> None:
        """`meta`: the records' model."""
        self.env = env
        self.meta = meta
        self.ids = ids

    def __iter__(self) -> Iterator[Record]:
        return (Record(self.env, self.meta, record_id) for record_id in self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def one(self) -> Record:
        """Return the only record; ServerError when there is none or more."""
        if len(self.ids) != 1:
            raise ServerError(f"Expected singleton: {self.meta.name}{self.ids}")
        return Record(self.env, self.meta, self.ids[0])

    def check_exist(self) -> None:
        """MissingError naming those that are not there."""
        rows = self.env.store.tables[self.meta.name].rows
        missing = tuple(one for one in self.ids if one not in rows)
        if missing:
            raise MissingError(self.meta.name, missing, self.env.uid)
