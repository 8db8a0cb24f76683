"""Pictures: one upload gives the smaller sizes. Pillow does it where it is installed; without it each size is the original."""

import base64
import importlib
import io
from typing import Any

from caravana.component.odoo.sandbox import field as f

SIZES = (1920, 1024, 512, 256, 128)


def fields() -> dict[str, f.Field]:
    """Return the image fields of a model."""
    return {f"image_{size}": f.binary("Image" if size == 1920 else f"Image {size}") for size in SIZES}


def spread(vals: dict[str, Any]) -> None:
    """Fill every size in `vals` when an image is among them; aspect is kept and nothing grows."""
    given = next((vals[f"image_{size}"] for size in SIZES if f"image_{size}" in vals), None)
    if given is None:
        return
    vals |= {f"image_{size}": shrink(given, size) if given else False for size in SIZES}


def shrink(encoded: str, size: int) -> str:
    """Return a base64 picture that fits into `size` pixels square, in its own format; what is no picture stays as it is."""
    try:
        pillow: Any = importlib.import_module("PIL.Image")
    except ImportError:
        return encoded
    try:
        picture = pillow.open(io.BytesIO(base64.b64decode(encoded)))
    except (OSError, ValueError):
        return encoded
    if max(picture.size) <= size:
        return encoded
    kind = picture.format or "PNG"
    picture.thumbnail((size, size))
    written = io.BytesIO()
    picture.save(written, kind)
    return base64.b64encode(written.getvalue()).decode()
