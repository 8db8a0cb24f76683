"""Finding products by what people type: names, codes and categories, with accents, plurals and typing errors forgiven. Pure.

Words are compared as they sound in Spanish (`zapatilla`, `sapatiya`), then by how many letters differ. A rare word counts
more than one that half of the products have.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

ALIKE = 68.0
"""Likeness from which one word may be another, of 100."""
ENOUGH = 0.62
"""Part of what was asked for that a product must have."""
NEARLY = 0.97
"""Likeness of a word that names a product though the others of the question say nothing of it."""
PREFIX, LONGEST = 3, 200
CATEGORY = 0.85
"""How much a word of the category counts beside one of the name."""
CLEAR = 0.25
"""What is so much worse than the best is not shown."""
WORDS = 12
"""Words of a question that are looked at."""
_WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?")
_SOUNDS = (("qu", "k"), ("ch", "x"), ("ll", "y"), ("ph", "f"), ("gue", "ge"), ("gui", "gi"), ("ce", "se"), ("ci", "si"))
_LETTERS = str.maketrans({"v": "b", "z": "s", "c": "k", "w": "b", "h": None})


@dataclass(frozen=True)
class Found:
    """A product with how well it fits, from 0 to 1; `exact`: it was named by its code or barcode."""

    item: Mapping[str, Any]
    score: float
    exact: bool = False


class Index:
    """Products: `{product, code, name, category, barcode}` each."""

    def __init__(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Read the words of `items`."""
        self.items = list(items)
        self._having: dict[str, dict[int, float]] = defaultdict(dict)
        self._codes: dict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(self.items):
            self._take_in(number, item)
        self._words = [one for one in self._having if not one[0].isdigit()]

    def _take_in(self, number: int, item: Mapping[str, Any]) -> None:
        for text, weight in ((item.get("category"), CATEGORY), (item.get("name"), 1.0), (item.get("code"), 1.0)):
            for word in words(str(text or "")):
                self._having[word][number] = max(weight, self._having[word].get(number, 0.0))
        for code in (item.get("code"), item.get("barcode")):
            if code:
                self._codes[_code(str(code))].append(number)

    def search(self, text: str, most: int = 9) -> list[Found]:
        """Return at most `most` products that fit, the best first."""
        text = text[:LONGEST]
        named = self._codes.get(_code(text))
        if named:
            return [Found(self.items[one], 1.0, exact=True) for one in named[:most]]
        asked = words(text)[:WORDS]
        scores = self._scores([one for one in asked if not one[0].isdigit() or one in self._having] or asked)
        for number, likeness in self._like_code(text):
            scores[number] = max(scores.get(number, 0.0), likeness)
        best = max(scores.values(), default=0.0)
        if best < ENOUGH:  # of much that was said one thing may be a product
            scores = self._named_by_one(asked)
            best = max(scores.values(), default=0.0)
        kept = [(score, number) for number, score in scores.items() if score >= max(ENOUGH, best - CLEAR)]
        kept.sort(key=lambda one: (-round(one[0], 3), len(str(self.items[one[1]].get("name"))), one[1]))
        return [Found(self.items[number], score) for score, number in kept[:most]]

    def categories(self, most: int = 9) -> list[dict[str, Any]]:
        """Return the categories with most products: `{name, count}` each."""
        counts: dict[str, int] = defaultdict(int)
        for item in self.items:
            if item.get("category"):
                counts[str(item["category"])] += 1
        ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return [{"name": name, "count": count} for name, count in ranked[:most]]

    def _scores(self, asked: Sequence[str]) -> dict[int, float]:
        """Add up what each product has of the words; a number alone names nothing where there are words beside it."""
        whole = sum(self._weight(one) for one in asked) or 1.0
        scores: dict[int, float] = defaultdict(float)
        named: set[int] = set()
        for word in asked:
            best: dict[int, float] = {}
            for other, likeness in self._alike(word):
                for number, weight in self._having[other].items():
                    best[number] = max(best.get(number, 0.0), likeness * weight)
            for number, value in best.items():
                scores[number] += self._weight(word) * value / whole
            if not word[0].isdigit():
                named.update(best)
        only_numbers = all(one[0].isdigit() for one in asked)
        return scores if only_numbers else {number: one for number, one in scores.items() if number in named}

    def _named_by_one(self, asked: Sequence[str]) -> dict[int, float]:
        """Products that have one of several words nearly as it was written."""
        scores: dict[int, float] = {}
        for word in asked if len(asked) > 1 else ():
            if word[0].isdigit() or len(word) <= PREFIX:
                continue
            for other, likeness in self._alike(word):
                for number, weight in self._having[other].items() if likeness >= NEARLY else ():
                    scores[number] = max(scores.get(number, 0.0), likeness * weight)
        return scores

    def _weight(self, word: str) -> float:
        """A word that few products have says more; one that none has may be a typing error of such a one."""
        having = len(self._having.get(word, ()))
        return 1.0 + math.log((1 + len(self.items)) / (1 + having)) / math.log(2 + len(self.items)) * (having > 0)

    def _alike(self, word: str) -> Iterable[tuple[str, float]]:
        if word in self._having:
            yield word, 1.0
        if word[0].isdigit() or len(word) < PREFIX:
            return
        for other, ratio, _ in process.extract(word, self._words, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=40):
            if other != word:
                likeness = 100 * DamerauLevenshtein.normalized_similarity(word, other)
                yield other, 0.97 * max(ratio, likeness) / 100
        for other in self._words:
            if other != word and other.startswith(word):
                yield other, 0.9 + 0.08 * len(word) / len(other)

    def _like_code(self, text: str) -> Iterable[tuple[int, float]]:
        """Codes with one wrong sign; a text without a digit is no code."""
        code = _code(text)
        if not any(one.isdigit() for one in code) or len(code) < 4:
            return
        for other, distance, _ in process.extract(
            code, list(self._codes), scorer=DamerauLevenshtein.distance, score_cutoff=1
        ):
            for number in self._codes[other]:
                yield number, 0.95 - 0.05 * distance


def words(text: str) -> list[str]:
    """Return the words of a text as they sound, each in its singular; numbers stay as they are."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ñ", "ny"))
    without = "".join(one for one in folded if not unicodedata.combining(one))
    return [_sound(one) for one in _WORD.findall(without) if len(one) > 1 or one.isdigit()]


def _sound(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", ".")
    for written, said in _SOUNDS:
        word = word.replace(written, said)
    word = re.sub(r"(.)\1+", r"\1", word.translate(_LETTERS)) or word
    if len(word) > 4 and word.endswith("es") and word[-3] not in "aeiou":
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _code(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.casefold())
