"""Several branches and companies in one Odoo: money on a company's account pays its own invoices, and nobody else's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from tests.commerce.accounts import Accounts, open_accounts
from tests.component.bank.telling import camt053, movement
from tests.support.waiting import eventually

COMPANIES = Setup(companies=("Sur S.A.",))
CENTRO, SUR, SHARED, NOBODYS = "2100000001", "2100000002", "2100000003", "2100000009"
NUMBER = "FACT 001-001-000000123"


def branches(
    *more: Callable[[OdooSandbox, dict[str, Any]], None],
) -> Callable[[OdooSandbox, dict[str, Any]], None]:
    """Return what gives `centro` and `norte` to the first company, and `sur` to the second, each with an account."""

    def changes(odoo: OdooSandbox, given: dict[str, Any]) -> None:
        journals = [
            odoo.env["account.journal"].create({"name": name, "type": "sale", "code": name, "company_id": 1})
            for name in ("V1", "V2")
        ]
        given["branches"] = {
            "centro": {
                "name": "Centro",
                "company": 1,
                "sale_journal": journals[0],
                "bank_accounts": [CENTRO, SHARED],
            },
            "norte": {"name": "Norte", "company": 1, "sale_journal": journals[1], "bank_accounts": [SHARED]},
            "sur": {"name": "Sur", "company": 2, "bank_accounts": [SUR]},
        }

    return changes


def payment_company(accounts: Accounts) -> list[tuple[int, int]]:
    """Return the company of each payment and of its journal."""
    found = accounts.payments("company_id", "journal_id")
    journals = accounts.odoo.env["account.journal"]
    return [
        (one["company_id"][0], journals.read([one["journal_id"][0]], ["company_id"])[0]["company_id"][0])
        for one in found
    ]


async def test_equal_numbers_of_two_companies_do_not_cross(tmp_path: Path) -> None:
    """Both companies have an open 001-001-000000123 of the same customer: each is paid by what came to its own account."""
    async with open_accounts(tmp_path, COMPANIES, branches()) as accounts:
        ana = accounts.customer("Ana Lucía Pérez Mora")
        ours = accounts.invoice(ana, "100", 123, company_id=1)
        theirs = accounts.invoice(ana, "100", 123, company_id=2)
        await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", NUMBER)], SUR)
        [match] = await accounts.matches("posted", 1)
        assert (match["branch"], accounts.residual(ours), accounts.residual(theirs)) == ("sur", 115, 0)
        await accounts.tells([movement("115.00", "R2", "PEREZ MORA ANA LUCIA", NUMBER)], CENTRO)
        await accounts.matches("posted", 2)
        assert accounts.residual(ours) == 0
        assert payment_company(accounts) == [(2, 2), (1, 1)]


async def test_an_invoice_of_another_company_is_never_even_proposed(tmp_path: Path) -> None:
    """Number, payer and amount agree, but the account is the other company's: a person is asked, without a proposal."""
    async with open_accounts(tmp_path, COMPANIES, branches()) as accounts:
        ana = accounts.customer("Ana Lucía Pérez Mora")
        theirs = accounts.invoice(ana, "100", 123, company_id=2)
        await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", NUMBER)], CENTRO)
        [match] = await accounts.matches("proposed", 1)
        assert (match["proposals"], accounts.payments()) == ([], [])
        await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000123"])
        await accounts.asked_again(match["entry"], "ninguna factura abierta se llama 001-001-000000123")
        assert accounts.residual(theirs) == 115


async def test_an_account_of_no_branch_pays_nobody(tmp_path: Path) -> None:
    """Nobody knows which company's it is: nothing is proposed, nothing can be chosen, and the question says what is missing."""
    async with open_accounts(tmp_path, COMPANIES, branches()) as accounts:
        ana = accounts.customer("Ana Lucía Pérez Mora")
        invoices = [accounts.invoice(ana, "100", 123, company_id=one) for one in (1, 2)]
        await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", NUMBER)], NOBODYS)
        [match] = await accounts.matches("proposed", 1)
        await accounts.asked_again(match["entry"], "no se sabe de qué empresa es la cuenta")
        await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000123"])
        await eventually(lambda: decided(accounts))
        assert (await accounts.matches("proposed", 1))[0]["proposals"] == []
        assert [accounts.residual(one) for one in invoices] == [115, 115]


async def test_a_code_of_another_company_says_nothing(tmp_path: Path) -> None:
    """Equal numbers have different codes in two companies; the one of `sur` on an account of `centro` pays neither."""
    async with open_accounts(tmp_path, COMPANIES, branches()) as accounts:
        ana = accounts.customer("Ana Lucía Pérez Mora")
        invoices = [accounts.invoice(ana, "100", 123, company_id=one) for one in (1, 2)]
        codes = [
            (await accounts.ask("code", name="001-001-000000123", branch=one))["code"]
            for one in ("centro", "norte", "sur")
        ]
        assert (codes[0] == codes[1], codes[0] == codes[2]) == (True, False)
        with pytest.raises(LookupError, match="say of which branch"):
            await accounts.ask("code", name="001-001-000000123")
        await accounts.tells([movement("30.00", "R1", "", codes[2])], CENTRO)
        await accounts.matches("proposed", 1)
        await accounts.tells([movement("40.00", "R2", "", codes[0])], CENTRO)
        await accounts.matches("posted", 1)
        assert [accounts.residual(one) for one in invoices] == [75, 115]


async def decided(accounts: Accounts) -> bool:
    """Whether nothing of what a person said is left to do."""
    return not await accounts.hub.store.find("bank_decision") and len(accounts.hub.dispatcher) == 0


async def test_branches_of_one_company_share_an_account(tmp_path: Path) -> None:
    """The money pays whichever branch's invoice it names, in that branch's name; what fits nothing is the company's."""
    async with open_accounts(tmp_path, COMPANIES, branches()) as accounts:
        journal = accounts.hub.configuration.branches["norte"].sale_journal
        assert journal is not None
        invoice = accounts.invoice(
            accounts.customer("Ana Lucía Pérez Mora"), "100", 123, company_id=1, journal_id=journal
        )
        theirs = accounts.invoice(accounts.customer("Textiles Rosavel S.A."), "60", 123, company_id=2)
        await accounts.tells([movement("115.00", "R1", "", NUMBER), movement("69.00", "R2", "", "PAGO")], SHARED)
        [posted] = await accounts.matches("posted", 1)
        [asked] = await accounts.matches("proposed", 1)
        assert (posted["branch"], asked["branch"]) == ("norte", None)
        assert (accounts.residual(invoice), accounts.residual(theirs)) == (0, 69)
        assert payment_company(accounts) == [(1, 1)]


async def test_two_accounts_of_one_company_are_one_batch(tmp_path: Path) -> None:
    """Equal money of nobody known came to two accounts, and one invoice is open: which of them pays it is a person's to say."""
    looks = {"bank.match.delay": "1h"}  # only when a file has come
    async with open_accounts(tmp_path, COMPANIES, branches(), placeholders=looks) as accounts:
        invoice = accounts.invoice(accounts.customer("Comercial Nodesur S.A."), "100", 123, company_id=1)
        one, other = (
            camt053([movement("115.00", f"R{account}", "", NUMBER)], account=account) for account in (CENTRO, SHARED)
        )
        statement = other[other.index(b"<Stmt>") : other.index(b"</BkToCstmrStmt>")]
        both = one.replace(b"</BkToCstmrStmt>", statement + b"</BkToCstmrStmt>")
        report = await accounts.bank.desk.file("both.xml", both)
        assert report.state == "taken"
        await accounts.matches("proposed", 2)
        assert (accounts.payments(), accounts.residual(invoice)) == ([], 115)
