"""A transfer as a line of a bank statement in Odoo, whose suspense item is put on the invoices' account."""

from decimal import Decimal
from typing import Any

from caravana.commerce.transfers.mapping import (
    LINE,
    TransferMapping,
    Variables,
    chosen_of,
    digest,
    entry_of,
    journal_of,
    made_of,
    memo,
)
from caravana.kit.callables import pure
from caravana.kit.errors import Unmappable


class Line(TransferMapping):
    """What `match-line` makes and reconciles, and `match-undo-line` takes apart."""

    @pure
    def line(self, variables: Variables) -> dict[str, Any]:
        """Return the body of `createOnce` on account.bank.statement.line; the line stands for the entry, in every round."""
        item = variables["item"]
        values = {
            "journal_id": journal_of(variables),
            "date": self.day_of(item),
            "amount": entry_of(item).amount,
            **_told(variables),
        }
        return {"external_id": _external_id(item["key"]), "values": values}

    @pure
    def line_change(self, variables: Variables) -> dict[str, Any] | None:
        """Return what a line of an earlier round says now, while its money is in suspense; None where it says that already."""
        [line], told = variables["lines"], _told(variables)
        now = {"partner_id": line["partner_id"][0] if line["partner_id"] else None, "payment_ref": line["payment_ref"]}
        return None if now == told else {"ids": [line["id"]], "values": told}

    @pure
    def line_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the items of the line, and of the invoices on the customers' account."""
        moves = [one["id"] for one in chosen_of(variables)["invoices"]]
        own = [["move_id", "=", _line_move(variables)]]
        owed: list[list[Any]] = [["move_id", "in", moves], ["account_type", "=", "asset_receivable"]]
        return {"domain": ["|", *own, *_and(owed)] if moves else own}

    @pure
    def debtor(self, variables: Variables) -> dict[str, Any]:
        """Return the customer, whose own account takes what pays no invoice."""
        return {"ids": [chosen_of(variables)["customer"]]}

    @pure
    def rewriting(self, variables: Variables) -> dict[str, Any]:
        """Return the line's suspense item put on the account of the invoices, or of the customer.

        Raises `Unmappable` when the invoices have several.
        """
        own = [one["property_account_receivable_id"] for one in variables["debtors"]]
        accounts = {one[0] for one in (*own, *(one["account_id"] for one in _of_invoices(variables))) if one}
        if len(accounts) != 1:
            raise Unmappable("the invoices are not of one account: book this transfer by hand")
        partner = chosen_of(variables)["customer"]
        return {"ids": [_counter_item(variables)], "values": {"account_id": accounts.pop(), "partner_id": partner}}

    @pure
    def line_items(self, variables: Variables) -> dict[str, Any] | None:
        """Return the items that are reconciled; None when the invoices were paid otherwise in the meantime."""
        owed = [one["id"] for one in _of_invoices(variables) if not one["reconciled"]]
        return {"line_ids": [_counter_item(variables), *owed]} if owed else None

    @pure
    def counter_item(self, variables: Variables) -> dict[str, Any]:
        """Return the line's item that stands against the invoices, of which is asked what is left."""
        return {"ids": [_counter_item(variables)]}

    @pure
    def line_matches(self, variables: Variables) -> list[dict[str, Any]]:
        """Return what is left of the line's money, in its currency."""
        [item] = variables["counter"]
        return [{"open_credit": str(abs(Decimal(item["amount_residual_currency"])))}]

    @pure
    def undone_line_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the items of the line that is undone."""
        return {"domain": [["move_id", "=", _line_move(variables)]]}

    @pure
    def undone_journal(self, variables: Variables) -> dict[str, Any]:
        """Return the line's journal, which says what the suspense account is."""
        return {"ids": [variables["lines"][0]["journal_id"][0]]}

    @pure
    def made_line(self, variables: Variables) -> bool:
        """Whether the credit that the bank takes back stands in the books as a line, on whatever account."""
        return bool(made_of(variables["kept"] or {}, LINE))

    @pure
    def line_back(self, variables: Variables) -> dict[str, Any] | None:
        """Return the bank's reversal as a line of the same journal, so that its balance is the bank's; None without the first."""
        reversal, lines = variables["reversal"], variables["lines"]
        if not lines:
            return None
        entry = entry_of(reversal)
        told = (*entry.structured, *entry.remittance, entry.references.bank or entry.references.entry)
        values = {
            "journal_id": lines[0]["journal_id"][0],
            "date": self.day_of(reversal),
            "payment_ref": " ".join(filter(None, told))[:80] or lines[0]["payment_ref"],
            "amount": entry.signed,
            "partner_id": lines[0]["partner_id"][0] if lines[0]["partner_id"] else False,
        }
        return {"external_id": _external_id(reversal["key"]), "values": values}

    @pure
    def into_suspense(self, variables: Variables) -> dict[str, Any]:
        """Return the line's item put back on the suspense account. Raises `Unmappable` when the journal has none."""
        account = variables["journals"][0]["suspense_account_id"]
        if not account:
            raise Unmappable("the journal has no suspense account: take the line apart in Odoo")
        return {"ids": [_counter_item(variables)], "values": {"account_id": account[0]}}


def _told(variables: Variables) -> dict[str, Any]:
    """What a line says of whose it is, and what it pays."""
    return {"payment_ref": memo(variables), "partner_id": chosen_of(variables)["customer"]}


def _external_id(key: str) -> str:
    """Return the name under which an entry's line exists once in Odoo."""
    return f"caravana.bank_line_{digest(key)}"


def _and(terms: list[list[Any]]) -> list[Any]:
    return [*["&"] * (len(terms) - 1), *terms]


def _of_invoices(variables: Variables) -> list[dict[str, Any]]:
    wanted = {one["id"] for one in chosen_of(variables)["invoices"]}
    return [one for one in variables["items"] if one["move_id"][0] in wanted]


def _line_move(variables: Variables) -> int:
    """The entry that Odoo made of the line."""
    [line] = variables["lines"]
    return int(line["move_id"][0])


def _counter_item(variables: Variables) -> int:
    """The line's item that is not on the bank's account: what the bank has not yet been matched with."""
    move = _line_move(variables)
    own = [one for one in variables["items"] if one["move_id"][0] == move and one["balance"] < 0]
    if len(own) != 1:
        raise Unmappable("the statement line was changed by hand: match it in Odoo")
    return int(own[0]["id"])
