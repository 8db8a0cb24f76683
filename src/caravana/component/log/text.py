"""What a log line says about an exchange: pure, and without secrets."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from caravana.kit.exchange import Exchange
from caravana.kit.redaction import MASK, is_sensitive_header, redact


def describe(exchange: Exchange, options: Any) -> str:
    """Return the line about `exchange` with the parts that `options` (`LogOptions`) ask for."""
    if options.plain:
        return _body(exchange.body, options)
    parts = [f"{name}: {text}" for name, text in _parts(exchange, options)]
    return "Exchange[" + ("\n  " + "\n  ".join(parts) + "\n" if options.multiline else ", ".join(parts)) + "]"


def _parts(exchange: Exchange, options: Any) -> Iterator[tuple[str, str]]:
    everything = options.show_all
    if everything or options.show_exchange_id:
        yield "Id", exchange.id
    if everything or options.show_route_id:
        yield "RouteId", exchange.route_id
    if everything or options.show_exchange_pattern:
        yield "ExchangePattern", exchange.pattern
    if everything or options.show_properties:
        yield "Properties", _mapping(exchange.properties)
    if everything or options.show_variables:
        yield "Variables", _mapping(exchange.variables)
    if everything or options.show_headers:
        yield "Headers", _mapping(exchange.headers)
    if everything or options.show_body_type:
        yield "BodyType", "null" if exchange.body is None else type(exchange.body).__name__
    if everything or options.show_body:
        yield "Body", _body(exchange.body, options)
    if (everything or options.show_caught_exception) and exchange.exception is not None:
        yield "CaughtException", f"{type(exchange.exception).__name__}: {_text(str(exchange.exception))}"


def _mapping(values: Mapping[str, Any]) -> str:
    masked = {name: MASK if is_sensitive_header(name) else value for name, value in values.items()}
    return "{" + ", ".join(f"{name}={_text(value)}" for name, value in redact(masked).items()) + "}"


def _body(body: Any, options: Any) -> str:
    if body is None:
        return "[Body is null]"
    text = _text(body)
    if options.skip_body_line_separator:
        text = " ".join(text.splitlines())
    if options.max_chars and len(text) > options.max_chars:
        return (
            text[: options.max_chars]
            + f"... [Body clipped after {options.max_chars} chars, total length is {len(text)}]"
        )
    return text


def _text(value: Any) -> str:
    """Return `value` as a reader expects it: text as it is, the rest as JSON; secret keys masked in JSON text too."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return json.dumps(redact(value), ensure_ascii=False, default=str)
    parsed = _parse(value)
    return str(redact(value)) if parsed is None or redact(parsed) == parsed else _text(parsed)


def _parse(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
