"""Pictures of routes: SVG that reads from top to bottom, on light and dark pages, with nothing but presentation attributes."""

from collections.abc import Sequence
from html import escape

from caravana.engine.drawing.block import Block, stacked
from caravana.engine.drawing.layout import lay_out
from caravana.engine.drawing.paint import INK, LINE, text_width
from caravana.route.model import Route

__all__ = ["draw_routes"]

MARGIN = 24
HEADER = 52
GAP = 40
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def draw_routes(routes: Sequence[Route]) -> str:
    """Return an SVG document of `routes`, side by side; each has its id and description above it."""
    pictures = [_titled(route) for route in routes]
    width = sum(one.width for one in pictures) + GAP * max(0, len(pictures) - 1) + 2 * MARGIN
    height = max((one.height for one in pictures), default=0) + 2 * MARGIN
    parts, x = [], float(MARGIN)
    for picture in pictures:
        parts.append(picture.at(x, MARGIN))
        x += picture.width + GAP
    names = ", ".join(route.id or "without id" for route in routes)
    about = "; ".join(filter(None, (route.description for route in routes)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="caravana-title caravana-about" '
        f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        f'font-family="{escape(FONT)}" font-size="13">\n'
        f'<title id="caravana-title">{escape("Route " + names if len(routes) == 1 else "Routes " + names)}</title>\n'
        f'<desc id="caravana-about">{escape(about or "The steps of the route, from top to bottom.")}</desc>\n'
        f'<defs><marker id="caravana-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8Z" fill="{LINE}"/></marker></defs>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _titled(route: Route) -> Block:
    """Return the route's picture below its name, which stands on a bar of its own so that any page shows it."""
    name, about = route.id or "without id", route.description or ""
    body = lay_out(route)
    wanted = max(text_width(name, 16) + 32, text_width(about, 12) + 32, 220.0)
    title = Block(wanted, HEADER if about else 36)
    title.rect(0, 0, wanted, title.height, fill=INK, radius=10)
    title.text(wanted / 2, 23, name, fill="#ffffff", size=16, weight=650, anchor="middle")
    if about:
        title.text(wanted / 2, 41, about, fill="#d5dce6", size=12, anchor="middle")
    return stacked([title, body], gap=22, arrows=False)
