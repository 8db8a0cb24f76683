"""At which pace an Odoo is called when nobody says: by who hosts it."""

from datetime import timedelta
from typing import Any

import pytest

from caravana.component.odoo.options import OdooConnection, OdooOptions
from caravana.kit.options import read_options
from tests.component.odoo.hub import KEY


def connection(**given: Any) -> OdooConnection:
    """Return the settings of a connection."""
    return read_options(OdooConnection, {"database": "xyz", "apiKey": KEY, **given}, place="test")


@pytest.mark.parametrize(
    ("url", "hosted"),
    [
        ("https://xyz.odoo.com", True),
        ("https://xyz-main-1234.dev.odoo.com", True),
        ("https://odoo.com:443", True),
        ("https://erp.xyz.example.com", False),
        ("https://odoo.com.example.com", False),
        ("https://notodoo.com", False),
        ("http://127.0.0.1:8069", False),
    ],
)
def test_who_hosts_it(url: str, hosted: bool) -> None:
    """Addresses under odoo.com are hosted: one call at a time, one a second, a look a minute; others are asked for more."""
    found = connection(url=url)
    pace = (found.calls_at_once, found.calls_a_second, found.delay)
    assert pace == ((1, 1, timedelta(minutes=1)) if hosted else (4, 10, timedelta(seconds=5)))


def test_the_settings_say_it() -> None:
    """A domain of one's own may be hosted, too, and each measure can be set by itself."""
    assert connection(url="https://erp.xyz.example.com", hosted=True).calls_a_second == 1
    assert connection(url="https://xyz.odoo.com", hosted=False).calls_at_once == 4
    found = connection(url="https://xyz.odoo.com", rate=3, concurrency=2, lookEvery="20s")
    assert (found.calls_a_second, found.calls_at_once, found.delay) == (3, 2, timedelta(seconds=20))


@pytest.mark.parametrize(
    ("written", "delay"), [({}, None), ({"delay": "auto"}, None), ({"delay": "3s"}, timedelta(seconds=3))]
)
def test_an_address_may_say_its_own_delay(written: dict[str, str], delay: timedelta | None) -> None:
    """Without `delay`, or with `auto`, the connection's holds."""
    assert read_options(OdooOptions, dict(written), place="test").delay == delay


def test_a_slow_pace_is_waited_for() -> None:
    """At one call a second a full house of calls waits longer for its turn than at ten, and is given the time."""
    assert connection(url="https://xyz.odoo.com").patience > 2 * timedelta(seconds=32)
    assert connection(url="http://127.0.0.1:8069").patience < timedelta(seconds=40)
