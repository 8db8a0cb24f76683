"""REST services: each verb of a path calls an endpoint."""

from collections.abc import Iterator, Mapping

from caravana.route import option
from caravana.route.call_steps import To
from caravana.route.element import Node, element

VERBS = ("get", "post", "put", "patch", "delete", "head")

_DOCS = "describes the service for people; calls behave the same without it"
_BODY = "bodies are read and written by the route (`unmarshal`, `marshal`)"
_LATER = "not supported yet"
_VALIDATE = "check the message in the route"

_SHARED_IGNORED = {"apiDocs": _DOCS, "skipBindingOnErrorCode": "has an effect only with bindingMode, which is off"}
_SHARED_REFUSED = {"clientRequestValidation": _VALIDATE, "clientResponseValidation": _VALIDATE}


@element(
    "get",
    ignored={
        **_SHARED_IGNORED,
        "responseMessage": _DOCS,
        "type": "has an effect only with bindingMode, which is off",
        "outType": "has an effect only with bindingMode, which is off",
        "deprecated": _DOCS,
        "streamCache": "bodies can always be read again",
    },
    refused={**_SHARED_REFUSED, "security": _LATER, "param": "check the message in the route"},
)
class Verb(Node):
    """One operation of a REST service. Path parameters `{id}` become headers."""

    path: str = option.text("Path below the service's.", default="")
    consumes: str | None = option.text("Content types that are accepted, a comma list.", default=None)
    produces: str | None = option.text("Content type of the answer.", default=None)
    binding_mode: str = option.choice("Conversion of bodies: off only.", "off", default="off")
    enable_cors: bool = option.flag("Answer browsers of other sites.", default=False, key="enableCORS")
    enable_no_content_response: bool = option.flag("204 for an empty answer.", default=False)
    route_id: str | None = option.text("Id of the route that the verb makes.", default=None)
    to: To = option.child("To", "What the verb calls.")


@element(
    "rest",
    ignored={**_SHARED_IGNORED, "tag": _DOCS},
    refused={**_SHARED_REFUSED, "openApi": _LATER, "securityDefinitions": _LATER, "securityRequirements": _LATER},
)
class Rest(Node):
    """A REST service."""

    path: str = option.text("The service's path.", default="")
    consumes: str | None = option.text("Content types that are accepted, a comma list.", default=None)
    produces: str | None = option.text("Content type of the answer.", default=None)
    binding_mode: str = option.choice("Conversion of bodies: off only.", "off", default="off")
    enable_cors: bool = option.flag("Answer browsers of other sites.", default=False, key="enableCORS")
    enable_no_content_response: bool = option.flag("204 for an empty answer.", default=False)
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
        "apiComponent": _DOCS,
        "producerApiDoc": _DOCS,
        "apiHost": _DOCS,
        "apiVendorExtension": _DOCS,
        "apiContextRouteId": _DOCS,
        "apiProperty": _DOCS,
        "hostNameResolver": "addresses come from the listener's setting",
        "jsonDataFormat": _BODY,
        "xmlDataFormat": _BODY,
        "bindingPackageScan": _BODY,
        "dataFormatProperty": _BODY,
        "skipBindingOnErrorCode": _SHARED_IGNORED["skipBindingOnErrorCode"],
        "producerComponent": "rest services are called through http",
    },
    refused={
        **_SHARED_REFUSED,
        "apiContextPath": _LATER,
        "useXForwardHeaders": "set the listener's public address",
        "componentProperty": "set the listener in the configuration",
        "endpointProperty": "set the listener in the configuration",
        "consumerProperty": "set the listener in the configuration",
        "validationLevels": _VALIDATE,
    },
)
class RestConfiguration(Node):
    """Settings of all REST services. Host, port and scheme come from the listener; they are kept and not used."""

    component: str | None = option.choice("What serves: the listener.", "platform-http", default=None)
    scheme: str | None = option.text("Kept; the listener decides.", default=None)
    host: str | None = option.text("Kept; the listener decides.", default=None)
    port: str | None = option.text("Kept; the listener decides.", default=None)
    context_path: str | None = option.text("Path before every service.", default=None)
    binding_mode: str = option.choice("Conversion of bodies: off only.", "off", default="off")
    enable_cors: bool = option.flag("Answer browsers of other sites.", default=False, key="enableCORS")
    enable_no_content_response: bool = option.flag("204 for an empty answer.", default=False)
    inline_routes: bool = option.flag("Kept; a verb's route and its direct route are one path here.", default=True)
    cors_headers: tuple[Mapping[str, object], ...] = option.items("Headers for browsers: `{key, value}`.", default=())
