"""Java class names as routes write them, and which of Caravana's errors they catch (reference of Camel 4.18, section 5)."""

import json
import socket
import ssl

from caravana.kit import errors

PARENTS = {
    "Throwable": None,
    "Exception": "Throwable",
    "RuntimeException": "Exception",
    "IllegalArgumentException": "RuntimeException",
    "NumberFormatException": "IllegalArgumentException",
    "IllegalStateException": "RuntimeException",
    "NullPointerException": "RuntimeException",
    "UnsupportedOperationException": "RuntimeException",
    "ClassCastException": "RuntimeException",
    "IOException": "Exception",
    "FileNotFoundException": "IOException",
    "JsonProcessingException": "IOException",
    "JsonParseException": "JsonProcessingException",
    "ConnectException": "IOException",
    "UnknownHostException": "IOException",
    "SocketTimeoutException": "IOException",
    "SSLException": "IOException",
    "TimeoutException": "Exception",
    "CamelException": "Exception",
    "HttpOperationFailedException": "CamelException",
    "RuntimeCamelException": "RuntimeException",
    "CamelExecutionException": "RuntimeCamelException",
    "ExpressionEvaluationException": "RuntimeCamelException",
    "TypeConversionException": "RuntimeCamelException",
    "ExpressionIllegalSyntaxException": "RuntimeCamelException",
    "ValidationException": "CamelException",
    "PredicateValidationException": "ValidationException",
    "DirectConsumerNotAvailableException": "CamelException",
    "RejectedExecutionException": "RuntimeException",
    "ThrottlerRejectedExecutionException": "RejectedExecutionException",
    "CallNotPermittedException": "RuntimeException",
    "Transient": "IOException",
    "RateLimited": "Transient",
    "Unknown": "SocketTimeoutException",
    "Refused": "CamelException",
    "Unsupported": "Refused",
    "NeedsPerson": "CamelException",
    "NoBranch": "NeedsPerson",
    "InDoubt": "Throwable",
}
"""Simple name → parent, as far as routes may name them; the last eight are Caravana's own."""

_BY_CLASS: tuple[tuple[type[BaseException], str], ...] = (
    (errors.HttpOperationFailed, "HttpOperationFailedException"),
    (errors.RateLimited, "RateLimited"),
    (errors.Transient, "Transient"),
    (errors.Unknown, "Unknown"),
    (errors.Refused, "Refused"),
    (errors.NoBranch, "NoBranch"),
    (errors.NeedsPerson, "NeedsPerson"),
    (errors.NoConsumer, "DirectConsumerNotAvailableException"),
    (errors.NotConvertible, "TypeConversionException"),
    (errors.ExpressionError, "ExpressionEvaluationException"),
    (errors.Unmappable, "IllegalArgumentException"),
    (errors.CallableFailed, "RuntimeException"),
    (errors.NotStorable, "ClassCastException"),
    (errors.CaravanaError, "RuntimeCamelException"),
    (FileNotFoundError, "FileNotFoundException"),
    (ConnectionRefusedError, "ConnectException"),
    (socket.gaierror, "UnknownHostException"),
    (ssl.SSLError, "SSLException"),
    (TimeoutError, "SocketTimeoutException"),
    (OSError, "IOException"),
    (NotImplementedError, "UnsupportedOperationException"),
    (TypeError, "ClassCastException"),
    (json.JSONDecodeError, "JsonParseException"),
    (UnicodeError, "IllegalArgumentException"),
    (ValueError, "IllegalArgumentException"),
    (Exception, "RuntimeException"),
)


def simple_name(name: str) -> str:
    """Return the class name without its package."""
    return name.rsplit(".", 1)[-1]


def is_known(name: str) -> bool:
    """Whether a route may name this class in onException, doCatch or throwException."""
    return simple_name(name) in PARENTS


def name_of(error: BaseException) -> str:
    """Return the simple Java name that stands for the class of `error`."""
    if isinstance(error, errors.Thrown):
        return simple_name(error.java_name)
    if isinstance(error, errors.Transient) and error.code == "connect":
        return "ConnectException"
    return next((name for kind, name in _BY_CLASS if isinstance(error, kind)), "Exception")


def lineage(name: str) -> list[str]:
    """Return `name` and its ancestors, nearest first."""
    line: list[str] = []
    current: str | None = name
    while current is not None:
        line.append(current)
        current = PARENTS.get(current, "Exception" if current not in PARENTS else None)
    return line


def lineages(error: BaseException) -> list[list[str]]:
    """Return the lineage of each member of the cause chain, innermost cause first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 20:
        chain.append(current)
        current = current.__cause__
    lines = [_with_own_classes(one) for one in reversed(chain)]
    recorded: list[list[str]] = getattr(error, "recorded_lineages", [])
    return recorded or lines


def _with_own_classes(error: BaseException) -> list[str]:
    line = lineage(name_of(error))
    own = [kind.__name__ for kind in type(error).__mro__ if kind.__name__ in PARENTS and kind.__name__ not in line]
    return [*own, *line]


def distance(error: BaseException, wanted: str) -> tuple[int, int] | None:
    """Return how near `error` is to the class `wanted`: (cause depth from inside, steps up), None when it is none."""
    name = simple_name(wanted)
    for depth, line in enumerate(lineages(error)):
        if name in line:
            return depth, line.index(name)
    return None
