"""Payment codes: issued for what is in the books and takes money; money that carries one pays what it is for, also later."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from caravana.cli import app
from caravana.kit.sandbox import Fault
from tests.commerce.accounts import Accounts, open_accounts
from tests.commerce.accounts_processes import open_office
from tests.component.bank.telling import movement
from tests.support.waiting import eventually


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    """A company with the default settings."""
    async with open_accounts(tmp_path) as one:
        yield one


async def test_a_payment_code_says_what_is_paid(accounts: Accounts) -> None:
    """A part of somebody whom nobody knows, with nothing but the code: posted; with one wrong character it is a question."""
    invoice = accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", 820)
    told = await accounts.ask("code", name="001-001-000000820")
    wrong = told["code"][:-2] + ("A" if told["code"][-2] != "A" else "C") + told["code"][-1]
    await accounts.tells([movement("40.00", "R1", "", f"PAGO {wrong}")])
    await accounts.matches("proposed", 1)
    await accounts.tells([movement("50.00", "R2", "", f"pago {told['shown'].lower()} gracias")])
    [match] = await accounts.matches("posted", 1)
    assert (match["chosen"]["rule"], accounts.residual(invoice)) == ("structured_reference", 65)


async def test_money_waits_for_the_invoice_of_its_order(accounts: Accounts) -> None:
    """A person reads for which order it is, on that order; once its invoice is posted it is paid, without anybody's word."""
    order, name = accounts.order(accounts.customer("Comercial Nodesur Cía. Ltda."), "100")
    code = (await accounts.ask("code", name=name))["code"]
    await accounts.tells([movement("115.00", "R1", "", code)])
    [match] = await accounts.matches("proposed", 1)
    [item] = (await accounts.reviews()).values()
    assert item["record"] == {"model": "sale.order", "id": order}
    assert item["summary"] == f"Facturar {name}: ya llegó su pago de 115.00 USD"
    assert f"es de {name} (Comercial Nodesur Cía. Ltda.), que aún no tiene factura abierta" in item["text"]
    [shown] = await accounts.ask("matches")
    assert (shown["awaits"], "no open invoice yet" in shown["why"]["en"]) == ([name], True)
    draft = accounts.bill(order, post=False)
    accounts.odoo.env["account.move"].action_post([draft])
    [posted] = await accounts.matches("posted", 1)
    assert (posted["entry"], posted["by"], accounts.residual(draft)) == (match["entry"], None, 0)
    assert await accounts.reviews() == {}


async def test_who_has_read_it_has_not_left_it(accounts: Accounts) -> None:
    """The clerk closes the task because the invoice is made: the money is not left for that, and nobody is asked again."""
    order, name = accounts.order(accounts.customer("Comercial Nodesur Cía. Ltda."), "100")
    code = (await accounts.ask("code", name=name))["code"]
    await accounts.tells([movement("115.00", "R1", "", code)])
    [match] = await accounts.matches("proposed", 1)
    assert await accounts.hub.reviews.done(f"bank/match/{match['entry']}", "rosa", "facturado")
    assert [one["state"] for one in await accounts.ask("matches")] == ["proposed"]
    await accounts.hub.receivers["match-open"].accept([], cursor={})  # as after some hours
    await eventually(lambda: _looked_again(accounts, match))
    assert await accounts.reviews() == {}
    invoice = accounts.bill(order)
    await accounts.matches("posted", 1)
    assert accounts.residual(invoice) == 0


async def _looked_again(accounts: Accounts, match: dict[str, Any]) -> bool:
    """Whether the entry has been looked at since."""
    [now] = await accounts.bank.desk.matches.all("proposed")
    return bool(now["now"] != match["now"])


async def test_an_invoice_of_several_orders_is_found_too(accounts: Accounts) -> None:
    """Odoo names all orders of an invoice in one text; a longer name that begins alike is another order."""
    customer = accounts.customer("Comercial Nodesur Cía. Ltda.")
    _, name = accounts.order(customer, "100")
    code = (await accounts.ask("code", name=name))["code"]
    await accounts.tells([movement("115.00", "R1", "", code)])
    await accounts.matches("proposed", 1)
    other = accounts.invoice(customer, "200", 821, invoice_origin=f"{name}9")
    invoice = accounts.invoice(customer, "100", 822, invoice_origin=f"S00001, {name}")
    await accounts.matches("posted", 1)
    assert (accounts.residual(invoice), accounts.residual(other)) == (0, 230)


async def test_a_person_may_take_it_as_credit_at_once(accounts: Accounts) -> None:
    """The order's customer is proposed, on account: accepted, it is his credit, and the order's invoice stays open."""
    customer = accounts.customer("Comercial Nodesur Cía. Ltda.")
    order, name = accounts.order(customer, "100")
    code = (await accounts.ask("code", name=name))["code"]
    await accounts.tells([movement("115.00", "R1", "", code)])
    [match] = await accounts.matches("proposed", 1)
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    await accounts.matches("posted", 1)
    invoice = accounts.bill(order)
    [payment] = accounts.payments()
    assert (payment["partner_id"][0], payment["amount"], accounts.residual(invoice)) == (customer, 115.0, 115.0)


@pytest.mark.parametrize(("end", "words"), [("paid", "ya están pagadas"), ("cancelled", "está cancelado")])
async def test_money_for_an_order_that_needs_none(accounts: Accounts, end: str, words: str) -> None:
    """Nothing is awaited: a person reads that the order is paid already, or cancelled."""
    order, name = accounts.order(accounts.customer("Comercial Nodesur Cía. Ltda."), "100")
    code = (await accounts.ask("code", name=name))["code"]
    if end == "paid":
        accounts.pay_by_hand(accounts.bill(order))
    else:
        accounts.odoo.env["sale.order"].action_cancel([order])
    await accounts.tells([movement("115.00", "R1", "", code)])
    [match] = await accounts.matches("proposed", 1)
    assert (words in match["why"]["es"], match["awaits"]) == (True, [])


async def test_what_takes_no_money_gets_no_code(accounts: Accounts) -> None:
    """What Odoo does not know, a cancelled order, a draft and a paid invoice are refused, each by its name."""
    customer = accounts.customer("Comercial Nodesur Cía. Ltda.")
    order, name = accounts.order(customer, "100")
    accounts.odoo.env["sale.order"].action_cancel([order])
    paid = accounts.invoice(customer, "100", 830)
    accounts.pay_by_hand(paid)
    accounts.invoice(customer, "100", 831)
    draft = accounts.invoice(customer, "100", 832)
    accounts.odoo.env["account.move"].button_draft([draft])
    told = [await accounts.ask("code", name=one) for one in ("S99999", name, "001-001-000000830", "001-001-000000832")]
    assert [one["refused"] for one in told] == ["unknown", "cancelled", "paid", "draft"]
    assert "shown" in await accounts.ask("code", name=" 001-001-000000831 ")
    assert await accounts.hub.store.find("bank_code") != []


async def test_without_the_app_sales_invoices_have_codes(accounts: Accounts) -> None:
    """A user who may not see orders, or an Odoo without any, does not keep an invoice from its code."""
    accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", 833)
    accounts.odoo.faults.append(Fault("sale.order.search_read", status=403, times=1000))
    told = await accounts.ask("code", name="001-001-000000833")
    assert "shown" in told


async def test_in_shadow_no_code_is_issued(tmp_path: Path) -> None:
    """Nobody may get a code that nobody keeps: it is said so."""
    async with open_accounts(tmp_path, modes={"default": "shadow"}) as accounts:
        _, name = accounts.order(accounts.customer("Comercial Nodesur Cía. Ltda."), "100")
        assert await accounts.ask("code", name=name) == {"refused": "shadow", "name": name}
        assert await accounts.hub.store.find("bank_code") == []


async def test_odoo_is_away(accounts: Accounts) -> None:
    """Nothing is issued, and it is said that Odoo could not be asked; no exchange is left behind."""
    accounts.odoo.faults.append(Fault("sale.order.*", "cut_before", times=1000))
    told = await accounts.ask("code", name="S00001")
    assert told["refused"] == "away"
    assert told["message"]
    assert await accounts.hub.store.find("bank_code") == []


@pytest.mark.timeout(120)
async def test_the_command_tells_code_or_reason(tmp_path: Path) -> None:
    """The same code however often, another one for another order; what Odoo does not have is refused in the clerk's language."""
    async with open_office(tmp_path, f"sqlite:///{tmp_path}/journal.db") as office:
        customer = office.customer("Comercial Nodesur Cía. Ltda.")
        names = [office.order(customer, "100")[1] for _ in range(2)]

        async def told(*arguments: str, code: int = 0) -> Result:
            given = [*arguments, "--config", str(office.hub.file)]
            result = await asyncio.to_thread(CliRunner().invoke, app, given)
            assert result.exit_code == code, result.output
            return result

        [first, again, other] = [(await told("bank", "code", one)).stdout for one in (names[0], *names)]
        assert (first == again, first == other) == (True, False)
        assert json.loads((await told("bank", "code", names[0], "--json")).stdout)["shown"] == first.split()[0]
        assert "no order and no customer's invoice `S99999`" in (await told("bank", "code", "S99999", code=1)).stderr
        spanish = await told("--lang", "es", "bank", "code", "S99999", code=1)
        assert "Odoo no tiene ningún pedido ni factura de cliente `S99999`" in spanish.stderr
        assert "say of which branch" in (await told("bank", "code", names[0], "--branch", "sur", code=1)).stderr
