"""The examples in the README of a component."""

import io
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML


def examples(page: str) -> list[Any]:
    """Return the YAML examples of a page, read."""
    return [YAML(typ="safe").load(io.StringIO(one)) for one in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]


def addresses(value: Any, scheme: str) -> Iterator[str]:
    """Yield every address of `scheme` in an example."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from addresses(one, scheme)
    elif isinstance(value, str) and value.startswith(f"{scheme}:"):
        yield value
