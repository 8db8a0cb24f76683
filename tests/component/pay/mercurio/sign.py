"""Mercurio's signature: HMAC-SHA256 over the sorted parameters."""

import hashlib
import hmac
from collections.abc import Mapping


def sign(parameters: Mapping[str, str], key: str) -> str:
    """Return the signature of the parameters."""
    text = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
