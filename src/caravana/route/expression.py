"""Expressions and data formats: a name, a text and options, as their own small tables declare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from caravana.route.location import NOWHERE, Location


@dataclass(frozen=True)
class Expression:
    """An expression in `language` (Camel's name), evaluated for each message.

    `text` is the expression as written; for `method` the name of the callable, for `ref` too. `options` holds what
    was set beside it under Camel's spelling (`resultType`, `trim`, `suppressExceptions` ...), converted to its type;
    `option` gives Camel's default for the rest.
    """

    language: str
    text: str
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    location: Location = field(default=NOWHERE, compare=False, repr=False)

    def option(self, name: str) -> Any:
        """Return the option's value, set or Camel's default; raises `KeyError` when the language has no such option."""
        if name in self.options:
            return self.options[name]
        from caravana.route.language import LANGUAGES

        return LANGUAGES[self.language].options[name].default


@dataclass(frozen=True)
class DataFormat:
    """A data format by Camel's name, with the options that were set (Camel's spelling, converted to their type)."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    location: Location = field(default=NOWHERE, compare=False, repr=False)

    def option(self, name: str) -> Any:
        """Return the option's value, set or Camel's default; raises `KeyError` when the format has no such option."""
        if name in self.options:
            return self.options[name]
        from caravana.route.dataformat import DATA_FORMATS

        return DATA_FORMATS[self.name].options[name].default
