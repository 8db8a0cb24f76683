"""What must be there before a recorded request makes sense: one function per group of fixtures, ids as recorded."""

import base64
from collections.abc import Callable
from typing import Any

from caravana.component.odoo.sandbox import Conflict
from tests.odoo_sandbox.world import MOVE_FIELDS, SALE_FIELDS, World

PICTURE = base64.b64encode(b"\xff\xd8\xff" + bytes(range(256)) * 40).decode()


def quant(world: World) -> None:
    """A counted quantity, applied."""
    vals = {"product_id": world.id("product.product", 1), "location_id": world.id("stock.location", 5)}
    live = world.create("stock.quant", 1, {**vals, "inventory_quantity": 25}, context={"inventory_mode": True})
    world.env["stock.quant"].action_apply_inventory([live])


def picture(world: World) -> None:
    """A product with a picture."""
    world.env["product.template"].write([world.id("product.template", 3)], {"image_1920": PICTURE})


def delivery(recorded: int) -> Callable[[World], object]:
    """A confirmed order with its delivery."""

    def prepare(world: World) -> None:
        live = world.order(1, confirm=True)
        world.at("stock.picking", recorded, world.env["sale.order"].read([live], ["picking_ids"])[0]["picking_ids"][0])

    return prepare


def company_phone(world: World) -> None:
    """A second partner with the same number."""
    world.create("res.partner", 18, {"name": "RUC sociedad", "phone": "+593 99 123 4567", "is_company": True})


def pricelist(world: World) -> None:
    """An order with a pricelist of ten percent off."""
    item = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 10}
    live = world.create("product.pricelist", 1, {"name": "Mayorista", "item_ids": [[0, 0, item]]})
    world.order(2, pricelist_id=live)


def link_wizard(recorded: int, **vals: Any) -> Callable[[World], object]:
    """A payment link on an order."""

    def prepare(world: World) -> None:
        world.wizard("payment.link.wizard", recorded, "sale.order", world.order(1), **vals)

    return prepare


def asked_link(world: World) -> None:
    """A confirmed order whose portal address was asked for."""
    world.env["sale.order"].get_portal_url([world.order(1, confirm=True)])


def nothing_left(world: World) -> None:
    """An order that is invoiced whole, and a new wizard on it."""
    world.order_invoice()
    world.wizard("sale.advance.payment.inv", 2, "sale.order", world.id("sale.order", 1))


def locked(world: World) -> None:
    """A confirmed, locked order."""
    world.env["sale.order"].action_lock([world.order(1, confirm=True)])


def partly_paid(world: World) -> None:
    """An invoice with a first payment."""
    world.pay(world.order_invoice(post=True), 2, 30.0, communication="PSP-abc-1")


def paid(world: World) -> None:
    """An invoice paid in two parts."""
    partly_paid(world)
    world.pay(world.id("account.move", 1), 3, 59.68)


def register(recorded: int, move: int, **vals: Any) -> Callable[[World], object]:
    """An open invoice and the wizard on it."""

    def prepare(world: World) -> None:
        live = world.order_invoice(post=True) if move == 1 else world.invoice(move)
        vals_ = dict(vals)
        if vals_.pop("writeoff", False):
            vals_ |= {
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": world.id("account.account", 34),
            }
        world.wizard("account.payment.register", recorded, "account.move", live, **vals_)

    return prepare


def credit_and_invoice(line: int = 0, move: int = 8) -> Callable[[World], object]:
    """An open credit on line 12 and an invoice, its receivable line being `line`."""

    def prepare(world: World) -> None:
        world.overpaid()
        world.due_line(world.invoice(move, 20.0), line)

    return prepare


def reversal(recorded: int, move: int, *steps: str) -> Callable[[World], object]:
    """An invoice, the reversal wizard on it, and what of it is done already."""

    def prepare(world: World) -> None:
        live = world.invoice(move, 33.0, ref="REFUND-1")
        vals = {"reason": "Devolución", "journal_id": world.id("account.journal", 1), "date": "2026-11-23"}
        context = world.wizard("account.move.reversal", recorded, "account.move", live, **vals)
        if "refunded" in steps:
            wizard = world.id("account.move.reversal", recorded)
            action = world.env["account.move.reversal"].refund_moves([wizard], context=context)
            world.at("account.move", 13, action["res_id"])
        if "posted" in steps:
            world.env["account.move"].action_post([world.id("account.move", 13)])

    return prepare


def duplicate_number(world: World) -> None:
    """A posted invoice, and a draft with the same number."""
    first = world.invoice(25)
    number = world.env["account.move"].read([first], ["l10n_latam_document_number"])[0]["l10n_latam_document_number"]
    world.invoice(26, post=False, l10n_latam_document_number=number)


def nameless_buyer(world: World) -> None:
    """A draft invoice for somebody without identification."""
    world.invoice(27, post=False, partner_id=world.env["res.partner"].create({"name": "Sin identificar"}))


def message(world: World) -> None:
    """A note on an invoice, with two files."""
    files(world)
    chosen = [world.id("ir.attachment", 515), world.id("ir.attachment", 516)]
    posted = world.env["account.move"].message_post(
        [world.id("account.move", 25)], body="<b>Autorizada</b> SRI", message_type="comment", attachment_ids=chosen
    )
    world.at("mail.message", 212, posted[0])


def files(world: World) -> None:
    """Two files on an invoice."""
    move = world.invoice(25)
    for number, name in ((515, "RIDE.pdf"), (516, "factura.xml")):
        vals = {"name": name, "datas": "JVBERi0xLjQK", "res_model": "account.move", "res_id": move}
        world.create("ir.attachment", number, {**vals, "mimetype": "application/pdf"})


def contact(world: World) -> None:
    """A loaded contact."""
    world.load("res.partner", 31, ["id", "name", "phone"], ["hub_meta.contact_77", "Cliente Load", "0987654321"])


def code_action(world: World) -> None:
    """A server action of code, and an order."""
    world.order(1)
    vals = {
        "name": "hubcode",
        "model_id": world.id("ir.model", 598),
        "state": "code",
        "code": "action={'x': record.name}",
    }
    world.env["ir.actions.server"].create(vals)
    world.at("ir.actions.server", 466, world.one("ir.actions.server", ["state", "=", "code"]))


def sampled(world: World) -> None:
    """The webhook, and an order for its sample."""
    world.order(3)
    world.automation()


def move_fields(world: World) -> None:
    """The invoice's fields."""
    world.fields("account.move", MOVE_FIELDS)


def conflict(world: World) -> None:
    """A rival that never gives way, and a clock that does not keep us waiting for it."""
    world.sandbox.conflicts.append(Conflict("res.partner.write", seconds=0))


def reconciled_twice(world: World) -> None:
    """An invoice line and a payment line reconciled with each other."""
    credit_and_invoice(89)(world)
    world.at("account.move.line", 91, world.id("account.move.line", 12))
    big = world.invoice(30, 50.0)
    world.due_line(big, 89)
    world.env["account.move.line"].reconcile([world.id("account.move.line", 89), world.id("account.move.line", 91)])


def draft_payment(recorded: int) -> Callable[[World], object]:
    """A payment not yet posted."""

    def prepare(world: World) -> None:
        vals = {"partner_id": world.id("res.partner", 15), "amount": 12.5, "journal_id": world.id("account.journal", 6)}
        world.create("account.payment", recorded, {**vals, "payment_type": "inbound", "partner_type": "customer"})

    return prepare


def description(world: World) -> None:
    """The wizard that would describe a key."""
    world.create("res.users.apikeys.description", 4, {"name": "key"})


def confirmed(recorded: int = 1) -> Callable[[World], object]:
    """A confirmed order."""
    return lambda world: world.order(recorded, confirm=True)


def draft(recorded: int = 1) -> Callable[[World], object]:
    """A quotation."""
    return lambda world: world.order(recorded)


def invoicing(recorded: int, order: int) -> Callable[[World], object]:
    """A confirmed order and the invoicing wizard on it."""
    return lambda world: world.wizard(
        "sale.advance.payment.inv", recorded, "sale.order", world.order(order, confirm=True)
    )


def invoice(recorded: int, post: bool = True) -> Callable[[World], object]:
    """An invoice."""
    return lambda world: world.invoice(recorded, post=post)


PREPARATIONS: dict[str, Callable[[World], object]] = {
    "a11": description,
    "a47": confirmed(),
    "b07": picture,
    "b08": picture,
    "b12": quant,
    "b13": quant,
    "b14": quant,
    "b20": delivery(16),
    "b21": draft(),
    "b23": delivery(1),
    "c14": company_phone,
    "d02": draft(),
    "d03": draft(),
    "d03b": draft(),
    "d04": pricelist,
    "d05": draft(),
    "d06": link_wizard(1, amount=10.0),
    "d07": draft(),
    "d08": link_wizard(2),
    "d09": draft(),
    "d10": draft(),
    "d11": asked_link,
    "d12": confirmed(),
    "d13": confirmed(),
    "d14": invoicing(1, 1),
    "d15": lambda world: world.order_invoice(),
    "d16": nothing_left,
    "d17": lambda world: world.order_invoice(),
    "d18": lambda world: world.order_invoice(),
    "d19": lambda world: world.order_invoice(post=True),
    "d21": invoicing(4, 52),
    "d30": locked,
    "d31": confirmed(),
    "d40": draft(),
    "d41": draft(),
    "d42": invoice(1),
    "e02": register(1, 1),
    "e03_json2_register_partial_create_payments": register(2, 1, amount=30.0),
    "e03_json2_register_partial_wizard_create": invoice(1),
    "e04": partly_paid,
    "e05": partly_paid,
    "e06_json2_register_rest_create_payments": register(3, 1),
    "e06_json2_register_rest_wizard_create": invoice(1),
    "e07": paid,
    "e08": paid,
    "e09_json2_register_overpayment_open_create_payments": register(4, 4, amount=150.0),
    "e09_json2_register_overpayment_open_wizard_create": invoice(4),
    "e10": lambda world: world.overpaid(),
    "e11": lambda world: world.overpaid(),
    "e12_json2_register_writeoff_create_payments": register(5, 6, amount=90.0, writeoff=True),
    "e12_json2_register_writeoff_wizard_create": invoice(6),
    "e13": credit_and_invoice(),
    "e14": credit_and_invoice(21),
    "e15": credit_and_invoice(23),
    "e17": draft_payment(5),
    "e18_json2_reversal_refund_moves": reversal(1, 12),
    "e18_json2_reversal_wizard_create": invoice(12),
    "e19": reversal(1, 12, "refunded"),
    "e20": reversal(1, 12, "refunded"),
    "e21": reversal(1, 12, "refunded", "posted"),
    "e22": reversal(2, 14),
    "e23": invoice(17),
    "e24": invoice(14),
    "e25": invoice(14),
    "e26": duplicate_number,
    "e27": invoice(24, post=False),
    "e28": nameless_buyer,
    "f01_": lambda world: world.join(28),
    "f01b_json2_bank_statement_line_unique_import_id": lambda world: world.join(28),
    "f02": lambda world: world.statement(),
    "f03": lambda world: world.statement(),
    "f04": lambda world: world.statement(),
    "f05": lambda world: world.rewritten(),
    "f06": lambda world: world.matched(),
    "f07": lambda world: world.matched(),
    "g01": invoice(25),
    "g02": files,
    "g03": invoice(25),
    "g04": files,
    "g05": message,
    "g06": invoice(25),
    "g07": invoice(25),
    "h01": draft(),
    "h02": lambda world: world.external_id(),
    "h03": lambda world: world.external_id(),
    "h04": lambda world: world.external_id(),
    "h05": lambda world: world.external_id(),
    "h06": lambda world: world.external_id(),
    "h10": contact,
    "h12": contact,
    "h14": lambda world: world.custom_field(),
    "h21": lambda world: world.payment_loaded(),
    "i01": lambda world: world.fields("sale.order", SALE_FIELDS),
    "i02": lambda world: world.automation(),
    "i03": sampled,
    "i04": move_fields,
    "i07": code_action,
    "j01": conflict,
    "k04": contact,
    "k06": draft(51),
    "k07": confirmed(51),
    "k09": invoice(37, post=False),
    "k10": invoice(37),
    "k11": register(11, 37, amount=5.0),
    "k14": draft_payment(14),
    "k15": reconciled_twice,
    "k20": lambda world: world.payment_loaded(),
    "k21": lambda world: world.payment_loaded(),
}


def prepare(world: World, name: str) -> None:
    """Bring about what the fixture `name` needs; by its full name, else by its number."""
    number = name.split("_")[0]
    step = PREPARATIONS.get(name) or PREPARATIONS.get(f"{number}_") or PREPARATIONS.get(number)
    if step:
        step(world)
    world.clock.advance(1)
