"""What a fresh database holds: an Ecuadorian company, its users, journals, taxes and, if wanted, some goods and customers.

Everybody here is invented; identification numbers are made by the check-digit rule from made-up digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from caravana.component.odoo.sandbox.field import Field
from caravana.component.odoo.sandbox.models.electronic import FORMATS, Electronic
from caravana.component.odoo.sandbox.records import Env, Record
from caravana.component.odoo.sandbox.seed_ledger import seed_ledger

GROUPS = (
    ("base.group_user", "Role / User"),
    ("base.group_erp_manager", "Access Rights"),
    ("base.group_system", "Role / Administrator"),
    ("base.group_partner_manager", "Extra Rights / Contact Creation"),
    ("sales_team.group_sale_salesman", "Sales / User: Own Documents Only"),
    ("sales_team.group_sale_salesman_all_leads", "Sales / User: All Documents"),
    ("sales_team.group_sale_manager", "Sales / Administrator"),
    ("account.group_account_invoice", "Accounting / Invoicing"),
    ("account.group_account_basic", "Basic"),
    ("stock.group_stock_user", "Inventory / User"),
)
WORKER = ("base.group_user", "sales_team.group_sale_manager", "account.group_account_invoice", "stock.group_stock_user")
ADMIN = (*WORKER, "base.group_erp_manager", "base.group_system")
COUNTRIES = (
    ("EC", "Ecuador", 593),
    ("CO", "Colombia", 57),
    ("PE", "Peru", 51),
    ("US", "United States", 1),
    ("ES", "Spain", 34),
)
IDENTIFICATIONS = (
    ("l10n_latam_base.it_vat", "VAT", "", True, True, 80),
    ("l10n_latam_base.it_pass", "Passport", "", False, True, 90),
    ("l10n_latam_base.it_fid", "Foreign ID", "", False, True, 100),
    ("l10n_ec.ec_ruc", "RUC", "EC", True, True, 10),
    ("l10n_ec.ec_dni", "Citizenship", "EC", False, True, 20),
    ("l10n_ec.ec_passport", "Passport", "EC", False, False, 20),
    ("l10n_ec.ec_unknown", "Unknown", "EC", False, False, 110),
)
SUBTYPES = (("mail.mt_comment", "Discussions"), ("mail.mt_note", "Note"), ("mail.mt_activities", "Activities"))
PRODUCTS = (
    ("Camiseta de algodón", "CAM-001", 19.99, "consu", 120),
    ("Gorra bordada", "GOR-001", 9.50, "consu", 80),
    ("Mochila urbana", "MOC-001", 45.00, "consu", 40),
    ("Zapato deportivo", "ZAP-001", 62.40, "consu", 25),
    ("Instalación a domicilio", "SRV-001", 30.00, "service", 0),
)
CUSTOMERS = (
    ("Rosa Inventada Prueba", "171234567", "0990000001", "rosa@cliente.example"),
    ("Luis Ficticio Ensayo", "092345678", "0990000002", "luis@cliente.example"),
    ("Marta Supuesta Modelo", "010456789", "0990000003", "marta@cliente.example"),
)


@dataclass(frozen=True)
class Setup:
    """How the database is to be: names, users, warehouses (name, short code), bank journals, goods and customers or none.

    `companies`: further ones, each with a warehouse, a chart, taxes and journals of its own and the same number series;
    every user may act for all of them. `bot_groups`: what the bot may. `electronic`: Odoo's own electronic invoicing, as of
    Enterprise or of the OCA's module, off in every journal at first.
    """

    company: str = "Empresa XYZ"
    admin_login: str = "admin"
    bot_login: str = "integracion"
    bot_groups: Sequence[str] = WORKER
    warehouses: Sequence[tuple[str, str]] = (("Matriz", "WH"),)
    companies: Sequence[str] = ()
    banks: Sequence[str] = ("Bank",)
    demo: bool = True
    rounding: str = "round_per_line"
    electronic: Electronic | None = None


@dataclass(frozen=True)
class Seeded:
    """Ids that the sandbox itself needs."""

    admin: int
    bot: int


def insert(env: Env, model: str, /, **values: Any) -> Record:
    """Store a row as it is, with no rules; for what must be there before rules can work."""
    now = env.transaction.stamp
    stamps = {"write_date": now, "create_date": now, "write_uid": env.uid, "create_uid": env.uid}
    record_id = env.store.tables[model].take_id()
    env.transaction.put(model, record_id, values | stamps)
    return env.one(model, record_id)


def name_it(env: Env, xmlid: str, record: Record) -> Record:
    """Give a record an external id."""
    module, _, name = xmlid.partition(".")
    vals = {"module": module, "name": name, "model": record.meta.name, "res_id": record.id}
    insert(
        env, "ir.model.data", **vals, complete_name=xmlid, reference=f"{record.meta.name},{record.id}", noupdate=True
    )
    return record


def seed(env: Env, setup: Setup) -> Seeded:
    """Fill an empty store."""
    describe_models(env)
    _geography(env)
    company = name_it(env, "base.main_company", _company(env, setup, setup.company))
    further = [_company(env, setup, name) for name in setup.companies]
    admin, bot = _users(env, setup, [company, *further])
    env = Env(env.transaction, admin)
    for xmlid, name in SUBTYPES:
        name_it(env, xmlid, env.create("mail.message.subtype", {"name": name}))
    to_do = {"name": "To-Do", "keep_done": env.store.major >= 19}
    name_it(env, "mail.mail_activity_data_todo", env.create("mail.activity.type", to_do))
    env.create("ir.config_parameter", {"key": "web.base.url", "value": env.store.base_url or "http://127.0.0.1:18069"})
    env.create("ir.config_parameter", {"key": "database.uuid", "value": str(uuid4())})
    name_it(env, "uom.product_uom_unit", env.create("uom.uom", {"name": "Units"}))
    seed_ledger(env, [company, *further], setup.banks, name_it)
    _places(env, setup)
    for number, one in enumerate(further, 2):
        vals = {"name": one.name, "code": f"WH{number}"}
        env.with_context(allowed_company_ids=[one.id]).create("stock.warehouse", vals)
    env.create("sale.order.counter", {"last": 0})
    _final_consumer(env)
    _online(env)
    if setup.electronic:
        name, code = FORMATS[setup.electronic]
        env.create("account.edi.format", {"name": name, "code": code})
    if setup.demo:
        _demo(env)
    return Seeded(admin, bot)


def describe_models(env: Env) -> None:
    """Fill `ir.model` and `ir.model.fields`, whose ids automations need."""
    for model in list(env.store.models.values()):
        row = insert(env, "ir.model", name=model.description, model=model.name, state="base", transient=model.transient)
        name_it(env, model_xmlid(model.name), row)
        for one in model.fields.values():
            insert(env, "ir.model.fields", model_id=row.id, **_described(one))


def model_xmlid(name: str) -> str:
    """Return the external id that Odoo gives to a model: that of the app which brings it."""
    app = name.partition(".")[0]
    return f"{'base' if app in ('res', 'ir') else app}.model_{name.replace('.', '_')}"


def _described(one: Field) -> dict[str, Any]:
    told = {"name": one.name, "field_description": one.string, "ttype": one.type, "relation": one.comodel}
    return told | {"required": one.required, "readonly": one.readonly, "store": one.stored, "state": "base"}


def _geography(env: Env) -> None:
    for code, name, phone in COUNTRIES:
        name_it(env, f"base.{code.lower()}", insert(env, "res.country", code=code, name=name, phone_code=phone))
    name_it(env, "base.USD", insert(env, "res.currency", name="USD", symbol="$", active=True))
    for code, name in (("en_US", "English (US)"), ("es_EC", "Spanish (EC) / Español (EC)")):
        insert(env, "res.lang", code=code, name=name, active=True)
    for xmlid, name, country, is_vat, active, sequence in IDENTIFICATIONS:
        values = {"name": name, "is_vat": is_vat, "active": active, "sequence": sequence}
        if country:
            values["country_id"] = env.ref("base.ec").id
        name_it(env, xmlid, insert(env, "l10n_latam.identification.type", **values))


def _company(env: Env, setup: Setup, name: str) -> Record:
    ecuador = env.ref("base.ec").id
    partner = insert(env, "res.partner", name=name, is_company=True, active=True, type="contact", country_id=ecuador)
    return insert(
        env,
        "res.company",
        name=name,
        partner_id=partner.id,
        currency_id=env.ref("base.USD").id,
        country_id=ecuador,
        tax_calculation_rounding_method=setup.rounding,
    )


def _users(env: Env, setup: Setup, companies: Sequence[Record]) -> tuple[int, int]:
    for xmlid, name in GROUPS:
        name_it(env, xmlid, insert(env, "res.groups", name=name.split(" / ")[-1], full_name=name))
    logins: dict[str, Sequence[str]] = {"__system__": (), setup.admin_login: ADMIN, "public": (), "portaltemplate": ()}
    logins[setup.bot_login] = setup.bot_groups
    made = {login: _user(env, login, groups, companies) for login, groups in logins.items()}
    return made[setup.admin_login], made[setup.bot_login]


def _user(env: Env, login: str, groups: Sequence[str], companies: Sequence[Record]) -> int:
    name = {"__system__": "OdooBot", "admin": "Administrator"}.get(login, login.title())
    partner = insert(env, "res.partner", name=name, active=bool(groups), type="contact")
    user = insert(
        env,
        "res.users",
        login=login,
        partner_id=partner.id,
        company_id=companies[0].id,
        company_ids=[one.id for one in companies],
        group_ids=[env.ref(one).id for one in groups],
        lang="en_US",
        tz="America/Guayaquil",
        active=bool(groups),
    )
    return user.id


def _places(env: Env, setup: Setup) -> None:
    customers = env.create("stock.location", {"name": "Customers", "usage": "customer"})
    name_it(env, "stock.stock_location_customers", customers)
    name_it(
        env, "stock.stock_location_suppliers", env.create("stock.location", {"name": "Vendors", "usage": "supplier"})
    )
    for number, (name, code) in enumerate(setup.warehouses):
        warehouse = env.create("stock.warehouse", {"name": name, "code": code})
        if not number:
            name_it(env, "stock.warehouse0", warehouse)
            name_it(env, "stock.stock_location_stock", warehouse.lot_stock_id)


def _final_consumer(env: Env) -> None:
    vals = {"name": "Consumidor Final", "vat": "9999999999999", "country_id": env.ref("base.ec").id}
    kind = {"l10n_latam_identification_type_id": env.ref("l10n_ec.ec_ruc").id}
    name_it(env, "l10n_ec.ec_final_consumer", env.create("res.partner", vals | kind))


def _online(env: Env) -> None:
    name_it(env, "payment.payment_provider_demo", env.create("payment.provider", {"name": "Demo", "code": "none"}))
    name_it(env, "payment.payment_method_card", env.create("payment.method", {"name": "Card", "code": "card"}))


def _demo(env: Env) -> None:
    place = env.ref("stock.stock_location_stock").id
    for name, code, price, kind, amount in PRODUCTS:
        vals = {"name": name, "default_code": code, "list_price": price, "type": kind, "is_storable": kind == "consu"}
        template = env.create("product.template", vals)
        if amount:
            product = template.product_variant_ids[0].id
            env.create("stock.quant", {"product_id": product, "location_id": place, "quantity": float(amount)})
    for name, digits, phone, email in CUSTOMERS:
        vals = {"name": name, "vat": digits + check_digit(digits), "phone": phone, "email": email}
        ecuador = {"country_id": env.ref("base.ec").id}
        ecuador |= {"l10n_latam_identification_type_id": env.ref("l10n_ec.ec_dni").id}
        env.create("res.partner", vals | ecuador)


def check_digit(digits: str) -> str:
    """Return the tenth digit that makes nine made-up digits a valid cédula."""
    doubled = (int(one) * (2 - place % 2) for place, one in enumerate(digits))
    return str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)
