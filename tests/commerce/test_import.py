"""`caravana import`: what becomes of the rows of a file, tried and carried out, again after a mend and after a kill."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from caravana.commerce.sheet.plan import open_file
from caravana.commerce.sheet.sending import Result, Sender
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.engine.admin import Admin
from caravana.engine.control import Presence
from caravana.kit.sandbox import Fault, Interlude
from caravana.kit.serving import serve
from tests.commerce.trade import ROSA, SECRETS, Trade, open_trade, settings_of

CUSTOMERS = """Nombre;Cédula;Celular;Ciudad
Ana Inventada;1710034065;0987654321;Quito
Rosa Inventada Prueba;1712345675;0990000001;Loja
Luis Ficticio Ensayo;0923456784;0990000002;
"""
ORDERS = """Pedido,Cédula,Código,Cantidad,Precio,Confirmar,Fecha de entrega
P-1,1712345675,CAM-001,2,"1,50",sí,05/12/2026
P-1,1712345675,GOR-001,"1,5",,sí,05/12/2026
P-2,0923456784,MOC-001,1,,no,
"""
PRODUCTS = """Código;Producto;PVP;Código de barras;Tipo
CAM-001;Camiseta de algodón;21,50;;
GOR-001;Gorra bordada;9,50;;
NUE-001;Producto nuevo;1.234,50;7861234567890;almacenable
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of the clients."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def trade(tmp_path: Path) -> AsyncIterator[Trade]:
    """A company whose hub runs the shop flow."""
    async with open_trade(tmp_path) as one:
        yield one


class Desk:
    """Imports files through a running hub, as the command does."""

    def __init__(self, trade: Trade, folder: Path) -> None:
        self._admin = Admin(trade.hub.journal, trade.hub.clock, trade.hub)
        self._folder = folder

    async def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self._admin.call(operation, arguments)
        return found

    async def bring(self, kind: str, text: str, *, dry_run: bool = False, **more: Any) -> list[Result]:
        path = self._folder / f"{kind}.csv"
        path.write_text(text)
        sender = Sender(self.ask, kind, dry_run=dry_run)
        file = open_file(path, kind, None, {}, more)
        return [one async for results in sender.send(file.entries()) for one in results]


@pytest.fixture
def desk(trade: Trade, tmp_path: Path) -> Desk:
    """The way of files to the hub."""
    return Desk(trade, tmp_path)


def told(results: list[Result]) -> list[tuple[int, str]]:
    """Return row and result of each."""
    return [(one["row"], one["result"]) for one in results]


async def test_customers(trade: Trade, desk: Desk) -> None:
    """Tried first, nothing is written; then who is new is made, who differs changed; again, all is the same."""
    before = trade.odoo.effects.total()
    assert told(await desk.bring("customers", CUSTOMERS, dry_run=True)) == [(2, "new"), (3, "changed"), (4, "same")]
    assert trade.odoo.effects.total() == before
    results = await desk.bring("customers", CUSTOMERS)
    assert [(one["result"], one["reason"]) for one in results] == [("new", ""), ("changed", "city"), ("same", "")]
    [ana] = trade.rows("res.partner", [["vat", "=", "1710034065"]], "name", "city", "phone_sanitized")
    assert (ana["name"], ana["city"], ana["phone_sanitized"]) == ("Ana Inventada", "Quito", "+593987654321")
    assert trade.rows("res.partner", [["vat", "=", ROSA]], "city")[0]["city"] == "Loja"
    assert {one for _, one in told(await desk.bring("customers", CUSTOMERS))} == {"same"}


async def test_customers_that_are_refused(trade: Trade, desk: Desk) -> None:
    """Each refused row says why, the others are made; after a mend only what is new is made."""
    rows = [
        ("Malo", "1710034066", "", "tax_id: `1710034066`: the check digit is wrong"),
        ("", "1710034065", "", "name:"),
        ("Sin nada", "", "", "tax_id: a customer is known by"),
        ("Otra Persona", "", "0990000001", "settle customer/shared_phone/"),
        ("Bueno", "0104567896", "", ""),
    ]
    text = "Nombre;Cédula;Celular\n" + "".join(f"{name};{tax};{phone}\n" for name, tax, phone, _ in rows)
    results = await desk.bring("customers", text)
    for result, (_, _, _, words) in zip(results, rows, strict=True):
        assert words in result["reason"], result
    assert [one["result"] for one in results] == ["refused"] * 4 + ["changed"]
    assert len(await trade.reviews()) == 1
    mended = await desk.bring("customers", text.replace("1710034066", "1710034065"))
    assert [one["result"] for one in mended] == ["refused", "refused", "refused", "refused", "same"]
    assert "stands in row 3 too" in mended[0]["reason"]


async def test_products(trade: Trade, desk: Desk) -> None:
    """Products are found by code: price changed where it differs, made with type and barcode where there is none."""
    results = await desk.bring("products", PRODUCTS)
    assert [(one["result"], one["reason"]) for one in results] == [("changed", "price"), ("same", ""), ("new", "")]
    [new] = trade.rows("product.product", [["default_code", "=", "NUE-001"]], "list_price", "barcode", "is_storable")
    assert (new["list_price"], new["barcode"], new["is_storable"]) == (1234.5, "7861234567890", True)
    assert trade.rows("product.product", [["default_code", "=", "CAM-001"]], "list_price")[0]["list_price"] == 21.5
    assert {one for _, one in told(await desk.bring("products", PRODUCTS))} == {"same"}
    assert len(trade.rows("product.template", [["default_code", "=", "NUE-001"]])) == 1


async def test_products_that_are_refused(trade: Trade, desk: Desk) -> None:
    """An archived product, a barcode of another, a new one without name and an unknown type are refused, each with its field."""
    [cap] = trade.rows("product.product", [["default_code", "=", "GOR-001"]])
    trade.odoo.env["product.product"].action_archive([cap["id"]])
    [bag] = trade.rows("product.product", [["default_code", "=", "MOC-001"]])
    trade.odoo.env["product.product"].write([bag["id"]], {"barcode": "786"})
    text = (
        "Código;Producto;PVP;EAN;Tipo\nGOR-001;Gorra;1;;\nCAM-001;;;786;\nNUE-9;;5;;\nCAM-001;;-1;;\n;Algo;1;;\n"
        "ZAP-001;;;;servisio\n"
    ).replace("CAM-001;;-1", "SRV-001;;-1")
    reasons = [one["reason"] for one in await desk.bring("products", text)]
    words = ("archived", "is that of MOC-001", "a new product needs one", "no price", "code: is empty", "did you mean")
    assert all(word in reason for word, reason in zip(words, reasons, strict=True)), reasons


async def test_orders(trade: Trade, desk: Desk) -> None:
    """Lines of one number are one order, made and confirmed at Odoo's prices; again, in whatever file, it is the same one."""
    results = await desk.bring("orders", ORDERS)
    assert told(results) == [(2, "new"), (3, "new"), (4, "new")]
    assert "prices were not heeded" in results[0]["reason"]
    found = trade.rows("sale.order", [], "client_order_ref", "state", "amount_untaxed", "commitment_date")
    orders = {one["client_order_ref"]: one for one in found}
    assert (orders["P-1"]["state"], orders["P-1"]["amount_untaxed"]) == ("sale", 54.23)
    assert str(orders["P-1"]["commitment_date"]).startswith("2026-12-05")
    assert orders["P-2"]["state"] == "draft"
    assert {one for _, one in told(await desk.bring("orders", ORDERS))} == {"same"}
    confirmed = await desk.bring("orders", ORDERS.replace("1,,no,", "1,,sí,"))
    assert told(confirmed) == [(2, "same"), (3, "same"), (4, "changed")]
    assert len(trade.rows("sale.order", [])) == 2


async def test_orders_that_are_refused(trade: Trade, desk: Desk) -> None:
    """The row and field of what is wrong are named; of an order with one wrong line nothing is made; a known one must agree."""
    await desk.bring("orders", ORDERS)
    text = (
        "Pedido,Cédula,Código,Cantidad\nQ-1,1712345675,CAM-001,1\nQ-1,1712345675,NADA,1\nQ-2,1712345675,CAM-001,0\n"
        "Q-3,1712345675,CAM-001,1000000000\nQ-4,1710034065,CAM-001,1\nP-2,0923456784,MOC-001,7\n"
    )
    results = await desk.bring("orders", text)
    words = (
        "row 3, code: there is no product `NADA`",
        "row 3, code: there is no product `NADA`",
        "row 4, quantity: 0 is not above 0",
        "row 5, quantity: more than 10000",
        "customer: there is no such customer",
        "was imported before as S00002",
    )
    for result, word in zip(results, words, strict=True):
        assert (result["result"], word in result["reason"]) == ("refused", True), result
    assert len(trade.rows("sale.order", [])) == 2


async def test_a_dry_run_changes_nothing(trade: Trade, desk: Desk) -> None:
    """Trying a file writes nothing to Odoo, nor to the list of what waits for a person."""
    trade.partner(name="Rosa I.", vat=ROSA)
    before = trade.odoo.effects.total()
    for kind, text in (("customers", CUSTOMERS), ("products", PRODUCTS), ("orders", ORDERS)):
        await desk.bring(kind, text, dry_run=True)
    assert trade.odoo.effects.total() == before
    assert await trade.reviews() == []


async def test_one_bad_row_in_odoo(trade: Trade, desk: Desk) -> None:
    """What only Odoo refuses is told on its row, and spoils no other row of the same message."""
    text = "Código;Producto;EAN\nN-1;Uno;111\nN-2;Dos;111\nN-3;Tres;333\n"
    results = await desk.bring("products", text)
    assert sorted(one["result"] for one in results) == ["new", "new", "refused"]
    [refused] = [one for one in results if one["result"] == "refused"]
    assert "Barcode" in refused["reason"]


async def test_few_calls(trade: Trade, desk: Desk) -> None:
    """Three hundred new customers cost six calls to Odoo, two for each hundred."""
    rows = "".join(f"Cliente {n};P{n:05d};passport\n" for n in range(300))
    results = await desk.bring("customers", "Nombre;Identificación;Tipo de identificación\n" + rows)
    assert {one["result"] for one in results} == {"new"}
    assert trade.odoo.calls["res.partner.search_read"] + trade.odoo.calls["res.partner.load"] == 6


async def test_an_answer_is_lost(trade: Trade, desk: Desk) -> None:
    """Odoo's answer to the making is lost: it is asked again under the same names, and each is there once."""
    trade.odoo.faults.append(Fault(operation="res.partner.load", action="cut_after"))
    results = await desk.bring("customers", CUSTOMERS)
    assert told(results)[0] == (2, "new")
    assert len(trade.rows("res.partner", [["vat", "=", "1710034065"]])) == 1


async def test_odoo_is_away(trade: Trade, desk: Desk) -> None:
    """Odoo stays away: the import stops and says so; the same file again does what was left."""
    trade.odoo.faults.append(Fault(action="status", status=503, times=1000))
    async with trade.hurrying():
        assert {one["result"] for one in await desk.bring("customers", CUSTOMERS)} == {"undone"}
    trade.odoo.faults.clear()
    results = await desk.bring("customers", CUSTOMERS)
    assert told(results) == [(2, "new"), (3, "changed"), (4, "same")]


# The command.


class Company:
    """A folder with a configuration, and Odoo beside it; commands run as processes of their own."""

    def __init__(self, folder: Path, odoo: OdooSandbox) -> None:
        self.folder = folder
        self.odoo = odoo
        self.environment = {**os.environ, **SECRETS, "COLUMNS": "200"}

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "caravana", *arguments]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **pipes)

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Return exit code and all that the command printed."""
        process = self.start(*arguments)
        out, err = await asyncio.to_thread(process.communicate, timeout=100)
        return process.returncode, out + err

    def vats(self) -> list[str]:
        """Return the tax ids of all contacts, each as often as it is there."""
        found = self.odoo.env["res.partner"].search_read([["name", "like", "Cliente "]], ["vat"])
        return sorted(one["vat"] for one in found)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """A company whose hub does not run."""
    odoo = OdooSandbox(database="demo")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(odoo.app()))
        given = settings_of(url, "sqlite:///caravana.db", "") | {"flows": ["shop"], "routes": []}
        given |= {"listener": {"port": 0}, "control": {"port": 0}}
        with (tmp_path / "caravana.yaml").open("w") as file:
            YAML(typ="safe").dump(given, file)
        yield Company(tmp_path, odoo)


@pytest.mark.slow
async def test_the_command(company: Company) -> None:
    """Without a hub the command works by itself: a table with reasons, JSON, and a file of what is to be mended."""
    company.write("clientes.csv", CUSTOMERS + "Malo;1710034066;;\n")
    code, text = await company.run("import", "customers", "clientes.csv", "--refused", "mal.csv")
    assert code == 1
    for words in ("Ana Inventada", "refused", "check digit is wrong", "1 refused, 1 changed, 1 new, 1 same"):
        assert words in text, text
    lines = (company.folder / "mal.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "Nombre,Cédula,Celular,Ciudad,caravana: reason"
    assert lines[1].startswith("Malo,1710034066,,,")
    code, text = await company.run("import", "customers", "clientes.csv", "--dry-run", "--json")
    found = json.loads(text)
    assert (found["counts"]["same"], found["dry_run"], len(found["results"])) == (3, True, 4)


@pytest.mark.slow
async def test_the_command_and_a_running_hub(company: Company) -> None:
    """While a hub runs the command works through it, and needs no journal of its own."""
    hub = company.start("run")
    try:
        while Presence.read(company.folder / "caravana.db.hub.json") is None:
            assert hub.poll() is None, hub.communicate()
            await asyncio.sleep(0.1)
        company.write("pedidos.csv", ORDERS)
        code, text = await company.run("import", "orders", "pedidos.csv")
        assert (code, "3 new" in text) == (0, True), text
    finally:
        hub.terminate()
        hub.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_in_the_middle(company: Company, after: bool) -> None:
    """Killed while Odoo makes customers, or when it has made them: the same command again doubles and loses nobody."""
    rows = [f"Cliente {n};P{n:05d};passport" for n in range(250)]
    company.write("clientes.csv", "Nombre;Identificación;Tipo de identificación\n" + "\n".join(rows) + "\n")
    process = company.start("import", "customers", "clientes.csv")

    async def kill() -> None:
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.communicate)

    company.odoo.interludes.append(Interlude("res.partner.load", kill, after))
    assert await asyncio.to_thread(process.wait, 60) == -signal.SIGKILL
    code, text = await company.run("import", "customers", "clientes.csv", "--json")
    assert code == 0, text
    assert company.vats() == [f"P{n:05d}" for n in range(250)]


@pytest.mark.slow
async def test_what_the_command_refuses(company: Company) -> None:
    """No file, an unknown branch and a missing flow are told in a line; nothing is written."""
    code, text = await company.run("import", "customers", "nothing.csv")
    assert (code, "No such file" in text, "Traceback" in text) == (1, True, False)
    company.write("clientes.csv", CUSTOMERS)
    code, text = await company.run("import", "customers", "clientes.csv", "--branch", "quito")
    assert (code, "there is no branch `quito`" in text) == (1, True), text
    assert company.odoo.effects.total() == 0


@pytest.mark.slow
async def test_where_the_refused_rows_go(company: Company) -> None:
    """Into the file that is read, or into a folder that is not there: told before anything is done, and the file stays."""
    company.write("clientes.csv", CUSTOMERS)
    for place, words in (("clientes.csv", "a file of their own"), ("nowhere/mal.csv", "no such folder")):
        code, text = await company.run("import", "customers", "./clientes.csv", "--refused", place)
        assert (code, words in text, "Traceback" in text) == (2, True, False), text
    assert (company.folder / "clientes.csv").read_text() == CUSTOMERS
    assert company.odoo.effects.total() == 0


@pytest.mark.slow
async def test_ctrl_c(company: Company) -> None:
    """Who interrupts an import reads what became of the rows so far, and that the same command goes on."""
    rows = [f"Cliente {n};P{n:05d};passport" for n in range(1000)]
    company.write("clientes.csv", "Nombre;Identificación;Tipo de identificación\n" + "\n".join(rows) + "\n")
    process = company.start("import", "customers", "clientes.csv")
    calls = iter(range(1, 100))

    async def press() -> None:
        if next(calls) == 5:
            process.send_signal(signal.SIGINT)
        else:
            company.odoo.interludes.append(Interlude("res.partner.load", press))

    company.odoo.interludes.append(Interlude("res.partner.load", press))
    out, err = await asyncio.to_thread(process.communicate, timeout=60)
    assert (process.returncode, "Traceback" in err) == (130, False), err
    assert "stopped: interrupted" in err
    assert " new" in out
    code, text = await company.run("import", "customers", "clientes.csv", "--json")
    assert (code, json.loads(text)["counts"]["refused"]) == (0, 0), text
    assert company.vats() == [f"P{n:05d}" for n in range(1000)]
