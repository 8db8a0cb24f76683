"""Redelivery, error handlers and onException clauses."""

from typing import Any

from caravana.route import option
from caravana.route.call_steps import LEVELS
from caravana.route.element import Node, Step, element
from caravana.route.expression import Expression

_REF = "write the policy inline, or the behaviour as an onException clause"
_HOOK = "write what should happen as steps of an onException clause"


@element(
    "redeliveryPolicy",
    ignored={"exchangeFormatterRef": "log lines are structured; there is no formatter"},
    departures={"maximumRedeliveries": "0, as in Camel's own class; its catalogue names no default"},
)
class RedeliveryPolicy(Node):
    """How often and when a failed step is tried again.

    Every option is `None` when it was not set, since what an unset option means depends on where the policy
    stands; `value` gives the option or Camel's default, `effective` lays a clause's policy over the handler's.
    Delays are milliseconds.
    """

    maximum_redeliveries: int | None = option.integer(
        "Tries after the first; negative = for ever.", default=None, camel_default=0
    )
    redelivery_delay: int | None = option.duration("First wait.", default=None, camel_default=1000)
    async_delayed_redelivery: bool | None = option.flag(
        "Without meaning: a wait never holds a worker.", default=None, camel_default=False
    )
    back_off_multiplier: float | None = option.number(
        "Factor of the next wait; works only with useExponentialBackOff.", default=None, camel_default=2.0
    )
    use_exponential_back_off: bool | None = option.flag("Multiply each wait.", default=None, camel_default=False)
    collision_avoidance_factor: float | None = option.number(
        "Random share of a wait.", default=None, camel_default=0.15
    )
    use_collision_avoidance: bool | None = option.flag("Add or take a random share.", default=None, camel_default=False)
    maximum_redelivery_delay: int | None = option.duration(
        "Longest wait; 0 or less = no limit.", default=None, camel_default=60000
    )
    retries_exhausted_log_level: str | None = option.choice(
        "Level when all tries failed.", *LEVELS, default=None, camel_default="ERROR"
    )
    retry_attempted_log_level: str | None = option.choice(
        "Level of each try.", *LEVELS, default=None, camel_default="DEBUG"
    )
    retry_attempted_log_interval: int | None = option.integer("Log every n-th try.", default=None, camel_default=1)
    log_retry_attempted: bool | None = option.flag("Log tries.", default=None, camel_default=True)
    log_stack_trace: bool | None = option.flag("Log the trace when all tries failed.", default=None, camel_default=True)
    log_retry_stack_trace: bool | None = option.flag("Log the trace of each try.", default=None, camel_default=False)
    log_handled: bool | None = option.flag("Log handled errors.", default=None, camel_default=False)
    log_new_exception: bool | None = option.flag(
        "Log an error raised while handling.", default=None, camel_default=True
    )
    log_continued: bool | None = option.flag("Log continued errors.", default=None, camel_default=False)
    log_exhausted: bool | None = option.flag("Log when all tries failed.", default=None, camel_default=True)
    log_exhausted_message_history: bool | None = option.flag(
        "Log the path taken, too.", default=None, camel_default=False
    )
    log_exhausted_message_body: bool | None = option.flag("Log the body in it, too.", default=None, camel_default=False)
    disable_redelivery: bool | None = option.flag("No tries at all.", default=None, camel_default=False)
    delay_pattern: str | None = option.text(
        "`limit:delay;limit:delay`; other delay options are then without effect.", default=None
    )
    allow_redelivery_while_stopping: bool | None = option.flag(
        "Try while the hub stops.", default=None, camel_default=True
    )

    def is_set(self, name: str) -> bool:
        """Return whether the option was written."""
        return getattr(self, name) is not None

    def value(self, name: str) -> int | float | str | bool | None:
        """Return the option's value, or Camel's default when it was not set."""
        found: int | float | str | bool | None = getattr(self, name)
        return self.spec.option(name).camel_default if found is None else found


@element("errorHandler")
class ErrorHandler(Node):
    """Base of the kinds of error handler."""


@element("noErrorHandler")
class NoErrorHandler(ErrorHandler):
    """No redelivery, no clauses: the caller gets the error and may try again itself."""


_HANDLER_IGNORED = {"loggerRef": "the logger is chosen by `logName`", "executorServiceRef": "waits hold no thread"}
_HANDLER_REFUSED = {
    "redeliveryPolicyRef": _REF,
    "onRedeliveryRef": _HOOK,
    "onExceptionOccurredRef": _HOOK,
    "onPrepareFailureRef": _HOOK,
    "retryWhileRef": "use `retryWhile` of an onException clause",
}


@element("defaultErrorHandler", ignored=_HANDLER_IGNORED, refused=_HANDLER_REFUSED)
class DefaultErrorHandler(ErrorHandler):
    """Redelivers by its policy, then gives the error to the caller or consumer."""

    redelivery_policy: RedeliveryPolicy | None = option.child("RedeliveryPolicy", "Tries and waits.", default=None)
    use_original_message: bool = option.flag("Handlers get the message as it entered the route.", default=False)
    use_original_body: bool = option.flag("Handlers get the body as it entered the route.", default=False)
    level: str = option.choice("Level of the log line.", *LEVELS, default="ERROR")
    log_name: str | None = option.text("Name of the logger.", default=None)


@element("deadLetterChannel", ignored=_HANDLER_IGNORED, refused=_HANDLER_REFUSED)
class DeadLetterChannel(ErrorHandler):
    """Redelivers by its policy, then sends the message to `dead_letter_uri`; the caller sees success."""

    dead_letter_uri: str = option.uri("Address that takes what failed, its query kept in it.")
    dead_letter_handle_new_exception: bool = option.flag(
        "Swallow a failure of the dead-letter route itself.", default=True
    )
    redelivery_policy: RedeliveryPolicy | None = option.child("RedeliveryPolicy", "Tries and waits.", default=None)
    use_original_message: bool = option.flag("Send the message as it entered the route.", default=False)
    use_original_body: bool = option.flag("Send the body as it entered the route.", default=False)
    level: str = option.choice("Level of the log line.", *LEVELS, default="ERROR")
    log_name: str | None = option.text("Name of the logger.", default=None)


@element(
    "onException",
    refused={"redeliveryPolicyRef": _REF, "onRedeliveryRef": _HOOK, "onExceptionOccurredRef": _HOOK},
)
class OnException(Node):
    """A clause for errors of certain classes, at the top of a file, in a routeConfiguration."""

    exception: tuple[str, ...] = option.texts("Java names, long or short.")
    on_when: Expression | None = option.clause("The clause fits only when this holds.", default=None)
    retry_while: Expression | None = option.predicate("Asked before each try, instead of the count.", default=None)
    redelivery_policy: RedeliveryPolicy | None = option.child("RedeliveryPolicy", "Tries and waits.", default=None)
    handled: Expression | None = option.predicate(
        "True: the exchange ends well with the clause's result.", default=None
    )
    continued: Expression | None = option.predicate("True: the error is cleared, the route goes on.", default=None)
    use_original_message: bool = option.flag("The steps get the message as it entered the route.", default=False)
    use_original_body: bool = option.flag("The steps get the body as it entered the route.", default=False)
    steps: tuple[Step, ...] = option.steps("What to do.", default=())


INHERITED = (
    "maximum_redeliveries",
    "async_delayed_redelivery",
    "use_exponential_back_off",
    "use_collision_avoidance",
    "log_handled",
    "log_continued",
    "log_retry_stack_trace",
    "log_exhausted_message_history",
    "log_exhausted_message_body",
    "delay_pattern",
)
"""Options that a clause's own policy takes from its handler when they are not set; all others go back to Camel's
default (reference of Camel 4.18's OnExceptionDefinition, read November 2026)."""


def effective(clause: OnException | None, handler: ErrorHandler) -> RedeliveryPolicy:
    """Return the policy that holds for an error taken by `clause` (None = by no clause), every option set.

    No policy of its own: the handler's as it is, but without redelivery when the clause has steps. Its own policy: what
    it sets is laid over what `INHERITED` names of the handler's, the rest is Camel's default.
    """
    base = getattr(handler, "redelivery_policy", None) or RedeliveryPolicy()
    if clause is None or (clause.redelivery_policy is None and not clause.steps):
        return RedeliveryPolicy(**_all(base))
    if clause.redelivery_policy is None:
        return RedeliveryPolicy(**{**_all(base), "maximum_redeliveries": 0})
    own = clause.redelivery_policy
    inherited = {name: base.value(name) for name in INHERITED if not own.is_set(name)}
    return RedeliveryPolicy(**{**_all(own), **inherited})


def _all(policy: RedeliveryPolicy) -> dict[str, Any]:
    return {name: policy.value(name) for name in policy.spec.names - Node.spec.names}
