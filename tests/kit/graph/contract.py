"""The recorded shapes of Meta: webhook bodies, signatures, errors, requests of clients that we did not write."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "meta"
WEBHOOKS: dict[str, Any] = json.loads((FOLDER / "webhooks.json").read_text("utf-8"))
ERRORS: dict[str, Any] = json.loads((FOLDER / "errors.json").read_text("utf-8"))
BODIES: dict[str, dict[str, Any]] = {one["name"]: one for one in WEBHOOKS["bodies"]}
NUMBER = "106540352242922"
ACCOUNT = "102290129340398"


def body(name: str) -> dict[str, Any]:
    """Return a recorded webhook body by its name."""
    found: dict[str, Any] = BODIES[name]["body"]
    return found
