"""Invoice numbers in a bank's text: whole, spoiled, bare, cut; each with how much it proves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from stdnum import iso11649

from caravana.commerce.matching.candidate import Credit, Item, Items, squeeze
from caravana.commerce.matching.normalise import fold, is_tax_id

_TOKEN = re.compile(r"\S+")
_ZEROS = re.compile(r"(?<![a-np-z])[o\d](?:[o\d.\-/]*\d)[o\d]*(?![a-np-z])")
_GROUP = re.compile(r"\d+")
_BETWEEN = re.compile(r"\s*[-./]?\s*")
_RF = re.compile(r"\brf\d{2}[ 0-9a-z]{1,30}")
_NOT_OURS = re.compile(
    r"\b(?:ret|retencion|retenciones|comp\w*|doc|documento|lote|cta|cuenta|ruc|ci|cedula|tel\w*|cod\w*)[\s.:#]*$"
)
_PLACE, _SEQUENCE, _WHOLE = 3, 9, 15
_CUT_AT_LEAST = 6
"""Signs of the running number that must be left of a cut one, zeros included."""


class Strength(IntEnum):
    """How much a reference proves, the strongest last."""

    CUT = 1
    BARE = 2
    REBUILT = 3
    FULL = 4
    STRUCTURED = 5


@dataclass(frozen=True)
class Mention:
    """An open invoice that the text names; `text`: the words that do."""

    item: Item
    strength: Strength
    text: str


@dataclass(frozen=True)
class _Group:
    """A run of digits. `joined`: whether only a sign or spaces stand between it and the one before."""

    digits: str
    joined: bool
    dashed: bool
    foreign: bool


def mentions(credit: Credit, items: Items) -> list[Mention]:
    """Return the open invoices that the credit names, in whatever currency, each once by the strongest way, strongest first."""
    found: dict[int, Mention] = {}
    for one in (*_structured(credit, items), *_written(credit, items)):
        known = found.get(one.item.id)
        if known is None or known.strength < one.strength:
            found[one.item.id] = one
    return sorted(found.values(), key=lambda one: (-one.strength, one.item.age))


def _structured(credit: Credit, items: Items) -> Iterator[Mention]:
    """References made for machines: our own codes, and RF numbers whose check digits are right."""
    for code in credit.structured:
        for item in items.by_code.get(squeeze(code), ()):
            yield Mention(item, Strength.STRUCTURED, code)
    for text in (*credit.structured, *credit.texts):
        for code in _RF.findall(fold(text)):
            yield from _creditor_reference(code.replace(" ", ""), items)


def _creditor_reference(code: str, items: Items) -> Iterator[Mention]:
    """The shortest beginning that is an RF number of an open invoice: words may be glued to it."""
    for end in range(5, len(code) + 1):
        found = items.by_code.get(code[:end]) or items.by_code.get(code[4:end])
        if found and iso11649.is_valid(code[:end]):
            yield from (Mention(one, Strength.STRUCTURED, code[:end].upper()) for one in found)


def _written(credit: Credit, items: Items) -> Iterator[Mention]:
    """Numbers in free text. A line may have been cut within a number: it is read with and without the break."""
    texts = credit.texts or ()
    for text in {" ".join(texts), "".join(texts)}:
        groups = _groups(fold(text))
        for place in range(len(groups)):
            yield from _whole(groups, place, items)
            yield from _bare(groups[place], items)


def _groups(text: str) -> list[_Group]:
    """The runs of digits, letters O among digits read as zeros."""
    text = _ZEROS.sub(lambda one: one[0].replace("o", "0"), text)
    found: list[_Group] = []
    end = 0
    for one in _GROUP.finditer(text):
        between = text[end : one.start()]
        joined = bool(found) and _BETWEEN.fullmatch(between) is not None
        foreign = found[-1].foreign if joined else _NOT_OURS.search(text[max(0, end) : one.start()]) is not None
        found.append(_Group(one[0], joined, between == "-", foreign))
        end = one.end()
    return found


def _whole(groups: list[_Group], place: int, items: Items) -> Iterator[Mention]:
    """Numbers that begin at `place`, of all their parts."""
    first = groups[place]
    if first.foreign:
        return
    if len(first.digits) >= _PLACE and first.digits in items.by_digits:
        long = len(first.digits) >= _WHOLE
        for item in items.by_digits[first.digits]:
            if len(item.groups) > 1:
                yield Mention(item, Strength.FULL if long else Strength.REBUILT, first.digits)
    for parts in _readings(groups, place):
        numbers = tuple(map(int, parts))
        for item in items.by_numbers.get(numbers, ()):
            exact = parts == item.groups and all(one.dashed for one in groups[place + 1 : place + len(parts)])
            yield Mention(item, Strength.FULL if exact else Strength.REBUILT, "-".join(parts))
        yield from _cut(parts, items)


def _readings(groups: list[_Group], place: int) -> Iterator[tuple[str, ...]]:
    """The ways in which the groups from `place` on may be one number: as they stand, split, glued."""
    run = [groups[place].digits]
    for one in groups[place + 1 : place + 5]:
        if not one.joined:
            break
        run.append(one.digits)
    glued = run[0]
    if len(glued) == 2 * _PLACE:
        run = [glued[:_PLACE], glued[_PLACE:], *run[1:]]
    elif 2 * _PLACE < len(glued) < _WHOLE and len(run) > 1 and len(glued) + len(run[1]) == _WHOLE:
        run = [glued[:_PLACE], glued[_PLACE : 2 * _PLACE], glued[2 * _PLACE :], *run[1:]]
    elif 2 * _PLACE < len(glued) < _WHOLE and glued[0] == "0":
        yield glued[:_PLACE], glued[_PLACE : 2 * _PLACE], glued[2 * _PLACE :]
    for length in (2, 3):
        if len(run) >= length and all(len(one) <= _SEQUENCE for one in run[:length]):
            yield tuple(run[:length])
    for end in (4, 5):
        tail = "".join(run[2:end])
        if len(run) >= end and len(tail) == _SEQUENCE:
            yield run[0], run[1], tail


def _cut(parts: tuple[str, ...], items: Items) -> Iterator[Mention]:
    """A number that ends too early: only of those whose beginning it is, when few are left."""
    if len(parts) != 3 or not _CUT_AT_LEAST <= len(parts[2]) < _SEQUENCE or parts[2][0] != "0":
        return
    missing = _SEQUENCE - len(parts[2])
    start = int(parts[2]) * 10**missing
    for sequence in range(start, start + 10**missing):
        for item in items.by_numbers.get((int(parts[0]), int(parts[1]), sequence), ()):
            yield Mention(item, Strength.CUT, "-".join(parts))


def _bare(group: _Group, items: Items) -> Iterator[Mention]:
    """The running number alone; what is a tax id or belongs to another document is none."""
    digits = group.digits
    if group.foreign or len(digits) > _SEQUENCE + 3 or (len(digits) == 10 and is_tax_id(digits)) or not int(digits):
        return
    for item in items.by_sequence.get(int(digits), ()):
        if len(digits) <= len(item.groups[-1]):
            yield Mention(item, Strength.BARE, digits)
