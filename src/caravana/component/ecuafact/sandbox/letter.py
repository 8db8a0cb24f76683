"""A webhook as it is posted: the event and both signatures, made at the moment of sending."""

import base64
import hashlib
import hmac
import uuid
from datetime import datetime
from typing import Any

from caravana.kit import json


def letter(content: dict[str, Any], secret: str, signed: datetime) -> tuple[bytes, dict[str, str]]:
    """Return body and headers; `signed`: the time that the signatures hold."""
    raw = json.dumps(content).encode()
    stamp, identity = str(int(signed.timestamp())), f"msg_{uuid.uuid4().hex}"
    whole = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    named = f"{identity}.{stamp}.".encode() + raw
    standard = base64.b64encode(hmac.new(key, named, hashlib.sha256).digest()).decode()
    return raw, {
        "Ecuafact-Signature": f"t={stamp},v1={whole}",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{standard}",
    }


def happened(time: datetime) -> str:
    """Return a moment with seven decimals, as the platform writes it."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond:06}0Z"
