"""Endpoint addresses as Camel writes them: `scheme:path?option=value`, options also beside the address under `parameters`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_plus

from caravana.kit.errors import ConfigurationError
from caravana.kit.redaction import MASK, is_sensitive_parameter, redact_text

_SECRET = re.compile(r"\{\{secret:[\w.\-]+\}\}")


@dataclass(frozen=True)
class Uri:
    """One endpoint address, taken apart. `options` keep their order and hold texts."""

    scheme: str
    path: str
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, parameters: Mapping[str, object] | None = None) -> "Uri":
        """Return the address of `text` with `parameters` merged in.

        Raises `ConfigurationError` without a scheme, or when an option stands in both places.
        """
        head, _, query = _split_query(text.strip())
        scheme, colon, path = head.partition(":")
        if not colon or not scheme:
            raise ConfigurationError(
                f"`{redact_text(text)}` is no endpoint address", suggestion="write scheme:path, e.g. direct:start"
            )
        options = _parse_query(query)
        for name, value in (parameters or {}).items():
            if name in options:
                raise ConfigurationError(f"option `{name}` of `{head}` stands in the address and under parameters")
            options[name] = _as_text(value)
        return cls(scheme, path.removeprefix("//"), options)

    @property
    def shown(self) -> str:
        """The canonical form as it may be stored, logged and shown: values of options that hold credentials are masked.

        A placeholder of a secret is no value and stays.
        """
        masked = {
            name: value if value.startswith("{{") or not is_sensitive_parameter(name) else MASK
            for name, value in self.options.items()
        }
        return str(replace(self, options=masked))

    def __str__(self) -> str:
        """Return the canonical form, options sorted by name."""
        query = "&".join(f"{name}={value}" for name, value in sorted(self.options.items()))
        return f"{self.scheme}:{self.path}" + (f"?{query}" if query else "")


def secrets_in(text: str) -> frozenset[str]:
    """Return the placeholders `{{secret:name}}` that stand in `text`, as they are written."""
    return frozenset(_SECRET.findall(text))


def fill_secrets(text: str, secret: Callable[[str], str]) -> str:
    """Return `text` with its placeholders of secrets filled in. Raises what `secret` raises for a name not set."""
    return _SECRET.sub(lambda found: secret(found[0][len("{{secret:") : -2]), text)


def _split_query(text: str) -> tuple[str, str, str]:
    """Split at the first `?` that belongs to no placeholder (`{{?name}}`)."""
    depth = 0
    for index, sign in enumerate(text):
        if text.startswith("{{", index):
            depth += 1
        elif text.startswith("}}", index):
            depth -= 1
        elif sign == "?" and depth <= 0 and text[index - 2 : index] != "{{":
            return text[:index], "?", text[index + 1 :]
    return text, "", ""


def _parse_query(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in _pairs(query):
        if name in options:
            raise ConfigurationError(f"option `{name}` stands twice in one address")
        options[name] = value
    return options


def _pairs(query: str) -> list[tuple[str, str]]:
    """Take the query apart at `&`, but not inside `RAW(...)`, whose content is used as written."""
    pairs: list[tuple[str, str]] = []
    rest = query
    while rest:
        name, _, rest = rest.partition("=")
        if rest.startswith(("RAW(", "RAW{")):
            close = ")" if rest[3] == "(" else "}"
            end = _raw_end(rest, close)
            pairs.append((unquote_plus(name), rest[4:end]))
            rest = rest[end + 1 :].removeprefix("&")
        else:
            value, _, rest = rest.partition("&")
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def _raw_end(text: str, close: str) -> int:
    end = text.find(close + "&")
    if end < 0:
        end = len(text) - 1 if text.endswith(close) else -1
    if end < 0:
        raise ConfigurationError(f"RAW( has no end in `{text[:40]}`")
    return end


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
