"""The OpenAPI 3.1 document of REST services, made of what their route files say and of the classes that they name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from caravana.route.document import RouteDocument
from caravana.route.rest import Param, ResponseMessage, Rest, RestConfiguration, Security, Verb
from caravana.route.rest_routes import full_path, inherited, pairs
from caravana.route.schema import Schemas

_TYPES = {"int": "integer", "long": "integer", "float": "number", "double": "number", "bool": "boolean"}
_KNOWN = ("string", "integer", "number", "boolean", "array", "object")
_REFUSAL = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_PENDING = {
    "type": "object",
    "required": ["exchange", "state"],
    "properties": {"exchange": {"type": "string"}, "state": {"type": "string"}},
}
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")


def openapi(documents: Sequence[RouteDocument], settings: RestConfiguration, address: str = "/") -> dict[str, Any]:
    """Return the document of all services that do not say `apiDocs: false`; `address`: where they are served.

    Raises `ConfigurationError` for a class that cannot be imported.
    """
    facts = pairs(settings.api_property)
    info = {"title": facts.get("api.title", "Caravana"), "version": facts.get("api.version", "1.0")}
    if "api.description" in facts:
        info["description"] = facts["api.description"]
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, str | None] = {}
    schemas = Schemas()
    for rest, method, verb in _operations(documents, settings):
        if rest.tag:
            tags.setdefault(rest.tag, rest.description)
        path = "/" + full_path(settings, rest, verb)
        paths.setdefault(path, {})[method.lower()] = _operation(settings, rest, verb, path, schemas)
    made: dict[str, Any] = {"openapi": "3.1.0", "info": info, "servers": [{"url": address}], "paths": paths}
    if keys := {one.key for _, _, verb in _operations(documents, settings) for one in verb.security}:
        schemes = {key: {"type": "http", "scheme": "bearer"} for key in sorted(keys)}
        made["components"] = {"securitySchemes": schemes}
    if schemas.found:
        made.setdefault("components", {})["schemas"] = schemas.found
    if tags:
        made["tags"] = [{"name": name, **_described(about)} for name, about in tags.items()]
    return made


def _operations(documents: Iterable[RouteDocument], settings: RestConfiguration) -> Iterator[tuple[Rest, str, Verb]]:
    for document in documents:
        for rest in document.rests:
            for method, verb in rest.operations():
                if inherited("api_docs", settings, rest, verb) is not False and not (rest.disabled or verb.disabled):
                    yield rest, method, verb


def _operation(settings: RestConfiguration, rest: Rest, verb: Verb, path: str, schemas: Schemas) -> dict[str, Any]:
    binding = inherited("binding_mode", settings, rest, verb) != "off"
    made: dict[str, Any] = {}
    if name := verb.route_id or verb.id:
        made["operationId"] = name
    if verb.description:
        made["summary"] = verb.description
    if rest.tag:
        made["tags"] = [rest.tag]
    if verb.deprecated:
        made["deprecated"] = True
    parameters = [*_parameters(verb.param), *_unsaid(verb, path)]
    if parameters:
        made["parameters"] = parameters
    if body := _body(rest, verb, schemas, binding=binding):
        made["requestBody"] = body
    if verb.security:
        made["security"] = [{one.key: _scopes(one) for one in verb.security}]
    told = _responses(verb, verb.produces or rest.produces, schemas, binding=binding)
    made["responses"] = dict(sorted({**_of_the_hub(settings, rest, verb, schemas), **told}.items()))
    return made


def _of_the_hub(settings: RestConfiguration, rest: Rest, verb: Verb, schemas: Schemas) -> dict[str, Any]:
    """What the hub answers by itself, before there is a message or when the answer takes long."""
    checks = bool(inherited("client_request_validation", settings, rest, verb))
    possible = {
        "400": ("the request is not as described", True),
        "401": ("no known bearer token", bool(verb.security)),
        "403": ("the token lacks a scope", bool(verb.security)),
        "406": ("the caller accepts nothing that is answered here", checks and bool(verb.produces or rest.produces)),
        "413": ("the body is too large", True),
        "415": ("the body has another content type", bool(verb.consumes or rest.consumes)),
        "422": ("the key came before with another request", verb.type is not None),
        "503": ("nothing can be taken now; come again after `Retry-After` seconds", True),
    }
    refused = {"application/json": {"schema": schemas.put("Refusal", _REFUSAL)}}
    pending = {"application/json": {"schema": schemas.put("Pending", _PENDING)}}
    answers = {code: {"description": why, "content": refused} for code, (why, applies) in possible.items() if applies}
    return {**answers, "202": {"description": "taken and on disk; the answer takes longer", "content": pending}}


def _scopes(security: Security) -> list[str]:
    """The scopes that an operation needs; OpenAPI 3.1 lets bearer tokens name them, too."""
    return [one.strip() for one in security.scopes.split(",") if one.strip()]


def _body(rest: Rest, verb: Verb, schemas: Schemas, *, binding: bool) -> dict[str, Any] | None:
    if form := [one for one in verb.param if one.type == "formData"]:
        return _form(form)
    body = next((one for one in verb.param if one.type == "body"), None)
    if body is None and verb.type is None:
        return None
    schema = schemas.of(verb.type) or (_schema(body) if body is not None else {})
    return {
        "required": body is None or body.required,
        **_described(body.description if body is not None else None),
        "content": _content(verb.consumes or rest.consumes, binding, schema),
    }


def _parameters(params: Iterable[Param]) -> Iterator[dict[str, Any]]:
    for param in params:
        if param.type in ("path", "query", "header"):
            about = {"name": param.name, "in": param.type, **_described(param.description)}
            yield {**about, "required": param.required or param.type == "path", "schema": _schema(param)}


def _unsaid(verb: Verb, path: str) -> Iterator[dict[str, Any]]:
    """Path parameters that the file does not describe; OpenAPI wants every one."""
    told = {param.name for param in verb.param if param.type == "path"}
    for name in _PATH_PARAMETER.findall(path):
        if name not in told:
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _schema(param: Param) -> dict[str, Any]:
    kind = _TYPES.get(param.data_type, param.data_type)
    if param.type == "body" and kind not in _KNOWN[1:]:
        return {}  # a class of Java, or nothing said: any value
    schema: dict[str, Any] = {"type": kind if kind in _KNOWN else "string"}
    if schema["type"] == "array":
        schema["items"] = {}
    if param.data_format:
        schema["format"] = param.data_format
    if param.allowed:
        schema["enum"] = [_value(one, kind) for one in param.allowed]
    if param.default_value is not None:
        schema["default"] = _value(param.default_value, kind)
    return schema


def _value(text: str, kind: str) -> Any:
    """Return a value as its type writes it in JSON; what does not fit stays a text."""
    if kind == "boolean":
        return text.lower() == "true"
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def _form(fields: Iterable[Param]) -> dict[str, Any]:
    listed = list(fields)
    schema: dict[str, Any] = {"type": "object", "properties": {one.name: _schema(one) for one in listed}}
    if wanted := [one.name for one in listed if one.required]:
        schema["required"] = wanted
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _content(types: str | None, binding: bool, schema: Mapping[str, Any]) -> dict[str, Any]:
    named = [one.strip() for one in (types or ("application/json" if binding else "*/*")).split(",") if one.strip()]
    return {one: {"schema": dict(schema)} if schema else {} for one in named}


def _responses(verb: Verb, produces: str | None, schemas: Schemas, *, binding: bool) -> dict[str, Any]:
    if not verb.response_message:
        return {"200": {"description": "success", "content": _content(produces, binding, schemas.of(verb.out_type))}}
    return {
        one.code: {"description": one.message, **_answer(verb, one, produces, schemas, binding=binding)}
        for one in verb.response_message
    }


def _answer(
    verb: Verb, message: ResponseMessage, produces: str | None, schemas: Schemas, *, binding: bool
) -> dict[str, Any]:
    """What stands in the answer of one status: the verb's own type when all went well, else what the status names."""
    well = message.code.startswith("2")
    schema = schemas.of(message.response_model or (verb.out_type if well else None))
    return {"content": _content(produces, binding, schema)} if well or schema else {}


def _described(text: str | None) -> dict[str, str]:
    return {"description": text} if text else {}
