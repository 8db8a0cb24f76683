"""The pure callables of the flow `matching`, named `transfers.…` in its routes: from bank entries to payments in Odoo."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from caravana.commerce.matching import Decision, Habits, Matcher, Proposal
from caravana.commerce.matching.candidate import Credit
from caravana.commerce.matching.clue import Policy
from caravana.commerce.matching.learning import Habit
from caravana.commerce.matching.records import credit_of, customer_of, item_of, major, minor
from caravana.commerce.matching.withholding import Withholding
from caravana.commerce.question import chosen_by_hand, question
from caravana.component.bank.entry import Entry
from caravana.kit.callables import Configured, pure
from caravana.kit.errors import ConfigurationError

Variables = Mapping[str, Any]
Item = dict[str, Any]
POSTINGS = ("payment", "statement_line")
CHANGED = {"es": "la factura ya no está abierta por ese saldo", "en": "the invoice is no longer open for that amount"}
LEFT_OVER = {
    "es": "pero la factura se pagó mientras tanto por otro medio, y el dinero quedó a favor del cliente",
    "en": "but the invoice was paid otherwise in the meantime, and the money is the customer's credit",
}
UNDONE = {"es": "una persona lo deshizo", "en": "a person undid it"}
TAKEN_BACK = {"es": "el banco devolvió el ingreso", "en": "the bank took the credit back"}
NOBODYS = {
    "es": "no se sabe de qué empresa es la cuenta: falta en `bank_accounts` de su sucursal",
    "en": "it is not known which company's the account is: it is missing in its branch's `bank_accounts`",
}
NOTHING_BACK = {
    "es": "el banco devuelve un ingreso y no se sabe cuál", "en": "the bank takes a credit back, and it is not clear which"
}  # fmt: skip


@dataclass(frozen=True)
class TransferSettings:
    """How payments are made.

    - `posting`: one of `POSTINGS`; `journals`: account of the bank → Odoo's journal
    - `fee`: cents that a bank may keep; `withholding`: percentages, None: those shipped
    """

    posting: str = "payment"
    journals: Mapping[str, int] = field(default_factory=dict)
    fee: int = 500
    withholding: Mapping[str, Sequence[str]] | None = None


class Transfers(Configured):
    """Mappings between the bank's entries, proposals and Odoo's payments."""

    def __init__(self, settings: TransferSettings) -> None:
        """`settings`: how payments are made."""
        self._settings = settings

    @property
    def settings(self) -> dict[str, Any]:
        """How payments are made."""
        return asdict(self._settings)

    def with_settings(self, settings: Mapping[str, Any]) -> "Transfers":
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            return Transfers(TransferSettings(**settings))
        except TypeError as error:
            raise ConfigurationError(f"the settings of `transfers` were others then: {error}") from None

    # Looking.

    @pure
    def invoice_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the open customer invoices of the batch's company."""
        return {"domain": [*_OPEN, *_company(variables["batch"]["company"])]}

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
        """Return what is to be done with each entry of the batch: post, ask or take back."""
        batch = variables["batch"]
        if not batch.get("known", True):
            return [_about(_bare(batch, one, NOBODYS)) for one in batch["entries"]]
        back = [one for one in batch["entries"] if "takes_back" in one]
        gone = {one["takes_back"][0]["key"] for one in back if len(one["takes_back"]) == 1}
        money = [one for one in batch["entries"] if "takes_back" not in one and one["key"] not in gone]
        credits_ = [_credit(one, [each["code"] for each in one.get("codes", ())]) for one in money]
        names = {one["id"]: one["name"] for one in variables["customers"]}
        decided = self._matcher(variables).match(credits_)
        branches = {one["id"]: one.get("branch") for one in variables["invoices"]}
        found = [_item(batch, *each, names, branches) for each in zip(money, decided, credits_, strict=True)]
        return [*found, *(_taking_back(batch, one) for one in back)]

    def _matcher(self, variables: Variables) -> Matcher:
        """Over all that is open."""
        accounts: dict[int, list[str]] = {}
        for one in variables["accounts"]:
            accounts.setdefault(one["partner_id"][0], []).append("".join(str(one["acc_number"]).split()))
        customers = [customer_of(one, tuple(accounts.get(one["id"], ()))) for one in variables["customers"]]
        habits = Habits({one["key"]: _read(one["value"]) for one in variables["habits"]})
        table = self._settings.withholding
        withholding = None if table is None else Withholding.read(table, "settings.bank.withholding")
        issued: dict[str, list[str]] = {}
        for one in (each for entry in variables["batch"]["entries"] for each in entry.get("codes", ())):
            issued.setdefault(one["name"], []).append(one["code"])
        items = (item_of(one, issued) for one in variables["invoices"])
        return Matcher(items, customers, habits=habits, withholding=withholding, policy=Policy(fee=self._settings.fee))

    # Posting.

    @pure
    def may_post(self, variables: Variables) -> bool:
        """Whether the entry has not been posted, left or taken back in the meantime."""
        kept, item = variables["kept"], variables["item"]
        if kept is None:
            return True
        if kept["state"] == "posting":
            return bool(kept["chosen"] == item["match"]["chosen"])
        by_hand = item["match"]["by"] is not None
        return kept["state"] in (("proposed", "undone", "left") if by_hand else ("proposed",))

    @pure
    def invoice_ids(self, variables: Variables) -> dict[str, Any] | None:
        """Return the invoices that are to be paid; None without any."""
        ids = [one["id"] for one in _chosen(variables)["invoices"]]
        return {"ids": ids} if ids else None

    @pure
    def posting(self, variables: Variables) -> dict[str, Any]:
        """Return the match as under way: until it is posted nothing else is decided of it."""
        return {"match": {**variables["item"]["match"], "state": "posting"}, "review": None}

    @pure
    def still_fits(self, variables: Variables) -> bool:
        """Whether every invoice is still open for what was proposed: a card or a clerk may have been faster."""
        now = {one["id"]: one for one in variables["now"]}
        wanted = _chosen(variables)["invoices"]
        return all(
            one["id"] in now
            and now[one["id"]]["state"] == "posted"
            and Decimal(now[one["id"]]["amount_residual"]) == Decimal(one["residual"])
            for one in wanted
        )

    @pure
    def journal_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the journal of the entry's account, else for the company's first of a bank."""
        item = variables["item"]
        journal = self._settings.journals.get(item["entry"]["account"])
        if journal is not None:
            return {"domain": [["id", "=", journal]], "order": "id", "limit": 1}
        return {"domain": [["type", "=", "bank"], *_company(item["company"])], "order": "sequence, id", "limit": 1}

    @pure
    def is_payment(self) -> bool:
        """Whether entries become payments; else lines of a bank statement."""
        return self._settings.posting == "payment"

    @pure
    def payment(self, variables: Variables) -> dict[str, Any]:
        """Return the body of `createOnce` on account.payment."""
        item, entry = variables["item"], _entry(variables["item"])
        values = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": _chosen(variables)["customer"],
            "amount": entry.amount,
            "date": _day(item),
            "journal_id": _journal(variables),
            "memo": _memo(variables),
        }
        if variables["now"]:
            values["currency_id"] = variables["now"][0]["currency_id"][0]
        return {"external_id": external_id(item), "values": values}

    @pure
    def made_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the payment or line that was made."""
        return {"ids": [variables["made"]["id"]]}

    @pure
    def pairs(self, variables: Variables) -> list[dict[str, Any]]:
        """Return payment and invoice for each invoice that is paid."""
        return [
            {"payment_id": variables["made"]["id"], "invoice_id": one["id"]} for one in _chosen(variables)["invoices"]
        ]

    @pure
    def line(self, variables: Variables) -> dict[str, Any]:
        """Return the body of `createOnce` on account.bank.statement.line; the line stands for the entry, in every round."""
        item = variables["item"]
        values = {
            "journal_id": _journal(variables),
            "date": _day(item),
            "payment_ref": _memo(variables),
            "amount": _entry(item).amount,
            "partner_id": _chosen(variables)["customer"],
        }
        return {"external_id": f"caravana.bank_line_{_digest(item['key'])}", "values": values}

    @pure
    def line_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the items of the line, and of the invoices on the customers' account."""
        moves = [one["id"] for one in _chosen(variables)["invoices"]]
        own = [["move_id", "=", _line_move(variables)]]
        owed: list[list[Any]] = [["move_id", "in", moves], ["account_type", "=", "asset_receivable"]]
        return {"domain": ["|", *own, *_and(owed)] if moves else own}

    @pure
    def rewriting(self, variables: Variables) -> dict[str, Any]:
        """Return the line's suspense item put on the invoices' account. Raises `ValueError` when they have several."""
        accounts = {one["account_id"][0] for one in _of_invoices(variables)}
        if len(accounts) != 1:
            raise ValueError("the invoices are not of one account: book this transfer by hand")
        partner = _chosen(variables)["customer"]
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
        """Return what is left of the line's money."""
        [item] = variables["counter"]
        return [{"open_credit": str(abs(Decimal(item["amount_residual"])))}]

    @pure
    def posted(self, variables: Variables) -> dict[str, Any]:
        """Return the match as posted; a person is asked when more is left of the money than was to be."""
        item = variables["item"]
        matches = variables["matches"] or []
        left = max((Decimal(one["open_credit"]) for one in matches[-1:]), default=Decimal(0))
        model = "account.payment" if self._settings.posting == "payment" else "account.bank.statement.line"
        made = {"model": model, "id": variables["made"]["id"]}
        match = {**item["match"], "state": "posted", "made": made, "at": item["now"]}
        expected = Decimal(match["chosen"]["surplus"])
        return {"match": match, "review": question(match, LEFT_OVER) if matches and left > expected else None}

    @pure
    def changed(self, variables: Variables) -> dict[str, Any]:
        """Return the match as one of which a person is asked, because the invoice is another now."""
        item = variables["item"]
        match = {**item["match"], "state": "proposed", "why": CHANGED, "automatic": False, "by": None}
        return {"match": match, "review": question(match, CHANGED)}

    # Asking, deciding, undoing.

    @pure
    def asked(self, variables: Variables) -> dict[str, Any]:
        """Return the match as one of which a person is asked."""
        item = variables["item"]
        return {"match": item["match"], "review": question(item["match"], item["match"]["why"])}

    @pure
    def chooses(self, variables: Variables) -> bool:
        """Whether a person chose invoices, of a transfer whose company is known: numbers of one are another's, too."""
        decision = variables["decision"]
        return bool(decision["act"] == "choose" and decision["match"].get("known", True))

    @pure
    def chosen_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the invoices that a person chose by number."""
        numbers = list(variables["decision"].get("invoices") or [])
        either = ["|", ["name", "in", numbers], ["l10n_latam_document_number", "in", numbers]]
        return {"domain": [*_OPEN, *either, *_company(variables["decision"]["match"]["company"])]}

    @pure
    def decided(self, variables: Variables) -> Item | None:
        """Return what a person decided as what is to be posted; None when none of what he chose is open."""
        decision = variables["decision"]
        match = decision["match"]
        if decision["act"] == "accept":
            chosen = match["proposals"][int(decision.get("number") or 1) - 1]
        else:
            entry = Entry.from_record(match["bank"])
            chosen = chosen_by_hand(
                list(map(item_of, variables["found"] or ())), minor(entry.amount, entry.currency), entry.currency
            )
        if chosen is None:
            return None
        if decision["act"] == "choose":
            chosen = {**chosen, "customer_name": variables["found"][0]["commercial_partner_id"][1]}
        made = {**match, "chosen": chosen, "by": decision["actor"], "automatic": False}
        return _about(made)

    @pure
    def not_found(self, variables: Variables) -> dict[str, Any]:
        """Return the match as it was: what a person chose is not open."""
        match = {**variables["decision"]["match"], "state": "proposed"}
        return {"match": match, "review": question(match, CHANGED if match.get("known", True) else NOBODYS)}

    @pure
    def undoing(self, variables: Variables) -> Item:
        """Return the match that a person wants undone."""
        item = _about(variables["decision"]["match"])
        return {**item, "takes": item, "actor": variables["decision"]["actor"]}

    @pure
    def unwound(self, variables: Variables) -> Item:
        """Return the match that is undone, with the reversal or the person that wants it so."""
        reversal = variables["reversal"]
        taken = reversal["takes"]
        return {
            **taken,
            "reversal": None if taken["key"] == reversal["key"] else reversal["key"],
            "actor": reversal.get("actor"),
        }

    @pure
    def is_posted(self, variables: Variables) -> bool:
        """Whether the match is in the books, by the hub; a person's undoing is of one round only."""
        kept, item = variables["kept"], variables["item"]
        if kept is None or kept["state"] != "posted":
            return False
        return item["reversal"] is not None or kept["round"] == item["match"]["round"]

    @pure
    def is_taken_back(self, variables: Variables) -> bool:
        """Whether the bank takes it back."""
        return variables["item"]["reversal"] is not None

    @pure
    def never_posted(self, variables: Variables) -> dict[str, Any]:
        """Return the match of a credit that the bank took back before it was posted."""
        item = variables["item"]
        match = variables["kept"] or item["match"]
        return {
            "match": {**match, "state": "reversed", "why": TAKEN_BACK, "reversal": item["reversal"]},
            "review": None,
        }

    @pure
    def made_payment(self, variables: Variables) -> bool:
        """Whether it stands there as a payment."""
        return bool(variables["kept"]["made"]["model"] == "account.payment")

    @pure
    def undone_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the payment or line that is undone."""
        return {"ids": [variables["kept"]["made"]["id"]]}

    @pure
    def undone_line_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the items of the line that is undone."""
        return {"domain": [["move_id", "=", _line_move(variables)]]}

    @pure
    def undone_journal(self, variables: Variables) -> dict[str, Any]:
        """Return the line's journal, which says what the suspense account is."""
        return {"ids": [variables["lines"][0]["journal_id"][0]]}

    @pure
    def into_suspense(self, variables: Variables) -> dict[str, Any]:
        """Return the line's item put back on the suspense account. Raises `ValueError` when the journal has none."""
        account = variables["journals"][0]["suspense_account_id"]
        if not account:
            raise ValueError("the journal has no suspense account: take the line apart in Odoo")
        return {"ids": [_counter_item(variables)], "values": {"account_id": account[0]}}

    @pure
    def undone(self, variables: Variables) -> dict[str, Any]:
        """Return the match after it was undone: of a person's undoing a person is asked, the bank's needs none."""
        item, kept = variables["item"], variables["kept"]
        if item["reversal"] is not None:
            return {
                "match": {**kept, "state": "reversed", "why": TAKEN_BACK, "reversal": item["reversal"]},
                "review": None,
            }
        match = {**kept, "state": "undone", "automatic": False, "by": item["actor"], "why": UNDONE, "hand": True}
        match["round"] = kept["round"] + 1
        return {"match": match, "review": question(match, UNDONE)}

    @pure
    def reversal(self, variables: Variables) -> dict[str, Any]:
        """Return the reversal itself as settled."""
        return {"match": {**variables["reversal"]["match"], "state": "reversed", "why": TAKEN_BACK}, "review": None}

    # Learning.

    @pure
    def habit_key(self, variables: Variables) -> str | None:
        """Return under which key it is kept that this payer pays for this customer; None when nothing names the payer."""
        habit = Habits().learned(_credit(variables["item"]), _chosen(variables)["customer"])
        return None if habit is None else Habits.key(habit.payer, habit.customer)

    @pure
    def learned(self, variables: Variables) -> dict[str, Any] | None:
        """Return the habit after a person decided so."""
        return self._habit(variables, "learned")

    @pure
    def lowered(self, variables: Variables) -> dict[str, Any] | None:
        """Return the habit after a match was undone; None when nothing was learned of it."""
        return self._habit(variables, "lowered")

    def _habit(self, variables: Variables, way: str) -> dict[str, Any] | None:
        kept, chosen = variables["habit"], _chosen(variables)
        habits = Habits() if kept is None else Habits({Habits.key(kept["payer"], kept["customer"]): _read(kept)})
        habit: Habit | None = getattr(habits, way)(_credit(variables["item"]), chosen["customer"])
        if habit is None:
            return None if kept is None else dict(kept)
        return {**habit.as_record(), "name": chosen.get("customer_name")}


_OPEN = [
    ["move_type", "=", "out_invoice"],
    ["state", "=", "posted"],
    ["payment_state", "in", ["not_paid", "partial"]],
    ["amount_residual", ">", 0],
]


def external_id(item: Item) -> str:
    """Return the name under which the entry's payment exists once in Odoo; after an undoing it is another."""
    return f"caravana.bank_{_digest(item['key'])}_{item['match']['round']}"


def _digest(key: str) -> str:
    return blake2b(key.encode(), digest_size=10).hexdigest()


def _company(company: int | None) -> list[list[Any]]:
    return [] if company is None else [["company_id", "=", company]]


def _and(terms: list[list[Any]]) -> list[Any]:
    return [*["&"] * (len(terms) - 1), *terms]


def _credit(item: Mapping[str, Any], codes: Sequence[str] = ()) -> Credit:
    return credit_of(item["key"], Entry.from_record(item["entry"]), codes=codes)


def _entry(item: Item) -> Entry:
    return Entry.from_record(item["entry"])


def _day(item: Item) -> str:
    day: date | None = _entry(item).day
    return (day or datetime.fromisoformat(item["now"]).date()).isoformat()


def _chosen(variables: Variables) -> dict[str, Any]:
    chosen: dict[str, Any] = variables["item"]["match"]["chosen"]
    return chosen


def _journal(variables: Variables) -> int:
    if not variables["journals"]:
        raise ValueError("Odoo has no bank journal for the account: set `bank.journals`")
    return int(variables["journals"][0]["id"])


def _memo(variables: Variables) -> str:
    entry = _entry(variables["item"])
    numbers = ", ".join(one["number"] for one in _chosen(variables)["invoices"])
    told = " ".join((*entry.structured, *entry.remittance))[:80]
    return " ".join(filter(None, (numbers, told, entry.references.bank or entry.references.entry)))


def _of_invoices(variables: Variables) -> list[dict[str, Any]]:
    wanted = {one["id"] for one in _chosen(variables)["invoices"]}
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
        raise ValueError("the statement line was changed by hand: match it in Odoo")
    return int(own[0]["id"])


def _read(record: Mapping[str, Any]) -> Habit:
    return Habit(**{name: record[name] for name in Habit.__dataclass_fields__ if name in record})


def _item(
    batch: Mapping[str, Any],
    one: Mapping[str, Any],
    decision: Decision,
    credit: Credit,
    names: Mapping[int, str],
    branches: Mapping[int, Any],
) -> Item:
    """An entry with what was decided of it. What a person undid, or left, is never posted without a person.

    Of an account that several branches share, the first invoice's branch is the entry's.
    """
    before = one.get("before")
    hand = bool(before and before.get("hand"))
    proposals = [_said(each, credit.currency, names) for each in decision.proposals]
    match = {
        "entry": one["key"],
        "bank": one["entry"],
        "state": "undone" if hand else "proposed",
        "automatic": decision.automatic and not hand,
        "hand": hand,
        "by": None,
        "why": before["why"] if before and hand else {"es": decision.why[0], "en": decision.why[1]},
        "margin": decision.margin,
        "proposals": proposals,
        "chosen": proposals[0] if proposals else None,
        **_placed(batch, one),
    }
    paid = [each["id"] for each in proposals[0]["invoices"]] if proposals else []
    branch = branches.get(paid[0]) if paid and match["branch"] is None else None
    return _about({**match, "branch": branch} if isinstance(branch, str) else match)


def _placed(batch: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Whose an entry is, how often it was booked, and since when it waits."""
    before = one.get("before")
    return {
        "branch": one["branch"],
        **{name: batch[name] for name in ("connection", "company")},
        "known": batch.get("known", True),
        "round": before["round"] if before else 1,
        "since": before["since"] if before else batch["now"],
        "now": batch["now"],
    }


def _about(match: Mapping[str, Any]) -> Item:
    """What routes carry of a match."""
    chosen = match.get("chosen")
    return {
        "kind": "post" if match["automatic"] or match.get("by") else "ask",
        "key": match["entry"],
        "entry": match["bank"],
        "customer": chosen["customer"] if chosen else None,
        "now": match["now"],
        **{name: match[name] for name in ("branch", "connection", "company")},
        "match": dict(match),
    }


def _said(one: Proposal, currency: str, names: Mapping[int, str]) -> dict[str, Any]:
    """A proposal with amounts in the currency, as it is kept and shown."""
    said = one.as_json()
    invoices = [
        {**each, **{name: str(major(each[name], currency)) for name in ("amount", "residual")}}
        for each in said["invoices"]
    ]
    return {
        **said,
        "invoices": invoices,
        "surplus": str(major(said["surplus"], currency)),
        "customer_name": names.get(one.customer),
        "currency": currency,
    }


def _taking_back(batch: Mapping[str, Any], one: Mapping[str, Any]) -> Item:
    """A reversal with the one credit that it takes back; of none, or several, a person is asked."""
    known = one["takes_back"]
    match = _bare(batch, one, NOTHING_BACK)
    item = _about(match)
    if len(known) != 1:
        return item
    taken = known[0]["match"] or _bare(batch, {**known[0], "branch": one["branch"]}, TAKEN_BACK)
    return {**item, "kind": "unwind", "takes": _about(taken)}


def _bare(batch: Mapping[str, Any], one: Mapping[str, Any], why: Mapping[str, str]) -> dict[str, Any]:
    """A match without proposals."""
    return {
        "entry": one["key"],
        "bank": one["entry"],
        "state": "proposed",
        "automatic": False,
        "hand": False,
        "by": None,
        "why": why,
        "margin": None,
        "proposals": [],
        "chosen": None,
        **_placed(batch, one),
    }
