"""The comparison itself: what it must not let pass."""

from typing import Any

import pytest

from tests.odoo_sandbox.shape import differences


@pytest.mark.parametrize(
    ("recorded", "live", "alike"),
    [
        ({"a": 1}, {"a": 2}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": False}, {"a": None}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, "x"], [2, "y"], True),
        ([1, "x"], [2], False),
        ([], [1], False),
        ([{"a": 1}, {"a": False}], [{"a": False}], True),
        ([{"a": 1}], [{"a": 1}, {"b": 1}], False),
    ],
)
def test_differences(recorded: Any, live: Any, alike: bool) -> None:
    """Other values are alike, other types, keys and emptiness are not."""
    assert (differences(recorded, live) == []) is alike
