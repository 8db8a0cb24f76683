"""Words as people type them: compared without accents, case and signs; what is meant by a whole message."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rapidfuzz import fuzz

LONGEST = 300
"""Characters of a message that are looked at: more is no question."""
ALIKE = 86.0
"""From this likeness on a word of five letters or more is a typing error of another."""
SHORTEST_TYPO = 5
_SIGNS = re.compile(r"[^\w]+|_")


def plain(text: str) -> str:
    """Return small letters and digits without accents, one blank between words; at most `LONGEST` characters are read."""
    folded = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    without = "".join(one for one in folded if not unicodedata.combining(one))
    return _SIGNS.sub(" ", without).strip()


def meant(intents: Mapping[str, Mapping[str, Any]], text: str, *, whole: bool) -> str | None:
    """Return the intent that a message means, if one; the longest phrase wins.

    A phrase is the whole message, or stands within it unless its intent or `whole` asks for the whole message; where none
    does, it may be the whole message with a typing error.
    """
    said = plain(text)
    best, length, almost, nearly = None, 0, None, 0
    for name, intent in intents.items():
        for phrase in map(plain, intent["words"]):
            inside = not (whole or intent.get("whole")) and f" {phrase} " in f" {said} "
            if len(phrase) > length and (said == phrase or inside):
                best, length = name, len(phrase)
            elif len(phrase) > nearly and _typo(said, phrase):
                almost, nearly = name, len(phrase)
    return best or almost


def without(text: str, skipped: Iterable[str]) -> str:
    """Return a message without words that say nothing of what is looked for (`quiero`, `tienen`, …), if others are left."""
    said = f" {plain(text)} "
    for phrase in sorted(map(plain, skipped), key=len, reverse=True):
        while f" {phrase} " in said:
            said = said.replace(f" {phrase} ", " ")
    return said.strip() or plain(text)


def _typo(said: str, phrase: str) -> bool:
    return min(len(said), len(phrase)) >= SHORTEST_TYPO and fuzz.ratio(said, phrase) >= ALIKE
