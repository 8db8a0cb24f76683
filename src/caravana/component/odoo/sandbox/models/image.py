"""Pictures: one upload gives the smaller sizes. Pillow does it where it is installed; without it each size is the original."""

import base64
import hashlib
import importlib
import io
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.records import Record
from caravana.component.odoo.sandbox.writing import remove

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


def attach(record: Record, names: set[str]) -> None:
    """Keep the attachment behind a picture: Odoo stores each as one, found by `res_field`, with its checksum (documented)."""
    if "image_1920" not in names:
        return
    content = base64.b64decode(record.image_1920 or "")
    kept = [
        one
        for one in record.env.by("ir.attachment", "res_id", record.id)
        if one.res_model == record.meta.name and one.res_field == "image_1920"
    ]
    if not content:
        for one in kept:
            remove(record.env.browse("ir.attachment", [one.id]))
        return
    vals = {"name": "image_1920", "res_model": record.meta.name, "res_id": record.id, "res_field": "image_1920"}
    row = kept[0] if kept else record.env.create("ir.attachment", vals)
    row.set(file_size=len(content), checksum=hashlib.sha1(content, usedforsecurity=False).hexdigest())


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
