"""The language of what commands print: English as it stands in the code, or Spanish from the catalogue.

Sentences are written in English where they arise, with their values filled in; they travel as they are through errors, the
journal and the running hub, and programs read them so (`--json`). Only what is printed for a person is put into his language,
here and nowhere else.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import typer

LANGUAGES = ("en", "es")
CATALOGUE = Path(__file__).parent / "texts"
"""Folder with a gettext catalogue, `es.po`, for each language but English; `tools/extract_texts.py` brings it up to date."""
LONGEST = 1000
"""So many signs of a text are compared with sentences that have values; what is longer is no sentence."""
DEPTH = 8
"""So deep may sentences stand in sentences."""
NUMBERS = frozenset({"count", "number"})
"""Places of these names hold a number, and nothing else: `{count} files` is not `the name of the files`."""
_YES, _NO = frozenset({"s", "si", "sí", "y", "yes"}), frozenset({"n", "no"})
_ADVISED = re.compile(r"(.+) \((.+)\)", re.DOTALL)
"""How an error is written with what to do."""
_PLACED = re.compile(r"((?:`[^`]+`|[\w./:\-]+): )(.+)", re.DOTALL)
"""How an error is written with its place."""
_PLACE = re.compile(r"\{(\w+)\}")
_language: ContextVar[str | None] = ContextVar("language", default=None)


def choose(asked: str | None) -> None:
    """Print from now on in the language `asked`; None: in that of the locale. Raises `BadParameter` for one there is not."""
    if asked is not None and asked not in LANGUAGES:
        raise typer.BadParameter(f"there is no language `{asked}`; write one of {', '.join(LANGUAGES)}")
    _language.set(asked)


def of_locale(environment: Mapping[str, str]) -> str:
    """Return the language that a POSIX environment asks for: LC_ALL, else LC_MESSAGES, else LANG."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return locale[:2] if locale[:2] in LANGUAGES else "en"


def language() -> str:
    """Return the language of this command: the one chosen, else the locale's."""
    return _language.get() or of_locale(os.environ)


def spoken(text: str) -> str:
    """Return `text` in the language of this command; what the catalogue does not have stays as it is."""
    code = language()
    return text if code == "en" else _catalogue(code).say(text)


def say(text: str = "", **how: Any) -> None:
    """Print a sentence for a person."""
    typer.echo(spoken(text), **how)


def agree(question: str, *, default: bool = False, err: bool = False) -> bool:
    """Ask a person yes or no, in his language; Enter takes `default`. Raises `Abort` where nobody can answer."""
    if language() == "en":
        return typer.confirm(question, default=default, err=err)
    shown = f"{spoken(question)} [{'S/n' if default else 's/N'}]"
    while True:
        answer = typer.prompt(shown, "", show_default=False, err=err).strip().casefold()
        if answer in _YES | _NO:
            return answer in _YES
        if not answer:
            return default
        typer.echo("Responda s o n.", err=err)


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
    """Whether a value is a name that people type: between backticks, or a word of a list (`there are: price`)."""
    listed = before.endswith(": ") and " " not in value and value not in ("none", "nothing")
    return listed or before.endswith("`")


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

    with (CATALOGUE / f"{code}.po").open("rb") as file:
        return Catalogue({str(one.id): str(one.string) for one in read_po(file) if one.id})
