"""A sandbox in which recorded ids stand for live ones, and the steps of the recorded story."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from caravana.component.odoo.sandbox import OdooSandbox, Setup
from caravana.kit.clock import ManualClock
from tests.odoo_sandbox.remap import Remap

RECORDED_AT = datetime(2026, 11, 23, 22, 18, 42, 561031, tzinfo=UTC)
PHONE = "0991234567"
RECEIVER = "http://127.0.0.1:9/unreached"


@dataclass(frozen=True)
class Flavour:
    """A set of ids and names: the recorded look, or quite another one."""

    first_id: int
    database: str
    api_key: str
    password: str
    bot_password: str
    company: str
    admin: str
    words: dict[str, str]


RECORDED = Flavour(1, "o19", "a" * 40, "adminpass", "botpass", "Contrato SA", "admin", {})
OTHER = Flavour(
    70_001,
    "empresa_norte",
    "0f" * 20,
    "otra-clave",
    "clave-robot",
    "Comercial Norte",
    "jefatura",
    {"HUB-": "ART-", "Hub": "Norte", "hub_": "norte_", "hub.": "norte.", "psp": "caja", "PSP": "CAJA", "WA-": "PED-"},
)


class World:
    """One sandbox with the records that every fixture may name; `at` says which live id stands for a recorded one."""

    def __init__(self, flavour: Flavour) -> None:
        self.flavour = flavour
        self.clock = ManualClock(RECORDED_AT)
        self.sandbox = OdooSandbox(
            self.clock,
            database=flavour.database,
            api_key=flavour.api_key,
            password=flavour.password,
            bot_password=flavour.bot_password,
            first_id=flavour.first_id,
            setup=Setup(company=flavour.company, admin_login=flavour.admin, demo=False),
        )
        self.remap = Remap(self.sandbox, flavour.words)
        self.env = self.sandbox.env
        self._base()

    def at(self, model: str, recorded: int, live: int) -> int:
        """Let `live` stand for the recorded id."""
        self.remap.ids[model, recorded] = live
        return live

    def id(self, model: str, recorded: int) -> int:
        """Return the live id."""
        return self.remap.id(model, recorded)

    def create(self, model: str, recorded: int, vals: dict[str, Any], **more: Any) -> int:
        """Create a record that stands for a recorded id."""
        return self.at(model, recorded, self.env[model].create(self.words(vals), **more))

    def words(self, vals: Any) -> Any:
        """Return values in the flavour's words."""
        if isinstance(vals, dict):
            return {name: self.words(one) for name, one in vals.items()}
        if isinstance(vals, list):
            return [self.words(one) for one in vals]
        return self.remap.text(vals) if isinstance(vals, str) else vals

    def one(self, model: str, *domain: Any) -> int:
        """Return the only record that fits."""
        return int(self.env[model].search([*domain], limit=1)[0])

    def _base(self) -> None:
        refs = {
            ("res.country", 63): "base.ec",
            ("l10n_latam.identification.type", 4): "l10n_ec.ec_ruc",
            ("l10n_latam.identification.type", 5): "l10n_ec.ec_dni",
            ("res.currency", 1): "base.USD",
            ("account.journal", 1): "account.1_inv",
            ("account.journal", 6): "account.1_bnk1",
            ("account.account", 9): "l10n_ec.ec_receivable",
            ("account.account", 34): "l10n_ec.ec_fees",
            ("stock.location", 5): "stock.stock_location_stock",
            ("payment.provider", 6): "payment.payment_provider_demo",
            ("payment.method", 222): "payment.payment_method_card",
            ("res.groups", 4): "base.group_system",
            ("res.groups", 28): "account.group_account_basic",
        }
        for (model, recorded), xmlid in refs.items():
            self.at(model, recorded, self.env.ref(xmlid))
        self.at("res.users", 2, self.sandbox.admin_uid)
        self.at("res.partner", 1, self.one("res.partner", ["name", "=", self.flavour.company]))
        self.at("ir.model", 598, self.one("ir.model", ["model", "=", "sale.order"]))
        self.at("ir.model", 469, self.one("ir.model", ["model", "=", "account.move"]))
        self._goods()

    def _goods(self) -> None:
        shirt = {"name": "Camiseta Hub", "default_code": "HUB-001", "list_price": 19.99, "barcode": "7860000000001"}
        shirt |= {"description_sale": "Camiseta 100% algodón", "is_storable": True}
        self.template(3, 1, shirt)
        self.clock.advance(1)
        self.template(4, 2, {"name": "Gorra Hub", "default_code": "HUB-002", "list_price": 9.5, "is_storable": True})
        self.template(5, 3, {"name": "Servicio Hub", "default_code": "HUB-SRV", "list_price": 50, "type": "service"})
        cedula = {"vat": "1710034065", "phone": PHONE, "name": "Cedula valida", "email": "a@example.com"}
        kind = {"country_id": self.id("res.country", 63)}
        kind["l10n_latam_identification_type_id"] = self.id("l10n_latam.identification.type", 5)
        self.create("res.partner", 15, {**cedula, **kind, "comment": "<p>c0</p>"})
        self.clock.advance(1)

    def template(self, recorded: int, variant: int, vals: dict[str, Any]) -> None:
        """Create a product with its variant."""
        live = self.create("product.template", recorded, vals)
        self.at(
            "product.product",
            variant,
            self.env["product.template"].read([live], ["product_variant_ids"])[0]["product_variant_ids"][0],
        )

    # -- steps of a story

    def order(self, recorded: int, first_line: int = 1, confirm: bool = False, **vals: Any) -> int:
        """Create the recorded order of two lines."""
        lines = [{"product_id": self.id("product.product", 1), "product_uom_qty": 2}]
        lines.append({"product_id": self.id("product.product", 3), "price_unit": 40, "discount": 5})
        head = {"partner_id": self.id("res.partner", 15), "client_order_ref": "WA-1001"}
        live = self.create("sale.order", recorded, {**head, "order_line": [[0, 0, one] for one in lines], **vals})
        for number, line in enumerate(self.env["sale.order"].read([live], ["order_line"])[0]["order_line"]):
            self.at("sale.order.line", first_line + number, line)
        if confirm:
            self.env["sale.order"].action_confirm([live])
        return live

    def wizard(self, model: str, recorded: int, active: str, *ids: int, **vals: Any) -> dict[str, Any]:
        """Create a wizard on records; return its context."""
        context = {"active_model": active, "active_ids": list(ids), "active_id": ids[0]}
        self.create(model, recorded, vals, context=context)
        return context

    def invoice(self, recorded: int, amount: float = 100.0, post: bool = True, **vals: Any) -> int:
        """Create (and post) an invoice of one free line, which carries no tax."""
        line = {"name": "Servicio", "price_unit": amount}
        head = {"move_type": "out_invoice", "partner_id": self.id("res.partner", 15)}
        live = self.create("account.move", recorded, {**head, "invoice_line_ids": [[0, 0, line]], **vals})
        if post:
            self.env["account.move"].action_post([live])
        return live

    def order_invoice(self, order: int = 1, move: int = 1, post: bool = False) -> int:
        """Create the order, confirm and invoice it."""
        live = self.order(order, confirm=True)
        context = self.wizard("sale.advance.payment.inv", 90, "sale.order", live)
        self.env["sale.advance.payment.inv"].create_invoices([self.id("sale.advance.payment.inv", 90)], context=context)
        made = self.at("account.move", move, self.env["sale.order"].read([live], ["invoice_ids"])[0]["invoice_ids"][0])
        self.at_lines(made, "account.move.line", 1)
        if post:
            self.env["account.move"].action_post([made])
        return made

    def at_lines(self, move: int, model: str, first: int) -> None:
        """Let a move's lines stand for consecutive recorded ids."""
        for number, line in enumerate(self.env["account.move"].read([move], ["line_ids"])[0]["line_ids"]):
            self.at(model, first + number, line)

    def pay(self, move: int, recorded: int, amount: float, **vals: Any) -> None:
        """Register a payment by the wizard."""
        context = self.wizard("account.payment.register", recorded, "account.move", move, amount=amount, **vals)
        self.env["account.payment.register"].action_create_payments(
            [self.id("account.payment.register", recorded)], context=context
        )

    def due_line(self, move: int, recorded: int = 0) -> int:
        """Return the receivable line of a move."""
        live = self.one("account.move.line", ["move_id", "=", move], ["account_type", "=", "asset_receivable"])
        return self.at("account.move.line", recorded, live) if recorded else live

    def overpaid(self) -> None:
        """An invoice paid with 50 too much; the rest is open on line 12."""
        move = self.invoice(4)
        self.pay(move, 4, 150.0)
        domain = [
            ["account_type", "=", "asset_receivable"],
            ["reconciled", "=", False],
            ["parent_state", "=", "posted"],
        ]
        self.at("account.move.line", 12, self.one("account.move.line", *domain))

    def statement(self) -> None:
        """A statement line of 60 and an open invoice of 60, its receivable line being 41 and the suspense line 43."""
        self.join(28)
        self.due_line(self.invoice(19, 60.0), 41)
        vals = {"journal_id": self.id("account.journal", 6), "payment_ref": "TRANSF BANK-1", "amount": 60.0}
        vals |= {"partner_id": self.id("res.partner", 15), "transaction_details": {"ext": "bank-001"}}
        line = self.create("account.bank.statement.line", 1, vals)
        items = self.env["account.bank.statement.line"].read([line], ["line_ids"])[0]["line_ids"]
        self.at("account.move.line", 42, items[0])
        self.at("account.move.line", 43, items[1])

    def rewritten(self) -> None:
        """The same, with the suspense line put on the receivable account."""
        self.statement()
        vals = {"account_id": self.id("account.account", 9), "partner_id": self.id("res.partner", 15)}
        self.env["account.move.line"].write([self.id("account.move.line", 43)], vals)

    def matched(self) -> None:
        """The same, reconciled."""
        self.rewritten()
        self.env["account.move.line"].reconcile([self.id("account.move.line", 43), self.id("account.move.line", 41)])

    def join(self, group: int) -> None:
        """Put the administrator into a group."""
        self.env["res.users"].write([self.sandbox.admin_uid], {"group_ids": [[4, self.id("res.groups", group)]]})

    def fields(self, model: str, recorded: dict[int, str]) -> None:
        """Let the fields of a model stand for recorded field ids."""
        for number, name in recorded.items():
            self.at(
                "ir.model.fields",
                number,
                self.one("ir.model.fields", ["model_id.model", "=", model], ["name", "=", name]),
            )

    def automation(self, url: str = RECEIVER) -> None:
        """The webhook on a sale order's state, rule 1 and action 463."""
        self.fields("sale.order", SALE_FIELDS)
        chosen = [self.id("ir.model.fields", one) for one in SALE_FIELDS]
        action = {"name": "Hub SO state hook", "model_id": self.id("ir.model", 598), "state": "webhook"}
        action |= {"webhook_url": url, "webhook_field_ids": [[6, 0, chosen]], "usage": "base_automation"}
        vals = {"name": "Hub SO state", "model_id": self.id("ir.model", 598), "trigger": "on_write"}
        vals["trigger_field_ids"] = [[6, 0, [self.id("ir.model.fields", 7880)]]]
        rule = self.create("base.automation", 1, vals | {"action_server_ids": [[0, 0, action]]})
        self.at(
            "ir.actions.server",
            463,
            self.env["base.automation"].read([rule], ["action_server_ids"])[0]["action_server_ids"][0],
        )

    def external_id(self) -> None:
        """The order's own external id."""
        self.order(1)
        vals = {"module": "hub_whatsapp", "name": "order_1001", "model": "sale.order", "noupdate": True}
        self.create("ir.model.data", 42931, {**vals, "res_id": self.id("sale.order", 1)})

    def load(self, model: str, recorded: int, columns: list[str], *rows: list[str], **context: Any) -> None:
        """Load rows; the first one stands for a recorded id."""
        made = self.env[model].load(columns, self.words(list(rows)), context=context)
        self.at(model, recorded, made["ids"][0])

    def payment_loaded(self) -> None:
        """The payment that a create-once load has made."""
        partner, journal = str(self.id("res.partner", 15)), str(self.id("account.journal", 6))
        columns = ["id", "payment_type", "partner_type", "partner_id/.id", "amount", "journal_id/.id"]
        row = ["hub_pay.psp_tx_910", "Receive", "Customer", partner, "18.0", journal]
        self.load("account.payment", 15, columns, row, mode="update", noupdate=True)

    def custom_field(self) -> None:
        """The field x_hub_ref on orders, and an order that has it."""
        vals = {
            "name": "x_hub_ref",
            "model_id": self.id("ir.model", 598),
            "ttype": "char",
            "field_description": "Hub ref",
        }
        self.env["ir.model.fields"].create(vals)
        self.order(1, x_hub_ref="abc")


SALE_FIELDS = {
    7875: "access_token",
    7912: "amount_total",
    7883: "client_order_ref",
    7905: "currency_id",
    7886: "date_order",
    7877: "name",
    7909: "order_line",
    7879: "partner_id",
    7880: "state",
    7941: "write_date",
}
MOVE_FIELDS = {4615: "name", 4532: "state", 4623: "payment_state", 4536: "amount_residual"}
