"""A profile is test or live as a whole, and a live one has its line: anything else refuses to start, with the names."""

from pathlib import Path
from typing import Any

import pytest

from caravana.engine.checking import judge
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.errors import ConfigurationError

TEST_HOST, LIVE_HOST = "https://checkout-test.placetopay.ec", "https://checkout.placetopay.ec"


def _given(folder: Path, profile: str = "live", **connections: dict[str, Any]) -> Configuration:
    """Return a configuration whose line is drawn."""
    return Configuration.model_validate(
        {
            "profile": profile,
            "journal": f"sqlite:///{folder / 'journal.db'}",
            "go_live": "2026-01-01T00:00:00-05:00",
            "connections": connections,
        }
    )


def _odoo(**more: str) -> dict[str, Any]:
    return {"url": "https://xyz.odoo.com", "database": "xyz", "apiKey": "an invented key", **more}


def _card(**more: str) -> dict[str, Any]:
    return {"login": "a site", "secretKey": "an invented key", **more}


async def _refusal(given: Configuration) -> str:
    """Return why a hub does not start; `check` must say the same."""
    judged = judge([], configuration=given)
    with pytest.raises(ConfigurationError) as refused:
        await Hub(given).start()
    for problem in judged.problems:
        assert problem.message in str(refused.value)
    assert judged.errors
    return str(refused.value)


async def test_a_live_profile_without_its_line_refuses_to_start(tmp_path: Path) -> None:
    """Without `go_live` a live hub would have to guess which records are its own."""
    given = _given(tmp_path).model_copy(update={"go_live": None})
    assert "`profile` says live, but there is no `go_live`" in await _refusal(given)
    assert not (tmp_path / "journal.db").exists()


async def test_a_live_odoo_with_a_test_payment_host_refuses_to_start(tmp_path: Path) -> None:
    """Orders of the real books would count as paid with money that is none; both settings are named."""
    told = await _refusal(_given(tmp_path, odoo=_odoo(site="live"), placetopay=_card(url=TEST_HOST)))
    assert "`connections.placetopay.url` (https://checkout-test.placetopay.ec) is test" in told
    assert "`profile` and `connections.odoo.site` say live" in told


async def test_a_test_odoo_with_the_live_payment_host_refuses_to_start(tmp_path: Path) -> None:
    """Real money would be booked in a copy; the connection of another name is looked at, too."""
    card = _card(url=LIVE_HOST, site="live")
    told = await _refusal(_given(tmp_path, "test", odoo=_odoo(site="test"), tienda=card))
    assert "`connections.tienda.url` (https://checkout.placetopay.ec) is live" in told
    assert "`profile` and `connections.odoo.site` say test" in told


async def test_a_sandbox_on_this_machine_counts_as_test(tmp_path: Path) -> None:
    """A live profile that still talks to imitations is a mistake of the day of going live."""
    told = await _refusal(_given(tmp_path, odoo=_odoo(url="http://127.0.0.1:18069")))
    assert "`connections.odoo.url` (http://127.0.0.1:18069) is test, but `profile` says live" in told


@pytest.mark.parametrize("profile", ["test", "live"])
async def test_what_fits_together_starts(tmp_path: Path, profile: str) -> None:
    """All of one side starts; an Odoo that says nothing of itself fits both."""
    card = _card(url=TEST_HOST if profile == "test" else LIVE_HOST, site=profile)
    given = _given(tmp_path, profile, odoo=_odoo(site=profile), copy=_odoo(), placetopay=card)
    assert judge([], configuration=given).errors == 0
    async with Hub(given):
        assert (tmp_path / "journal.db").exists()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("sri", {"certificate": "firma.p12", "certificatePassword": "an invented password"}),
        ("datil", {"apiKey": "an invented key", "certificatePassword": "an invented password"}),
        ("ecuafact", {"apiKey": "an invented key"}),
    ],
)
async def test_a_live_odoo_with_the_test_environment_of_the_sri_refuses_to_start(
    tmp_path: Path, name: str, settings: dict[str, str]
) -> None:
    """Invoices of the real books would be authorised as tests, whoever sends them; both settings are named."""
    sends = {name: {"ambiente": "1", **settings}}
    told = await _refusal(_given(tmp_path, "live", odoo=_odoo(site="live"), **sends))
    assert f"`connections.{name}.ambiente` (1) is test" in told
    assert "`profile` and `connections.odoo.site` say live" in told


async def test_a_live_odoo_with_a_test_number_of_meta_refuses_to_start(tmp_path: Path) -> None:
    """Customers would wait for answers that only five numbers get; without `site` a number counts as a test one."""
    number = {"number": "1", "account": "2", "token": "an invented token", "appSecret": "an invented secret"}
    told = await _refusal(_given(tmp_path, odoo=_odoo(site="live"), whatsapp=number))
    assert "`connections.whatsapp.site` (test) is test" in told
    assert "`profile` and `connections.odoo.site` say live" in told
