"""Texts of products as Meta shows them: plain, without markup, not too long."""

import re
import unicodedata
from html.parser import HTMLParser

LONGEST_TITLE = 150
LONGEST_DESCRIPTION = 5000
BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"})
HIDDEN = frozenset({"script", "style", "head"})
_SPACES = re.compile(r"[ \t\u00a0\u2007\u202f]+")
_LINES = re.compile(r"\s*\n\s*")


class _Text(HTMLParser):
    """The text of a piece of HTML, blocks on lines of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in HIDDEN:
            self._hidden += 1
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("• ")

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain(text: object) -> str:
    """Return a text without markup, control signs and superfluous spaces; lines stay lines."""
    if not text:
        return ""
    reader = _Text()
    reader.feed(str(text))
    reader.close()
    found = unicodedata.normalize("NFC", "".join(reader.parts)).replace("\r", "\n")
    found = "".join(one for one in found if one == "\n" or not unicodedata.category(one).startswith("C"))
    return _LINES.sub("\n", _SPACES.sub(" ", found)).strip()


def title(text: object) -> str:
    """Return a title: one line, cut at a word."""
    return short(" ".join(plain(text).split()), LONGEST_TITLE)


def short(text: str, most: int) -> str:
    """Return `text`, cut at a word where it is longer than `most`."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > most // 2 else cut).rstrip(" ,;.-") + "…"
