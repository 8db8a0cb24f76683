"""Reading records with what they link, and answers that are given again."""

import pytest

from caravana.kit.errors import ConfigurationError, Refused
from tests.component.odoo.conftest import Odoo


async def test_an_order_with_its_invoices(odoo: Odoo) -> None:
    """Fields of linked records come as objects in a list, or as one object; on Odoo 19 in one call."""
    order = odoo.order()
    fields = "name,partner_id.name,pricelist_id.name,company_id,invoice_ids.state,invoice_ids.partner_id.name"
    address = f"odoo:sale.order?operation=read&fields={fields}"
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    wizard = odoo.sandbox.env["sale.advance.payment.inv"]
    wizard.create_invoices([wizard.create({"advance_payment_method": "delivered"}, context=context)], context=context)
    [invoice] = odoo.sandbox.env["sale.order"].read([order], ["invoice_ids"])[0]["invoice_ids"]
    for _ in range(2):
        odoo.sandbox.calls.clear()
        [found] = (await odoo.send(address, {"ids": [order, 9999]})).body
    customer = {"id": odoo.customer, "name": "Rosa Inventada"}
    assert found["invoice_ids"] == [{"id": invoice, "state": "draft", "partner_id": customer}]
    assert (found["partner_id"], found["pricelist_id"], found["company_id"][1]) == (customer, None, "Empresa XYZ")
    calls = {name: count for name, count in odoo.sandbox.calls.items() if name.endswith("read")}
    assert calls == {"sale.order.web_search_read": 1} or odoo.sandbox.major < 19


async def test_an_archived_record_is_read_by_its_number(odoo: Odoo) -> None:
    """Who knows the number gets the record, archived or not, as by a plain read."""
    odoo.sandbox.env["res.partner"].action_archive([odoo.customer])
    address = "odoo:res.partner?operation=read&fields=name,country_id.name"
    assert [one["name"] for one in (await odoo.send(address, odoo.customer)).body] == ["Rosa Inventada"]


async def test_a_plain_field_has_no_fields(odoo: Odoo) -> None:
    """`name.state` is refused with the field's name."""
    with pytest.raises(Refused, match=r"`name` of sale\.order links no records"):
        await odoo.send("odoo:sale.order?operation=read&fields=name.state", odoo.order())


async def test_a_search_reads_no_linked_fields(odoo: Odoo) -> None:
    """Only read takes fields of linked records; a search says so when the route is loaded."""
    with pytest.raises(ConfigurationError, match="read does"):
        await odoo.send("odoo:sale.order?operation=search&fields=invoice_ids.state")


async def test_an_answer_is_given_again(odoo: Odoo) -> None:
    """With maxAge the same question is asked once; another question, and a question without it, are asked anew."""
    address = "odoo:account.journal?operation=search&fields=name&maxAge=10m"
    first = await odoo.send(address, {"domain": [["type", "=", "bank"]]})
    assert await odoo.send(address, {"domain": [["type", "=", "bank"]]}) == first
    assert odoo.sandbox.calls["account.journal.search_read"] == 1
    await odoo.send(address, {"domain": [["type", "=", "sale"]]})
    await odoo.send("odoo:account.journal?operation=search&fields=name", {"domain": [["type", "=", "bank"]]})
    assert odoo.sandbox.calls["account.journal.search_read"] == 3


async def test_nothing_found_is_asked_again(odoo: Odoo) -> None:
    """An empty answer is not kept: somebody may just be making what is missing."""
    address = "odoo:account.journal?operation=search&fields=name&maxAge=10m"
    for _ in range(2):
        assert (await odoo.send(address, {"domain": [["name", "=", "nobody's"]]})).body == []
    assert odoo.sandbox.calls["account.journal.search_read"] == 2
