"""Steps that call something, wait, speak or end."""

from collections.abc import Mapping

from caravana.route import option
from caravana.route.element import Step, element
from caravana.route.expression import Expression

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF")

_CACHE = "endpoints are made once, when the route is built"
_THREADS = "the engine runs steps on its own loop; results do not depend on threads"


@element("to", shorthand="uri")
class To(Step):
    """Send the message to an endpoint and go on with its reply.

    `uri` is the address without its query, `parameters` all its options as texts, in the order of the file. An address
    that is wholly a placeholder keeps its text until it is resolved. `Uri.parse(step.uri, step.parameters)` joins both.
    """

    uri: str = option.uri("The endpoint's address: `scheme:path`.")
    parameters: Mapping[str, str] = option.parameters("The endpoint's options.", default={})
    pattern: str | None = option.choice("Exchange pattern of this call.", "InOnly", "InOut", default=None)
    variable_send: str | None = option.text("Send this variable instead of the body.", default=None)
    variable_receive: str | None = option.text(
        "Put the reply's body in this variable; body and headers stay.", default=None
    )


@element(
    "toD",
    shorthand="uri",
    ignored={"cacheSize": _CACHE, "allowOptimisedComponents": _CACHE, "autoStartComponents": _CACHE},
)
class ToD(Step):
    """Send to an endpoint whose address is a Simple text, evaluated for each message.

    `uri` is kept whole, query included; `parameters` are laid over it, their values are Simple texts too.
    """

    uri: str = option.uri("The address as a Simple text.")
    parameters: Mapping[str, str] = option.parameters("The endpoint's options.", default={})
    pattern: str | None = option.choice("Exchange pattern of this call.", "InOnly", "InOut", default=None)
    variable_send: str | None = option.text("Send this variable instead of the body.", default=None)
    variable_receive: str | None = option.text(
        "Put the reply's body in this variable; body and headers stay.", default=None
    )
    ignore_invalid_endpoint: bool = option.flag(
        "Skip the step when the address cannot be used, instead of an error.", default=False
    )


@element(
    "wireTap",
    ignored={
        "cacheSize": _CACHE,
        "allowOptimisedComponents": _CACHE,
        "autoStartComponents": _CACHE,
        "executorService": _THREADS,
    },
    refused={
        "onPrepare": "prepare the copy in the tapped route instead",
        "pattern": "a tap is always InOnly",
        "variableReceive": "a tap has no reply",
    },
)
class WireTap(Step):
    """Send a copy as an exchange of its own; its failure never reaches this one.

    With `dynamic_uri` an address that holds `${` is a Simple text, as with `ToD`.
    """

    uri: str = option.uri("The endpoint's address.")
    parameters: Mapping[str, str] = option.parameters("The endpoint's options.", default={})
    # `copy` is Camel's word; a dataclass has no method of that name.
    copy: bool = option.flag("Send body and headers; false: an empty message with the properties only.", default=True)
    dynamic_uri: bool = option.flag("Evaluate the address as a Simple text.", default=True)
    variable_send: str | None = option.text("Send this variable instead of the body.", default=None)
    ignore_invalid_endpoint: bool = option.flag("Skip the step when the address cannot be used.", default=False)


@element(
    "log",
    shorthand="message",
    ignored={"marker": "log lines are structured and carry no marker", "logger": "the logger is chosen by `logName`"},
)
class Log(Step):
    """Write a line to the log."""

    message: str = option.text("The line, a Simple text.")
    logging_level: str = option.choice("How important the line is.", *LEVELS, default="INFO")
    log_name: str | None = option.text("Name of the logger; unset = the route's id.", default=None)
    log_language: str | None = option.choice("Language of `message`.", "simple", default=None)


@element(
    "bean",
    shorthand="ref",
    refused={"beanType": "a Java class cannot run here: register a Python callable and name it with `ref`"},
)
class Bean(Step):
    """Call a registered Python callable with the message; what it returns becomes the body (None: body stays)."""

    ref: str = option.text("Name of the callable or bean.")
    method: str | None = option.text("Name of its method; unset = the callable itself.", default=None)
    scope: str = option.choice("Life of the bean.", "Singleton", default="Singleton")


@element("process")
class Process(Step):
    """Call a registered Python callable with the exchange, which it may change."""

    ref: str = option.text("Name of the callable.")


@element(
    "throwException",
    refused={"ref": "name the class with `exceptionType`"},
    departures={"exceptionType": "may be left out: java.lang.Exception"},
)
class ThrowException(Step):
    """Raise an error."""

    exception_type: str = option.text(
        "The Java name (long or short) that clauses match.", default="java.lang.Exception"
    )
    message: str | None = option.text("The error's text, a Simple text.", default=None)


@element("stop")
class Stop(Step):
    """End this exchange well; inside split, this part."""


@element("delay", ignored={"executorService": _THREADS, "callerRunsWhenRejected": _THREADS, "asyncDelayed": _THREADS})
class Delay(Step):
    """Wait; a long wait is kept in the journal and holds no worker."""

    expression: Expression = option.expression("Milliseconds, or a duration text such as `5s`.")
