"""What Instagram takes of pictures (JPEG, at most 8 MB, 4:5 to 1.91:1, at least 320 wide), judged before Meta fetches them."""

import io

from caravana.kit.errors import Refused, Transient
from caravana.kit.graph.producing import before
from caravana.kit.http import HttpSession

MOST_BYTES = 8 << 20
RATIOS = (0.8, 1.91)
LEAST_WIDTH = 320
"""Wider ones than 1440 are made smaller by Meta."""
SECONDS = 30.0
SLACK = 0.005
"""A ratio of whole pixels may miss its limit by this much."""


async def judge_at(session: HttpSession, url: str) -> None:
    """Fetch a picture as Meta will, without credentials, and judge it.

    Raises `Refused` (code `picture`) saying what Instagram would not take, `Transient` when it cannot be fetched now.
    """
    answer = await before(session.call("GET", url, timeout=SECONDS))
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status >= 500:
        raise Transient(f"the picture's address answers {answer.status}", status=answer.status, code="picture")
    if answer.status != 200:
        raise _bad(f"its address answers {answer.status}")
    if kind != "image/jpeg":
        raise _bad(f"its address says that it is {kind or 'nothing'}, not image/jpeg")
    judge(answer.raw)


def judge(raw: bytes) -> None:
    """Judge the bytes of a picture. Raises `Refused` (code `picture`)."""
    from PIL import Image, UnidentifiedImageError

    if len(raw) > MOST_BYTES:
        raise _bad(f"it has {len(raw)} bytes; the most is {MOST_BYTES}")
    try:
        with Image.open(io.BytesIO(raw)) as image:
            kind, (width, height) = image.format, image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise _bad("it cannot be read") from None
    if kind != "JPEG":
        raise _bad(f"it is {kind}, not JPEG")
    if width < LEAST_WIDTH:
        raise _bad(f"it is {width} pixels wide; the least is {LEAST_WIDTH}")
    if not RATIOS[0] - SLACK <= width / height <= RATIOS[1] + SLACK:
        raise _bad(f"{width} × {height} is outside 4:5 to 1.91:1")


def _bad(why: str) -> Refused:
    return Refused(f"Instagram does not take the picture: {why}", code="picture")
