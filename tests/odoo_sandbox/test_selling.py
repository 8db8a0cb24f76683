"""Orders, deliveries and invoices: the imitation's store does the sums and keeps the rules."""

import pytest

from caravana.component.odoo.sandbox.errors import MissingError, UserError, ValidationError
from tests.odoo_sandbox.conftest import Shop


def test_order_computes_price_and_tax(shop: Shop) -> None:
    """An order of goods takes price and 15 % tax from the product, and line discounts count."""
    service = shop.find("product.product", ["default_code", "=", "SRV-001"])
    lines = [{"product_id": shop.shirt, "product_uom_qty": 2}, {"product_id": service, "price_unit": 40, "discount": 5}]
    vals = {"partner_id": shop.customer, "order_line": [[0, 0, one] for one in lines]}
    order = shop.env["sale.order"].create(vals)
    told = shop.read("sale.order", order, "amount_untaxed", "amount_tax", "amount_total", "state", "invoice_status")
    assert told == {"id": order, "amount_untaxed": 77.98, "amount_tax": 11.7, "amount_total": 89.68} | {
        "state": "draft",
        "invoice_status": "no",
    }


def test_confirm_reserves_and_only_once(shop: Shop) -> None:
    """Confirming reserves stock and makes a delivery; a second confirm is refused and changes nothing."""
    order = shop.order(3)
    names = ("qty_available", "free_qty", "virtual_available", "outgoing_qty")
    told = shop.read("product.product", shop.shirt, *names)
    assert [told[name] for name in names] == [120.0, 117.0, 117.0, 3.0]
    with pytest.raises(UserError):
        shop.env["sale.order"].action_confirm([order])
    assert len(shop.read("sale.order", order, "picking_ids")) == 1


def test_overselling_is_not_prevented(shop: Shop) -> None:
    """An order of more than there is goes through, and the forecast falls below zero."""
    shop.order(9999)
    assert shop.read("product.product", shop.shirt, "virtual_available") == 120.0 - 9999


def test_new_warehouse_delivers(shop: Shop) -> None:
    """A warehouse that a person makes has its place for stock and its deliveries at once, numbered by themselves."""
    south = shop.env["stock.warehouse"].create({"name": "Sur", "code": "SUR"})
    picking = shop.read("sale.order", shop.order(3, warehouse_id=south), "picking_ids")[0]
    assert shop.read("stock.picking", picking, "name") == "SUR/OUT/00001"
    assert shop.read("product.product", shop.shirt, "outgoing_qty") == 3.0


def test_cancel_frees_stock_and_forgets_draft_invoice(shop: Shop) -> None:
    """A cancelled order gives back what it reserved and takes its draft invoice with it."""
    order = shop.order(3)
    invoice = shop.bill(order, post=False)
    shop.env["sale.order"].action_cancel([order])
    assert shop.read("sale.order", order, "state") == "cancel"
    assert shop.read("account.move", invoice, "state") == "cancel"
    assert shop.read("product.product", shop.shirt, "free_qty") == 120.0


def test_policy_delivery_invoices_in_two_parts(shop: Shop) -> None:
    """Goods invoiced by delivery give nothing to invoice at first, then one invoice for each delivery."""
    template = shop.read("product.product", shop.shirt, "product_tmpl_id")[0]
    shop.env["product.template"].write([template], {"invoice_policy": "delivery"})
    order = shop.order(5)
    with pytest.raises(UserError, match="No items are available"):
        shop.bill(order)
    picking = shop.read("sale.order", order, "picking_ids")[0]
    move = shop.find("stock.move", ["picking_id", "=", picking])
    shop.env["stock.move"].write([move], {"quantity": 2, "picked": True})
    shop.env["stock.picking"].button_validate([picking], context={"skip_sms": True})
    first = shop.bill(order)
    rest = shop.find("stock.picking", ["sale_id", "=", order], ["state", "!=", "done"])
    shop.env["stock.picking"].button_validate([rest], context={"skip_sms": True})
    second = shop.bill(order)
    amounts = [shop.read("account.move", one, "amount_untaxed") for one in (first, second)]
    assert amounts == [39.98, 59.97]
    assert shop.read("sale.order", order, "invoice_status") == "invoiced"


def test_raised_quantity_is_invoiced_later(shop: Shop) -> None:
    """An order invoiced whole whose quantity grows gets a second invoice for the difference."""
    order = shop.order(2)
    shop.bill(order)
    line = shop.read("sale.order", order, "order_line")[0]
    shop.env["sale.order"].write([order], {"order_line": [[1, line, {"product_uom_qty": 3}]]})
    assert shop.read("sale.order", order, "invoice_status") == "to invoice"
    assert shop.read("account.move", shop.bill(order), "amount_untaxed") == 19.99


def test_invoice_numbers_follow_a_number_of_our_own(shop: Shop) -> None:
    """Numbers count by journal, continue after a given one, and a number taken twice is refused."""
    first = shop.invoice()
    assert shop.read("account.move", first, "name") == "Fact 001-001-000000001"
    draft = shop.bill(shop.order(), post=False)
    shop.env["account.move"].write([draft], {"l10n_latam_document_number": "001-001-000000777"})
    shop.env["account.move"].action_post([draft])
    assert shop.read("account.move", shop.invoice(), "name") == "Fact 001-001-000000778"
    again = shop.bill(shop.order(), post=False)
    shop.env["account.move"].write([again], {"l10n_latam_document_number": "001-001-000000777"})
    with pytest.raises(ValidationError):
        shop.env["account.move"].action_post([again])
    assert shop.read("account.move", again, "state") == "draft"


def test_free_line_has_no_tax(shop: Shop) -> None:
    """An invoice line without a product carries no tax unless it is sent."""
    assert shop.read("account.move", shop.invoice(50.0), "amount_total") == 50.0


def test_two_branches_deliver_from_their_own_stock() -> None:
    """With two warehouses an order is delivered from its own, and quantities can be asked by warehouse."""
    from caravana.component.odoo.sandbox import Setup

    shop = Shop(setup=Setup(warehouses=(("Matriz", "WH"), ("Sur", "SUR"))))
    south = shop.find("stock.warehouse", ["code", "=", "SUR"])
    shop.order(4, warehouse_id=south)
    read = shop.env["product.product"].read
    assert read([shop.shirt], ["virtual_available"], context={"warehouse_id": south})[0]["virtual_available"] == -4.0
    assert shop.read("product.product", shop.shirt, "free_qty") == 120.0


def test_a_warehouse_that_a_person_makes_delivers(shop: Shop) -> None:
    """It has its own stock and its own deliveries as those have that were there."""
    north = shop.env["stock.warehouse"].create({"name": "Norte", "code": "NOR"})
    order = shop.order(2, warehouse_id=north)
    [picking] = shop.env["stock.picking"].search([["sale_id", "=", order]])
    assert shop.read("stock.picking", picking, "name") == "NOR/OUT/00001"


def test_variants(shop: Shop) -> None:
    """A product with two attributes has a variant for each combination, with name and extra price."""
    lines = []
    for attribute, values in (("Color", ["Rojo", "Azul"]), ("Talla", ["S", "M"])):
        made = shop.env["product.attribute"].create(
            {"name": attribute, "value_ids": [[0, 0, {"name": one}] for one in values]}
        )
        ids = shop.read("product.attribute", made, "value_ids")
        lines.append([0, 0, {"attribute_id": made, "value_ids": [[6, 0, ids]]}])
    template = shop.env["product.template"].create({"name": "Polo", "list_price": 10, "attribute_line_ids": lines})
    variants = shop.env["product.product"].search_read(
        [["product_tmpl_id", "=", template]], ["display_name", "lst_price"]
    )
    assert sorted(one["display_name"] for one in variants) == [
        f"Polo ({a}, {b})" for a in ("Azul", "Rojo") for b in ("M", "S")
    ]


def test_deleting_leaves_no_trace(shop: Shop) -> None:
    """A deleted quotation is gone with its lines and external id; a confirmed order cannot be deleted."""
    order = shop.order(confirm=False)
    line = shop.read("sale.order", order, "order_line")[0]
    shop.env["ir.model.data"].create({"module": "x", "name": "o", "model": "sale.order", "res_id": order})
    shop.env["sale.order"].unlink([order])
    assert shop.env["sale.order.line"].search([["id", "=", line]]) == []
    assert shop.env["ir.model.data"].search([["module", "=", "x"]]) == []
    with pytest.raises(MissingError):
        shop.env["sale.order"].action_confirm([order])
    with pytest.raises(UserError):
        shop.env["sale.order"].unlink([shop.order()])


def test_a_barcode_is_one_products(shop: Shop) -> None:
    """A barcode that another living product has is refused; of an archived one it is free."""
    make = shop.env["product.template"].create
    first = make({"name": "Uno", "barcode": "786"})
    with pytest.raises(ValidationError, match="already assigned"):
        make({"name": "Dos", "barcode": "786"})
    shop.env["product.template"].action_archive([first])
    assert make({"name": "Dos", "barcode": "786"})


def test_who_is_no_user_is_shared(shop: Shop) -> None:
    """Contacts who are users of Odoo are told from customers and suppliers, in searches too."""
    [user] = shop.env["res.users"].search_read([["login", "=", "admin"]], ["partner_id"])
    partner = user["partner_id"][0]
    assert shop.read("res.partner", partner, "partner_share") is False
    assert partner not in shop.env["res.partner"].search([["partner_share", "=", True]])
    assert shop.customer in shop.env["res.partner"].search([["partner_share", "=", True]])


def test_contacts_are_found_by_address(shop: Shop) -> None:
    """An e-mail is searched in its normalised form."""
    made = shop.env["res.partner"].create({"name": "Ana", "email": " Ana@Cliente.Example "})
    assert shop.env["res.partner"].search([["email_normalized", "=", "ana@cliente.example"]]) == [made]


def test_a_variant_knows_how_many_there_are(shop: Shop) -> None:
    """A product tells how many variants its template has."""
    assert shop.read("product.product", shop.shirt, "product_variant_count") == 1
