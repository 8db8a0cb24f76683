"""REST services to routes: one for each verb, beginning at `platform-http:`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caravana.route.convert import text_of
from caravana.route.document import RouteDocument
from caravana.route.rest import Param, Rest, RestConfiguration, Verb
from caravana.route.routes import From, Route

INHERITED = (
    "binding_mode",
    "skip_binding_on_error_code",
    "client_request_validation",
    "enable_cors",
    "enable_no_content_response",
)
"""What a verb takes from its service, and that from the configuration, when it does not say it itself."""


def rest_configuration(documents: Iterable[RouteDocument]) -> RestConfiguration:
    """Return the settings that hold for the services of all files: the last written, else Camel's defaults."""
    found = [one for document in documents for one in document.of(RestConfiguration)]
    return found[-1] if found else RestConfiguration()


def expand_rest(document: RouteDocument, configuration: RestConfiguration | None = None) -> list[Route]:
    """Return one route for each verb of the file's REST services."""
    settings = configuration or rest_configuration([document])
    routes: list[Route] = []
    asked: set[str] = set()
    for rest in document.rests:
        for method, verb in rest.operations():
            path = full_path(settings, rest, verb)
            parameters = _parameters(settings, rest, verb)
            if parameters.get("enableCORS") and path not in asked:
                asked.add(path)  # one of the verbs of a path answers the browser's question before the call
                method = f"{method},OPTIONS"
            routes.append(_route(path, {"httpMethodRestrict": method, **parameters}, verb))
    return routes


def full_path(settings: RestConfiguration, rest: Rest, verb: Verb | None = None) -> str:
    """Return the path of a verb, or of a service, without a slash before it."""
    parts = (settings.context_path or "", rest.path, verb.path if verb else "")
    return "/".join(part.strip("/") for part in parts if part.strip("/"))


def api_path(settings: RestConfiguration) -> str:
    """Return the path of the OpenAPI document, without a slash before it."""
    parts = (settings.context_path or "", settings.api_context_path or "")
    return "/".join(part.strip("/") for part in parts if part.strip("/"))


def inherited(name: str, settings: RestConfiguration, rest: Rest, verb: Verb) -> Any:
    """Return what holds for a verb: its own word, its service's, else the configuration's."""
    said = (getattr(verb, name), getattr(rest, name), getattr(settings, name, None))
    return next((one for one in said if one is not None), None)


def pairs(items: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Return a list of `{key, value}` as one mapping."""
    return {str(one.get("key", "")): str(one.get("value", "")) for one in items}


def _parameters(settings: RestConfiguration, rest: Rest, verb: Verb) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("consumes", "produces"):
        value = getattr(verb, name) or getattr(rest, name)
        if value:
            found[name] = value
    for name in INHERITED:
        value = inherited(name, settings, rest, verb)
        if value and value != "off":
            found[Verb.spec.option(name).key] = text_of(value)
    if verb.param:
        found["params"] = json.dumps([_rule(one) for one in verb.param])
    if verb.security:
        found["security"] = json.dumps([{"key": one.key, "scopes": one.scopes} for one in verb.security])
    if settings.cors_headers and "enableCORS" in found:
        found["corsHeaders"] = json.dumps(pairs(settings.cors_headers))
    return {**found, **verb.parameters}


def _rule(param: Param) -> dict[str, Any]:
    given: Sequence[tuple[str, Any]] = (("defaultValue", param.default_value), ("allowableValues", list(param.allowed)))
    more = {name: value for name, value in given if value}
    return {"name": param.name, "type": param.type, "required": param.required, **more}


def _route(path: str, parameters: Mapping[str, str], verb: Verb) -> Route:
    source = From(uri=f"platform-http:/{path}", parameters=parameters, steps=(verb.to,), location=verb.location)
    method = parameters["httpMethodRestrict"].partition(",")[0].lower()
    return Route(id=verb.route_id or verb.id or f"{method}-{path}", from_=source, location=verb.location)
