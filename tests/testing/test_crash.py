"""The fixture `crash_test`: killed at each boundary, nothing is lost and nothing is done twice."""

import pytest

from caravana.testing import BOUNDARIES, CrashTest

ROUTES = """
- route:
    id: pay
    from:
      uri: seda:pay
      steps:
        - to: https://bank.example/pay
        - to: https://odoo.example/book
"""
INSTEAD = {"https://bank*": "counted:pay?kind=verifiable", "https://odoo*": "counted:book?kind=idempotent"}


@pytest.mark.parametrize("boundary", ["write_records:after", "call:before", "call:after", "end_run:before"])
def test_each_effect_once(crash_test: CrashTest, boundary: str) -> None:
    """A process killed at the boundary leaves work that the next one ends, each effect once."""
    crash_test.routes(ROUTES, replace=INSTEAD)
    life = crash_test.kill(boundary, ("pay", "S1"), ("pay", "S2"))
    end = crash_test.finish()
    assert (life.killed, crash_test.kills) == (True, 1)
    assert {end.states[one] for one in crash_test.accepted} <= {"done"}
    assert set(crash_test.book.count().values()) == {1}
    assert len(crash_test.book.count()) == 2 * len(end.states)


def test_a_blind_effect_is_in_doubt(crash_test: CrashTest) -> None:
    """Killed behind a blind call, nobody knows: the exchange waits for a person and the call is not made again."""
    crash_test.routes(ROUTES, replace={"https:*": "counted:pay?kind=blind"})
    crash_test.kill("call:after", ("pay", "S1"))
    end = crash_test.finish()
    assert list(end.states.values()) == ["in_doubt"]
    assert crash_test.book.count() == {("pay", '"S1"'): 1}


def test_mistakes(crash_test: CrashTest) -> None:
    """An unknown boundary is told with those that there are; a process that cannot start shows why."""
    crash_test.routes(ROUTES, replace=INSTEAD)
    with pytest.raises(ValueError, match=f"there are {BOUNDARIES[0]}"):
        crash_test.kill("nowhere")
    crash_test.routes(ROUTES, components=["caravana.nowhere:Nothing"])
    with pytest.raises(AssertionError, match="No module named"):
        crash_test.finish()
