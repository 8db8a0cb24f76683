"""Every right that is documented as needed: without its group the operation that needs it is refused, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo import OdooComponent
from caravana.component.odoo.rights import LEAST, NEEDS, Need, explain, needs
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.errors import NeedsPerson
from caravana.kit.serving import serve
from tests.component.odoo.conftest import BOT_KEY
from tests.component.odoo.hub import MemoryHub, send, settings

OPERATIONS: dict[tuple[str, str], tuple[str, Any]] = {
    ("sale.order", "read"): ("operation=read&fields=name", 1),
    ("sale.order", "write"): ("operation=note", {"id": 1, "body": "hola"}),
    ("account.move", "read"): ("operation=read&fields=name", 1),
    ("account.move", "write"): ("method=action_post", {"ids": [1]}),
    ("account.move.line", "read"): ("operation=search&fields=name", None),
    ("account.move.line", "write"): ("method=reconcile", {"ids": [1, 2]}),
    ("account.journal", "read"): ("operation=search&fields=name", None),
    ("account.payment", "read"): ("operation=search&fields=name", None),
    ("account.payment", "create"): ("operation=createOnce", {"external_id": "x", "values": {"amount": 1}}),
    ("account.payment", "write"): ("method=action_post", {"ids": [1]}),
    ("account.bank.statement.line", "read"): ("operation=search&fields=amount", None),
    ("account.bank.statement.line", "create"): ("operation=createOnce", {"external_id": "x", "values": {"amount": 1}}),
    ("account.bank.statement.line", "write"): ("operation=write", {"id": 1, "values": {"payment_ref": "x"}}),
    ("sale.advance.payment.inv", "create"): ("operation=create", {"advance_payment_method": "delivered"}),
    ("mail.activity", "read"): ("operation=search&fields=summary", None),
    ("mail.activity", "create"): ("operation=createOnce", {"external_id": "x", "values": {"summary": "x"}}),
    ("mail.activity", "write"): ("method=action_feedback", {"ids": [1]}),
    ("res.partner", "read"): ("operation=search&fields=name", None),
    ("res.partner", "write"): ("operation=activity", {"id": 1, "summary": "x"}),
    ("res.partner.bank", "read"): ("operation=search&fields=acc_number", None),
    ("res.users", "read"): ("operation=search&fields=login", None),
    ("res.company", "read"): ("operation=search&fields=name", None),
    ("res.partner", "create"): ("operation=create", {"name": "x"}),
    ("sale.order", "create"): ("operation=createOnce", {"external_id": "x", "values": {"partner_id": 1}}),
    ("sale.order.line", "read"): ("operation=search&fields=name", None),
    ("sale.order.line", "create"): ("operation=create", {"order_id": 1, "product_id": 1}),
    ("account.tax", "read"): ("operation=search&fields=name", None),
    ("ir.attachment", "read"): ("operation=search&fields=name", None),
    ("ir.attachment", "create"): ("operation=create", {"name": "a.xml"}),
    ("stock.picking", "read"): ("operation=search&fields=name", None),
    ("stock.picking", "write"): ("operation=note", {"id": 1, "body": "hola"}),
    ("stock.quant", "read"): ("operation=search&fields=quantity", None),
    ("product.product", "read"): ("operation=search&fields=name", None),
    ("product.product", "write"): ("operation=write", {"id": 1, "values": {"default_code": "A"}}),
    ("product.template", "write"): ("operation=note", {"id": 1, "body": "hola"}),
    ("product.tag", "read"): ("operation=search&fields=name", None),
    ("product.category", "read"): ("operation=search&fields=name", None),
    ("product.pricelist.item", "read"): ("operation=search&fields=fixed_price", None),
    ("product.tag", "create"): ("operation=create", {"name": "Publicar"}),
    ("ir.model.fields", "create"): ("operation=create", {"name": "x_a"}),
    ("base.automation", "create"): ("operation=create", {"name": "x"}),
}
"""(model, right): the options and the body of an operation that needs it."""

CASES = [(one, right) for one in NEEDS for right in one.rights]


@asynccontextmanager
async def odoo(version: str, groups: list[str]) -> AsyncIterator[tuple[OdooSandbox, OdooComponent]]:
    """Serve an Odoo whose bot is in `groups`, and connect to it."""
    sandbox = OdooSandbox(version=version, setup=Setup(bot_groups=groups))
    async with serve(sandbox.app()) as url:
        given = settings(url, database="demo", apiKey=BOT_KEY, login="integracion", companyIds=[])
        component = OdooComponent(MemoryHub(given))
        component.client("odoo").connection.guard = None
        try:
            yield sandbox, component
        finally:
            await component.close()


@pytest.mark.parametrize(("need", "right"), CASES, ids=[f"{one.use}-{one.model}-{right}" for one, right in CASES])
async def test_without_its_group(need: Need, right: str, version: str) -> None:
    """The operation fails with `NeedsPerson`, naming right, model and group."""
    groups = [one.xmlid for one in LEAST if one != need.group]
    options, body = OPERATIONS[need.model, right]
    async with odoo(version, groups) as (sandbox, component):
        with pytest.raises(NeedsPerson) as caught:
            await send(component, f"odoo:{need.model}?{options}", body)
    assert f"lacks the right `{right}` on {need.model}" in str(caught.value)
    assert need.group.xmlid in str(caught.value)
    assert not sandbox.effects


def test_needs_by_use() -> None:
    """A flow's needs are its own; all that the least user's groups give is needed by some flow."""
    assert {one.use for one in needs(["cards"])} == {"cards"}
    assert set(LEAST) == {one.group for one in needs(["cards", "review"])}


def test_a_model_that_no_flow_touches() -> None:
    """The right is named, without a group that would be guessed."""
    assert explain("hr.employee.search") == "the hub's user lacks the right `read` on hr.employee"


def test_the_documentation_names_them() -> None:
    """The least user's groups, and every model with its right, stand in the page about what the hub needs."""
    page = (Path(__file__).parents[3] / "docs/how-to/what-the-hub-needs-in-odoo.md").read_text()
    assert all(f"| `{one.xmlid}` | {one.name} |" in page for one in LEAST)
    rows = [line for line in page.splitlines() if line.startswith(("| cards |", "| review |"))]
    for one in needs(["cards", "review"]):
        for right in one.rights:
            assert [row for row in rows if f"| {one.use} |" in row and f"`{one.model}`" in row and right in row]
