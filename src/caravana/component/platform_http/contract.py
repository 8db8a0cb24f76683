"""What a REST operation asks of a request, and how its bodies are read and written (facts: Camel's REST binding, 4.18).

Departures: a wrong request is answered before it becomes a message, with the reason as JSON; bytes of an answer (what
`marshal` makes) are sent as they are, where Camel would wrap them in Base64.
"""

from collections.abc import Mapping
from typing import Any

from caravana.component.platform_http.reading import Malformed, media_type
from caravana.component.platform_http.spec import Parameter, PlatformHttpOptions, split
from caravana.kit import json
from caravana.kit.exchange import Headers

JSON = "application/json"
ACCEPT = "Accept"
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, TRACE, OPTIONS, CONNECT, PATCH",
    "Access-Control-Allow-Headers": "Origin, Accept, X-Requested-With, Content-Type, "
    "Access-Control-Request-Method, Access-Control-Request-Headers",
    "Access-Control-Max-Age": "3600",
}
Wrong = tuple[int, str]
"""Status and reason of a refusal."""


def fill(headers: dict[str, Any], params: tuple[Parameter, ...]) -> dict[str, Any]:
    """Return the headers with the default values of query parameters that were not given."""
    if not params:
        return headers
    given = {name.lower() for name in headers}
    missing = {
        one.name: one.default_value
        for one in params
        if one.type == "query" and one.default_value is not None and one.name.lower() not in given
    }
    return {**headers, **missing}


def wrong(options: PlatformHttpOptions, headers: Mapping[str, Any], body: Any) -> Wrong | None:
    """Return why a request is refused, or None. Only `clientRequestValidation` asks."""
    if not options.client_request_validation:
        return None
    known = Headers(headers)
    if not accepted(options.consumes, known.get("Content-Type")):
        return 415, "this address does not take that content type"
    if not accepted(options.produces, known.get(ACCEPT)):
        return 406, f"this address answers only as {options.produces}"
    reason = _missing(options.params, known) or _not_allowed(options.params, known) or _wrong_body(options, known, body)
    return (400, reason) if reason else None


def accepted(admitted: str | None, asked: object) -> bool:
    """Tell whether one of the media types asked for is admitted; what nobody said is."""
    if admitted is None or not asked or "*/*" in str(asked):
        return True
    types = [media_type(one) for one in split(admitted)]
    return any(_fits(media_type(one), types) for one in split(str(asked)))


def _fits(asked: str, types: list[str]) -> bool:
    return asked in types or (asked.endswith("/*") and any(one.startswith(asked[:-1]) for one in types))


def _missing(params: tuple[Parameter, ...], headers: Headers) -> str:
    for kind, text in (("query", "query parameter"), ("header", "HTTP header")):
        for one in params:
            if one.type == kind and one.required and one.name not in headers:
                return f"the required {text} `{one.name}` is missing"
    return ""


def _not_allowed(params: tuple[Parameter, ...], headers: Headers) -> str:
    for one in params:
        value = headers.get(one.name)
        if one.type not in ("query", "header") or not one.allowable_values or value is None:
            continue
        if any(given not in one.allowable_values for given in (value if isinstance(value, list) else [value])):
            return f"`{one.name}` must be one of {', '.join(one.allowable_values)}"
    return ""


def _wrong_body(options: PlatformHttpOptions, headers: Headers, body: Any) -> str:
    if not body:
        return "the body is missing" if any(one.type == "body" and one.required for one in options.params) else ""
    if media_type(str(headers.get("Content-Type") or "")) == JSON and isinstance(body, str | bytes):
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            return "the body is no JSON"
    return ""


def bound(options: PlatformHttpOptions, content_type: str, body: Any) -> Any:
    """Return the body as the route gets it: with binding, JSON as maps and lists. Raises `Malformed`."""
    if not body or not isinstance(body, str | bytes) or not _reads(options, content_type, body):
        return body
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is no JSON") from None


def _reads(options: PlatformHttpOptions, content_type: str, body: str | bytes) -> bool:
    if options.binding_mode != "auto":
        return options.binding_mode == "json"
    known = content_type.lower()
    if "json" not in known and "xml" not in known:
        known = (options.consumes or "").lower()
    if "json" in known or "xml" in known:
        return "json" in known
    return body[:1] not in ("<", b"<")


def written(
    options: PlatformHttpOptions, asked: Mapping[str, Any], status: int, given: str | None, body: Any
) -> str | None:
    """Return the body as JSON text where binding writes it, else None.

    `asked`: headers of the request; `given`: content type that the route has set.
    """
    if options.binding_mode == "off" or body is None or isinstance(body, bytes):
        return None
    accept = str(Headers(asked).get(ACCEPT) or "").lower() if options.binding_mode == "auto" else ""
    if "xml" in accept and "json" not in accept:
        return None
    if options.skip_binding_on_error_code and status >= 300:
        return None
    return json.dumps(body) if "json" in (given or options.produces or JSON).lower() else None


def cors(options: PlatformHttpOptions, origin: str | None) -> dict[str, str]:
    """Return the headers for a browser that asks from `origin`; Camel's unless the route file says others."""
    sent = {**_CORS, **options.cors_headers}
    with_credentials = sent.get("Access-Control-Allow-Credentials", "").lower() == "true"
    if with_credentials and sent["Access-Control-Allow-Origin"] == "*" and origin:
        sent["Access-Control-Allow-Origin"] = origin
    return sent
