"""Identifications: what stops a document and what is only looked at. Code tables."""

from datetime import date
from decimal import Decimal

import pytest

from caravana.kit.edocument.codes import IVA_BY_CODE, IVA_RATES
from caravana.kit.edocument.identity import check_identification, kind_of

CASES = [
    ("05", "1710034065", None),
    ("05", "0123456789", "identification.digit:warning"),
    ("05", "171003406", "identification.length:error"),
    ("05", "17100340AB", "identification.length:error"),
    ("04", "1790016919001", None),
    ("04", "1792177758001", None),
    ("04", "1793221293001", None),
    ("04", "1793000000001", "identification.digit:warning"),
    ("04", "9999999999999", "identification.ruc:error"),
    ("04", "1790016919000", "identification.ruc:error"),
    ("04", "1710034065", "identification.length:error"),
    ("07", "9999999999999", None),
    ("07", "1710034065", "identification.final:error"),
    ("06", "AB-123/4", None),
    ("08", "X" * 21, "identification.length:error"),
    ("08", "", "identification.length:error"),
    ("09", "1", "identification.kind:error"),
]


@pytest.mark.parametrize(("kind", "number", "expected"), CASES)
def test_identifications(kind: str, number: str, expected: str | None) -> None:
    """Form and length stop a document; a check digit never does, for the SRI itself gives numbers without a right one."""
    problems = check_identification(kind, number, "receptor.identificacion")
    assert [f"{one.code}:{one.severity}" for one in problems] == ([expected] if expected else [])


def test_the_form_says_which_kind() -> None:
    """Thirteen nines are consumidor final; 13 digits a RUC, 10 a cédula, anything else is not told by its form."""
    assert [kind_of(one) for one in ("9999999999999", "1790016919001", "1710034065", "AB123")] == [
        "07",
        "04",
        "05",
        None,
    ]


def test_iva_rates_hold_on_their_days() -> None:
    """15 % came on 1 April 2024, the day after the last of 12 %."""
    at = {day: {one.code for one in IVA_RATES if one.holds(day)} for day in (date(2024, 3, 31), date(2024, 4, 1))}
    assert "2" in at[date(2024, 3, 31)]
    assert "4" not in at[date(2024, 3, 31)]
    assert {"0", "4", "5", "6", "7"} <= at[date(2024, 4, 1)]
    assert IVA_BY_CODE["4"].rate == Decimal(15)
