"""How the printed form looks: letters, colours, lines."""

import unicodedata
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth

MARGIN = 32.0
INK, SOFT = HexColor("#1c2733"), HexColor("#5b6875")
GRID, ACCENT = HexColor("#b8c2cc"), HexColor("#e8edf2")
FAINT = Color(0.55, 0.6, 0.65, alpha=0.13)

PLAIN = ParagraphStyle("plain", fontName="Helvetica", fontSize=7.6, leading=9.4, textColor=INK)
RIGHT = ParagraphStyle("right", PLAIN, alignment=TA_RIGHT)
STRONG = ParagraphStyle("strong", PLAIN, fontName="Helvetica-Bold")
STRONG_RIGHT = ParagraphStyle("strong-right", STRONG, alignment=TA_RIGHT)
LABEL = ParagraphStyle("label", PLAIN, fontSize=6.2, leading=8.4, textColor=SOFT)
NOTE = ParagraphStyle("note", PLAIN, fontSize=6.6, leading=8.2, textColor=SOFT)
NAME = ParagraphStyle("name", STRONG, fontSize=11.5, leading=14)
TITLE = ParagraphStyle("title", STRONG, fontSize=12.5, leading=15.5, textColor=HexColor("#0b4f8a"), spaceBefore=1)
CODE = ParagraphStyle("code", PLAIN, fontName="Courier", fontSize=7.6, leading=9, alignment=TA_CENTER)
WARN = ParagraphStyle("warn", STRONG, fontSize=8, leading=10, textColor=HexColor("#a12622"), alignment=TA_CENTER)

BOLD = ("Helvetica-Bold", 8.0)
"""Letters of the head of later pages."""
BOX: list[tuple[Any, ...]] = [
    ("BOX", (0, 0), (-1, -1), 0.8, GRID),
    ("ROUNDEDCORNERS", [4, 4, 4, 4]),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 7),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
    ("LEFTPADDING", (0, 0), (-1, -1), 6),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
]

_PLAIN_LETTERS = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i", "‐": "-", "‑": "-", "−": "-"})


def printable(text: str) -> str:
    """Return `text` in the letters of the standard fonts (Western Europe): others lose their accents, or become `?`."""
    return "".join(_letter(one) for one in text.translate(_PLAIN_LETTERS))


def escaped(text: str) -> str:
    """Return `text` for a paragraph."""
    return escape(printable(text))


def _letter(letter: str) -> str:
    if _is_known(letter):
        return letter
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    return bare if bare and all(_is_known(one) for one in bare) else "?"


def _is_known(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def cut(text: str, most: float, font: str, size: float) -> str:
    """Return the text, or its beginning, so that it is at most `most` points wide."""
    if stringWidth(text, font, size) <= most:
        return text
    while text and stringWidth(f"{text}…", font, size) > most:
        text = text[:-1]
    return f"{text.rstrip()}…"


__all__ = [
    "ACCENT",
    "BOLD",
    "BOX",
    "CODE",
    "FAINT",
    "GRID",
    "INK",
    "LABEL",
    "MARGIN",
    "NAME",
    "PLAIN",
    "RIGHT",
    "SOFT",
    "STRONG",
]
__all__ += ["STRONG_RIGHT", "TITLE", "WARN", "cut", "escaped", "printable"]
