"""Which redelivery policy holds for an error (reference of Camel 4.18, section 5)."""

from caravana.route.model import DefaultErrorHandler, NoErrorHandler, OnException, RedeliveryPolicy, Stop, effective

HANDLER = DefaultErrorHandler(
    redelivery_policy=RedeliveryPolicy(maximum_redeliveries=3, redelivery_delay=9, log_handled=True)
)


def test_without_anything_camels_defaults_hold() -> None:
    """No clause and no policy: no redelivery, one second, one minute at most."""
    found = effective(None, NoErrorHandler())
    assert (found.maximum_redeliveries, found.redelivery_delay, found.maximum_redelivery_delay) == (0, 1000, 60000)


def test_clause_with_steps_is_not_redelivered() -> None:
    """A clause with steps and no policy takes the handler's, without redelivery."""
    found = effective(OnException(exception=("X",), steps=(Stop(),)), HANDLER)
    assert (found.maximum_redeliveries, found.redelivery_delay) == (0, 9)


def test_clause_without_steps_takes_the_handlers_policy() -> None:
    """A clause without steps and policy changes nothing."""
    assert effective(OnException(exception=("X",)), HANDLER) == effective(None, HANDLER)


def test_clauses_policy_inherits_some_options_only() -> None:
    """Count and log switches come from the handler, the delay goes back to Camel's default."""
    clause = OnException(exception=("X",), redelivery_policy=RedeliveryPolicy(use_exponential_back_off=True))
    found = effective(clause, HANDLER)
    assert (found.maximum_redeliveries, found.redelivery_delay, found.log_handled) == (3, 1000, True)
    assert found.use_exponential_back_off is True
