"""The store: one sandbox's models, tables and counters."""

from collections.abc import Iterable
from typing import Any

from caravana.component.odoo.sandbox.errors import UnknownModel
from caravana.component.odoo.sandbox.field import Field, char, datetime_, integer, many2one
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.table import Table

COMMON = {
    "id": integer("ID", readonly=True),
    "display_name": char("Display Name", compute=lambda record: record.display_name, readonly=True),
    "create_date": datetime_("Created on", readonly=True),
    "write_date": datetime_("Last Updated on", readonly=True),
    "create_uid": many2one("res.users", "Created by", readonly=True),
    "write_uid": many2one("res.users", "Last Updated by", readonly=True),
}
READONLY = frozenset(COMMON)
OLD_NAMES = {
    "res.users": {"group_ids": "groups_id"},
    "sale.order.line": {"tax_ids": "tax_id", "product_uom_id": "product_uom"},
}


class Store:
    """Models by name, tables by model, external ids, and which automations listen to which model."""

    def __init__(self, models: Iterable[Model], *, major: int, first_id: int) -> None:
        """`major`: Odoo's version, on which some names depend; `first_id`: the first id of each table."""
        self.first_id = first_id
        self.major = major
        self.models: dict[str, Model] = {}
        self.tables: dict[str, Table] = {}
        self.listening: dict[str, list[int]] = {}
        self.base_url = ""
        for declared in models:
            self.add_model(declared)

    def add_model(self, declared: Model) -> Model:
        """Take in a model, under the field names of this version."""
        model = declared.copy()
        old_names = OLD_NAMES.get(model.name, {}) if self.major < 19 else {}
        declared_fields, model.fields = model.fields, {}
        for name, field in (COMMON | declared_fields).items():
            model.add(old_names.get(name, name), field, column=name)
        self.models[model.name] = model
        self.tables[model.name] = Table(model.columns, self.first_id)
        return model

    def add_field(self, model_name: str, name: str, field: Field) -> None:
        """Add a custom field to a model at run time."""
        model = self.models[model_name]
        model.add(name, field)
        self.tables[model_name].add_field(name, model.columns[name])

    def drop_field(self, model_name: str, name: str) -> None:
        """Take a custom field from a model at run time; what rows hold of it is no longer seen."""
        model = self.models[model_name]
        model.columns.pop(model.fields.pop(name).column)

    def model(self, name: str) -> Model:
        """Return a model; UnknownModel when there is none."""
        try:
            return self.models[name]
        except KeyError:
            raise UnknownModel(name) from None

    def value(self, model: str, record_id: int, name: str) -> Any:
        """Return what a row keeps under `name`, or None."""
        row = self.tables[model].rows.get(record_id)
        return None if row is None else row.get(name)
