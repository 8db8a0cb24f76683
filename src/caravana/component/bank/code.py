"""Payment codes: short texts that a customer writes into a transfer, and by which it is known what he pays. Pure.

A code is `KMP4XRTC`: three letters, a digit, three letters and a check character, shown as `KMP4-XRTC`. No sign of it looks like
another one (no I, O, L, S, Z, B, Q, U, 0, 1, 2, 5, 8), and it is no word and no number. One wrong character, or two that changed
places, are always found: the check is a weighted sum modulo 23, which is a prime, as ISBN-10 does it modulo 11.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

LETTERS = "ACDEFGHJKMNPRTVWXY"
DIGITS = "34679"
ALPHABET = LETTERS + DIGITS
FORM = (LETTERS, LETTERS, LETTERS, DIGITS, LETTERS, LETTERS, LETTERS)
"""What stands at each place before the check."""
MOST = len(LETTERS) ** 6 * len(DIGITS)
"""How many codes there are: 170 million."""
_STEP, _START = 61_803_397, 98_765_432
"""Neighbours in number are far apart as codes. The step has no factor in common with `MOST`, so that none comes twice."""
_WORD = re.compile(r"[0-9A-Z]+")
_LENGTH, _HALF = 8, 4
_BETWEEN = (" ", "-", ".", "/", " - ")


def code_of(number: int) -> str:
    """Return the code of a number from 0 to `MOST` - 1, each number another. Raises `ValueError` beyond."""
    if not 0 <= number < MOST:
        raise ValueError("there are no more payment codes")
    rest, signs = (number * _STEP + _START) % MOST, []
    for place in FORM:
        rest, value = divmod(rest, len(place))
        signs.append(place[value])
    return "".join(signs) + _check(signs)


def _check(signs: Iterable[str]) -> str:
    total = sum(weight * ALPHABET.index(one) for weight, one in enumerate(signs, 1))
    return ALPHABET[total % len(ALPHABET)]


def is_right(code: str) -> bool:
    """Whether a text of eight capital letters and digits is a code with the right check character."""
    signs = code[:-1]
    fits = len(code) == _LENGTH and all(one in place for one, place in zip(signs, FORM, strict=True))
    return fits and _check(signs) == code[-1]


def shown(code: str) -> str:
    """Return a code as people read it: `KMP4-XRTC`."""
    return f"{code[:_HALF]}-{code[_HALF:]}"


def codes_in(*texts: str | None) -> list[str]:
    """Return the codes that stand in a bank's texts, each once: whole or in halves, also across a line's end."""
    told = [plain for text in texts if text and (plain := _plain(text))]
    found = [one for text in (*told, " ".join(told), "".join(told)) for one in _codes(text)]
    return list(dict.fromkeys(found))


def _codes(text: str) -> Iterable[str]:
    words = [(one[0], one.start(), one.end()) for one in _WORD.finditer(text)]
    yield from (word for word, _, _ in words if is_right(word))
    for (first, _, end), (second, start, _) in pairwise(words):
        halves = len(first) == len(second) == _HALF and text[end:start] in _BETWEEN
        if halves and is_right(first + second):
            yield first + second


def _plain(text: str) -> str:
    """Capitals without accents."""
    folded = unicodedata.normalize("NFKD", text.upper())
    return "".join(one for one in folded if not unicodedata.combining(one)).strip()
