"""Colours, and how wide a text is."""

from dataclasses import dataclass

INK = "#1f2937"
SOFT = "#4b5563"
LINE = "#7f8b9b"
"""Lines stand on the page itself: a grey that both a white and a dark page show (4:1 on either)."""


@dataclass(frozen=True)
class Tint:
    """Colours of a kind of step: the card, its edge and icon."""

    fill: str
    edge: str


ENDPOINT = Tint("#e8f1fd", "#2563c9")
MESSAGE = Tint("#e5f6ee", "#15805a")
ROUTING = Tint("#fff2d9", "#a86a05")
ERROR = Tint("#fde8e8", "#c02f2f")
CONTROL = Tint("#eeeafb", "#6546bd")

_NARROW = frozenset("iljtfrI.,:;'|!()[]{} /")
_WIDE = frozenset("mwMWQO@%ABCDEGHKNPRSUVXY_&")


def text_width(text: str, size: float) -> float:
    """Return about how many pixels `text` takes in a sans-serif font of `size` pixels."""
    em = sum(0.4 if sign in _NARROW else 0.78 if sign in _WIDE else 0.64 for sign in text)  # of the widest common font
    return em * size


def wrapped(text: str, width: float, size: float, lines: int) -> list[str]:
    """Return `text` in at most `lines` lines that fit `width`; what is too long ends with an ellipsis."""
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < lines:
        cut = _fitting(rest, width, size)
        if cut < len(rest):
            cut = _nice(rest, cut)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest and found:
        last = found[-1]
        while last and text_width(last + "…", size) > width:
            last = last[:-1]
        found[-1] = last + "…"
    return found


def _fitting(text: str, width: float, size: float) -> int:
    for end in range(len(text), 0, -1):
        if text_width(text[:end], size) <= width:
            return end
    return 1


def _nice(text: str, cut: int) -> int:
    """Cut behind a blank or a sign that separates, when one stands near."""
    for back in range(cut, max(cut // 2, 1), -1):
        if text[back - 1] in " ?&,/:;|" or text[back : back + 1] == " ":
            return back
    return cut
