"""REST services: each verb of a path calls an endpoint."""

from collections.abc import Iterator, Mapping

from caravana.route import option
from caravana.route.call_steps import To
from caravana.route.element import Node, element

VERBS = ("get", "post", "put", "patch", "delete", "head")

_CLASS = "`package.module:Class` of a pydantic model, `[]` behind it for a list; a Java class says nothing here"
_BODY = "JSON is read and written by the kit; anything else by the route (`unmarshal`, `marshal`)"
_LATER = "not supported yet"
_ANSWERS = "check the answer in the route"
_HOST = "addresses come from the listener's setting"


@element(
    "param",
    ignored={
        "collectionFormat": "a parameter given several times is a list; a text with commas stays a text",
        "arrayType": "a parameter given several times is a list",
        "examples": "not shown in the OpenAPI document",
    },
)
class Param(Node):
    """One parameter of an operation: checked with `clientRequestValidation`, and described in the OpenAPI document."""

    name: str = option.text("Name; `body` for the body.")
    type: str = option.choice("Where it stands.", "path", "query", "header", "body", "formData", default="path")
    data_type: str = option.text("Type for the description: string, integer, number, boolean ...", default="string")
    data_format: str | None = option.text("Format for the description: date, int64 ...", default=None)
    required: bool = option.flag("A request without it is answered 400.", default=True)
    default_value: str | None = option.text("Value of a query parameter that is not given.", default=None)
    allowable_values: tuple[object, ...] = option.items("The values admitted: texts, or `{value: text}`.", default=())

    @property
    def allowed(self) -> tuple[str, ...]:
        """The values admitted, as texts; none = all."""
        return tuple(
            str(one.get("value", "")) if isinstance(one, Mapping) else str(one) for one in self.allowable_values
        )


@element(
    "responseMessage",
    ignored={"header": "not shown in the OpenAPI document", "examples": "write them into the class of `responseModel`"},
)
class ResponseMessage(Node):
    """One answer of an operation, for the OpenAPI document."""

    code: str = option.text("Status.", default="200")
    message: str = option.text("What it means.", default="success")
    response_model: str | None = option.text(f"Class that describes its body: {_CLASS}.", default=None)


@element("security")
class Security(Node):
    """Who may call an operation: a bearer token of a client, with a scope. Checked before there is a message."""

    key: str = option.text("Names the clients: the setting `<key>.clients`.")
    scopes: str = option.text("Scopes that the token needs, with commas between.", default="")


@element(
    "get",
    ignored={"streamCache": "bodies can always be read again"},
    refused={"clientResponseValidation": _ANSWERS},
)
class Verb(Node):
    """One operation of a REST service. Path parameters `{id}` become headers."""

    path: str = option.text("Path below the service's.", default="")
    type: str | None = option.text(f"Class that describes the body: {_CLASS}.", default=None)
    out_type: str | None = option.text(f"Class that describes the answer: {_CLASS}.", default=None)
    consumes: str | None = option.text("Content types that are accepted, a comma list.", default=None)
    produces: str | None = option.text("Content type of the answer.", default=None)
    binding_mode: str | None = option.choice(
        "Conversion of bodies: json, auto (JSON where the content type says so), off.",
        *("off", "auto", "json"),
        default=None,
        camel_default="off",
    )
    skip_binding_on_error_code: bool | None = option.flag(
        "Leave the body of an answer from status 300 as it is.", default=None, camel_default=False
    )
    client_request_validation: bool | None = option.flag(
        "Check content type, Accept, parameters and JSON: 415, 406, 400.", default=None, camel_default=False
    )
    enable_cors: bool | None = option.flag(
        "Answer browsers of other sites.", default=None, camel_default=False, key="enableCORS"
    )
    enable_no_content_response: bool | None = option.flag(
        "With binding: 204 for an empty map or list.", default=None, camel_default=False
    )
    api_docs: bool | None = option.flag("Part of the OpenAPI document.", default=None, camel_default=True)
    deprecated: bool = option.flag("Marked so in the OpenAPI document.", default=False)
    route_id: str | None = option.text("Id of the route that the verb makes.", default=None)
    param: tuple[Param, ...] = option.children("Param", "The parameters.", default=())
    response_message: tuple[ResponseMessage, ...] = option.children("ResponseMessage", "The answers.", default=())
    security: tuple[Security, ...] = option.children("Security", "Bearer tokens; else 401 or 403.", default=())
    parameters: Mapping[str, str] = option.parameters(
        "Options of the consumer that Camel writes at `from`: lane, keys, branch, replyTimeout, repeatable ...",
        default={},
    )
    to: To = option.child("To", "What the verb calls.")


@element(
    "rest",
    refused={
        "clientResponseValidation": _ANSWERS,
        "openApi": _LATER,
        "securityDefinitions": _LATER,
        "securityRequirements": _LATER,
    },
)
class Rest(Node):
    """A REST service. What a verb does not say, its service says, else `restConfiguration`."""

    path: str = option.text("The service's path.", default="")
    consumes: str | None = option.text("Content types that are accepted, a comma list.", default=None)
    produces: str | None = option.text("Content type of the answer.", default=None)
    binding_mode: str | None = option.choice(
        "Conversion of bodies: json, auto (JSON where the content type says so), off.",
        *("off", "auto", "json"),
        default=None,
        camel_default="off",
    )
    skip_binding_on_error_code: bool | None = option.flag(
        "Leave the body of an answer from status 300 as it is.", default=None, camel_default=False
    )
    client_request_validation: bool | None = option.flag(
        "Check content type, Accept, parameters and JSON: 415, 406, 400.", default=None, camel_default=False
    )
    enable_cors: bool | None = option.flag(
        "Answer browsers of other sites.", default=None, camel_default=False, key="enableCORS"
    )
    enable_no_content_response: bool | None = option.flag(
        "With binding: 204 for an empty map or list.", default=None, camel_default=False
    )
    api_docs: bool | None = option.flag("Part of the OpenAPI document.", default=None, camel_default=True)
    tag: str | None = option.text("Group in the OpenAPI document.", default=None)
    get: tuple[Verb, ...] = option.children("Verb", "GET operations.", default=())
    post: tuple[Verb, ...] = option.children("Verb", "POST operations.", default=())
    put: tuple[Verb, ...] = option.children("Verb", "PUT operations.", default=())
    patch: tuple[Verb, ...] = option.children("Verb", "PATCH operations.", default=())
    delete: tuple[Verb, ...] = option.children("Verb", "DELETE operations.", default=())
    head: tuple[Verb, ...] = option.children("Verb", "HEAD operations.", default=())

    def operations(self) -> Iterator[tuple[str, Verb]]:
        """Yield every operation with its HTTP method in capitals."""
        for method in VERBS:
            for verb in getattr(self, method):
                yield method.upper(), verb


@element(
    "restConfiguration",
    ignored={
        "apiComponent": "the hub writes the OpenAPI document itself",
        "producerApiDoc": "rest services are called through http",
        "apiHost": _HOST,
        "apiVendorExtension": "the OpenAPI document tells nothing of the inside",
        "apiContextRouteId": "the OpenAPI document is no route",
        "hostNameResolver": _HOST,
        "jsonDataFormat": _BODY,
        "xmlDataFormat": _BODY,
        "bindingPackageScan": _BODY,
        "dataFormatProperty": _BODY,
        "producerComponent": "rest services are called through http",
    },
    refused={
        "clientResponseValidation": _ANSWERS,
        "useXForwardHeaders": "set the listener's public address",
        "componentProperty": "set the listener in the configuration",
        "endpointProperty": "set the listener in the configuration",
        "consumerProperty": "set the listener in the configuration",
        "validationLevels": _ANSWERS,
    },
)
class RestConfiguration(Node):
    """Settings of all REST services. Host, port and scheme come from the listener; they are kept and not used."""

    component: str | None = option.choice("What serves: the listener.", "platform-http", default=None)
    scheme: str | None = option.text("Kept; the listener decides.", default=None)
    host: str | None = option.text("Kept; the listener decides.", default=None)
    port: str | None = option.text("Kept; the listener decides.", default=None)
    context_path: str | None = option.text("Path before every service.", default=None)
    api_context_path: str | None = option.text("Path, below `contextPath`, of the OpenAPI document.", default=None)
    api_property: tuple[Mapping[str, object], ...] = option.items(
        "Facts of the document: `{key: api.title, value: ...}`, api.version, api.description.", default=()
    )
    binding_mode: str = option.choice(
        "Conversion of bodies: json, auto (JSON where the content type says so), off.",
        *("off", "auto", "json"),
        default="off",
    )
    skip_binding_on_error_code: bool = option.flag(
        "Leave the body of an answer from status 300 as it is.", default=False
    )
    client_request_validation: bool = option.flag(
        "Check content type, Accept, parameters and JSON: 415, 406, 400.", default=False
    )
    enable_cors: bool = option.flag("Answer browsers of other sites.", default=False, key="enableCORS")
    enable_no_content_response: bool = option.flag("With binding: 204 for an empty map or list.", default=False)
    inline_routes: bool = option.flag("Kept; a verb's route and its direct route are one path here.", default=True)
    cors_headers: tuple[Mapping[str, object], ...] = option.items("Headers for browsers: `{key, value}`.", default=())
