"""The table of Simple's functions, and the dispatch of `${name...}` to its builder."""

import re

from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.language.call import Builder, Call, Compiler
from caravana.language.function_file import FILE_FUNCTIONS
from caravana.language.function_message import MESSAGE_FUNCTIONS
from caravana.language.function_moment import MOMENT_FUNCTIONS
from caravana.language.function_setting import SETTING_FUNCTIONS
from caravana.language.function_value import VALUE_FUNCTIONS
from caravana.language.node import Node, Scope, refuse
from caravana.language.refusals import REFUSED_FUNCTIONS
from caravana.language.scan import Source

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-with-timezone)?")
_TABLE: dict[str, tuple[Builder, str]] = {
    **MESSAGE_FUNCTIONS,
    **SETTING_FUNCTIONS,
    **FILE_FUNCTIONS,
    **MOMENT_FUNCTIONS,
    **VALUE_FUNCTIONS,
}

SIMPLE_FUNCTIONS: dict[str, str] = {name: doc for name, (_, doc) in sorted(_TABLE.items())}
"""The functions that Simple expressions may use, with their meaning."""


class Functions(Compiler):
    """Compiles what stands between `${` and `}`."""

    def __init__(self, scope: Scope) -> None:
        """`scope`: clock, callables and placeholder values that functions may refer to."""
        self.scope = scope

    def function(self, source: Source) -> Node:
        """Return the node of the function whose inside is `source`. Raises `ConfigurationError`."""
        inside = _without_in(source.strip())
        match = _NAME.match(inside.text)
        name = match[0] if match else ""
        if name not in _TABLE:
            raise _unknown(name, inside)
        builder = _TABLE[name][0]
        try:
            return builder(Call(name, inside.at, inside.part(len(name)), self))
        except ConfigurationError as error:
            if error.place:
                raise
            raise refuse(error.message, inside.at, error.suggestion) from None


def _without_in(inside: Source) -> Source:
    return inside.part(3) if re.match(r"in\.(body|headers?)\b", inside.text) else inside


def _unknown(name: str, inside: Source) -> ConfigurationError:
    reason = REFUSED_FUNCTIONS.get(name)
    if reason:
        return refuse(f"the function `{name}` is refused: {reason}", inside.at)
    if not name:
        return refuse("a function name is missing behind `${`", inside.at)
    return refuse(f"there is no function `{name}`", inside.at, nearest(name, _TABLE))
