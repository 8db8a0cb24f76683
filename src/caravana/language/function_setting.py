"""Simple's functions of the configuration: all are answered when the route is loaded, so that a repeated run finds the same."""

from collections.abc import Mapping

from caravana.kit.nearest import nearest
from caravana.kit.redaction import is_sensitive_name
from caravana.language.call import Builder, Call
from caravana.language.node import Node, fixed, refuse


def _property(call: Call) -> Node:
    key, _, default = call.named().text.partition(":")
    known = _placeholders(call)
    if key in known:
        return fixed(_not_secret(call, known[key]))
    if ":" not in call.named().text:
        raise refuse(f"there is no setting `{key}`", call.at, nearest(key, known))
    return fixed(default)


def _property_exists(call: Call) -> Node:
    key = call.named().text
    wanted = not key.startswith("!")
    return fixed((key.lstrip("!") in _placeholders(call)) is wanted)


def _environment(call: Call) -> Node:
    name = call.named().text
    if is_sensitive_name(name):
        raise refuse(
            f"`{name}` looks like a secret, which a message must not hold",
            call.at,
            "write {{secret:name}} in an address",
        )
    return fixed(_placeholders(call).get(f"env:{name}"))


def _not_secret(call: Call, value: str) -> str:
    if "{{secret:" in value:
        raise refuse("a secret cannot be made part of a message", call.at, "write {{secret:name}} in an address")
    return value


def _placeholders(call: Call) -> Mapping[str, str]:
    known = call.compiler.scope.properties
    if known is None:
        raise refuse(f"`{call.name}` cannot be asked here", call.at, "write {{name}}")
    return known


SETTING_FUNCTIONS: dict[str, tuple[Builder, str]] = {
    "env": (_environment, "An environment variable, read when the route is loaded; null without one."),
    "properties": (_property, "A setting: `properties:key:default`, resolved when the route is loaded."),
    "propertiesExist": (_property_exists, "Whether a setting exists; `!` before the key negates."),
}
"""Builder and meaning of each function."""
