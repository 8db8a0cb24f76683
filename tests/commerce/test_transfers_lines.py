"""Transfers as lines of a bank statement: on the right account, and the balance is the bank's, whatever becomes of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.commerce.accounts import Accounts, open_accounts
from tests.component.bank.telling import movement


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    """A company whose transfers become lines, and are looked at every second while they wait."""
    settings, looks = {"bank.posting": "statement_line"}, {"bank.match.again": "1s"}
    async with open_accounts(tmp_path, settings=settings, placeholders=looks) as one:
        one.let_bank_lines()
        yield one


def lines(accounts: Accounts) -> list[float]:
    """Return the amounts of all lines."""
    model = accounts.odoo.env["account.bank.statement.line"]
    return [one["amount"] for one in model.read(model.search([], order="id asc"), ["amount"])]


def against(accounts: Accounts, line: int) -> dict[str, Any]:
    """Return the item of a line that stands against the bank's account."""
    [move] = accounts.one("account.bank.statement.line", line, "move_id")["move_id"][:1]
    items = accounts.odoo.env["account.move.line"]
    domain = [["move_id", "=", move], ["balance", "<", 0]]
    [found] = items.read(items.search(domain), ["account_type", "partner_id", "amount_residual"])
    return dict(found)


async def posted(accounts: Accounts, number: int) -> dict[str, Any]:
    """Return the match of a transfer that was posted for an invoice of 115."""
    accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", number)
    told = movement("115.00", "R1", "PEREZ MORA ANA LUCIA", f"FACT 001-001-{number:09d}", end_to_end="E1")
    await accounts.tells([told])
    [match] = await accounts.matches("posted", 1)
    return match


async def test_a_line_on_account_is_the_customers_credit(accounts: Accounts) -> None:
    """It pays no invoice yet: its money lies on the customer's account, not in suspense."""
    customer = accounts.customer("Ana Lucía Pérez Mora")
    accounts.invoice(customer, "100", 311)
    await accounts.tells([movement("40.00", "R1", "PEREZ MORA ANA LUCIA", "anticipo")])
    [match] = await accounts.matches("proposed", 1)
    account = next(number for number, one in enumerate(match["proposals"], 1) if not one["invoices"])
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=account)
    [match] = await accounts.matches("posted", 1)
    item = against(accounts, match["made"]["id"])
    assert (item["account_type"], item["partner_id"][0], item["amount_residual"]) == ("asset_receivable", customer, -40)
    await accounts.idle()
    assert await accounts.reviews() == {}


async def test_what_the_bank_takes_back_is_a_line_too(accounts: Accounts) -> None:
    """Else the journal would have 115 more than the bank; both wait in suspense for each other, and the invoice is open."""
    match = await posted(accounts, 312)
    await accounts.tells_reversal("115.00", "R2", "E1")
    await accounts.matches("reversed", 2)
    assert (lines(accounts), accounts.residual(1)) == ([115, -115], 115)
    assert against(accounts, match["made"]["id"])["account_type"] == "asset_current"


async def test_what_was_undone_and_is_taken_back_is_a_line_too(accounts: Accounts) -> None:
    """A person undid it, a look came by, and its line is in suspense still."""
    match = await posted(accounts, 313)
    await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
    await accounts.matches("undone", 1)
    await accounts.looked(1)
    await accounts.tells_reversal("115.00", "R2", "E1")
    await accounts.matches("reversed", 2)
    assert lines(accounts) == [115, -115]


async def test_a_line_that_is_undone_and_becomes_anothers_says_so(accounts: Accounts) -> None:
    """Customer and invoice stand on the line as on its items: a clerk reads the bank's journal."""
    match = await posted(accounts, 314)
    other = accounts.customer("Comercial Nodesur S.A.")
    accounts.invoice(other, "100", 315)
    await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
    await accounts.matches("undone", 1)
    await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000315"])
    [match] = await accounts.matches("posted", 1)
    line = accounts.one("account.bank.statement.line", match["made"]["id"], "partner_id", "payment_ref")
    assert (line["partner_id"][0], line["payment_ref"][:17]) == (other, "001-001-000000315")
    assert against(accounts, match["made"]["id"])["partner_id"][0] == other
    assert (lines(accounts), accounts.residual(1), accounts.residual(2)) == ([115], 115, 0)
