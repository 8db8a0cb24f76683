"""Names that Camel 4.18.4 knows, from the derived catalogue file beside this module."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

TARGET = "4.18.4"


@cache
def catalogue() -> dict[str, Any]:
    """Return the derived catalogue; its layout is described in `tools/derive_camel_catalogue.py`."""
    text = files("caravana.route").joinpath(f"camel-{TARGET}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
