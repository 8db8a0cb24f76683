"""A whole batch at once: what suffices is settled strongest evidence first, and nothing that two credits could claim."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from caravana.commerce.matching.candidate import Credit, Customer, Item, Items
from caravana.commerce.matching.clue import EXACT, Clues, OpenItems, Policy, Proposer, suffices
from caravana.commerce.matching.learning import Habits
from caravana.commerce.matching.payer import Payers
from caravana.commerce.matching.proposal import Decision, Fit, Proposal, Words
from caravana.commerce.matching.reference import Strength
from caravana.commerce.matching.withholding import Withholding, shipped

SHOWN = 5
"""Proposals that are kept for a person."""
_RUC = 13
NOBODY: Words = ("no se sabe quién pagó", "nobody knows who paid")
AMOUNT_ALONE: Words = ("solo coincide el valor", "only the amount agrees")
SEVERAL: Words = ("hay varias posibilidades", "there are several possibilities")
NOT_ENOUGH: Words = ("los indicios no bastan", "the evidence does not suffice")
FOREIGN: Words = ("nombra la factura {}, que es en {}", "it names the invoice {}, which is in {}")
TWINS: Words = ("otro ingreso del mismo lote sirve para la misma factura", "another credit would pay the same invoice")
PAID: Words = ("otro ingreso del mismo lote ya paga la factura", "another credit of the batch pays the invoice already")


class Matcher:
    """Matches credits to what is open. Nothing is remembered between batches."""

    def __init__(
        self,
        items: Iterable[Item],
        customers: Iterable[Customer],
        *,
        habits: Habits | None = None,
        withholding: Withholding | None = None,
        policy: Policy | None = None,
    ) -> None:
        """`items`: all that is open; `customers`: whose they are, at least; `habits`: what was learned."""
        self._items = Items(items)
        known = list(customers)
        self._tax_ids = {one.id: one.tax_id for one in known}
        self._payers = Payers(known, habits or Habits())
        self._proposer = Proposer(self._items, self._payers, withholding or shipped(), policy or Policy())

    def match(self, credits_: Sequence[Credit]) -> list[Decision]:
        """Return what is to be done with each credit, in their order."""
        return _Batch(self._items, self._payers, self._proposer, self._tax_ids, credits_).settle()


class _Batch:
    """One batch while it is settled."""

    def __init__(
        self,
        items: Items,
        payers: Payers,
        proposer: Proposer,
        tax_ids: Mapping[int, str | None],
        credits_: Sequence[Credit],
    ) -> None:
        self._proposer = proposer
        self._tax_ids = tax_ids
        self._open = OpenItems(items)
        self._clues = {one.key: Clues.of(one, items, payers) for one in credits_}
        self._chosen: dict[str, Proposal] = {}
        self._why: dict[str, Words] = {}

    def settle(self) -> list[Decision]:
        """Named invoices first, then exact amounts of known payers, then combinations and what was withheld."""
        self._claim(self._named())
        self._claim_equals()
        self._claim(self._exact())
        self._claim(self._indirect())
        return [self._decision(clues) for clues in self._clues.values()]

    def _left(self) -> list[Clues]:
        """Credits that are not settled and not doubted, oldest first."""
        left = (one for key, one in self._clues.items() if key not in self._chosen and key not in self._why)
        return sorted(left, key=lambda one: (one.credit.day, one.credit.key))

    # What each credit would claim.

    def _named(self) -> dict[str, Proposal]:
        claims = {}
        for clues in self._left():
            found = [one for one in self._proposer.named(clues) if suffices(one)]
            chosen = _only_one(found)
            if chosen is not None and not chosen.doubtful and not self._doubted(clues, chosen):
                claims[clues.credit.key] = chosen
            elif found:
                self._why[clues.credit.key] = SEVERAL
        return claims

    def _doubted(self, clues: Clues, chosen: Proposal) -> bool:
        """Whether who is sure to have paid has an invoice of just this amount, and the reference does not fit as well."""
        sure = clues.sure
        if sure is None or (chosen.fit in EXACT and _strength(chosen) >= Strength.FULL):
            return False
        if chosen.fit in EXACT and sure.customer == chosen.customer:
            return False
        items = self._open.of(sure.customer)
        return any(one.residual == clues.credit.amount and one.currency == clues.credit.currency for one in items)

    def _exact(self) -> dict[str, Proposal]:
        """The only open invoice of a known payer with just this amount."""
        claims = {}
        for clues in self._left():
            found = self._equals(clues)
            if len(found) == 1:
                claims[clues.credit.key] = found[0]
        return claims

    def _equals(self, clues: Clues) -> list[Proposal]:
        payer = clues.sure
        if payer is None or _names_another(clues):
            return []
        items = self._open.of(payer.customer)
        return [one for one in self._proposer.paid_by(clues, payer, items) if one.fit is Fit.EXACT]

    def _indirect(self) -> dict[str, Proposal]:
        """Combinations, and invoices net of withholding: exactly one of either, and no exact invoice beside it."""
        claims = {}
        for clues in self._left():
            payer = clues.sure
            if payer is None or _names_another(clues) or self._equals(clues):
                continue
            items = self._open.of(payer.customer)
            several = self._proposer.sure_combination(clues, payer, items)
            near = [
                one for one in self._proposer.paid_by(clues, payer, items) if one.fit is Fit.FEE or self._withholds(one)
            ]
            found = [*near, *([several] if several is not None else [])]
            if len(found) == 1 and suffices(found[0]):
                claims[clues.credit.key] = found[0]
            elif len(found) > 1:
                self._why[clues.credit.key] = SEVERAL
        return claims

    def _withholds(self, one: Proposal) -> bool:
        """Whether the customer may withhold: who has only a cédula does not."""
        tax_id = self._tax_ids.get(one.customer)
        return not tax_id or len(tax_id) == _RUC

    # Settling.

    def _claim(self, claims: Mapping[str, Proposal]) -> None:
        """Settle what nobody else claims; of several who claim more than is open, only one payer's own, oldest first."""
        rivals: dict[int, list[str]] = defaultdict(list)
        for key, one in claims.items():
            for share in one.shares:
                rivals[share.item.id].append(key)
        for key, one in claims.items():
            if any(self._contested(claims, rivals[share.item.id]) for share in one.shares):
                self._why[key] = TWINS
            elif all(self._open.left(share.item) >= share.amount for share in one.shares):
                self._chosen[key] = one
                self._open.take(one)
            else:
                self._why[key] = PAID

    def _contested(self, claims: Mapping[str, Proposal], keys: Sequence[str]) -> bool:
        """Whether several claim the same, more than is open, and are not all known to be the same payer."""
        if len(keys) < 2:
            return False
        shares = [share for key in keys for share in claims[key].shares]
        item = next(
            one.item for one in claims[keys[0]].shares if sum(share.item.id == one.item.id for share in shares) > 1
        )
        wanted = sum(share.amount for share in shares if share.item.id == item.id)
        payers = [self._clues[key].sure for key in keys]
        same = all(one is not None and one.customer == item.customer for one in payers)
        return wanted > item.residual and not same

    def _claim_equals(self) -> None:
        """As many equal credits of one payer as he has equal invoices: each pays one, oldest first."""
        groups: dict[tuple[int, str, int], list[Clues]] = defaultdict(list)
        for clues in self._left():
            if clues.sure is not None and len(self._equals(clues)) > 1:
                groups[clues.sure.customer, clues.credit.currency, clues.credit.amount].append(clues)
        for several in groups.values():
            found = self._equals(several[0])
            if len(several) < len(found):
                self._why |= {one.credit.key: SEVERAL for one in several}
                continue
            for clues, place in zip(several, range(len(found)), strict=False):
                chosen = self._equals(clues)[0]
                self._chosen[clues.credit.key] = chosen
                self._open.take(chosen)
                del place

    def _decision(self, clues: Clues) -> Decision:
        key = clues.credit.key
        others = self._proposer.for_a_person(clues, self._open)
        chosen = self._chosen.get(key)
        if chosen is not None:
            rest = [one for one in others if one.what != chosen.what]
            return Decision(key, (chosen, *rest[: SHOWN - 1]), automatic=True)
        return Decision(key, tuple(others[:SHOWN]), why=self._why.get(key) or _why(clues, others))


def _why(clues: Clues, proposals: Sequence[Proposal]) -> Words:
    if clues.foreign:
        named = clues.foreign[0].item
        return FOREIGN[0].format(named.number, named.currency), FOREIGN[1].format(named.number, named.currency)
    if not clues.payers and not clues.mentions:
        return AMOUNT_ALONE if proposals else NOBODY
    return NOT_ENOUGH


def _only_one(found: Sequence[Proposal]) -> Proposal | None:
    """The one that stands out: an exact amount before others, then the stronger reference; None when two are equal."""
    for kind in (EXACT, tuple(Fit)):
        best = [one for one in found if one.fit in kind]
        if best:
            strongest = max(map(_strength, best))
            best = [one for one in best if _strength(one) == strongest]
            known = [one for one in best if one.payer is not None and one.payer.sure]
            what = {one.what for one in known or best}
            return (known or best)[0] if len(what) == 1 else None
    return None


def _strength(one: Proposal) -> Strength:
    return one.mention.strength if one.mention is not None else Strength.CUT


def _names_another(clues: Clues) -> bool:
    """Whether the credit names, in full, invoices that it does not pay by the amount: then a person looks."""
    return bool(clues.foreign) or any(one.strength >= Strength.REBUILT for one in clues.mentions)
