"""All that one credit says, and what may be done with it: every proposal, with what it rests on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from caravana.commerce.matching.candidate import Credit, Item, Items
from caravana.commerce.matching.combination import Search, only, search
from caravana.commerce.matching.payer import Payer, Payers
from caravana.commerce.matching.proposal import Fit, Proposal, Rule, Share, Words
from caravana.commerce.matching.reference import Mention, Strength, mentions
from caravana.commerce.matching.withholding import Withholding

_MENTIONS = 40
"""Invoices that one credit may name."""
_ALIKE = 3
"""Customers of a like name whose invoices are looked at."""
_EQUAL = 5
"""Invoices of just this amount, of anybody, that are proposed."""
EXACT = (Fit.EXACT, Fit.COMBINED)


@dataclass(frozen=True)
class Policy:
    """What is tolerated.

    - `fee`, `fee_percent`: what a bank may have kept of a transfer, in minor units, and at most that share of the invoice
    - `chance`: how many sets of invoices may fit by chance for a combination to count
    """

    fee: int = 500
    fee_percent: int = 5
    chance: float = 0.005


@dataclass(frozen=True)
class Clues:
    """A credit, the invoices that it names, and who may have paid.

    `foreign`: those that it names for certain, and cannot pay, since they are in another currency.
    """

    credit: Credit
    mentions: tuple[Mention, ...]
    payers: tuple[Payer, ...]
    foreign: tuple[Mention, ...] = ()

    @classmethod
    def of(cls, credit: Credit, items: Items, payers: Payers) -> "Clues":
        """Read the credit. Of a number that is cut, only invoices count that the amount or the payer speaks for, too."""
        known = tuple(payers.of(credit))
        customers = {one.customer for one in known}
        named = mentions(credit, items)
        own = (one for one in named if one.item.currency == credit.currency)
        found = (
            one
            for one in own
            if one.strength > Strength.CUT or one.item.residual == credit.amount or one.item.customer in customers
        )
        foreign = (one for one in named if one.item.currency != credit.currency and one.strength >= Strength.REBUILT)
        return cls(credit, tuple(found), known, tuple(foreign))

    @property
    def sure(self) -> Payer | None:
        """Who paid, when one customer alone is sure to have."""
        found = [one for one in self.payers if one.sure]
        return found[0] if len(found) == 1 else None

    def payer(self, customer: int) -> Payer | None:
        """Return this customer as who may have paid."""
        return next((one for one in self.payers if one.customer == customer), None)


class Proposer:
    """Proposes, over invoices that are open."""

    def __init__(self, items: Items, payers: Payers, withholding: Withholding, policy: Policy) -> None:
        """`items`: open ones; `policy`: what is tolerated."""
        self._items = items
        self._payers = payers
        self._withholding = withholding
        self._policy = policy

    def fit(self, item: Item, amount: int) -> tuple[Fit, tuple[Words, ...]]:
        """Return how `amount` stands to one invoice, with what is to be said of it."""
        missing = item.residual - amount
        if missing == 0:
            return Fit.EXACT, ()
        if missing < 0:
            return Fit.SURPLUS, ()
        ways = self._withholding.of(item, amount)
        if ways:
            spanish, english = (" / ".join(one.said(tax) for one in ways[:3]) for tax in ("renta", "income tax"))
            return Fit.NET, ((f"retención: {spanish}", f"withheld: {english}"),)
        if missing <= self._policy.fee and missing * 100 <= item.residual * self._policy.fee_percent:
            return Fit.FEE, ()
        return Fit.PART, ()

    def named(self, clues: Clues, free: Iterable[Mention] | None = None) -> list[Proposal]:
        """Return proposals for the invoices that the credit names: each alone, and together where they add up."""
        found = list(clues.mentions if free is None else free)[:_MENTIONS]
        singles = [self._single(clues, one.item, Rule.REFERENCE, one) for one in found]
        together = list(self._together(clues, found))
        beyond = [
            one for one in singles if one.fit is Fit.SURPLUS and one.mention and one.mention.strength > Strength.CUT
        ]
        more = [one for single in beyond for one in self._with_others(clues, single)] if not together else []
        return [*singles, *together, *more]

    def _with_others(self, clues: Clues, single: Proposal) -> Iterator[Proposal]:
        """More than the invoice named: perhaps others of the customer too, whose numbers were left out or cut off."""
        named = single.shares[0].item
        others = [one for one in self._items.by_customer[named.customer] if one.id != named.id]
        rest = clues.credit.amount - named.residual
        alone = [(one,) for one in others if one.residual == rest and one.currency == named.currency]
        done = search(others, rest) if not alone else Search(tuple(alone), len(others))
        doubtful = done.sums > self._policy.chance * rest
        for items in done.found:
            yield replace(self._combined(clues, (named, *items), Rule.REFERENCE, single.mention), doubtful=doubtful)

    def _together(self, clues: Clues, found: Sequence[Mention]) -> Iterator[Proposal]:
        by_customer: dict[int, list[Mention]] = {}
        for one in found:
            if one.strength > Strength.CUT:
                by_customer.setdefault(one.item.customer, []).append(one)
        for several in by_customer.values():
            if len(several) > 1:
                named = {one.item.id: one for one in several}
                fits = only([one.item for one in several], clues.credit.amount)
                if fits is not None:
                    weakest = min((named[one.id] for one in fits.items), key=lambda one: one.strength)
                    yield self._combined(clues, fits.items, Rule.REFERENCE, weakest)

    def paid_by(self, clues: Clues, payer: Payer, items: Sequence[Item]) -> list[Proposal]:
        """Return proposals for open invoices of a payer by the amount: exact, net of withholding, less a fee."""
        amount = clues.credit.amount
        near = [one for one in items if one.currency == clues.credit.currency and self._near(one, amount)]
        found = [self._single(clues, one, Rule.PAYER) for one in near]
        return [one for one in found if one.fit in (Fit.EXACT, Fit.NET, Fit.FEE)]

    def _near(self, item: Item, amount: int) -> bool:
        missing = item.residual - amount
        return missing >= 0 and (missing <= self._policy.fee or self._withholding.may_be(item, amount))

    def combined(self, clues: Clues, payer: Payer, items: Sequence[Item]) -> list[Proposal]:
        """Return proposals for several open invoices of a payer; automatic only with the one that `sure_combination` gives."""
        usable = [one for one in items if one.currency == clues.credit.currency]
        done = search(usable, clues.credit.amount)
        return [self._combined(clues, one, Rule.COMBINATION) for one in done.found]

    def sure_combination(self, clues: Clues, payer: Payer, items: Sequence[Item]) -> Proposal | None:
        """Return the only smallest combination, when that it fits is no chance."""
        usable = [one for one in items if one.currency == clues.credit.currency]
        found = only(usable, clues.credit.amount)
        if found is None or found.chance > self._policy.chance:
            return None
        return self._combined(clues, found.items, Rule.COMBINATION)

    def for_a_person(self, clues: Clues, open_items: "OpenItems") -> list[Proposal]:
        """Return all proposals by what is still open, each thing to do once, best first."""
        found = self.named(clues, (one for one in clues.mentions if open_items.has(one.item)))
        sure = [one for one in clues.payers if one.sure]
        alike = [one for one in clues.payers if not one.sure][:_ALIKE]
        for payer in (*sure, *alike):
            items = open_items.of(payer.customer)
            found += self.paid_by(clues, payer, items)
            found += self.combined(clues, payer, items) if payer.sure or not clues.mentions else []
        equal = self._items.by_amount.get((clues.credit.currency, clues.credit.amount), ())
        found += [self._single(clues, one, Rule.AMOUNT) for one in islice(filter(open_items.has, equal), _EQUAL)]
        found += [self._unapplied(clues, one) for one in sure]
        return ranked(found)

    def _single(self, clues: Clues, item: Item, rule: Rule, mention: Mention | None = None) -> Proposal:
        amount = clues.credit.amount
        fit, details = self.fit(item, amount)
        if rule is Rule.REFERENCE and mention is not None and mention.strength is Strength.STRUCTURED:
            rule = Rule.STRUCTURED
        elif rule is Rule.PAYER and fit is Fit.NET:
            rule = Rule.WITHHOLDING
        share = Share(item, min(amount, item.residual))
        return self._proposal(clues, rule, (share,), fit, mention, details)

    def _combined(self, clues: Clues, items: Sequence[Item], rule: Rule, mention: Mention | None = None) -> Proposal:
        return self._proposal(clues, rule, tuple(Share(one, one.residual) for one in items), Fit.COMBINED, mention)

    def _unapplied(self, clues: Clues, payer: Payer) -> Proposal:
        return Proposal(Rule.PAYER, (), Fit.UNAPPLIED, clues.credit.amount, payer=payer)

    def _proposal(
        self,
        clues: Clues,
        rule: Rule,
        shares: tuple[Share, ...],
        fit: Fit,
        mention: Mention | None,
        details: tuple[Words, ...] = (),
    ) -> Proposal:
        customer = shares[0].item.customer
        payer, sure = clues.payer(customer), clues.sure
        other = self._payers.name(sure.customer) if sure is not None and sure.customer != customer else None
        return Proposal(rule, shares, fit, clues.credit.amount, mention, payer, other, details)


class OpenItems:
    """The invoices that are still free while a batch is settled."""

    def __init__(self, items: Items) -> None:
        """All are free."""
        self._items = items
        self._taken: dict[int, int] = {}

    def has(self, item: Item) -> bool:
        """Whether nothing of it is taken."""
        return item.id not in self._taken

    def left(self, item: Item) -> int:
        """What of it is not taken."""
        return item.residual - self._taken.get(item.id, 0)

    def of(self, customer: int) -> list[Item]:
        """Return a customer's free invoices, oldest first."""
        return [one for one in self._items.by_customer.get(customer, ()) if self.has(one)]

    def take(self, proposal: Proposal) -> None:
        """Take what a proposal pays."""
        for one in proposal.shares:
            self._taken[one.item.id] = self._taken.get(one.item.id, 0) + one.amount


def ranked(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return each thing to do once, by its best proposal; best first, then oldest."""
    best: dict[frozenset[tuple[int, int]], Proposal] = {}
    for one in proposals:
        known = best.get(one.what)
        if known is None or known.score < one.score:
            best[one.what] = one
    return sorted(best.values(), key=lambda one: (-one.score, _age(one)))


def _age(proposal: Proposal) -> tuple[date, date, int]:
    return min((one.item.age for one in proposal.shares), default=(date.max, date.max, 0))


def suffices(one: Proposal) -> bool:
    """Whether its evidence suffices to post it without a person, if it is the only one. The amount alone never does."""
    payer = one.payer is not None and one.payer.sure
    if one.mention is None:
        return payer and one.fit in (*EXACT, Fit.NET)
    match one.mention.strength:
        case Strength.STRUCTURED:
            return True
        case Strength.FULL:
            return payer or one.fit in (*EXACT, Fit.NET, Fit.FEE) or not one.contradicted
        case Strength.REBUILT | Strength.BARE:
            return payer or one.fit in EXACT
    return payer and one.fit in (Fit.EXACT, Fit.NET)
