"""Card money is booked in a journal of its own branch: where none is said, never in one that is another branch's."""

from pathlib import Path
from typing import Any

from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.clock import ScaledClock
from tests.commerce.shop import Street, open_shop
from tests.commerce.test_refunds import banks, bought, entered, outgoing, refunds


async def test_another_branchs_journal_takes_no_card_money(tmp_path: Path, clock: ScaledClock) -> None:
    """The first two journals are the cards and the account of `sur`; `centro` says none and has the third."""

    def branches(street: Street, given: dict[str, Any]) -> None:
        [warehouse] = street.odoo.env["stock.warehouse"].search([])
        south = street.odoo.env["stock.warehouse"].create({"name": "Sur", "code": "SUR"})
        cards, bank, _ = banks(street)
        own = {"company": 1, "payment_store": "placetopay"}
        given["branches"] = {
            "centro": {"name": "Centro", "warehouse": warehouse, **own},
            "sur": {"name": "Sur", "warehouse": south, "card_journal": cards, "bank_accounts": ["22"], **own},
        }
        given["settings"]["bank.journals"] = {"22": bank}

    async with open_shop(tmp_path, clock, Setup(banks=("Tarjetas Sur", "Banco Sur", "Banco")), branches) as shop:
        order = shop.order()
        shop.provider.pay(str(await shop.press(await shop.link(order))))
        await shop.settled(order)
        [payment] = shop.odoo.env["account.payment"].search_read([], ["journal_id"])
        assert payment["journal_id"][1] == "Banco"


async def test_a_transfer_by_hand_leaves_from_its_branchs_own_account(tmp_path: Path, clock: ScaledClock) -> None:
    """The first bank journal is another branch's: the money went from the account that this one names."""

    def branches(street: Street, given: dict[str, Any]) -> None:
        [warehouse] = street.odoo.env["stock.warehouse"].search([])
        south = street.odoo.env["stock.warehouse"].create({"name": "Sur", "code": "SUR"})
        cards, theirs, ours = banks(street)
        own = {"company": 1, "payment_store": "placetopay", "card_journal": cards}
        given["branches"] = {
            "sur": {"name": "Sur", "warehouse": south, "bank_accounts": ["22"], **own},
            "centro": {"name": "Centro", "warehouse": warehouse, "bank_accounts": ["1 1"], **own},
        }
        given["settings"]["bank.journals"] = {"11": ours, "22": theirs}

    async with open_shop(tmp_path, clock, Setup(banks=("Tarjetas", "Banco Sur", "Banco Centro")), branches) as shop:
        order, _ = await bought(shop)
        assert (await entered(shop, f"CV{order}-1", amount="15.00"))["booked"]
        [out] = shop.odoo.env["account.payment"].read([one["id"] for one in outgoing(shop)], ["journal_id"])
        assert out["journal_id"][1] == "Banco Centro"


async def test_a_transfer_whose_journal_is_not_found_is_entered_again(tmp_path: Path, clock: ScaledClock) -> None:
    """The only bank journal that takes no cards is another branch's account, or none has that number: nothing is kept of it."""

    def branches(street: Street, given: dict[str, Any]) -> None:
        [warehouse] = street.odoo.env["stock.warehouse"].search([])
        south = street.odoo.env["stock.warehouse"].create({"name": "Sur", "code": "SUR"})
        cards, theirs = banks(street)
        own = {"company": 1, "payment_store": "placetopay", "card_journal": cards}
        given["branches"] = {
            "sur": {"name": "Sur", "warehouse": south, "bank_accounts": ["22"], **own},
            "centro": {"name": "Centro", "warehouse": warehouse, **own},
        }
        given["settings"]["bank.journals"] = {"22": theirs}

    async with open_shop(tmp_path, clock, Setup(banks=("Tarjetas", "Banco Sur")), branches) as shop:
        order, _ = await bought(shop)
        for wrong in (None, 987):
            assert (await entered(shop, f"CV{order}-1", amount="15.00", journal=wrong))["refused"] == "no_journal"
        assert (await refunds(shop), outgoing(shop)) == ([], [])
        theirs = banks(shop)[1]
        assert (await entered(shop, f"CV{order}-1", amount="15.00", journal=theirs))["booked"]


async def test_of_several_accounts_a_person_says_which(tmp_path: Path, clock: ScaledClock) -> None:
    """The branch has two accounts: from which one the money left is not guessed."""

    def branches(street: Street, given: dict[str, Any]) -> None:
        [warehouse] = street.odoo.env["stock.warehouse"].search([])
        cards, first, second = banks(street)
        own = {"company": 1, "payment_store": "placetopay", "card_journal": cards}
        given["branches"] = {"centro": {"name": "Centro", "warehouse": warehouse, "bank_accounts": ["11", "12"], **own}}
        given["settings"]["bank.journals"] = {"11": first, "12": second}

    async with open_shop(tmp_path, clock, Setup(banks=("Tarjetas", "Uno", "Dos")), branches) as shop:
        order, _ = await bought(shop)
        assert (await entered(shop, f"CV{order}-1", amount="15.00"))["refused"] == "no_journal"
        assert (await entered(shop, f"CV{order}-1", amount="15.00", journal=banks(shop)[2]))["booked"]
        [out] = shop.odoo.env["account.payment"].read([one["id"] for one in outgoing(shop)], ["journal_id"])
        assert out["journal_id"][1] == "Dos"
