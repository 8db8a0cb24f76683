"""Clients that others wrote, over loopback: what they understand, the imitation says rightly."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
import odoolib
import odooly
import odoorpc
import pytest

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.kit.serving import serve

pytestmark = pytest.mark.filterwarnings(  # these clients leave sockets to the garbage collector
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
KEY = "c0ffee" * 6 + "c0fe"


@contextlib.asynccontextmanager
async def served(version: str = "19.0") -> AsyncIterator[tuple[OdooSandbox, str, int]]:
    """A sandbox on a port: itself, its host and its port."""
    sandbox = OdooSandbox(version=version, database="tienda", api_key=KEY, password="clave")
    async with serve(sandbox.app()) as url:
        address = urlsplit(url)
        yield sandbox, str(address.hostname), address.port or 0


async def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    """Run a synchronous client beside the server."""
    return await anyio.to_thread.run_sync(work, *args)


def trade(call: Callable[..., Any]) -> dict[str, Any]:
    """Sell, invoice and collect through `call(model, method, ids, named arguments)`; return the invoice."""
    partner = call("res.partner", "search", None, {"domain": [["name", "ilike", "Rosa"]]})[0]
    product = call("product.product", "search", None, {"domain": [["default_code", "=", "CAM-001"]]})[0]
    vals = {"partner_id": partner, "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 2}]]}
    order = call("sale.order", "create", None, {"vals_list": [vals]})[0]
    assert call("sale.order", "action_confirm", [order], {}) is True
    context = {"active_model": "sale.order", "active_ids": [order]}
    wizard = call("sale.advance.payment.inv", "create", None, {"vals_list": [{}], "context": context})[0]
    with contextlib.suppress(Exception):  # XML-RPC faults after the commit
        call("sale.advance.payment.inv", "create_invoices", [wizard], {"context": context})
    invoice = call("sale.order", "read", [order], {"fields": ["invoice_ids"]})
    ids = (invoice[0] if isinstance(invoice, list) else invoice)["invoice_ids"]
    assert call("account.move", "action_post", ids, {}) is False
    context = {"active_model": "account.move", "active_ids": ids}
    wizard = call("account.payment.register", "create", None, {"vals_list": [{}], "context": context})[0]
    call("account.payment.register", "action_create_payments", [wizard], {"context": context})
    found = call(
        "account.move", "search_read", None, {"domain": [["id", "in", ids]], "fields": ["payment_state", "name"]}
    )
    return dict(found[0])


@pytest.mark.parametrize("protocol", ["xmlrpc", "jsonrpc", "json2"])
async def test_odoo_client_lib(protocol: str) -> None:
    """Odoo's own library logs in and sells over each of its protocols."""
    async with served() as (sandbox, host, port):

        def work() -> dict[str, Any]:
            secret = KEY if protocol == "json2" else "clave"
            connection = odoolib.get_connection(host, protocol, port, "tienda", "admin", secret)
            connection.check_login()

            def call(model: str, method: str, ids: Any, named: dict[str, Any]) -> Any:
                proxy = getattr(connection.get_model(model), method)
                if protocol == "json2":
                    return proxy(**({} if ids is None else {"ids": ids}), **named)
                return proxy(**named) if ids is None else proxy(ids, **named)

            return trade(call)

        assert (await in_thread(work))["payment_state"] == "paid"
        assert sandbox.effects["account.payment.register.action_create_payments"] == 1


async def test_odoo_client_lib_learns_argument_names() -> None:
    """The library's positional calls over JSON-2 work, since the documentation address names the arguments."""
    async with served() as (_, host, port):

        def work() -> Any:
            model = odoolib.get_connection(host, "json2", port, "tienda", "admin", KEY).get_model("res.partner")
            ids = model.create([{"name": "Nueva"}])
            model.write(ids, {"ref": "N-1"})
            return model.search_read([["ref", "=", "N-1"]], ["name"])

        assert (await in_thread(work))[0]["name"] == "Nueva"


@pytest.mark.parametrize("version", ["19.0", "18.0"])
async def test_odoorpc(version: str) -> None:
    """OdooRPC browses records, writes through them and reads them back."""
    async with served(version) as (_, host, port):

        def work() -> Any:
            odoo = odoorpc.ODOO(host, protocol="jsonrpc", port=port)
            odoo.login("tienda", "admin", "clave")
            partners = odoo.env["res.partner"]
            partner = partners.browse(partners.create({"name": "Compradora", "phone": "0990000009"}))
            partner.name = "Compradora Segunda"
            with pytest.raises(odoorpc.error.RPCError, match="name"):
                partners.create({"comment": "nobody"})
            return odoo.version, partners.browse(partner.id).name, partner.phone_sanitized

        assert await in_thread(work) == (version, "Compradora Segunda", "+593990000009")


@pytest.mark.parametrize("way", ["key", "rpc"])
async def test_odooly(way: str) -> None:
    """Odooly searches, creates and reads, by an API key over JSON-2 and by a password over JSON-RPC."""
    async with served() as (_, host, port):

        def work() -> Any:
            if way == "key":
                client = odooly.Client(f"http://{host}:{port}", "tienda", "admin", api_key=KEY)
            else:
                client = odooly.Client(f"http://{host}:{port}/jsonrpc", "tienda", "admin", "clave")
            made = client.env["res.partner"].create({"name": "Odooly"})
            found = client.env["res.partner"].search([("name", "=", "Odooly")])
            same = made.id in (found[0].id, [found[0].id])  # JSON-2 answers a list, and the client passes it on
            return same, found[0].read("name"), client.env["sale.order"].search_count([])

        assert await in_thread(work) == (True, "Odooly", 0)


async def test_older_version_has_no_json2() -> None:
    """Version 18 answers 404 on JSON-2 and on the version address, and knows fields by their older names."""
    async with served("18.0") as (sandbox, host, port):

        def work() -> Any:
            connection = odoolib.get_connection(host, "jsonrpc", port, "tienda", "admin", "clave")
            names = connection.get_model("sale.order.line").fields_get()
            refused = odoolib.get_connection(host, "json2", port, "tienda", "admin", KEY).get_model("res.partner")
            with pytest.raises(ValueError, match="404"):
                refused.search(domain=[])
            return {"tax_id", "product_uom"} <= set(names), "tax_ids" in names

        assert await in_thread(work) == (True, False)
        assert sandbox.major == 18
