"""What the text of one element or attribute may be. Each kind is a class; its `wrong` answers why a text is not of it.

The words of the table:

| word | means |
| --- | --- |
| `text 300`, `text 3..40` | so many characters (from 1), no line feed |
| `lines 300` | the same, line feeds allowed |
| `digits 9`, `digits 1..4` | so many digits |
| `number` | `001-001-000000123` |
| `date` | `dd/mm/aaaa`, from 2000 |
| `money` | up to 14 digits, 2 of them decimals, not negative; `money signed` may be |
| `decimal 18.6` | up to 18 digits, 6 of them decimals, not negative |
| `choice SI NO` | one of these |
| `match [A-Z]{1,10}` | a regular expression, for the whole text |
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

from caravana.kit.counting import counted

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE = r"(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[012])/20[0-9][0-9]"
_NUMBER = r"[0-9]{3}-[0-9]{3}-[0-9]{9}"


@dataclass(frozen=True)
class Wrong:
    """Why a text is not what it should be: `code` of the rule, and the sentence's end in both languages."""

    code: str
    es: str
    en: str


class Facet(Protocol):
    """What a text may be."""

    def wrong(self, text: str) -> Wrong | None:
        """Return why `text` is not allowed, or None."""


@dataclass(frozen=True)
class Text:
    """`least` to `most` characters; a line feed only where `lines` allows it."""

    least: int
    most: int
    lines: bool = False

    def wrong(self, text: str) -> Wrong | None:
        """Return why `text` is not allowed, or None."""
        if not self.least <= len(text) <= self.most:
            return Wrong(
                "length",
                f"tiene {counted(len(text), 'carácter', 'caracteres')}; se admiten de {self.least} a {self.most}",
                f"has {counted(len(text), 'character', 'characters')}; {self.least} to {self.most} are allowed",
            )
        if "\n" in text and not self.lines:
            return Wrong("lines", "tiene un salto de línea", "has a line feed")
        return None


@dataclass(frozen=True)
class Pattern:
    """A text of a form; `es` and `en` say which."""

    form: re.Pattern[str]
    es: str
    en: str

    def wrong(self, text: str) -> Wrong | None:
        """Return why `text` is not allowed, or None."""
        if self.form.fullmatch(text):
            return None
        return Wrong("pattern", f"«{shown(text)}» no es {self.es}", f"`{shown(text)}` is not {self.en}")


@dataclass(frozen=True)
class Number:
    """A number of at most `digits` digits, `places` of them behind the point; zeros at the end of the decimals do not count."""

    digits: int
    places: int
    signed: bool = False

    def wrong(self, text: str) -> Wrong | None:
        """Return why `text` is not allowed, or None."""
        text = text.strip(" \t\r\n")
        if not _DECIMAL.fullmatch(text):
            return Wrong("number", f"«{shown(text)}» no es un número", f"`{shown(text)}` is not a number")
        try:
            value = Decimal(text)
        except InvalidOperation:  # pragma: no cover - the pattern admits only numbers
            return Wrong("number", "no es un número", "is not a number")
        whole, places = _size(value)
        if value < 0 and not self.signed:
            return Wrong("negative", f"{text} es negativo", f"{text} is negative")
        if places > self.places:
            return Wrong(
                "decimals",
                f"{text} tiene {counted(places, 'decimal', 'decimales')}; se admiten {self.places}",
                f"{text} has {counted(places, 'decimal', 'decimals')}; {self.places} are allowed",
            )
        if whole + places > self.digits:
            return Wrong(
                "digits",
                f"{text} tiene más de {counted(self.digits, 'dígito', 'dígitos')}",
                f"{text} has more than {counted(self.digits, 'digit', 'digits')}",
            )
        return None


def _size(value: Decimal) -> tuple[int, int]:
    """Return how many digits stand before and behind the point, without zeros that say nothing."""
    _, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)) or "0"
    places = -int(exponent)
    padded = text.rjust(places + 1, "0")
    whole, fraction = (padded[: len(padded) - places], padded[len(padded) - places :]) if places > 0 else (text, "")
    return len(whole.lstrip("0")), len(fraction.rstrip("0"))


def shown(text: str) -> str:
    """Return `text` as messages show it: not longer than 40 characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def facet_of(words: str) -> Facet:
    """Return what the table's `words` mean. Raises `ValueError` when they mean nothing."""
    kind, _, rest = words.partition(" ")
    match kind:
        case "text" | "lines":
            least, most = _range(rest, 1)
            return Text(least, most, kind == "lines")
        case "digits":
            least, most = _range(rest)
            size = str(most) if least == most else f"{least} a {most}"
            size_en = str(most) if least == most else f"{least} to {most}"
            return Pattern(
                re.compile(f"[0-9]{{{least},{most}}}"),
                f"de {counted(size, 'dígito', 'dígitos')}",
                counted(size_en, "digit", "digits"),
            )
        case "money":
            return Number(14, 2, rest == "signed")
        case "decimal":
            digits, _, places = rest.partition(".")
            return Number(int(digits), int(places))
        case "date":
            return Pattern(re.compile(_DATE), "una fecha dd/mm/aaaa", "a date dd/mm/yyyy")
        case "number":
            return Pattern(re.compile(_NUMBER), "de la forma 001-001-000000123", "like 001-001-000000123")
        case "choice":
            choices = rest.split()
            told = ", ".join(choices)
            return Pattern(re.compile("|".join(map(re.escape, choices))), f"uno de {told}", f"one of {told}")
        case "match":
            return Pattern(re.compile(rest), f"de la forma {rest}", f"of the form {rest}")
        case _:
            raise ValueError(f"`{words}` is no kind of text")


def _range(words: str, default: int | None = None) -> tuple[int, int]:
    """Return the two ends of `3..40`; one number is both ends, or counts from `default`."""
    least, dots, most = words.partition("..")
    if dots:
        return int(least), int(most)
    return (int(least) if default is None else default), int(least)


__all__ = ["Facet", "Number", "Pattern", "Text", "Wrong", "facet_of", "shown"]
