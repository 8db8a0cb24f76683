"""What each code of the SRI asks for."""

import json

import pytest

from caravana.kit.edocument.verdict import NOTICES, verdict_of
from caravana.kit.einvoice import Verdict
from tests.support.material import shared_material

ACTIONS: dict[str, set[Verdict | None]] = {
    "WAIT": {Verdict.WAIT},
    "RETRY": {Verdict.AGAIN},
    "FIX": {Verdict.MEND},
    "STOP": {Verdict.TAXPAYER},
    "WARN": {None},
    "DONE_CHECK": {Verdict.WAIT, Verdict.TAKEN},
}
"""What is recommended → what we do. 43 is our own repeat, and is asked about; 45 is somebody's number."""


@pytest.mark.shared
def test_each_code_is_taken_as_it_is_recommended() -> None:
    """All codes of the collected facts; those that only warn ask for nothing."""
    codes = json.loads(shared_material("sri/error_codes.json").read_text("utf-8"))["codes"]
    assert len(codes) > 30
    wrong = [one["id"] for one in codes if verdict_of([(one["id"], "ERROR")]) not in ACTIONS[one["action"]]]
    assert wrong == []
    assert {one["id"] for one in codes if one["action"] == "WARN"} == NOTICES


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [
        ([], None),
        (["60"], None),
        (["777"], Verdict.MEND),
        (["35", "99"], Verdict.MEND),
        (["35", "57"], Verdict.TAXPAYER),
        (["57", "45"], Verdict.TAKEN),
        (["39", "43"], Verdict.WAIT),
        (["50", "70"], Verdict.WAIT),
    ],
)
def test_of_several_the_gravest_counts(codes: list[str], verdict: Verdict | None) -> None:
    """A clave that is known already decides alone; else a used number, the taxpayer, the data, another try."""
    assert verdict_of([(one, "ERROR") for one in codes]) is verdict


def test_warnings_ask_for_nothing() -> None:
    """Whatever their code is."""
    assert verdict_of([("35", "ADVERTENCIA"), ("777", "informativo")]) is None
