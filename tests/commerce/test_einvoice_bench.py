"""The bars of `make bench-einvoice` with few invoices: counts, no timings."""

import pytest

from bench.einvoice.measure import measured


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_bars_are_met() -> None:
    """Each invoice is one authorised document, though answers were lost, and Odoo is asked little, and less when many wait."""
    run = measured(30, 4)
    assert [one for one in run.missed() if "MiB" not in one] == []
    assert run.wanted == run.authorised == 32
