"""Steps that send one message to several places, several times, or ask a place for more: all paths of the same exchange."""

from caravana.route import option
from caravana.route.element import Step, element
from caravana.route.expression import Expression

_THREADS = "the engine runs steps on its own loop; results do not depend on threads"
_CACHE = "endpoints are made once for each address"
_PREPARE = "prepare each copy with the branch's first step"
_METHOD = {
    "aggregationStrategyMethodName": "name the callable itself in `aggregationStrategy`",
    "aggregationStrategyMethodAllowNull": "the callable is always called, with None for the first result",
}
_TIMEOUT = "which results count would depend on the clock"
_FAN_IGNORED = {"executorService": _THREADS, "synchronous": _THREADS, "parallelAggregate": _THREADS}
_FAN_REFUSED = {**_METHOD, "onPrepare": _PREPARE, "timeout": _TIMEOUT}


@element(
    "multicast",
    ignored={**_FAN_IGNORED, "streaming": "results are folded in the order of the branches"},
    refused=_FAN_REFUSED,
)
class Multicast(Step):
    """Give each step of the block a copy of the message; the last result goes on."""

    aggregation_strategy: str | None = option.text("Callable or built-in that folds the results.", default=None)
    parallel_processing: bool = option.flag("Run the branches at the same time.", default=False)
    stop_on_exception: bool = option.flag("The first failing branch ends the step.", default=False)
    share_unit_of_work: bool = option.flag("Branches share the error handling of the whole.", default=False)
    steps: tuple[Step, ...] = option.steps("The branches: one step each (`pipeline` for several).")


@element(
    "recipientList",
    ignored={
        **_FAN_IGNORED,
        "streaming": "results are folded in the order of the addresses",
        "cacheSize": _CACHE,
    },
    refused=_FAN_REFUSED,
)
class RecipientList(Step):
    """Send a copy of the message to each address that an expression gives; the last result goes on."""

    expression: Expression = option.expression("Gives the addresses: a list, or a text to cut.")
    delimiter: str = option.text("What cuts a text; `false` = do not cut.", default=",")
    aggregation_strategy: str | None = option.text("Callable or built-in that folds the results.", default=None)
    ignore_invalid_endpoints: bool = option.flag("Leave out addresses that cannot be used.", default=False)
    parallel_processing: bool = option.flag("Send at the same time.", default=False)
    stop_on_exception: bool = option.flag("The first failing address ends the step.", default=False)
    share_unit_of_work: bool = option.flag("Copies share the error handling of the whole.", default=False)


@element(
    "loop",
    ignored={"breakOnShutdown": "a loop that is cut off goes on after the restart"},
    refused={"onPrepare": _PREPARE},
)
class Loop(Step):
    """Run the block again and again."""

    expression: Expression = option.expression(
        "How often; with `doWhile` the predicate that is asked before each turn."
    )
    do_while: bool = option.flag("Go on while the expression holds.", default=False)
    copy: bool = option.flag("Begin each turn with the message as it came, not with the last turn's.", default=False)
    steps: tuple[Step, ...] = option.steps("The block.")


@element(
    "enrich",
    ignored={"cacheSize": _CACHE, "allowOptimisedComponents": _CACHE, "autoStartComponents": _CACHE},
    refused=_METHOD,
)
class Enrich(Step):
    """Ask an endpoint and join its answer with the message."""

    expression: Expression = option.expression("The endpoint's address.")
    aggregation_strategy: str | None = option.text(
        "Callable or built-in that joins message and answer; without one the answer replaces the message.", default=None
    )
    aggregate_on_exception: bool = option.flag("Also call the strategy when the endpoint failed.", default=False)
    ignore_invalid_endpoint: bool = option.flag("Skip the step when the address cannot be used.", default=False)
    share_unit_of_work: bool = option.flag("The call shares the error handling of the whole.", default=False)
    variable_send: str | None = option.text("Send this variable instead of the body.", default=None)
    variable_receive: str | None = option.text(
        "Put the answer's body in this variable; the message stays.", default=None
    )


def fixed_addresses(step: Step) -> tuple[str, ...]:
    """Return the addresses that a recipient list or an enricher names whatever the message; others are known later."""
    if not isinstance(step, RecipientList | Enrich) or step.expression.language != "constant":
        return ()
    text = step.expression.text
    cut = text.split(step.delimiter) if isinstance(step, RecipientList) and step.delimiter != "false" else [text]
    return tuple(one.strip() for one in cut if one.strip())


@element("validate", refused={"predicateExceptionFactory": "throw the error yourself with `throwException`"})
class Validate(Step):
    """Fail with PredicateValidationException unless the predicate holds."""

    expression: Expression = option.expression("The predicate.")
