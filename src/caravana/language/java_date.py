"""Dates in Java's words: `SimpleDateFormat` patterns, time zones, and offsets such as `+1h30m`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FIXED_ZONE = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?")
_OFFSET = re.compile(r"([+-])\s*((?:\d+(?:ms|[dhms]))+|\d+)")
_PIECE = re.compile(r"(\d+)(ms|[dhms])?")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "": 1}

Piece = Callable[[datetime], str]


def _offset_text(moment: datetime, separator: str) -> str:
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{separator}{minutes:02}"


def _number(read: Callable[[datetime], int]) -> Callable[[int], Piece]:
    return lambda width: lambda moment: f"{read(moment):0{width}}"


def _name(names: tuple[str, ...], read: Callable[[datetime], int]) -> Callable[[int], Piece]:
    def piece(width: int) -> Piece:
        return lambda moment: names[read(moment)] if width >= 4 else names[read(moment)][:3]

    return piece


def _year(width: int) -> Piece:
    return (lambda moment: f"{moment.year % 100:02}") if width == 2 else (lambda moment: f"{moment.year:0{width}}")


def _month(width: int) -> Piece:
    by_name = _name(_MONTHS, lambda moment: moment.month - 1)
    return by_name(width) if width >= 3 else _number(lambda moment: moment.month)(width)


def _iso_zone(width: int) -> Piece:
    def piece(moment: datetime) -> str:
        if not moment.utcoffset():
            return "Z"
        return _offset_text(moment, "")[:3] if width == 1 else _offset_text(moment, "" if width == 2 else ":")

    return piece


_LETTERS: dict[str, Callable[[int], Piece]] = {
    "G": lambda _width: lambda _moment: "AD",
    "y": _year,
    "M": _month,
    "L": _month,
    "d": _number(lambda moment: moment.day),
    "D": _number(lambda moment: moment.timetuple().tm_yday),
    "E": _name(_DAYS, lambda moment: moment.weekday()),
    "u": _number(lambda moment: moment.isoweekday()),
    "a": lambda _width: lambda moment: "AM" if moment.hour < 12 else "PM",
    "H": _number(lambda moment: moment.hour),
    "k": _number(lambda moment: moment.hour or 24),
    "K": _number(lambda moment: moment.hour % 12),
    "h": _number(lambda moment: moment.hour % 12 or 12),
    "m": _number(lambda moment: moment.minute),
    "s": _number(lambda moment: moment.second),
    "S": _number(lambda moment: moment.microsecond // 1000),
    "z": lambda _width: lambda moment: moment.tzname() or "UTC",
    "Z": lambda _width: lambda moment: _offset_text(moment, ""),
    "X": _iso_zone,
}
_REFUSED = {
    "Y": "is the week year, which differs from the year around New Year; write `y`",
    "w": "depends on the country's calendar",
    "W": "depends on the country's calendar",
    "F": "is not supported",
}


def date_format(pattern: str) -> Callable[[datetime], str]:
    """Return a function that writes a moment by `pattern` (names of days and months in English).

    Raises `ValueError` naming the letter that is wrong.
    """
    pieces = [
        (lambda _moment, text=token: text) if literal else _LETTERS[token[0]](len(token))
        for literal, token in _tokens(pattern)
    ]
    return lambda moment: "".join([piece(moment) for piece in pieces])


def _tokens(pattern: str) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "'":
            text, index = _quoted(pattern, index)
            found.append((True, text))
        elif sign.isascii() and sign.isalpha():
            _check_letter(sign)
            end = index + len(pattern[index:]) - len(pattern[index:].lstrip(sign))
            found.append((False, pattern[index:end]))
            index = end
        else:
            found.append((True, sign))
            index += 1
    return found


def _check_letter(letter: str) -> None:
    if letter not in _LETTERS:
        raise ValueError(
            f"the date letter `{letter}` {_REFUSED.get(letter, 'is unknown; text goes between single quotes')}"
        )


def _quoted(pattern: str, index: int) -> tuple[str, int]:
    if pattern.startswith("''", index):
        return "'", index + 2
    text, position = "", index + 1
    while position < len(pattern):
        if pattern.startswith("''", position):
            text, position = text + "'", position + 2
        elif pattern[position] == "'":
            return text, position + 1
        else:
            text, position = text + pattern[position], position + 1
    raise ValueError("a quote in the date pattern is not closed")


def time_zone(name: str) -> tzinfo:
    """Return the time zone `name`: a region (`America/Guayaquil`), `UTC`, or an offset (`GMT-5`, `-05:00`).

    Raises `ValueError`; Java would silently take GMT instead.
    """
    if name in ("UTC", "GMT", "Z"):
        return UTC
    offset = _FIXED_ZONE.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"`{name}` is no known time zone") from None


def split_offsets(command: str) -> tuple[str, timedelta]:
    """Return a date command without its offsets, and their sum: `now-1h30m+100` is `now` and minus 89 min 59.9 s."""
    end, total = len(command), 0
    matches = list(_OFFSET.finditer(command))
    for match in reversed(matches):
        if match.end() != end:
            break
        end = match.start()
        total += (-1 if match[1] == "-" else 1) * _milliseconds(match[2])
    return command[:end].strip(), timedelta(milliseconds=total)


def _milliseconds(text: str) -> int:
    return sum(int(number) * _UNITS[unit] for number, unit in _PIECE.findall(text))
