"""The demo, as a user runs it."""

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("chapter", ["refused", "killed"])
def test_chapter_loses_and_doubles_nothing(chapter: str) -> None:
    """A chapter of the day ends with every charge in Odoo exactly once."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", chapter, "--orders", "6", "--json"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert played.returncode == 0, played.stderr[-2000:]
    printed = json.loads(played.stdout)
    [result] = printed["chapters"]
    assert (result["orders"], result["expected"], result["in_odoo"]) == (6, 6, 6)
    assert (result["lost"], result["doubled"]) == (0, 0)
    booked = {name: (one["orders"], one["in_odoo"]) for name, one in printed["branches"].items()}
    assert booked == {"Matriz": (3, 3), "Sucursal Sur": (3, 3)}
    assert printed["odoo_calls_per_order"] > 0
    assert printed["orders_an_hour"] == pytest.approx(3360 / printed["odoo_calls_per_order"], rel=0.05)


@pytest.mark.slow
def test_money_ends_where_it_belongs() -> None:
    """Three companies' orders, a refund from Odoo, a webhook and a file: each in the books once, or proposed to a person."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", "money", "--orders", "3", "--json"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert played.returncode == 0, played.stderr[-2000:]
    [result] = json.loads(played.stdout)["chapters"]
    assert (result["expected"], result["in_odoo"], result["lost"], result["doubled"]) == (3, 3, 0, 0)
    assert {one["name"]: one["became"] for one in result["lines"]} == {
        "refund for a credit note": "refunded",
        "webhook, then file": "posted",
        "certain": "posted",
        "ambiguous": "proposed",
        "net of withholding": "proposed",
        "unknown": "waiting",
    }


def test_unknown_chapter_is_named() -> None:
    """A chapter that there is not is told with those that there are."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", "nonsense"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert played.returncode == 2
    assert "killed" in played.stdout + played.stderr
