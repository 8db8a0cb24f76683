"""The system's own models: companies, users, groups, countries, currencies, external ids, custom fields and models."""

import re
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.access import check_model, has_group, may
from caravana.component.odoo.sandbox.errors import ServerError, UserError, constraint
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record, Records

SYSTEM = dict.fromkeys(("read", "create", "write", "unlink"), "base.group_system")
MANAGER = dict.fromkeys(("read", "create", "write", "unlink"), "base.group_erp_manager")
TYPES = (
    "char",
    "text",
    "html",
    "integer",
    "float",
    "monetary",
    "boolean",
    "date",
    "datetime",
    "selection",
    "binary",
    "json",
)
LINKS = ("many2one", "one2many", "many2many")

COMPANY = Model(
    "res.company",
    "Companies",
    {
        "name": f.char("Company Name", required=True),
        "partner_id": f.many2one("res.partner", "Partner"),
        "currency_id": f.many2one("res.currency", "Currency"),
        "country_id": f.many2one("res.country", "Country"),
        "vat": f.char("Tax ID", related="partner_id.vat"),
        **{
            name: f.char(label, related=f"partner_id.{name}")
            for name, label in (("street", "Street"), ("street2", "Street2"), ("city", "City"), ("phone", "Phone"))
        },
        "parent_id": f.many2one("res.company", "Parent Company"),
        "account_sale_tax_id": f.many2one("account.tax", "Default Sale Tax"),
        "tax_calculation_rounding_method": f.selection(
            "Tax Calculation Rounding Method",
            ("round_per_line", "Round per Line"),
            ("round_globally", "Round Globally"),
            default="round_per_line",
        ),
        "transfer_account_id": f.many2one("account.account", "Outstanding Receipts"),
        "suspense_account_id": f.many2one("account.account", "Bank Suspense Account"),
    },
)
GROUP = Model(
    "res.groups",
    "Access Groups",
    {"name": f.char("Name", required=True), "full_name": f.char("Group Name"), "comment": f.text()},
    rec_name="full_name",
)
USER = Model(
    "res.users",
    "User",
    {
        "login": f.char("Login", required=True, index=True),
        "name": f.char("Name", related="partner_id.name"),
        "email": f.char("Email", related="partner_id.email"),
        "partner_id": f.many2one("res.partner", "Related Partner", required=True),
        "company_id": f.many2one("res.company", "Company"),
        "company_ids": f.many2many("res.company", "Companies"),
        "group_ids": f.many2many("res.groups", "Groups"),
        "lang": f.char("Language", default="en_US"),
        "tz": f.char("Timezone", default="America/Guayaquil"),
        "active": f.boolean("Active", default=True),
    },
    order="login",
)
CURRENCY = Model(
    "res.currency",
    "Currency",
    {"name": f.char("Currency", required=True), "symbol": f.char(), "active": f.boolean(default=True)},
)
COUNTRY = Model(
    "res.country",
    "Country",
    {
        "name": f.char("Country Name", required=True),
        "code": f.char("Country Code"),
        "phone_code": f.integer("Country Calling Code"),
    },
)
STATE = Model(
    "res.country.state",
    "Country state",
    {"name": f.char("State Name", required=True), "code": f.char(), "country_id": f.many2one("res.country", "Country")},
)
LANG = Model(
    "res.lang", "Languages", {"name": f.char(required=True), "code": f.char(), "active": f.boolean(default=True)}
)
PARAMETER = Model(
    "ir.config_parameter",
    "System Parameter",
    {"key": f.char(required=True, index=True), "value": f.text(required=True)},
    rec_name="key",
    rights=SYSTEM,
)
DATA = Model(
    "ir.model.data",
    "Model Data",
    {
        "module": f.char("Module", required=True, default="", index=True),
        "name": f.char("External Identifier", required=True, index=True),
        "complete_name": f.char("Complete ID", index=True, readonly=True),
        "reference": f.char("Reference", index=True, readonly=True),
        "model": f.char("Model Name", required=True, index=True),
        "res_id": f.integer("Record ID"),
        "noupdate": f.boolean("Non Updatable"),
    },
    order="module, model, name",
    rec_name="complete_name",
    rights=MANAGER,
)
IR_MODEL = Model(
    "ir.model",
    "Models",
    {
        "name": f.char("Model Description", required=True),
        "model": f.char("Model", required=True, index=True),
        "state": f.selection("Type", ("manual", "Custom Object"), ("base", "Base Object"), default="manual"),
        "transient": f.boolean("Transient Model"),
        "abstract": f.boolean("Abstract Model"),
        "field_id": f.one2many("ir.model.fields", "model_id", "Fields"),
        "access_ids": f.one2many("ir.model.access", "model_id", "Access"),
    },
    order="model",
    rights=SYSTEM,
)
IR_FIELD = Model(
    "ir.model.fields",
    "Fields",
    {
        "name": f.char("Field Name", required=True, index=True),
        "model_id": f.many2one("ir.model", "Model", required=True),
        "model": f.char("Model Name", related="model_id.model"),
        "field_description": f.char("Field Label"),
        "ttype": f.char("Field Type", required=True),
        "relation": f.char("Related Model"),
        "relation_field": f.char(),
        "index": f.boolean("Indexed"),
        "copied": f.boolean("Copied"),
        "required": f.boolean("Required"),
        "readonly": f.boolean("Readonly"),
        "store": f.boolean("Stored", default=True),
        "state": f.selection("Type", ("manual", "Custom Field"), ("base", "Base Field"), default="manual"),
    },
    order="name",
    rights=SYSTEM,
)
ACCESS = Model(
    "ir.model.access",
    "Model Access",
    {
        "name": f.char(required=True),
        "model_id": f.many2one("ir.model", "Model", required=True),
        "group_id": f.many2one("res.groups", "Group"),
        **{f"perm_{right}": f.boolean() for right in ("read", "write", "create", "unlink")},
    },
    rights=MANAGER,
)
API_KEY = Model("res.users.apikeys.description", "API Key Description", {"name": f.char("Description")}, transient=True)


def _prepare_data(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    name, module = str(vals.get("name", "")), str(vals.get("module", ""))
    if " " in name:
        raise constraint("External IDs cannot contain spaces")
    vals["complete_name"] = f"{module}.{name}" if module else name
    vals["reference"] = f"{vals.get('model')},{vals.get('res_id')}"
    if env.by("ir.model.data", "complete_name", vals["complete_name"]):
        raise constraint(
            'duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"\n'
            f"DETAIL:  Key (module, name)=({module}, {name}) already exists.\n"
        )
    return vals


def _written_data(data: Record, names: set[str]) -> None:
    data.set(complete_name=f"{data.module}.{data.name}", reference=f"{data.model},{data.res_id}")


DATA.prepare = _prepare_data
DATA.written = _written_data


@DATA.model_method
def check_object_reference(model: Records, module: str, xml_id: str, raise_on_access_error: bool = False) -> list[Any]:
    """Return [model, id] of an external id; ServerError when it is unknown, AccessError for a record that may not be read."""
    found = model.env.ref(f"{module}.{xml_id}")
    check_model(model.env, found.meta, "read")
    return [found.meta.name, found.id]


@USER.model_method
def context_get(model: Records) -> dict[str, Any]:
    """Return the caller's language, time zone and id."""
    user = model.env.user
    return {"lang": user.lang, "tz": user.tz, "uid": user.id}


@USER.method
def user_has_group(users: Records, group_ext_id: str) -> bool:
    """Return whether the user is in the group."""
    return has_group(users.env, group_ext_id)


USER.methods["has_group"] = USER.methods.pop("user_has_group")


@ACCESS.model_method
def check(model: Records, model_name: str, mode: str = "read", raise_exception: bool = True) -> bool:
    """Return whether the caller may do `mode` on the model."""
    return may(model.env, model.env.store.model(model_name), mode)


@API_KEY.method
def make_key(wizards: Records) -> None:
    """Refuse: keys are made in a browser session only."""
    raise UserError("This method can only be accessed over HTTP")


API_KEY.methods["make_key"] = type(API_KEY.methods["make_key"])(make_key, reads_missing=True)


def _created_field(record: Record) -> None:
    """Make a custom field known to its model; it works at once."""
    model = record.model_id
    if model.state == "manual" and model.model not in record.env.store.models:
        return
    if not record.name.startswith("x_"):
        raise constraint("Custom fields must have a name that starts with 'x_'!")
    if record.name in record.env.store.model(model.model).fields:
        raise constraint("Field names must be unique per model.")
    record.env.store.add_field(model.model, record.name, _declared(record))


def _unlink_fields(records: Records) -> None:
    """Take custom fields from their models with all they held; those of Odoo stay."""
    for one in records:
        if one.state != "manual":
            raise UserError("This column contains module data and cannot be removed!")
        records.env.store.drop_field(one.model_id.model, one.name)


def _declared(record: Record) -> f.Field:
    if record.ttype not in TYPES + LINKS:
        raise ServerError(f"Wrong value for ttype: {record.ttype!r}")
    return f.Field(
        record.ttype,
        record.field_description or record.name,
        record.relation or "",
        record.relation_field or "",
        index=record.index,
        copy=record.copied,
    )


def _prepare_model(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    name = str(vals.get("model", ""))
    if not re.fullmatch(r"x_[a-z0-9_.]+", name):
        raise constraint("The model name must start with 'x_'.")
    return vals


def _created_model(record: Record) -> None:
    fields = {"x_name": f.char("Name")} | {one.name: _declared(one) for one in record.field_id}
    if any(not name.startswith("x_") for name in fields):
        raise constraint("Custom fields must have a name that starts with 'x_'!")
    record.env.store.add_model(Model(record.model, record.name, fields, rec_name="x_name"))


IR_FIELD.created = _created_field
IR_FIELD.before_unlink = _unlink_fields
IR_MODEL.prepare = _prepare_model
IR_MODEL.created = _created_model
MODELS = [COMPANY, GROUP, USER, CURRENCY, COUNTRY, STATE, LANG, PARAMETER, DATA, IR_MODEL, IR_FIELD, ACCESS, API_KEY]
