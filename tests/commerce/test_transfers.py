"""Bank transfers become payments in Odoo: once, of the right customer, and with a way back; on a real hub and journal."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Method
from caravana.component.odoo.sandbox.records import Records
from caravana.engine.admin import Admin
from caravana.kit.sandbox import Fault, Interlude
from tests.commerce.accounts import Accounts, open_accounts
from tests.component.bank.telling import DAY, camt053, movement
from tests.support.waiting import eventually


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    """A company with the default settings."""
    async with open_accounts(tmp_path) as one:
        yield one


async def test_a_certain_transfer_is_posted_once(accounts: Accounts) -> None:
    """The number and the amount say it: a payment, posted and reconciled; the same told again makes no second one."""
    ana = accounts.customer("Ana Lucía Pérez Mora")
    invoice = accounts.invoice(ana, "100", 123)
    told = [movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "PAGO FACT 001-001-000000123")]
    await accounts.tells(told)
    [match] = await accounts.matches("posted", 1)
    await accounts.tells(told)
    assert accounts.residual(invoice) == 0
    [payment] = accounts.payments("memo", "reconciled_invoice_ids")
    assert (payment["amount"], payment["state"], payment["reconciled_invoice_ids"]) == (115.0, "paid", [invoice])
    assert (match["automatic"], match["by"], match["chosen"]["rule"]) == (True, None, "reference")
    assert await accounts.reviews() == {}


async def test_what_is_not_certain_becomes_a_question_with_proposals(accounts: Accounts) -> None:
    """Only the amount agrees: nothing is posted, a person reads why and what may be meant; accepting posts and teaches."""
    invoice = accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", 200)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    assert accounts.payments() == []
    [item] = [one for key, one in (await accounts.reviews()).items() if key.startswith("bank/match/")]
    assert "solo coincide el valor" in item["text"]
    assert [one["credit"]["amount"] for one in json.loads(json.dumps(await accounts.ask("matches")))] == ["115.00"]
    assert "001-001-000000200" in item["detail"]
    assert item["record"] == {"model": "account.move", "id": invoice}
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    [posted] = await accounts.matches("posted", 1)
    assert (posted["by"], accounts.residual(invoice)) == ("rosa", 0)
    assert [(one["name"], one["times"]) for one in await accounts.ask("learned")] == [
        ("Comercial Nodesur Cía. Ltda.", 1)
    ]
    assert await accounts.reviews() == {}


async def test_what_was_learned_is_evidence_the_next_time(accounts: Accounts) -> None:
    """The same payer with another exact amount is certain now; once unlearned it is not."""
    nodesur = accounts.customer("Comercial Nodesur Cía. Ltda.")
    accounts.invoice(nodesur, "100", 200)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    await accounts.matches("posted", 1)
    accounts.invoice(nodesur, "60", 201)
    await accounts.tells([movement("69.00", "R2", "LUIS IBARRA", "PAGO")])
    assert {one["automatic"] for one in await accounts.matches("posted", 2)} == {False, True}
    [habit] = await accounts.ask("learned")
    await accounts.ask("unlearn", payer=habit["payer"], customer=habit["customer"])
    accounts.invoice(nodesur, "80", 202)
    await accounts.tells([movement("92.00", "R3", "LUIS IBARRA", "PAGO")])
    await accounts.matches("proposed", 1)


async def test_a_person_chooses_other_invoices(accounts: Accounts) -> None:
    """By number: the oldest is paid first, what is left of the money pays a part of the next."""
    nodesur = accounts.customer("Comercial Nodesur Cía. Ltda.")
    first, second = accounts.invoice(nodesur, "100", 300), accounts.invoice(nodesur, "100", 301)
    await accounts.tells([movement("150.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    numbers = ["001-001-000000300", "001-001-000000301"]
    [listed] = await accounts.reviews()
    await accounts.ask("match", act="choose", key=listed, actor="rosa", invoices=numbers)
    await accounts.matches("posted", 1)
    assert (accounts.residual(first), accounts.residual(second)) == (0, 80)
    await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
    await accounts.matches("undone", 1)
    with pytest.raises(LookupError, match="is out of the books already"):
        await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")


async def test_a_person_chooses_an_invoice_that_is_not_there(accounts: Accounts) -> None:
    """The transfer waits as before, and both lists say that the number is no open invoice."""
    await accounts.tells([movement("150.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    assert "quién pagó" in match["why"]["es"]
    await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-9"])

    await accounts.says("ninguna factura abierta se llama 001-001-9")


async def test_of_what_a_person_chooses_nothing_is_left_out(accounts: Accounts) -> None:
    """One number of two is misspelt, or is another customer's: nothing is posted, and the lists say why."""
    nodesur, manglar = accounts.customer("Comercial Nodesur Cía. Ltda."), accounts.customer("Constructora Manglar S.A.")
    first, other = accounts.invoice(nodesur, "100", 310), accounts.invoice(manglar, "100", 311)
    await accounts.tells([movement("150.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    numbers = ["001-001-000000310", "001-001-000000399"]
    await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=numbers)
    await accounts.says("ninguna factura abierta se llama 001-001-000000399")
    numbers[1] = "001-001-000000311"
    await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=numbers)
    await accounts.says("las facturas elegidas no son de un solo cliente")
    assert (accounts.residual(first), accounts.residual(other)) == (115, 115)


async def test_net_of_withholding_leaves_the_rest_open(accounts: Accounts) -> None:
    """100 + 15 less 2 % of the base and 70 % of the IVA: the rest waits for the comprobante and is not written off."""
    invoice = accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda.", vat="1792146739001"), "100", 400)
    await accounts.tells([movement("102.50", "R1", "COMERCIAL NODESUR", "PAGO FACT 400")])
    [match] = await accounts.matches("posted", 1)
    assert match["chosen"]["fit"] == "net_of_withholding"
    assert match["chosen"]["reasons"]["es"][-1] == "retención: 2 % renta + 70 % IVA / 8 % renta + 30 % IVA"
    assert (accounts.residual(invoice), accounts.one("account.move", invoice, "payment_state")["payment_state"]) == (
        12.5,
        "partial",
    )


async def test_a_surplus_stays_the_customers_credit(accounts: Accounts) -> None:
    """The invoice is paid; the rest is open on the payment, and nobody is asked."""
    invoice = accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", 500)
    await accounts.tells([movement("120.00", "R1", "COMERCIAL NODESUR", "FACT 001-001-000000500")])
    [match] = await accounts.matches("posted", 1)
    assert (match["chosen"]["surplus"], accounts.residual(invoice)) == ("5.00", 0)
    assert await accounts.reviews() == {}


async def test_twins_of_two_payers_wait_for_a_person(accounts: Accounts) -> None:
    """Two equal transfers, two equal invoices of two customers: neither is posted."""
    for number, name in enumerate(("Comercial Nodesur S.A.", "Textiles Rosavel S.A."), 600):
        accounts.invoice(accounts.customer(name), "100", number)
    await accounts.tells([movement("115.00", "R1", "", "PAGO"), movement("115.00", "R2", "", "PAGO")])
    await accounts.matches("proposed", 2)
    assert accounts.payments() == []


async def test_undoing_leaves_the_books_as_before(accounts: Accounts) -> None:
    """The payment is cancelled under its number, the invoice is open, a person is asked; a second time is another payment."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 700)
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000700")])
    [match] = await accounts.matches("posted", 1)
    await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
    await accounts.matches("undone", 1)
    [cancelled] = accounts.payments()
    assert (cancelled["state"], accounts.residual(invoice)) == ("canceled", 115)
    assert cancelled["name"]
    assert len(await accounts.reviews()) == 1
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    await accounts.matches("posted", 1)
    assert [one["state"] for one in accounts.payments()] == ["canceled", "paid"]
    assert accounts.payments()[1]["name"] != cancelled["name"]
    assert accounts.residual(invoice) == 0


async def test_what_the_bank_takes_back_is_taken_out_of_the_books(accounts: Accounts) -> None:
    """The statement reverses the credit: its payment is cancelled, the invoice is open, and neither entry waits any more."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 710)
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000710", end_to_end="E1")])
    await accounts.matches("posted", 1)
    await accounts.tells_reversal("115.00", "R2", "E1")
    await accounts.matches("reversed", 2)
    assert (accounts.payments()[0]["state"], accounts.residual(invoice)) == ("canceled", 115)
    assert await accounts.ask("entries", state="open") == []


async def test_a_clerk_who_was_faster_is_not_paid_twice(accounts: Accounts) -> None:
    """The clerk registered the money by hand between the question and the answer: nothing is posted, the question comes again."""
    nodesur = accounts.customer("Comercial Nodesur Cía. Ltda.")
    invoice = accounts.invoice(nodesur, "100", 720)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    accounts.pay_by_hand(invoice)
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    await accounts.asked_again(match["entry"], "ya no está abierta")
    assert len(accounts.payments()) == 1


async def test_entries_before_the_line_are_not_posted(tmp_path: Path) -> None:
    """What the bank booked before going live waits for nobody; a later transfer pays an older invoice."""
    async with open_accounts(tmp_path, go_live="2026-11-23T00:00:00-05:00") as accounts:
        ana = accounts.customer("Ana Lucía Pérez Mora")
        old, new = accounts.invoice(ana, "100", 730), accounts.invoice(ana, "60", 731)
        await accounts.tells(
            [
                movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000730", day=DAY - timedelta(days=1)),
                movement("69.00", "R2", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000731"),
            ]
        )
        await accounts.matches("posted", 1)
        assert (accounts.residual(old), accounts.residual(new)) == (115, 0)


async def test_as_lines_of_a_bank_statement(tmp_path: Path) -> None:
    """With the other setting the money is a statement line, reconciled with the invoice; undoing puts it back in suspense."""
    async with open_accounts(tmp_path, settings={"bank.posting": "statement_line"}) as accounts:
        accounts.let_bank_lines()
        invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 740)
        await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000740")])
        [match] = await accounts.matches("posted", 1)
        line = match["made"]["id"]
        assert (accounts.payments(), accounts.residual(invoice)) == ([], 0)
        assert accounts.one("account.bank.statement.line", line, "is_reconciled")["is_reconciled"] is True
        await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
        await accounts.matches("undone", 1)
        assert accounts.residual(invoice) == 115
        await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
        [again] = await accounts.matches("posted", 1)
        assert (again["made"]["id"], accounts.residual(invoice)) == (line, 0)


async def test_an_odoo_that_does_not_cancel_what_is_posted(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The payment is made a draft first, and then cancelled: the books are as before."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 741)
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000741")])
    [match] = await accounts.matches("posted", 1)
    methods = accounts.odoo.store.models["account.payment"].methods
    cancel = methods["action_cancel"].function

    def only_drafts(payments: Records) -> None:
        if any(one.state != "draft" for one in payments):
            raise UserError("Only draft payments can be cancelled.")
        cancel(payments)

    monkeypatch.setitem(methods, "action_cancel", Method(only_drafts))
    await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
    await accounts.matches("undone", 1)
    assert ([one["state"] for one in accounts.payments()], accounts.residual(invoice)) == (["canceled"], 115)


async def test_an_odoo_that_cannot_undo_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its method is not there: the line's item is taken apart and put into suspense, and can be matched again."""
    async with open_accounts(tmp_path, settings={"bank.posting": "statement_line"}) as accounts:
        accounts.let_bank_lines()
        invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 742)
        await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000742")])
        [match] = await accounts.matches("posted", 1)
        methods = accounts.odoo.store.models["account.bank.statement.line"].methods
        monkeypatch.delitem(methods, "action_undo_reconciliation")
        await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
        await accounts.matches("undone", 1)
        line = accounts.one("account.bank.statement.line", match["made"]["id"], "amount_residual")
        assert (accounts.residual(invoice), line["amount_residual"]) == (115, -115)
        await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
        await accounts.matches("posted", 1)
        assert accounts.residual(invoice) == 0


async def test_all_in_shadow_shows_what_would_be_posted(tmp_path: Path) -> None:
    """Of a certain transfer the payment, its posting and its match are intended, of another the question; nothing is kept."""
    async with open_accounts(tmp_path, modes={"default": "shadow"}) as accounts:
        invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 745)
        await accounts.bank.desk.file(
            "day.xml",
            camt053(
                [
                    movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000745"),
                    movement("115.00", "R2", "LUIS IBARRA", "PAGO"),
                ]
            ),
        )
        await eventually(lambda: accounts.ended("match-post"), timeout=30)
        desk = Admin(accounts.hub.journal, accounts.hub.clock, accounts.hub)
        would = Counter(one["endpoint"].rpartition("=")[2] for one in await desk.shadow_list(partner="odoo"))
        assert would == {"createOnce": 1, "action_post": 1, "reconcile": 1}
        assert [one["route"] for one in await desk.shadow_list(partner="bank")].count("match-open") == 1
        assert (accounts.payments(), accounts.residual(invoice)) == ([], 115)
        assert await accounts.bank.desk.matches.all() == []


async def test_what_a_person_takes_off_the_list_waits_no_longer(accounts: Accounts) -> None:
    """Who closes the question has booked the money elsewhere: the entry is left, and it stands with it who said so and why."""
    accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", 750)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    desk = Admin(accounts.hub.journal, accounts.hub.clock, accounts.hub)
    await desk.call("review_done", {"key": f"bank/match/{match['entry']}", "actor": "rosa", "reason": "caja"})
    [left] = await accounts.matches("left", 1)
    assert (left["by"], left["reason"]) == ("rosa", "caja")
    assert await accounts.hub.store.find("bank_word") == []
    assert [one["state"] for one in await accounts.ask("entries")] == ["matched"]


async def test_an_undone_match_lowers_what_was_learned(accounts: Accounts) -> None:
    """What a person taught and undid is no evidence any more."""
    nodesur = accounts.customer("Comercial Nodesur Cía. Ltda.")
    accounts.invoice(nodesur, "100", 760)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa", number=1)
    await accounts.matches("posted", 1)
    await accounts.ask("match", act="undo", key=match["entry"].rpartition("/")[2], actor="rosa")
    await accounts.matches("undone", 1)
    assert [(one["times"], one["undone"]) for one in await accounts.ask("learned")] == [(1, 1)]
    accounts.invoice(nodesur, "60", 761)
    await accounts.tells([movement("69.00", "R2", "LUIS IBARRA", "PAGO")])
    await accounts.matches("proposed", 1)
    [item] = [one for key, one in (await accounts.reviews()).items() if key.endswith(match["entry"])]
    assert "una persona lo deshizo" in item["text"]


async def test_a_credit_that_was_taken_back_at_once(accounts: Accounts) -> None:
    """The same statement tells of the credit and its reversal: nothing is posted, neither waits."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 770)
    told = movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000770", end_to_end="E1")
    await accounts.tells_reversal("115.00", "R2", "E1", before=[told])
    await accounts.matches("reversed", 2)
    assert (accounts.payments(), accounts.residual(invoice)) == ([], 115)


async def test_a_reversal_of_which_nobody_knows_the_credit(accounts: Accounts) -> None:
    """A person is asked."""
    await accounts.tells_reversal("115.00", "R2", "E1")
    [match] = await accounts.matches("proposed", 1)
    await accounts.asked_again(match["entry"], "no se sabe cuál")


async def test_customers_of_one_company_are_posted_beside_each_other(accounts: Accounts) -> None:
    """Forty certain transfers of ten customers in one statement: each once, every invoice paid."""
    told, invoices = [], []
    for number in range(40):
        name = f"Comercial {NAMES[number % 10]} S.A."
        known = accounts.odoo.env["res.partner"].search([["name", "=", name]])
        invoices.append(
            accounts.invoice(known[0] if known else accounts.customer(name), str(100 + number), 800 + number)
        )
        told.append(movement(f"{(100 + number) * 1.15:.2f}", f"R{number}", "", f"FACT 001-001-{800 + number:09d}"))
    await accounts.tells(told)
    await accounts.matches("posted", 40)
    assert [accounts.residual(one) for one in invoices] == [0] * 40
    assert len(accounts.payments()) == 40


NAMES = ("Nodesur", "Rosavel", "Tamirox", "Quilmar", "Besatec", "Lovinor", "Cadelix", "Zapeton", "Fidemar", "Gorasul")


async def test_a_held_entry_whose_question_is_settled_is_held_no_longer(accounts: Accounts) -> None:
    """Who took the question off the list has dealt with it: the entry is settled, never posted, and can still be decided."""
    content = (Path(__file__).parents[1] / "data" / "bank" / "camt054-v8-batch-contradicts-itself.xml").read_bytes()
    await accounts.bank.desk.file("batch.xml", content)
    [held] = await accounts.ask("entries", state="held")
    await accounts.hub.store.put("review", f"bank/entry/{held['key']}", None)
    assert [one["state"] for one in await accounts.ask("entries")] == ["settled"]
    decided = await accounts.ask("decide", key=held["key"], same=False)
    assert decided["state"] == "open"


@pytest.mark.parametrize(
    "operation", ["account.payment.load", "account.payment.action_post", "account.move.line.reconcile"]
)
async def test_a_clerk_registers_it_between_our_look_and_our_posting(accounts: Accounts, operation: str) -> None:
    """Money that came is in the books all the same, as the customer's credit, and a person is told."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 780)

    async def clerk() -> None:
        accounts.pay_by_hand(invoice)

    accounts.odoo.interludes.append(Interlude(operation, clerk))
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000780")])
    [match] = await accounts.matches("posted", 1)
    assert sorted(one["state"] for one in accounts.payments()) == ["in_process", "paid"]
    await accounts.asked_again(match["entry"], "quedó a favor del cliente")


@pytest.mark.parametrize(
    "operation", ["account.bank.statement.line.load", "account.move.line.write", "account.move.line.reconcile"]
)
async def test_a_clerk_is_faster_than_a_line_of_the_statement(tmp_path: Path, operation: str) -> None:
    """The line stands in the books with nothing to pay: its money is the customer's credit, and a person is told."""
    async with open_accounts(tmp_path, settings={"bank.posting": "statement_line"}) as accounts:
        accounts.let_bank_lines()
        invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 781)

        async def clerk() -> None:
            accounts.pay_by_hand(invoice)

        accounts.odoo.interludes.append(Interlude(operation, clerk))
        await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000781")])
        [match] = await accounts.matches("posted", 1)
        await accounts.asked_again(match["entry"], "quedó a favor del cliente")
        assert ([one["state"] for one in accounts.payments()], accounts.residual(invoice)) == (["paid"], 0)


@pytest.mark.parametrize(
    "operation", ["account.payment.load", "account.payment.action_post", "account.move.line.reconcile"]
)
async def test_an_answer_that_is_lost_makes_no_second_payment(accounts: Accounts, operation: str) -> None:
    """Odoo did it and the answer was lost: it is asked, and the payment is one."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 790)
    accounts.odoo.faults.append(Fault(operation=operation, action="late_commit", delay=2.0))
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000790")])
    await accounts.matches("posted", 1)
    assert [one["state"] for one in accounts.payments()] == ["paid"]
    assert accounts.residual(invoice) == 0
