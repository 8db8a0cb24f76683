"""Endpoint addresses in the model: the query taken apart into parameters, placeholders left alone."""

from collections.abc import Mapping

from caravana.kit.uri import Uri


def split_address(text: str, parameters: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the address without its query, and all its options as texts.

    An address that begins with a placeholder, or holds a Simple function, is left whole: what it is shows later.
    `RAW(...)` around a value only keeps it from being decoded, which parameters never are: it is taken off.
    Raises `ConfigurationError` without a scheme, or when an option stands in both places.
    """
    unwrapped = {name: _unwrap(value) for name, value in parameters.items()}
    if text.lstrip().startswith("{{") or "${" in text or "$simple{" in text:
        return text, unwrapped
    uri = Uri.parse(text, unwrapped)
    head = text.strip()
    return _head(head).strip(), dict(uri.options)


def _head(text: str) -> str:
    """Return what stands before the query; `{{?name}}` is no query."""
    masked = text.replace("{{?", "{{_")
    end = masked.find("?")
    return text if end < 0 else text[:end]


def _unwrap(value: str) -> str:
    for begin, end in (("RAW(", ")"), ("RAW{", "}")):
        if value.startswith(begin) and value.endswith(end):
            return _unwrap(value[len(begin) : -1])
    return value
