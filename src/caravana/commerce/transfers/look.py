"""Looking: the open invoices of a company, whose they are, and what is to be done with each entry."""

from typing import Any

from caravana.commerce.matching import Habits, Matcher
from caravana.commerce.matching.clue import Policy
from caravana.commerce.matching.records import customer_of, item_of
from caravana.commerce.matching.withholding import Withholding
from caravana.commerce.transfers.awaiting import with_order
from caravana.commerce.transfers.learn import read_habit
from caravana.commerce.transfers.mapping import OPEN, Item, TransferMapping, Variables, as_credit, of_company
from caravana.commerce.transfers.match import about, bare, item_of_entry, taking_back
from caravana.commerce.transfers.words import NOBODYS
from caravana.kit.callables import pure


class Look(TransferMapping):
    """What `match-open` asks and finds."""

    @pure
    def invoice_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the open customer invoices of the batch's company."""
        return {"domain": [*OPEN, *of_company(variables["batch"]["company"])]}

    @pure
    def is_placed(self, variables: Variables) -> bool:
        """Whether it is known of which company the batch's accounts are."""
        return bool(variables["batch"].get("known", True))

    @pure
    def customer_question(self, variables: Variables) -> dict[str, Any] | None:
        """Return whose invoices they are; None without any."""
        ids = sorted({one["commercial_partner_id"][0] for one in variables["invoices"]})
        return {"ids": ids} if ids else None

    @pure
    def account_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the bank accounts that the books know as theirs."""
        return {"domain": [["partner_id", "in", sorted(one["id"] for one in variables["customers"])]]}

    @pure
    def nothing(self) -> list[Any]:
        """Return an empty list."""
        return []

    @pure
    def decisions(self, variables: Variables) -> list[Item]:
        """Return what is to be done with each entry of the batch: post, ask or take back.

        Nothing where a posting goes on, or died: looked at again it would die again, and a person would find it many times.
        """
        batch = variables["batch"]
        entries = [one for one in batch["entries"] if (one.get("before") or {}).get("state") != "posting"]
        if not batch.get("known", True):
            return [about(bare(batch, one, NOBODYS), one.get("before")) for one in entries]
        back = [one for one in entries if "takes_back" in one]
        gone = {one["takes_back"][0]["key"] for one in back if len(one["takes_back"]) == 1}
        money = [one for one in entries if "takes_back" not in one and one["key"] not in gone]
        credits_ = [as_credit(one, [each["code"] for each in one.get("codes", ())]) for one in money]
        names = {one["id"]: one["name"] for one in variables["customers"]}
        decided = self._matcher(variables).match(credits_)
        branches = {one["id"]: one.get("branch") for one in variables["invoices"]}
        items = [item_of_entry(batch, *each, names, branches) for each in zip(money, decided, credits_, strict=True)]
        found = [with_order(item, one, variables) for item, one in zip(items, money, strict=True)]
        return [*found, *(taking_back(batch, one) for one in back)]

    def _matcher(self, variables: Variables) -> Matcher:
        """Over all that is open."""
        accounts: dict[int, list[str]] = {}
        for one in variables["accounts"]:
            accounts.setdefault(one["partner_id"][0], []).append("".join(str(one["acc_number"]).split()))
        customers = [customer_of(one, tuple(accounts.get(one["id"], ()))) for one in variables["customers"]]
        habits = Habits({one["key"]: read_habit(one["value"]) for one in variables["habits"]})
        table = self._settings.withholding
        withholding = None if table is None else Withholding.read(table, "settings.bank.withholding")
        issued: dict[str, list[str]] = {}
        for one in (each for entry in variables["batch"]["entries"] for each in entry.get("codes", ())):
            issued.setdefault(one["name"], []).append(one["code"])
        items = (item_of(one, issued) for one in variables["invoices"])
        return Matcher(items, customers, habits=habits, withholding=withholding, policy=Policy(fee=self._settings.fee))
