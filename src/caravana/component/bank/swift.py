"""The frame of an MT940 file: messages, their fields, and the lines on which they stand."""

import re
from dataclasses import dataclass

from caravana.component.bank.errors import StatementRefused

_FIELD = re.compile(r":(\d{2}[A-Z]?|NS):(.*)")
_END = re.compile(r"-[}X\x03]*")
_STRANGE = re.compile(r"[\x00\x02\x04-\x08\x0e-\x1f]")
FULL = 65
"""Characters of a full line: what follows goes on without a space."""


@dataclass(frozen=True)
class Field:
    """`:tag:` with its lines; `line` is the number of the first."""

    tag: str
    lines: tuple[str, ...]
    line: int

    @property
    def first(self) -> str:
        """The first line."""
        return self.lines[0].rstrip()

    @property
    def joined(self) -> str:
        """All lines without breaks: where banks break in the middle of a subfield or its number."""
        return "".join(one.strip("\r\n") for one in self.lines)

    @property
    def text(self) -> str:
        """All lines as free text: a full line goes on in the next, another ends a word."""
        found = ""
        for one in self.lines:
            found += one if len(one) >= FULL else one + " "
        return " ".join(found.split())


@dataclass(frozen=True)
class Message:
    """The fields from `:20:` to the end of one message; `whole`: the mark of its end was there, or the next began."""

    fields: tuple[Field, ...]

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.fields[0].line

    def get(self, *tags: str) -> Field | None:
        """Return the first field with one of `tags`."""
        return next((one for one in self.fields if one.tag in tags), None)


def decode(content: bytes) -> str:
    """Return the text, in UTF-8 or Windows-1252. Raises `StatementRefused` for what is no text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = _STRANGE.search(text)
        if strange is not None:
            line = text.count("\n", 0, strange.start()) + 1
            raise StatementRefused("it holds bytes that no text has: is it another encoding, or no MT940?", line=line)
        return text
    raise StatementRefused("it is neither UTF-8 nor Windows-1252")


def messages(text: str) -> list[Message]:
    """Return the messages of a file; what banks write between them is passed over."""
    found: list[Message] = []
    fields: list[tuple[str, list[str], int]] = []
    inside = False
    for number, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = raw.strip("\x01\x03")
        field = _FIELD.fullmatch(line)
        if field is not None and field[1] == "20":
            _close(fields, found)
            inside = True
        if not inside or not line.strip():
            continue
        if _END.fullmatch(line.strip()):
            _close(fields, found)
            inside = False
        elif field is not None:
            fields.append((field[1], [field[2]], number))
        else:
            fields[-1][1].append(line)
    _close(fields, found)
    return found


def _close(fields: list[tuple[str, list[str], int]], found: list[Message]) -> None:
    if fields:
        found.append(Message(tuple(Field(tag, tuple(lines), line) for tag, lines, line in fields)))
    fields.clear()
