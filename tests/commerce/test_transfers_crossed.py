"""What crosses on one transfer: a look that takes long, a person, the bank that takes it back; the last word is the right one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from caravana.engine.admin import Admin
from caravana.kit.sandbox import Fault, Interlude
from tests.commerce.accounts import Accounts, open_accounts
from tests.component.bank.telling import movement
from tests.support.waiting import eventually


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[Accounts]:
    """A company whose waiting transfers are looked at every second."""
    async with open_accounts(tmp_path, placeholders={"bank.match.again": "1s"}) as one:
        yield one


def nodesur(accounts: Accounts, number: int) -> int:
    """Return an open invoice of 115, of a customer whose name no transfer tells."""
    return accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", number)


@pytest.mark.parametrize("act", ["accept", "leave"])
async def test_a_person_decides_while_a_look_goes_on(accounts: Accounts, act: str) -> None:
    """The look began before and ends after he decided: what he decided stands, and nobody is asked again."""
    state = {"accept": "posted", "leave": "left"}[act]
    nodesur(accounts, 200)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    decided: list[str] = []

    async def rosa() -> None:
        await accounts.ask("match", act=act, key=match["entry"], actor="rosa")
        await accounts.matches(state, 1)
        decided.append(act)

    accounts.odoo.interludes.append(Interlude("res.partner.bank.search_read", rosa, after=True))
    await eventually(lambda: decided, timeout=30)
    await accounts.idle()
    assert [(one["state"], one["by"]) for one in await accounts.bank.desk.matches.all()] == [(state, "rosa")]
    assert [one["state"] for one in await accounts.ask("entries")] == ["matched"]
    assert await accounts.reviews() == {}


async def test_a_person_accepts_again_what_was_undone_while_a_look_goes_on(accounts: Accounts) -> None:
    """What was undone is looked at anew at once; who accepts it in that moment has the last word."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 205)
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000205")])
    [match] = await accounts.matches("posted", 1)
    decided: list[str] = []

    async def rosa() -> None:
        await accounts.ask("match", act="accept", key=match["entry"], actor="rosa")
        await accounts.matches("posted", 1)
        decided.append("accepted")

    accounts.odoo.interludes.append(Interlude("res.partner.bank.search_read", rosa, after=True))
    await accounts.ask("match", act="undo", key=match["entry"], actor="rosa")
    await eventually(lambda: decided, timeout=30)
    await accounts.idle()
    assert [(one["state"], one["by"]) for one in await accounts.bank.desk.matches.all()] == [("posted", "rosa")]
    assert (accounts.residual(invoice), await accounts.reviews()) == (0, {})


async def test_the_bank_takes_back_what_is_being_posted_for_another(tmp_path: Path) -> None:
    """A person chose another customer while the reversal was looked at: the money is posted to its end, then taken out again."""
    async with open_accounts(tmp_path) as accounts:
        nodesur(accounts, 201)
        other = accounts.invoice(accounts.customer("Ferretería Inventada"), "200", 202)
        await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO", end_to_end="E1")])
        [match] = await accounts.matches("proposed", 1)
        under_way: list[str] = []

        async def rosa() -> None:
            await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000202"])
            await eventually(lambda: under_way, timeout=30)

        async def post() -> None:
            under_way.append("posting")
            await eventually(lambda: accounts.ended("match-unwind"), timeout=30)

        accounts.odoo.interludes += [
            Interlude("res.partner.bank.search_read", rosa),
            Interlude("account.payment.action_post", post),
        ]
        await accounts.tells_reversal("115.00", "R2", "E1")
        await accounts.matches("reversed", 2)
        await accounts.idle()
        assert [one["state"] for one in accounts.payments()] == ["canceled"]
        assert (accounts.residual(other), await accounts.ended("match-unwind")) == (230, 2)
        assert await accounts.reviews() == {}


async def test_the_bank_takes_back_what_is_about_to_be_posted_for_another(tmp_path: Path) -> None:
    """It does so between the last look at the invoice and the first word of the posting: nothing is posted any more."""
    async with open_accounts(tmp_path) as accounts:
        nodesur(accounts, 203)
        other = accounts.invoice(accounts.customer("Ferretería Inventada"), "200", 204)
        await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO", end_to_end="E1")])
        [match] = await accounts.matches("proposed", 1)

        async def bank() -> None:
            await accounts.tells_reversal("115.00", "R2", "E1")
            await accounts.matches("reversed", 2)

        accounts.odoo.interludes.append(Interlude("account.move.read", bank))
        await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000204"])
        await accounts.matches("reversed", 2)
        await accounts.idle()
        assert (accounts.payments(), accounts.residual(other)) == ([], 230)
        assert [one["state"] for one in await accounts.bank.desk.matches.all()] == ["reversed", "reversed"]


async def test_a_posting_that_came_to_no_end_is_mended_before_it_is_taken_back(accounts: Accounts) -> None:
    """Odoo refused half way, and the bank takes it back: a person hears of it; once he has it retried, it is taken out again."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 206)
    accounts.odoo.faults.append(Fault(operation="account.payment.action_post", status=422, times=1000))
    credit = movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000206", end_to_end="E1")
    await accounts.tells([credit])
    posting = await accounts.dead("match-post")
    await accounts.tells_reversal("115.00", "R2", "E1")
    await accounts.asked("su registro quedó a medias")
    accounts.odoo.faults.clear()
    desk = Admin(accounts.hub.journal, accounts.hub.clock, accounts.hub)
    await desk.call("retry", {"id": posting["id"], "go": True, "actor": "rosa"})
    await accounts.matches("reversed", 2)
    assert ([one["state"] for one in accounts.payments()], accounts.residual(invoice)) == (["canceled"], 115)
    assert await accounts.reviews() == {}


async def test_a_posting_that_odoo_refuses_waits_once(accounts: Accounts) -> None:
    """Looks leave it alone, and nothing else may be said of it; discarded it is over, and a replay posts it all the same."""
    accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 207)
    accounts.odoo.faults.append(Fault(operation="account.payment.load", status=422, times=1000))
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000207")])
    posting = await accounts.dead("match-post")
    await accounts.looked(2)
    [match] = await accounts.matches("posting", 1)
    assert await accounts.count("match-post") == 1
    for act in ("accept", "leave"):
        with pytest.raises(LookupError, match="is being posted: wait for its end"):
            await accounts.ask("match", act=act, key=match["entry"], actor="rosa")
    accounts.odoo.faults.clear()
    desk = Admin(accounts.hub.journal, accounts.hub.clock, accounts.hub)
    await desk.call("discard", {"id": posting["id"], "go": True, "actor": "rosa"})
    await accounts.looked(2)
    assert accounts.payments() == []
    await desk.call("replay", {"id": posting["id"], "go": True, "actor": "rosa"})
    await accounts.matches("posted", 1)
    assert [one["state"] for one in accounts.payments()] == ["paid"]


async def test_a_journal_that_was_missing_is_found_later(accounts: Accounts) -> None:
    """What Odoo lacks is told in words; made there, the transfer is posted as soon as a person accepts it, or a look finds it."""
    journals = accounts.odoo.env["account.journal"]
    bank = journals.search([["type", "=", "bank"]])
    journals.write(bank, {"type": "general"})
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 208)
    await accounts.tells([movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000208")])
    [match] = await accounts.matches("proposed", 1)
    await accounts.asked_again(
        match["entry"], "no tiene diario de banco para la cuenta 2100012345: póngalo en `bank.journals`"
    )
    journals.write(bank, {"type": "bank"})
    await accounts.matches("posted", 1)
    assert accounts.residual(invoice) == 0


async def test_a_look_ends_while_what_was_accepted_is_on_its_way(accounts: Accounts) -> None:
    """It proposes the same again between the last look at the invoice and the posting: the person's word is carried out."""
    nodesur(accounts, 209)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    accounts.odoo.interludes.append(Interlude("account.move.read", lambda: accounts.looked(2)))
    await accounts.ask("match", act="accept", key=match["entry"], actor="rosa")
    [posted] = await accounts.matches("posted", 1)
    assert posted["by"] == "rosa"


async def test_a_look_ends_while_an_invoice_is_searched(accounts: Accounts) -> None:
    """Who chose an invoice that is not there hears so, though a look has proposed the same again since."""
    nodesur(accounts, 210)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000999"])
    accounts.odoo.interludes.append(Interlude("account.move.search_read", lambda: accounts.looked(1)))
    await accounts.asked_again(match["entry"], "001-001-000000999")


@pytest.mark.parametrize("who", ["a person", "the bank"])
async def test_an_invoice_is_paid_while_the_transfer_is_settled_otherwise(tmp_path: Path, who: str) -> None:
    """What was chosen fits no more, and the transfer was left, or taken back, in the same moment: nobody is asked of it again."""
    async with open_accounts(tmp_path) as accounts:
        nodesur(accounts, 211)
        other = accounts.invoice(accounts.customer("Ferretería Inventada"), "200", 212)
        await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO", end_to_end="E1")])
        [match] = await accounts.matches("proposed", 1)

        async def cross() -> None:
            accounts.pay_by_hand(other)
            if who == "a person":
                await accounts.ask("match", act="leave", key=match["entry"], actor="rosa")
            else:
                await accounts.tells_reversal("115.00", "R2", "E1")
                await accounts.matches("reversed", 2)

        accounts.odoo.interludes.append(Interlude("account.move.read", cross))
        await accounts.ask("match", act="choose", key=match["entry"], actor="rosa", invoices=["001-001-000000212"])
        await eventually(lambda: accounts.ended("match-post"), timeout=30)
        states = [one["state"] for one in await accounts.bank.desk.matches.all()]
        assert states == (["left"] if who == "a person" else ["reversed", "reversed"])
        assert [one["state"] for one in await accounts.ask("entries") if one["amount"] == "115.00"][:1] == ["matched"]


async def test_the_bank_takes_back_what_a_person_is_undoing(tmp_path: Path) -> None:
    """The reversal was looked at before he chose another customer; it waits for him in that lane, and has the last word."""
    async with open_accounts(tmp_path) as accounts:
        nodesur(accounts, 213)
        accounts.invoice(accounts.customer("Ferretería Inventada"), "200", 214)
        await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO", end_to_end="E1")])
        [match] = await accounts.matches("proposed", 1)
        cancelling: list[str] = []

        async def choose() -> None:
            said = {"key": match["entry"], "actor": "rosa"}
            await accounts.ask("match", act="choose", invoices=["001-001-000000214"], **said)
            await accounts.matches("posted", 1)
            await accounts.ask("match", act="undo", **said)
            await eventually(lambda: cancelling, timeout=30)

        async def cancel() -> None:
            cancelling.append("cancelling")
            await eventually(lambda: accounts.ended("match-unwind"), timeout=30)

        accounts.odoo.interludes += [
            Interlude("res.partner.bank.search_read", choose),
            Interlude("account.payment.action_cancel", cancel),
        ]
        await accounts.tells_reversal("115.00", "R2", "E1")
        await accounts.matches("reversed", 2)
        await accounts.idle()
        assert [one["state"] for one in await accounts.bank.desk.matches.all()] == ["reversed", "reversed"]
        assert ([one["state"] for one in accounts.payments()], await accounts.reviews()) == (["canceled"], {})


async def test_a_person_leaves_a_reversal_while_a_look_goes_on(accounts: Accounts) -> None:
    """What it takes back is posted only half; who books both elsewhere is not asked again."""
    accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 215)
    accounts.odoo.faults.append(Fault(operation="account.payment.action_post", status=422, times=1000))
    credit = movement("115.00", "R1", "PEREZ MORA ANA LUCIA", "FACT 001-001-000000215", end_to_end="E1")
    await accounts.tells([credit])
    await accounts.dead("match-post")
    await accounts.tells_reversal("115.00", "R2", "E1")
    await accounts.asked("su registro quedó a medias")
    [reversal] = await accounts.matches("proposed", 1)
    left: list[str] = []

    async def rosa() -> None:
        await accounts.ask("match", act="leave", key=reversal["entry"], actor="rosa", reason="caja")
        left.append("left")

    accounts.odoo.interludes.append(Interlude("account.move.search_read", rosa, after=True))
    await eventually(lambda: left, timeout=30)
    await accounts.idle()
    assert [one["by"] for one in await accounts.bank.desk.matches.all("left")] == ["rosa"]
    assert await accounts.reviews() == {}


@pytest.mark.parametrize("act", ["accept", "choose"])
async def test_a_reversal_pays_no_invoice(accounts: Accounts, act: str) -> None:
    """It is money that went out: whoever wants it to pay an invoice is refused, and hears what to do instead."""
    invoice = accounts.invoice(accounts.customer("Ana Lucía Pérez Mora"), "100", 752)
    await accounts.tells_reversal("115.00", "R2", "UNKNOWN")
    [match] = await accounts.matches("proposed", 1)
    [item] = (await accounts.reviews()).values()
    assert "undo" in item["remedy"]
    with pytest.raises(LookupError, match="review undo CREDIT"):
        await accounts.ask("match", act=act, key=match["entry"], actor="rosa", number=1, invoices=["001-001-000000752"])
    await accounts.idle()
    assert (accounts.payments(), accounts.residual(invoice)) == ([], 115)
    await accounts.ask("match", act="leave", key=match["entry"], actor="rosa")
    await accounts.matches("left", 1)


async def test_what_cannot_be_decided_says_what_can(accounts: Accounts) -> None:
    """A transfer that waits is not undone, one in the books is not given away: each answer names the next step."""
    accounts.invoice(accounts.customer("Comercial Nodesur Cía. Ltda."), "100", 300)
    await accounts.tells([movement("115.00", "R1", "LUIS IBARRA", "PAGO")])
    [match] = await accounts.matches("proposed", 1)
    key = match["entry"]
    with pytest.raises(LookupError, match=f"not in the books: `caravana bank review accept {key}`"):
        await accounts.ask("match", act="undo", key=key, actor="rosa")
    await accounts.ask("match", act="accept", key=key, actor="rosa")
    await accounts.matches("posted", 1)
    with pytest.raises(LookupError, match=f"first with `caravana bank review undo {key}`"):
        await accounts.ask("match", act="leave", key=key, actor="rosa")
