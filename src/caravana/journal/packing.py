"""Messages and replies as they are stored: a byte that says how, then the bytes."""

import zlib

_COMPRESSED = b"z"
_RAW = b"r"


def pack(data: bytes) -> bytes:
    """Return `data` as stored: compressed when that is worth it."""
    if len(data) < 512:
        return _RAW + data
    return _COMPRESSED + zlib.compress(data, 1)


def unpack(stored: bytes) -> bytes:
    """Return what `pack` stored."""
    return zlib.decompress(stored[1:]) if stored[:1] == _COMPRESSED else bytes(stored[1:])
