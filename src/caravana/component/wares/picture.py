"""A picture as Meta takes it everywhere: JPEG, between 4:5 and 1.91:1, at least 500 on each side, not larger than 1024. Pure."""

import base64
import binascii
import io

SMALLEST, LARGEST = 500, 1024
NARROWEST, WIDEST = 0.8, 1.91
QUALITY = 85
MOST_PIXELS = 50_000_000
WHITE = (255, 255, 255)


class NoPicture(ValueError):
    """The bytes are no picture that can be shown."""


def jpeg(encoded: str) -> bytes:
    """Return a picture of Odoo (base64; JPEG, PNG, WebP, GIF) as JPEG. Raises `NoPicture`.

    What is transparent becomes white, what lies on its side is turned, what is too small or too narrow gets a white margin.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NoPicture("it is too large")
            turned = ImageOps.exif_transpose(opened)
            plain = Image.new("RGB", turned.size, WHITE)
            layer = turned.convert("RGBA")
            plain.paste(layer, mask=layer.getchannel("A"))
    except (OSError, ValueError, binascii.Error, SyntaxError) as error:
        raise NoPicture(f"it cannot be read ({type(error).__name__})") from None
    plain.thumbnail((LARGEST, LARGEST))
    size = canvas(plain.width, plain.height)
    if size != plain.size:
        framed = Image.new("RGB", size, WHITE)
        framed.paste(plain, ((size[0] - plain.width) // 2, (size[1] - plain.height) // 2))
        plain = framed
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def canvas(width: int, height: int) -> tuple[int, int]:
    """Return the smallest size that holds a picture of `width` × `height` and is taken."""
    width, height = max(width, SMALLEST), max(height, SMALLEST)
    if width / height < NARROWEST:
        width = -(-height * 4 // 5)
    elif width / height > WIDEST:
        height = -(-width * 100 // 191)
    return width, height
