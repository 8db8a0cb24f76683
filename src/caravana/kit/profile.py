"""What profiles of files and notifications share: data in YAML that says how one partner writes, for people to change."""

import codecs
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from caravana.kit.errors import ConfigurationError


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        try:
            codecs.lookup(name)
        except LookupError:
            raise ValueError(f"`{name}` is no encoding") from None
    return names


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One text, or several in a list."""
Encodings = Annotated[Names, AfterValidator(_known)]
"""Encodings by their names in Python, tried in turn."""


def read_profile_file(path: Path) -> dict[str, Any]:
    """Return what a profile's file says. Raises `ConfigurationError` when it is no map of settings."""
    try:
        values = YAML(typ="safe").load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"it is no YAML: {error}", place=str(path)) from None
    if not isinstance(values, dict):
        raise ConfigurationError("a profile is a map of settings", place=str(path))
    return values
