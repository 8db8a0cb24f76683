"""Examples of a component's README."""

import io
import re
from typing import Any

from ruamel.yaml import YAML


def connection_of(readme: str, name: str) -> dict[str, Any]:
    """Return the settings of the connection in the first example."""
    [first, *_] = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    found: dict[str, Any] = YAML(typ="safe").load(io.StringIO(first))["connections"][name]
    return dict(found)
