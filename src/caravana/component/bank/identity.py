"""When two tellings are one entry: the same credit comes by notification, statement and download, and is money once.

The bank's own references decide where both tellings have some that can be compared. Else account, day, amount and direction must
agree, and what is told of payer and purpose must not differ; equals of one day are then counted against each other. What may be
one and may be two is never dropped: a person is asked.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import TypeVar

from caravana.component.bank.entry import Entry, Party, References, Statement
from caravana.component.bank.words import kinship, names, words

Part = TypeVar("Part", References, Party)

NEAR = 3
"""Days by which two banks' ways may differ in the booking day of one entry."""
ALIKE = 0.5
"""More than this share of the words must agree to be one without a reference."""


class Relation(IntEnum):
    """How likely two tellings are one, the likeliest last."""

    OTHER = 0
    POSSIBLE = 1
    LIKELY = 2
    SAME = 3


@dataclass(frozen=True)
class Telling:
    """An entry as it is told. `ids`: what names it, as `kind:value`; `days`: on which it is said to be booked.

    - `form`, `complete`: kind of the `Statement`; of an entry kept, of its first telling
    - `covered`: whether some telling names every entry of its day: then a notification tells of one of those
    - `forms`: all kinds that have told it; `statements`: all statements of a bank
    """

    entry: Entry
    form: str
    complete: bool
    covered: bool
    ids: frozenset[str]
    days: frozenset[date | None]
    forms: frozenset[str]
    statements: frozenset[str]

    @classmethod
    def of(cls, entry: Entry, statement: Statement, place: str) -> "Telling":
        """Return a new telling; `place`: file and number in it, `digest/1.4`."""
        day = entry.day or statement.created
        return cls(
            entry,
            form=statement.kind,
            complete=statement.complete,
            covered=statement.covers(day),
            ids=frozenset((*identifiers(entry, statement), f"file:{place}")),
            days=frozenset({day}),
            forms=frozenset({statement.kind}),
            statements=frozenset(filter(None, [statement.mark])),
        )

    def joined(self, other: "Telling") -> "Telling":
        """Return this telling with all that `other`, of the same entry, says more."""
        return replace(
            self,
            entry=completed(self.entry, other.entry),
            covered=self.covered or other.covered,
            ids=self.ids | other.ids,
            days=self.days | other.days,
            forms=self.forms | other.forms,
            statements=self.statements | other.statements,
        )


def completed(kept: Entry, other: Entry) -> Entry:
    """Return `kept` with what it does not say taken from `other`."""
    return replace(
        kept,
        references=_filled(kept.references, other.references),
        party=_filled(kept.party, other.party),
        remittance=kept.remittance or other.remittance,
        structured=kept.structured or other.structured,
        booking_date=kept.booking_date or other.booking_date,
        value_date=kept.value_date or other.value_date,
        reversal=kept.reversal or other.reversal,
        code=kept.code or other.code,
        balance=kept.balance if kept.balance is not None else other.balance,
    )


def _filled(kept: Part, other: Part) -> Part:
    missing = {one.name: getattr(other, one.name) for one in fields(kept) if getattr(kept, one.name) is None}
    return replace(kept, **missing)


def identifiers(entry: Entry, statement: Statement) -> Iterator[str]:
    """Yield what names the entry: the bank's references within the account, the clearing's, the balance after it."""
    names, number = entry.references, entry.occurrence
    if names.bank:
        yield f"bank:{statement.family}|{names.bank}#{number}"
    if names.entry and entry.batch is None:
        yield f"bank:{statement.family}|{names.entry}#{number}"
    elif names.entry and entry.batch is not None:
        yield f"part:{names.entry}/{entry.amount}#{number}"
    if names.uetr:
        yield f"uetr:{names.uetr}#{number}"
    if names.transaction:
        yield f"tx:{names.transaction}#{number}"
    if names.end_to_end:
        yield f"e2e:{names.end_to_end}#{number}"
    if entry.balance is not None:
        yield f"balance:{statement.kind}:{entry.balance}"


def relation(new: Telling, old: Telling) -> tuple[Relation, float]:
    """Return how `new` stands to `old`, of the same account, amount and direction, and how much of the words agrees."""
    shared = _bare(new.ids) & _bare(old.ids)
    alike = kinship(words(new.entry), words(old.entry))
    apart = _apart(new.days, old.days)
    if any(not one.startswith(("balance:", "e2e:")) for one in shared):
        return Relation.SAME, 1.0
    if _denied(new.ids, old.ids):
        return Relation.OTHER, 0.0
    if new.form in old.forms:
        return _again(new, old, shared, apart, alike)
    if apart <= NEAR and any(one.startswith("e2e:") for one in shared):
        return Relation.SAME, 1.0
    if apart == 0:
        return _of_one_day(new, old, alike)
    return (Relation.POSSIBLE if apart <= NEAR and alike > 0 else Relation.OTHER), alike


def _of_one_day(new: Telling, old: Telling, alike: float) -> tuple[Relation, float]:
    """Two forms tell of this amount on one day.

    What names all entries of the day tells this one again. A notification does so only where the day's entries are known;
    else it may be a second one.
    """
    if not kinship(names(new.entry), names(old.entry)) and names(new.entry) and names(old.entry) and not alike:
        return Relation.OTHER, alike
    agree = alike > ALIKE or not words(new.entry) or not words(old.entry)
    sure = agree and (new.complete or old.covered) and not _differ(new.ids, old.ids, "e2e")
    return (Relation.LIKELY if sure else Relation.POSSIBLE), alike


def _again(new: Telling, old: Telling, shared: frozenset[str], apart: int, alike: float) -> tuple[Relation, float]:
    """The same form tells of this amount again. It gives one entry one day and one text; one balance, unless it is moved."""
    if apart:
        return Relation.OTHER, 0.0
    if any(one.startswith("balance:") for one in shared):
        return Relation.SAME, 1.0
    silent = not words(new.entry) or not words(old.entry)
    if alike <= ALIKE and not silent:
        return Relation.OTHER, 0.0
    overlapping = not new.statements or bool(new.statements & old.statements)
    sure = new.complete and overlapping and words(new.entry) == words(old.entry)
    sure = sure and not _differ(new.ids, old.ids, "balance")
    return (Relation.LIKELY if sure else Relation.POSSIBLE), alike


def _denied(new: frozenset[str], old: frozenset[str]) -> bool:
    """Whether both have names of a kind, given by the same, that differ; two places of one file are two entries."""
    kinds = {_kind(one) for one in new} & {_kind(one) for one in old}
    return any(kind not in ("balance", "e2e", "part") and _differ(new, old, kind) for kind in kinds)


def _differ(new: frozenset[str], old: frozenset[str], kind: str) -> bool:
    first, second = _only(new, kind), _only(old, kind)
    return bool(first and second) and not first & second


def _kind(identifier: str) -> str:
    """The kind of an identifier: of the bank's own with the family of forms that gives it, of a place its file."""
    kind, _, rest = identifier.partition(":")
    if kind == "bank":
        return f"bank:{rest.partition('|')[0]}"
    return f"file:{rest.partition('/')[0]}" if kind == "file" else kind


def _only(identifiers: frozenset[str], kind: str) -> frozenset[str]:
    return frozenset(one for one in identifiers if _kind(one) == kind)


def _bare(identifiers: frozenset[str]) -> frozenset[str]:
    """Equal references are equal whoever wrote them: the family counts only where they differ."""
    return frozenset(f"bank:{one.partition('|')[2]}" if one.startswith("bank:") else one for one in identifiers)


def _apart(new: frozenset[date | None], old: frozenset[date | None]) -> int:
    """Days between the nearest two; 0 where one of them is not known."""
    if None in new or None in old:
        return 0
    return min(abs((a - b).days) for a in new for b in old if a is not None and b is not None)


@dataclass
class Verdict:
    """What a new telling is: `known` the key of the entry that it tells again, `perhaps` of one that it may tell again."""

    known: str | None = None
    perhaps: str | None = None


@dataclass
class Settlement:
    """Compares what one delivery brings with what is kept. An entry kept is told at most once by one delivery."""

    kept: Mapping[str, Telling]
    taken: set[str] = field(default_factory=set)

    def settle(self, new: Sequence[Telling]) -> list[Verdict]:
        """Return what each of `new` is, in their order."""
        verdicts = self._batches(new)
        pairs = sorted(self._pairs(new, verdicts), key=lambda one: (-one[0], -one[1], one[2], one[3]))
        for kind, _, index, key in pairs:
            verdict = verdicts[index]
            if verdict.known is not None or key in self.taken:
                continue
            if kind >= Relation.LIKELY:
                verdict.known = key
                self.taken.add(key)
            elif verdict.perhaps is None:
                verdict.perhaps = key
        return verdicts

    def _batches(self, new: Sequence[Telling]) -> list[Verdict]:
        """A batch may come whole by one form and in parts by another: what is kept of it, in whichever way, is the money."""
        whole: dict[tuple[str, Decimal], str] = {}
        parts: dict[tuple[str, Decimal], list[str]] = defaultdict(list)
        for key, old in self.kept.items():
            name, batch = old.entry.references.entry or old.entry.references.bank, old.entry.batch
            if name and batch is None:
                whole[name, old.entry.signed] = key
            elif name and batch is not None and old.entry.references.entry:
                parts[old.entry.references.entry, _whole(old.entry)].append(key)
        return [Verdict(self._batch(one.entry, whole, parts)) for one in new]

    def _batch(
        self, entry: Entry, whole: Mapping[tuple[str, Decimal], str], parts: Mapping[tuple[str, Decimal], list[str]]
    ) -> str | None:
        """The key of what holds the money of `entry` already, in the other way of telling; None where nothing does."""
        if entry.batch is not None:
            return whole.get((entry.references.entry or "", _whole(entry)))
        name = entry.references.entry or entry.references.bank or ""
        found = parts.get((name, entry.signed), [])
        if found and sum((self.kept[one].entry.signed for one in found), Decimal(0)) == entry.signed:
            return found[0]
        return None

    def _pairs(self, new: Sequence[Telling], verdicts: Sequence[Verdict]) -> Iterator[tuple[Relation, float, int, str]]:
        """Yield (relation, kinship, index, key) of all that may be one."""
        by_amount: dict[tuple[str, str, Decimal], list[str]] = defaultdict(list)
        for key, old in self.kept.items():
            by_amount[_amount(old.entry)].append(key)
        for index, one in enumerate(new):
            if verdicts[index].known is not None:
                continue
            for key in by_amount.get(_amount(one.entry), ()):
                kind, alike = relation(one, self.kept[key])
                if kind is not Relation.OTHER:
                    yield kind, alike, index, key


def _whole(entry: Entry) -> Decimal:
    """The amount of the batch that it is a part of, with its sign."""
    amount = entry.batch.amount if entry.batch is not None else entry.amount
    return amount if entry.signed > 0 else -amount


def _amount(entry: Entry) -> tuple[str, str, Decimal]:
    return entry.currency, entry.direction, entry.amount
