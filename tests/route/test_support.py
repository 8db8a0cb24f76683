"""The support table says of every name of Camel's catalogue exactly one thing."""

import os
from collections import Counter
from pathlib import Path
from runpy import run_path

import pytest

from caravana.language import SIMPLE_FUNCTIONS, SIMPLE_OPERATORS
from caravana.route.catalogue import catalogue
from caravana.route.model import STEPS
from caravana.route.support import OPERATORS, Declared, Row, State, as_json, support_table

DECLARED = Declared(SIMPLE_FUNCTIONS, SIMPLE_OPERATORS, {"direct": frozenset({"timeout"}), "odoo": frozenset()})
TOOL = Path(__file__).parents[2] / "tools" / "derive_camel_catalogue.py"


@pytest.fixture(scope="module")
def table() -> tuple[Row, ...]:
    """The table for a hub with two components."""
    return support_table(DECLARED)


def test_every_row_has_one_state(table: tuple[Row, ...]) -> None:
    """No name of the catalogue is without a state, none has two."""
    assert [row for row in table if row.state is None] == []
    assert [key for key, count in Counter((r.kind, r.name, r.option) for r in table).items() if count > 1] == []


def test_what_is_not_supported_has_a_reason(table: tuple[Row, ...]) -> None:
    """Each refused or ignored name says why."""
    assert [row for row in table if row.state is not State.SUPPORTED and not row.reason] == []


def test_the_table_follows_the_code(table: tuple[Row, ...]) -> None:
    """The supported steps are the classes of the model, the functions those of the language."""
    steps = {row.name for row in table if row.kind == "step" and not row.option and row.state is State.SUPPORTED}
    assert steps == set(STEPS) | {"doCatch", "doFinally"}
    assert Row("component", "direct", "timeout", State.SUPPORTED) in table
    assert Row("component", "odoo", "", State.SUPPORTED, "Caravana's own") in table
    assert set(SIMPLE_OPERATORS) <= set(OPERATORS)


def test_the_table_is_json(table: tuple[Row, ...]) -> None:
    """Each row can be printed as JSON."""
    assert as_json(table)[0].keys() == {"kind", "name", "option", "state", "reason"}


def test_no_option_is_both_read_and_dropped() -> None:
    """An option stands in one of the three lists of its class."""
    for cls in STEPS.values():
        lists = (cls.spec.by_key, cls.spec.ignored, cls.spec.refused)
        assert sum(map(len, lists)) == len(set().union(*lists)), cls


@pytest.mark.skipif("CAMEL_CATALOG" not in os.environ, reason="CAMEL_CATALOG names no unpacked @kaoto/camel-catalog")
def test_the_derived_catalogue_is_that_of_the_package() -> None:
    """The file in the repository is what the tool derives from the package."""
    assert run_path(str(TOOL))["derive"](Path(os.environ["CAMEL_CATALOG"])) == catalogue()
