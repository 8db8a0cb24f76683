"""Sentences in another language: written in English where they arise, with their values filled in, and said in the reader's.

They travel as they are through errors, the journal and the running hub. What is printed for a person, or written for one into
Odoo, is put into his language at the end of its way, by a gettext catalogue that knows the sentences with their values' places.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parents[1] / "cli" / "texts"
"""Folder with a gettext catalogue, `es.po`, for each language but English; it stands with the commands, who say most of it."""
LONGEST = 1000
"""So many signs of a text are compared with sentences that have values; what is longer is no sentence."""
DEPTH = 8
"""So deep may sentences stand in sentences."""
NUMBERS = frozenset({"count", "number"})
"""Places of these names hold a number, and nothing else: `{count} files` is not `the name of the files`."""
_ADVISED = re.compile(r"(.+) \((.+)\)", re.DOTALL)
"""How an error is written with what to do."""
_PLACED = re.compile(r"((?:`[^`]+`|[\w./:\-]+): )(.+)", re.DOTALL)
"""How an error is written with its place."""
_PLACE = re.compile(r"\{(\w+)\}")


def said(text: str, code: str) -> str:
    """Return `text` in the language `code`; what its catalogue does not have stays as it is."""
    return text if code == "en" else _catalogue(code).say(text)


class Catalogue:
    """Sentences of one language, by the English one with its values' places: `{count} exchanges`."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        """`sentences`: the other language's by the English one."""
        self._sentences = {english: other for english, other in sentences.items() if other}
        self._patterns: list[_Pattern] | None = None

    def say(self, text: str, depth: int = DEPTH) -> str:
        """Return `text` in the other language: as one sentence, else line by line, else part by part, `depth` times over."""
        found = self._sentence(text, depth)
        if found is not None or not depth:
            return text if found is None else found
        if "\n" in text:
            return "\n".join(self.say(line, depth - 1) for line in text.split("\n"))
        if "; " in text:
            return self._joined(text.split("; "), depth - 1)
        words = text.split(", ")
        if depth == DEPTH and all(map(self._sentences.get, words)):
            return ", ".join(self._sentences[word] for word in words)
        return self._only_advice(text, depth)

    def _only_advice(self, text: str, depth: int) -> str:
        match = _ADVISED.fullmatch(text)
        return f"{match[1]} ({self.say(match[2], depth - 1)})" if match else text

    def _joined(self, parts: Sequence[str], depth: int) -> str:
        """Sentences one behind another; some hold a semicolon themselves, so the longest that is known counts."""
        for end in range(len(parts), 0, -1):
            found = self._sentence("; ".join(parts[:end]), depth)
            if found is not None or end == 1:
                said = self._only_advice(parts[0], depth) if found is None else found
                return "; ".join((said, self._joined(parts[end:], depth))) if parts[end:] else said
        return ""

    def _sentence(self, text: str, depth: int) -> str | None:
        """Return a sentence, also behind its place and with its advice; None when it is none that is known."""
        found = self._whole(text, depth)
        if found is not None or not depth:
            return found
        if match := _PLACED.fullmatch(text):
            told = self._sentence(match[2], depth - 1)
            if told is not None:
                return match[1] + told
        if match := _ADVISED.fullmatch(text):
            told = self._sentence(match[1], depth - 1)
            if told is not None:
                return f"{told} ({self.say(match[2], depth - 1)})"
        return None

    def _whole(self, text: str, depth: int) -> str | None:
        if text in self._sentences:
            return self._sentences[text]
        if len(text) > LONGEST or not depth:
            return None
        for pattern in self._with_places():
            if (values := pattern.values(text)) is not None:
                return self._filled(self._sentences[pattern.english], values, depth - 1)
        return None

    def _filled(self, sentence: str, values: Mapping[str, str], depth: int) -> str:
        """Put the values at their places; one that is a sentence itself is put into the language, too."""

        def value(place: re.Match[str]) -> str:
            found = values[place[1]]
            return found if _is_name(sentence[: place.start()], found) else self.say(found, depth)

        return _PLACE.sub(value, sentence)

    def _with_places(self) -> "list[_Pattern]":
        """Sentences with values, the most particular first."""
        if self._patterns is None:
            found = [_Pattern(one) for one in self._sentences if _PLACE.search(one)]
            self._patterns = sorted(found, key=lambda one: -one.weight)
        return self._patterns


def _is_name(before: str, value: str) -> bool:
    """Whether a value is something that people type: in backticks or quotes, or a word of a list (`there are: price`)."""
    listed = before.endswith(": ") and " " not in value and value not in ("none", "nothing")
    return listed or before.endswith("'") or before.count("`") % 2 == 1


class _Pattern:
    """An English sentence with values' places; its expression is made when a text begins and ends as it does."""

    def __init__(self, english: str) -> None:
        self.english = english
        parts = _PLACE.split(english)
        self._fixed, self._names = parts[::2], parts[1::2]
        self.weight = sum(map(len, self._fixed))
        self._expression: re.Pattern[str] | None = None

    def values(self, text: str) -> dict[str, str] | None:
        """Return the values in `text` by name, None when it is another sentence."""
        if not (text.startswith(self._fixed[0]) and text.endswith(self._fixed[-1])):
            return None
        if not all(one in text for one in self._fixed):
            return None
        self._expression = self._expression or self._compiled()
        match = self._expression.fullmatch(text)
        return match.groupdict() if match else None

    def _compiled(self) -> re.Pattern[str]:
        text = re.escape(self._fixed[0])
        for number, (name, part) in enumerate(zip(self._names, self._fixed[1:], strict=True)):
            quoted = self._fixed[number].endswith("`") and part.startswith("`")
            value = "[^`]*" if quoted else "[\\d.,]+" if name in NUMBERS else ".*?"  # a name ends with its backtick
            place = f"(?P={name})" if name in self._names[:number] else f"(?P<{name}>{value})"
            text += place + re.escape(part)
        return re.compile(text)


@cache
def _catalogue(code: str) -> Catalogue:
    from babel.messages.pofile import read_po  # slow to import, and English does without it

    with (TEXTS / f"{code}.po").open("rb") as file:
        return Catalogue({str(one.id): str(one.string) for one in read_po(file) if one.id})


__all__ = ["Catalogue", "said"]
