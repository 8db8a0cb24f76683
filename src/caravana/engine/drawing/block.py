"""A piece of a picture: a size, the x at which the flow enters above and leaves below, and what is drawn."""

from collections.abc import Sequence
from html import escape

from caravana.engine.drawing.paint import LINE

ARROW = 26.0
"""Length of an arrow between two steps."""


class Block:
    """A rectangle that shapes and other blocks are put on; `goes_on` False: the flow ends in it."""

    def __init__(self, width: float, height: float, *, middle: float | None = None, goes_on: bool = True) -> None:
        """`middle`: x of the flow; by default the centre."""
        self.width = width
        self.height = height
        self.middle = width / 2 if middle is None else middle
        self.goes_on = goes_on
        self._parts: list[str] = []

    def at(self, x: float, y: float) -> str:
        """Return the block's SVG, moved to (x, y)."""
        return f'<g transform="translate({x:g} {y:g})">' + "".join(self._parts) + "</g>"

    def put(self, block: "Block", x: float, y: float) -> None:
        """Put another block on this one."""
        self._parts.append(block.at(x, y))

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "none",
        radius: float = 8,
        dashed: bool = False,
        opacity: float = 1,
    ) -> None:
        """Draw a rounded rectangle."""
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        faint = f' fill-opacity="{opacity:g}"' if opacity != 1 else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
            f'fill="{fill}"{faint} stroke="{edge}" stroke-width="1.5"{dash}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        fill: str,
        size: float = 13,
        weight: int = 400,
        anchor: str = "start",
        mono: bool = False,
    ) -> None:
        """Write one line; `y` is its base line."""
        family = ' font-family="ui-monospace, Menlo, Consolas, monospace"' if mono else ""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" fill="{fill}" font-size="{size:g}" font-weight="{weight}" '
            f'text-anchor="{anchor}"{family}>{escape(text)}</text>'
        )

    def glyph(self, x: float, y: float, path: str, color: str) -> None:
        """Draw an icon of 24 by 24 pixels."""
        self._parts.append(
            f'<path transform="translate({x:g} {y:g})" d="{path}" fill="none" stroke="{color}" stroke-width="1.8" '
            f'stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def line(self, points: Sequence[tuple[float, float]], *, arrow: bool = False, dashed: bool = False) -> None:
        """Draw a line through `points`."""
        path = "M" + " ".join(f"{x:g} {y:g}" for x, y in points)
        head = ' marker-end="url(#caravana-arrow)"' if arrow else ""
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self._parts.append(
            f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.8" stroke-linejoin="round"{dash}{head}/>'
        )

    def hover(self, text: str) -> None:
        """Give the block's whole text to whoever points at it."""
        self._parts.insert(0, f"<title>{escape(text)}</title>")


def stacked(blocks: Sequence[Block], *, gap: float = ARROW, arrows: bool = True) -> Block:
    """Return `blocks` one below the other, their flows in one line, with arrows between them."""
    if not blocks:
        return Block(0, 0)
    left = max(one.middle for one in blocks)
    right = max(one.width - one.middle for one in blocks)
    height = sum(one.height for one in blocks) + gap * (len(blocks) - 1)
    whole = Block(left + right, height, middle=left, goes_on=blocks[-1].goes_on)
    y = 0.0
    for number, one in enumerate(blocks):
        if number and arrows and blocks[number - 1].goes_on:
            whole.line([(left, y - gap), (left, y - 2)], arrow=True)
        whole.put(one, left - one.middle, y)
        y += one.height + gap
    return whole
