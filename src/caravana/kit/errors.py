"""The errors that the engine acts on.

CaravanaError
├── ConfigurationError          before start: a setting, a route file, an endpoint is wrong; names the place
├── NotStorable                 a callable or component returned what cannot be written to the journal
├── RouteError                  raised inside a route: throwException, an expression, a bean
│   ├── ExpressionError         an expression cannot be evaluated on this message
│   ├── NoConsumer              `direct:x` without a route that begins there
│   ├── NotConvertible          a body or value cannot be converted to the wanted type
│   ├── Thrown                  throwException, with the Java name asked for
│   ├── Unmappable              a mapping cannot go on with what it has; the message tells a person what to do
│   └── CallableFailed          a Python callable raised; its class travels as a Java alias
├── Diverged                    a re-run asks a recorded effect for something else: a person must look
└── EffectError                 an effect failed; the subclass says what the engine must do
    ├── Transient               nothing was done: try again later (`retry_after` seconds, when the partner said)
    │   ├── RateLimited         the partner asks for fewer calls: the whole connection slows down
    │   └── Held                this one thing must wait (`retry_after`); the partner is well, other calls go on
    ├── Refused                 permanent: the partner judged the data; trying again cannot help
    │   └── HttpOperationFailed an HTTP status outside the accepted range (Camel's HttpOperationFailedException)
    ├── NeedsPerson             permission, expired key, switched-off account: no retry, tell a person
    │   └── NoBranch            what is asked belongs to no configured branch, or to several
    ├── Unknown                 the outcome is unknown: the engine redelivers, asks or marks `in doubt`, by effect kind
    └── Shadowed                in shadow nothing was sent, and nobody can tell what a waiting caller would be answered
"""

from collections.abc import Mapping
from typing import Any


class CaravanaError(Exception):
    """Base of every error that Caravana raises on purpose."""


class ConfigurationError(CaravanaError):
    """Something is wrong before start; `place` says where (setting name, or file:line:column)."""

    def __init__(self, message: str, *, place: str = "", suggestion: str = "") -> None:
        """`message` says what is wrong, `suggestion` what to do."""
        self.message = message
        self.place = place
        self.suggestion = suggestion
        super().__init__(
            ": ".join(part for part in (place, message) if part) + (f" ({suggestion})" if suggestion else "")
        )


class NotStorable(CaravanaError):
    """A value cannot be written to the journal; the message names where in the value it stands."""


class RouteError(CaravanaError):
    """An error inside a route that is not a partner's."""


class ExpressionError(RouteError):
    """An expression cannot be evaluated on this message."""


class NoConsumer(RouteError):
    """A `direct:` or `seda:` name without a route that begins there."""


class NotConvertible(RouteError):
    """A body or value cannot be converted to the type asked for."""


class Thrown(RouteError):
    """What `throwException` raises; `java_name` is the class named in the route."""

    def __init__(self, message: str, java_name: str = "java.lang.Exception") -> None:
        """`java_name` decides which onException and doCatch clauses fit."""
        super().__init__(message)
        self.java_name = java_name


class Unmappable(RouteError, ValueError):
    """A mapping cannot go on with what it has. The message says what a person must do, and holds no personal data.

    Of any other `ValueError` nobody reads the text: Python writes into it what it was given.
    """


class CallableFailed(RouteError):
    """A registered Python callable raised `cause`; clauses match by the alias of the cause's class."""


class Diverged(CaravanaError):
    """A re-run reached a recorded effect with another endpoint or another input than the first run."""

    def __init__(self, path: str, recorded: Any, asked: Any) -> None:
        """`recorded` and `asked`: endpoint and input of the first run and of this one."""
        super().__init__(f"the effect at `{path}` was recorded with another endpoint or input than this run asks for")
        self.path = path
        self.recorded = recorded
        self.asked = asked


class EffectError(CaravanaError):
    """An effect failed. Partner code, request id and page stay on the error; `body` is capped and redacted by the record."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        reference: str | None = None,
        link: str | None = None,
        body: Any = None,
        retry_after: float | None = None,
    ) -> None:
        """`status` HTTP status; `code` partner's code; `reference` partner's request id; `retry_after` seconds."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.reference = reference
        self.link = link
        self.body = body
        self.retry_after = retry_after


class Transient(EffectError):
    """Nothing was done; the same call may succeed later."""


class RateLimited(Transient):
    """The partner asked for fewer calls."""


class Held(Transient):
    """One thing must wait (one recipient, one locked object): nothing was done, and other calls of the connection go on.

    `tried` False: the call did not go out, so it counts as no attempt.
    """

    def __init__(self, message: str, *, retry_after: float, tried: bool = True, **told: Any) -> None:
        """`retry_after`: seconds after which it may be tried again; `told`: what every `EffectError` may carry."""
        super().__init__(message, retry_after=retry_after, **told)
        self.tried = tried


class Refused(EffectError):
    """Permanent: the partner judged what was sent."""


class HttpOperationFailed(Refused):
    """An HTTP answer outside the accepted range, with what Camel's HttpOperationFailedException carries."""

    def __init__(self, uri: str, status: int, status_text: str, headers: Mapping[str, str], body: Any) -> None:
        """`uri` without its query, so that no secret of a query string reaches a log."""
        super().__init__(f"HTTP operation failed invoking {uri} with statusCode: {status}", status=status, body=body)
        self.uri = uri
        self.status_text = status_text
        self.response_headers = dict(headers)


class NeedsPerson(EffectError):
    """A permission is missing, a key expired, an account is off: a person must act first."""


class NoBranch(NeedsPerson):
    """A record belongs to no configured branch, or to several: nothing is done for it until a person has said."""


class Unknown(EffectError):
    """The call may or may not have been carried out."""


class Shadowed(EffectError):
    """In shadow nothing was sent, and what the partner would have answered cannot be told: a caller can be given no answer."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint`: who was not asked."""
        super().__init__(f"in shadow nothing is sent to {endpoint}, so there is no answer to go on with", status=503)


def class_by_status(status: int, table: Mapping[int, type[EffectError]]) -> type[EffectError]:
    """Return the class of an HTTP status that is no success: what a partner's `table` says, else what statuses mean.

    Other 5xx are `Unknown`, since it may have been done; 3xx need a person, since the address is not the service; other 4xx
    are refusals.
    """
    if status in table:
        return table[status]
    if status >= 500:
        return Unknown
    return NeedsPerson if 300 <= status < 400 else Refused
