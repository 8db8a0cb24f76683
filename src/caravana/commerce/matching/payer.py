"""Who paid: by account, tax id, what was learned, or the name; a name proves somebody only when it fits nobody else."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from caravana.commerce.matching.candidate import Credit, Customer
from caravana.commerce.matching.learning import Habits
from caravana.commerce.matching.normalise import has_legal_form, is_person, name_words, person, tax_ids

COVER = 0.7
"""Share of a name's weight, rare words weighing most, that must be told."""
TOLD_IN_TEXT = 0.9
"""The same, where the name stands among other words."""
_BEGINNING = 3
"""Letters from which on the beginning of a word, cut by the bank, counts."""
_SLIP = 5
"""Letters from which on one wrong letter is allowed."""
_LIKELIEST = 8
"""Customers of a like name that are looked at closely."""
_COMMON = 400
"""Customers who share a word: from so many on it finds nobody."""


class Knowing(IntEnum):
    """How a payer is known, the surest last."""

    LIKE = 1
    """The name fits, and others too, or not in all."""
    NAME = 2
    LEARNED = 3
    ACCOUNT = 4
    TAX_ID = 5


@dataclass(frozen=True)
class Payer:
    """A customer who may have paid; `told`: the words or number that say so; `fit`: how much of the name, 0 to 1."""

    customer: int
    knowing: Knowing
    told: str
    fit: float = 1.0

    @property
    def sure(self) -> bool:
        """Whether it suffices as evidence."""
        return self.knowing > Knowing.LIKE


@dataclass(frozen=True)
class _Agreement:
    """How a customer's name agrees with words that were told. `extra`: words told that are not his."""

    customer: int
    weight: float
    cover: float
    words: tuple[str, ...]
    rarest: bool
    missing: bool
    extra: bool


class Payers:
    """The customers, by all that tells them."""

    def __init__(self, customers: Iterable[Customer], habits: Habits) -> None:
        """`habits`: what was learned."""
        self._customers = {one.id: one for one in customers}
        self._habits = habits
        self._by_tax_id: dict[str, list[int]] = defaultdict(list)
        self._by_account: dict[str, list[int]] = defaultdict(list)
        self._persons: set[int] = set()
        self._names: dict[int, frozenset[str]] = {}
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for one in self._customers.values():
            self._index(one)
        count = len(self._customers)
        self._rarity = {word: math.log(1 + count / len(found)) for word, found in self._by_word.items()}
        self._whole = {one: self._weight(words) for one, words in self._names.items()}
        self._vocabulary = [word for word in self._by_word if len(word) >= _SLIP]
        self._meant = lru_cache(16_384)(self._looked_up)

    def _index(self, customer: Customer) -> None:
        if customer.tax_id:
            self._by_tax_id[person(customer.tax_id)].append(customer.id)
        for account in customer.accounts:
            self._by_account[account].append(customer.id)
        if customer.tax_id and is_person(customer.tax_id) and not has_legal_form(customer.name):
            self._persons.add(customer.id)
        words = frozenset(name_words(customer.name))
        self._names[customer.id] = words
        for word in words:
            self._by_word[word].append(customer.id)

    def name(self, customer: int) -> str:
        """Return a customer's name; nothing for one who is not known."""
        found = self._customers.get(customer)
        return found.name if found is not None else ""

    def of(self, credit: Credit) -> list[Payer]:
        """Return who may have paid, surest first, each once. Two who are sure contradict each other: then neither is."""
        found: dict[int, Payer] = {}
        for one in self._all(credit):
            known = found.get(one.customer)
            if known is None or (known.knowing, known.fit) < (one.knowing, one.fit):
                found[one.customer] = one
        return sorted(found.values(), key=lambda one: (-one.knowing, -one.fit, one.customer))

    def _all(self, credit: Credit) -> Iterator[Payer]:
        for number in (*filter(None, [credit.tax_id]), *tax_ids(*credit.texts)):
            yield from self._unique(self._by_tax_id.get(person(number), ()), Knowing.TAX_ID, number)
        if credit.account:
            yield from self._unique(self._by_account.get(credit.account, ()), Knowing.ACCOUNT, credit.account)
        learned = self._habits.customer_of(credit)
        if learned is not None and learned in self._customers:
            yield Payer(learned, Knowing.LEARNED, credit.account or credit.name or "")
        yield from self._named(credit.name or "", COVER, field=True)
        whole = ("".join(credit.texts),) if len(credit.texts) > 1 else ()  # a line may end within a word
        yield from self._named(" ".join((*credit.texts, *whole)), TOLD_IN_TEXT, field=False)

    def _unique(self, customers: Iterable[int], knowing: Knowing, told: str) -> Iterator[Payer]:
        """An account or tax id that several have proves none of them."""
        found = list(customers)
        for one in found:
            yield Payer(one, knowing if len(found) == 1 else Knowing.LIKE, told)

    def _named(self, text: str, cover: float, *, field: bool) -> Iterator[Payer]:
        """Those whose name agrees with the words, best first; the best is sure when nobody else has as many of the words."""
        agreements = self._agreements(name_words(text), field=field, company=field and has_legal_form(text))
        for place, one in enumerate(agreements):
            rival = place > 0 or (len(agreements) > 1 and agreements[1].weight >= one.weight * 0.95)
            sure = (
                not rival
                and one.cover >= cover
                and one.rarest
                and not (one.missing and one.extra)
                and self._enough(one)
            )
            told = " ".join(one.words).upper()
            yield Payer(
                one.customer,
                Knowing.NAME if sure else Knowing.LIKE,
                told,
                one.weight / agreements[0].weight * one.cover**0.2,
            )

    def _enough(self, one: _Agreement) -> bool:
        """Two words, or the only word of a name that nobody else has."""
        return len(one.words) > 1 or (len(self._names[one.customer]) == 1 and len(self._by_word[one.words[0]]) == 1)

    def _agreements(self, told: tuple[str, ...], *, field: bool, company: bool) -> list[_Agreement]:
        """How the likeliest customers' names agree, best first; a legal form was told (`company`): then persons are no rivals."""
        meant = {word: self._meant(word) for word in told}
        weights: dict[int, float] = defaultdict(float)
        for word in {one for words in meant.values() for one in words}:
            customers = self._by_word[word]
            if len(customers) <= _COMMON:
                rarity = self._rarity[word]
                for customer in customers:
                    if not company or customer not in self._persons:
                        weights[customer] += rarity
        whole = self._whole
        likeliest = heapq.nlargest(_LIKELIEST, weights, key=lambda one: (weights[one], weights[one] / whole[one], -one))
        found = [self._agreement(one, meant, field=field) for one in likeliest]
        return sorted(found, key=lambda one: (-one.weight, -one.cover, one.customer))

    def _agreement(self, customer: int, meant: dict[str, tuple[str, ...]], *, field: bool) -> _Agreement:
        name = self._names[customer]
        shared = {word for words in meant.values() for word in words if word in name}
        for word, words in meant.items():
            if not words and len(word) >= _BEGINNING:
                shared |= {one for one in name if one.startswith(word)}
        weight, whole = self._weight(shared), self._whole[customer]
        extra = [word for word, words in meant.items() if not self._is_of(word, words, name) and (field or words)]
        rarest = max(name, key=lambda one: (self._rarity[one], one))
        told = tuple(sorted(shared))
        return _Agreement(customer, weight, weight / whole, told, rarest in shared, shared != name, bool(extra))

    def _is_of(self, word: str, words: tuple[str, ...], name: frozenset[str]) -> bool:
        return any(one in name for one in words) or any(one.startswith(word) for one in name)

    def _looked_up(self, word: str) -> tuple[str, ...]:
        """The words of names that `word` means: itself, else those that differ by one letter."""
        if word in self._by_word:
            return (word,)
        if len(word) < _SLIP:
            return ()
        near = process.extract(word, self._vocabulary, scorer=Levenshtein.distance, score_cutoff=1, limit=4)
        return tuple(one for one, _, _ in near)

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity[one] for one in words)
