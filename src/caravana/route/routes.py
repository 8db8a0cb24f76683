"""Routes and route configurations."""

from collections.abc import Mapping

from caravana.route import option
from caravana.route.element import Node, Step, element
from caravana.route.error_handling import ErrorHandler, OnException

_ALWAYS = "the journal does this for every route"
_LATER = "not supported yet"


@element("from")
class From(Node):
    """Where a route begins: the consumer's address and its options (among them lane, business keys, deduplication)."""

    uri: str = option.uri("The consumer's address: `scheme:path`.")
    parameters: Mapping[str, str] = option.parameters("The consumer's options.", default={})
    variable_receive: str | None = option.text("Put the incoming body in this variable.", default=None)
    steps: tuple[Step, ...] = option.steps("The route's steps.", default=())


@element(
    "route",
    ignored={
        "streamCache": "bodies can always be read again",
        "trace": _ALWAYS,
        "messageHistory": _ALWAYS,
        "logMask": "secrets are always masked",
        "shutdownRoute": "work in flight is on disk and resumes after a stop",
        "shutdownRunningTask": "work in flight is on disk and resumes after a stop",
    },
    refused={
        "nodePrefixId": "write the ids out",
        "delayer": "use a `delay` step",
        "errorHandlerRef": "write `errorHandler` in the route or in a routeConfiguration",
        "routePolicyRef": _LATER,
        "inputType": _LATER,
        "outputType": _LATER,
    },
)
class Route(Node):
    """One route: a consumer and its steps.

    `error_handler` None: that of its configurations, else the file's global one, else Camel's default handler.
    `on_exception` holds clauses of the route's own scope (only the Python builder writes them; Camel's YAML has none).
    `steps` are those of `from_`.
    """

    group: str | None = option.text("A name that several routes share.", default=None)
    route_configuration_id: str | None = option.text(
        "Configurations that apply: comma list of ids, `*` admitted; unnamed ones apply always.", default=None
    )
    auto_startup: bool = option.flag("False: the route waits for a person to start it.", default=True)
    startup_order: int | None = option.integer("Routes with smaller numbers start first.", default=None)
    precondition: str | None = option.text(
        "Simple predicate over placeholders; false: the route is left out.", default=None
    )
    error_handler: ErrorHandler | None = option.handler("The route's own error handler.", default=None)
    on_exception: tuple[OnException, ...] = option.children(
        "OnException", "Clauses of the route's own scope.", default=(), wrapped=True
    )
    from_: From = option.child("From", "Where the route begins.")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The route's steps."""
        return self.from_.steps


@element(
    "routeConfiguration",
    refused={
        "intercept": _LATER,
        "interceptFrom": _LATER,
        "interceptSendToEndpoint": _LATER,
        "onCompletion": _LATER,
    },
)
class RouteConfiguration(Node):
    """Error handling that routes share: by `route_configuration_id`, or every route when it has no id."""

    precondition: str | None = option.text("Simple predicate over placeholders; false: it is left out.", default=None)
    error_handler: ErrorHandler | None = option.handler("The error handler of these routes.", default=None)
    on_exception: tuple[OnException, ...] = option.children("OnException", "The clauses.", default=(), wrapped=True)
