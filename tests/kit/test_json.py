"""JSON as the hub reads it: exact, and nothing that would keep it busy."""

from decimal import Decimal

import pytest

from caravana.kit import json


@pytest.mark.parametrize("text", ["1e999999", "[1e-999999]", '{"a": 1e99999999999999999999999}', "NaN", "-Infinity"])
def test_numbers_of_nobody_are_refused(text: str) -> None:
    """A number of unheard-of size or none at all is bad input."""
    with pytest.raises(ValueError, match=r"number|JSON"):
        json.loads(text)


def test_too_deep_is_refused() -> None:
    """What is nested without end is bad input, not an error of ours."""
    with pytest.raises(ValueError, match="deep"):
        json.loads("[" * 200_000)


@pytest.mark.parametrize("text", ["19.90", "1e300", "0.0", "-1.5E-9"])
def test_fractions_are_exact(text: str) -> None:
    """A number with a fraction or exponent is the Decimal that was written."""
    assert json.loads(text) == Decimal(text)
