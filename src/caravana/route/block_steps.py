"""Steps that hold steps."""

from caravana.route import option
from caravana.route.element import Node, Step, element
from caravana.route.expression import Expression

_THREADS = "the engine runs steps on its own loop; results do not depend on threads"


@element("when")
class When(Node):
    """One branch of a choice."""

    expression: Expression = option.expression("The branch is taken when this holds.")
    steps: tuple[Step, ...] = option.steps("The branch.", default=())


@element("otherwise")
class Otherwise(Node):
    """The branch of a choice that is taken when no other is."""

    steps: tuple[Step, ...] = option.steps("The branch.", default=())


@element("choice")
class Choice(Step):
    """Take the first branch that holds; none and no `otherwise`: go on behind the choice."""

    when: tuple[When, ...] = option.children("When", "The branches, in order.", default=())
    otherwise: Otherwise | None = option.child("Otherwise", "The branch when none holds.", default=None)
    precondition: bool = option.flag("True: choose once, when the route is built.", default=False)


@element("filter")
class Filter(Step):
    """Run the block when the predicate holds; the steps behind it run in either case."""

    expression: Expression = option.expression("The predicate.")
    status_property_name: str | None = option.text("Exchange property that takes the result.", default=None)
    steps: tuple[Step, ...] = option.steps("The block.")


@element(
    "split",
    ignored={"executorService": _THREADS, "synchronous": _THREADS, "parallelAggregate": _THREADS},
    refused={
        "onPrepare": "prepare each part with the block's first step",
        "aggregationStrategyMethodName": "name the callable itself in `aggregationStrategy`",
        "aggregationStrategyMethodAllowNull": "the callable is always called, with None for the first part",
    },
)
class Split(Step):
    """Run the block once for each part of the expression's result; then the original message goes on."""

    expression: Expression = option.expression("Gives the parts: a list, an iterator, or a text to cut.")
    delimiter: str = option.text("What cuts a text; `false` or `single` = do not cut.", default=",")
    aggregation_strategy: str | None = option.text("Callable or built-in that folds the parts' results.", default=None)
    parallel_processing: bool = option.flag("Run parts at the same time.", default=False)
    streaming: bool = option.flag("Take the parts one by one, without counting them first.", default=False)
    stop_on_exception: bool = option.flag("The first failing part ends the split.", default=False)
    timeout: int = option.duration("Milliseconds for all parts together; 0 = no limit.", default=0)
    share_unit_of_work: bool = option.flag("Parts share the error handling of the whole.", default=False)
    steps: tuple[Step, ...] = option.steps("The block.")


@element("doCatch")
class DoCatch(Node):
    """A branch of `DoTry` for errors of certain classes."""

    exception: tuple[str, ...] = option.texts("Java names, long or short; none = every error.", default=())
    on_when: Expression | None = option.clause("The branch fits only when this holds.", default=None)
    steps: tuple[Step, ...] = option.steps("The branch.", default=())


@element("doFinally")
class DoFinally(Node):
    """The block of `DoTry` that always runs."""

    steps: tuple[Step, ...] = option.steps("The block.", default=())


@element("doTry")
class DoTry(Step):
    """Run the block without error handler; the first fitting `DoCatch` takes an error; `DoFinally` always runs."""

    steps: tuple[Step, ...] = option.steps("The block.")
    do_catch: tuple[DoCatch, ...] = option.children("DoCatch", "The branches for errors, in order.", default=())
    do_finally: DoFinally | None = option.child("DoFinally", "The block that always runs.", default=None)


@element("idempotentConsumer")
class IdempotentConsumer(Step):
    """Run the block once for each key; a duplicate skips the block and goes on behind it."""

    expression: Expression = option.expression("The key; null is an error.")
    idempotent_repository: str | None = option.text(
        "Name of the repository; whatever the name, keys stand in the journal's ledger under it.", default=None
    )
    eager: bool = option.flag("Take the key before the block, not after it.", default=True)
    completion_eager: bool = option.flag("Confirm at the end of the block, not of the exchange.", default=False)
    skip_duplicate: bool = option.flag(
        "False: duplicates run the block, with property CamelDuplicateMessage.", default=True
    )
    remove_on_failure: bool = option.flag("Give the key back when the exchange fails.", default=True)
    steps: tuple[Step, ...] = option.steps("The block.")


@element("pipeline")
class Pipeline(Step):
    """A block of steps, one after the other."""

    steps: tuple[Step, ...] = option.steps("The block.")


@element("step")
class Group(Step):
    """Camel's `step`: a named block; its id gives `${stepId}`."""

    steps: tuple[Step, ...] = option.steps("The block.")
