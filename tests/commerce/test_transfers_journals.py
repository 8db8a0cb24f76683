"""Money is booked in the journal of its own account and in its own currency, or not at all: a person is asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.transfers import Transfers, TransferSettings
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.errors import Unmappable
from tests.commerce.accounts import Accounts, open_accounts
from tests.component.bank.telling import Movement, camt053, movement

BANKS = Setup(warehouses=[("Centro", "CEN"), ("Norte", "NOR")], banks=["Banco Centro", "Banco Norte"])
CENTRO, NORTE = "2100000001", "2100000002"
Changes = Callable[[OdooSandbox, dict[str, Any]], None]


def journals(odoo: OdooSandbox) -> list[int]:
    """Return the bank journals of Odoo."""
    found: list[int] = odoo.env["account.journal"].search([["type", "=", "bank"]], order="id asc")
    return found


def branches(**said: str) -> Changes:
    """Return what makes two branches of one company, each with an account; `said`: accounts whose journal is said."""

    def changes(odoo: OdooSandbox, given: dict[str, Any]) -> None:
        warehouses = odoo.env["stock.warehouse"].search([], order="id asc")
        own = (("centro", CENTRO), ("norte", NORTE))
        given["branches"] = {
            name: {"name": name, "company": 1, "warehouse": house, "bank_accounts": [account]}
            for (name, account), house in zip(own, warehouses, strict=True)
        }
        given.setdefault("settings", {})["bank.journals"] = {
            account: journals(odoo)[["centro", "norte"].index(name)] for name, account in said.items()
        }

    return changes


def owes(accounts: Accounts, number: int) -> tuple[int, list[Movement]]:
    """Return an open invoice of 115, and the transfer that names it."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", number)
    return invoice, [movement("115.00", f"R{number}", "PEREZ MORA ANA LUCIA", f"FACT 001-001-{number:09d}")]


def booked_in(accounts: Accounts) -> list[str]:
    """Return the journal of each payment."""
    return [one["journal_id"][1] for one in accounts.payments("journal_id")]


async def test_a_transfer_is_never_booked_in_another_branchs_journal(tmp_path: Path) -> None:
    """The journal of the first branch's account is said, so it is nobody else's: the second has the other."""
    async with open_accounts(tmp_path, BANKS, branches(centro=CENTRO)) as accounts:
        invoice, told = owes(accounts, 301)
        await accounts.tells(told, NORTE)
        await accounts.matches("posted", 1)
        assert (booked_in(accounts), accounts.residual(invoice)) == (["Banco Norte"], 0)


async def test_which_of_several_journals_it_is_has_to_be_said(tmp_path: Path) -> None:
    """Of neither account the journal is said: nothing is booked, and the question names the journals and the setting."""
    async with open_accounts(tmp_path, BANKS, branches()) as accounts:
        invoice, told = owes(accounts, 302)
        await accounts.tells(told, NORTE)
        [match] = await accounts.matches("proposed", 1)
        await accounts.asked_again(match["entry"], "Banco Centro, ")
        await accounts.asked_again(match["entry"], f"es el de la cuenta {NORTE}: póngalo en `bank.journals`")
        assert (accounts.payments(), accounts.residual(invoice)) == ([], 115)


async def test_a_journal_of_card_payments_is_no_accounts(tmp_path: Path) -> None:
    """Its number is smaller than the bank's: the transfer is booked at the bank all the same."""

    def cards(odoo: OdooSandbox, given: dict[str, Any]) -> None:
        given["settings"] = {"cards.journal_id": journals(odoo)[0]}

    async with open_accounts(tmp_path, Setup(banks=["Tarjetas", "Banco"]), cards) as accounts:
        _, told = owes(accounts, 303)
        await accounts.tells(told)
        await accounts.matches("posted", 1)
        assert booked_in(accounts) == ["Banco"]


async def test_the_account_of_the_setting_may_be_spelt_with_spaces(tmp_path: Path) -> None:
    """As people write it: it is the same account."""
    async with open_accounts(tmp_path, BANKS, branches(norte="2100 000 002")) as accounts:
        _, told = owes(accounts, 304)
        await accounts.tells(told, NORTE)
        await accounts.matches("posted", 1)
        assert booked_in(accounts) == ["Banco Norte"]


def euros(journal: bool) -> Changes:
    """Return what gives Odoo the euro, and has the bank's journal kept in it or not."""

    def changes(odoo: OdooSandbox, given: dict[str, Any]) -> None:
        euro = odoo.env["res.currency"].create({"name": "EUR", "symbol": "€", "active": True})
        if journal:
            odoo.env["account.journal"].write(journals(odoo), {"currency_id": euro})

    return changes


async def tells_euros(accounts: Accounts) -> str:
    """The bank tells of 40 EUR of a known customer, and a person accepts them on account; return the entry."""
    owes(accounts, 305)
    told = camt053([movement("40.00", "R1", "PEREZ MORA ANA LUCIA", "anticipo")]).replace(b"USD", b"EUR")
    await accounts.bank.desk.file("eur.xml", told)
    [match] = await accounts.matches("proposed", 1)
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    return str(match["entry"])


async def test_euros_are_not_booked_as_dollars(tmp_path: Path) -> None:
    """The journal of the account is in dollars: nothing is booked, and a person is told which setting is wrong."""
    async with open_accounts(tmp_path, None, euros(journal=False)) as accounts:
        entry = await tells_euros(accounts)
        await accounts.asked_again(entry, "llegó en EUR y el diario Bank de Odoo es en USD")
        assert accounts.payments() == []


async def test_euros_on_account_stay_euros(tmp_path: Path) -> None:
    """No invoice says their currency; the journal does."""
    async with open_accounts(tmp_path, None, euros(journal=True)) as accounts:
        await tells_euros(accounts)
        await accounts.matches("posted", 1)
        [payment] = accounts.payments("currency_id")
        assert (payment["amount"], payment["currency_id"][1]) == (40, "EUR")


async def test_euros_for_an_invoice_in_dollars(tmp_path: Path) -> None:
    """Number and payer agree and the currency does not: the question says so, and so does the answer to who chooses it."""
    async with open_accounts(tmp_path, None, euros(journal=True)) as accounts:
        invoice, [told] = owes(accounts, 306)
        await accounts.bank.desk.file("eur.xml", camt053([told]).replace(b"USD", b"EUR"))
        [match] = await accounts.matches("proposed", 1)
        await accounts.says("nombra la factura 001-001-000000306, que es en USD")
        await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000306"])
        await accounts.asked_again(match["entry"], "llegó en EUR, y no es la moneda de 001-001-000000306")
        assert (accounts.payments(), accounts.residual(invoice)) == ([], 115)


@pytest.mark.parametrize("posting", ["payment", "statement_line"])
async def test_nothing_is_booked_under_earlier_routes(tmp_path: Path, posting: str) -> None:
    """They took the first journal, whatever its currency: nothing is booked under them any more, and it is said what to do."""
    async with open_accounts(tmp_path) as accounts:
        await accounts.tells(owes(accounts, 307)[1])
        [match] = await accounts.matches("posted", 1)
    item = {"key": match["entry"], "entry": match["bank"], "match": match, "now": match["at"]}
    found = [{"id": 7, "name": "Banco Centro"}, {"id": 8, "name": "Banco Norte"}]
    transfers = Transfers(TransferSettings(posting))
    with pytest.raises(Unmappable, match="retry under the current revision"):
        (transfers.payment if posting == "payment" else transfers.line)({"item": item, "journals": found})
