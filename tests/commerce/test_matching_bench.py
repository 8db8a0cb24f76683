"""The bars of `make bench-matching` on a smaller company: counts, no timings; and that the generator mirrors no matcher."""

import ast
from pathlib import Path

import pytest
from stdnum.ec import ci, ruc

import bench.matching
from bench.matching.measure import DEVELOPMENT, HOLD_OUT, run
from bench.matching.scene import MIX, transfers

GENERATOR = ("people", "world", "memo", "scene")


@pytest.mark.parametrize("seed", DEVELOPMENT[:2])
def test_the_bars_are_met(seed: int) -> None:
    """What is posted by itself is right, and enough of it is; the rest is among the first proposals."""
    found = run(seed, 1_500, 6_000)
    counts = [one for one in found.missed() if " MiB " not in one and " s > " not in one]
    assert counts == []
    assert found.all.wanted > 1_200


def test_development_never_sees_the_hold_out() -> None:
    """No seed is both."""
    assert set(DEVELOPMENT) & set(HOLD_OUT) == set()


def test_the_generator_knows_nothing_of_the_matcher() -> None:
    """Its modules import neither the matcher nor anything else of the package."""
    folder = Path(bench.matching.__file__).parent
    nodes = [node for module in GENERATOR for node in ast.walk(ast.parse((folder / f"{module}.py").read_text("utf-8")))]
    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    assert not [one for one in imported if one.startswith("caravana") or "delivery" in one or "measure" in one]


def test_the_mix_is_frozen_and_the_people_are_possible() -> None:
    """A hundred in all; the same seed gives the same; tax ids have right check digits."""
    assert sum(MIX.values()) == 100
    books, told = transfers(1, 300, 1_000)
    assert told == transfers(1, 300, 1_000)[1]
    ids = [one.tax_id for one in books.world.customers if one.tax_id]
    assert all(ci.is_valid(one) if len(one) == 10 else ruc.is_valid(one) for one in ids)
