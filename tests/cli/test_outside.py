"""A hub without a public address starts, and says what it does and what it cannot."""

import pytest

from caravana.cli.outside import without_public_address
from tests.cli.conftest import CONFIGURATION, Folder

LIVE = "profile: live\ngo_live: 2026-01-01T00:00:00-05:00\n"


@pytest.mark.parametrize("profile", ["", LIVE], ids=["test", "live"])
async def test_hub_without_public_address_starts(folder: Folder, profile: str) -> None:
    """It answers on this machine and says so in a few lines, with a live profile as well."""
    (folder.path / "caravana.yaml").write_text(CONFIGURATION + profile)
    async with folder.running():
        pass
    log = (folder.path / "log").read_text()
    assert "There is no listener.public_url: only this machine reaches http://127.0.0.1:" in log
    assert "does not: pages and services for others" in log


async def test_hub_with_public_address_says_nothing(folder: Folder) -> None:
    """With a public address nothing is missing."""
    text = CONFIGURATION.replace("{port: 0}", "{port: 0, public_url: 'https://hub.example.com'}", 1)
    (folder.path / "caravana.yaml").write_text(text)
    async with folder.running():
        pass
    assert "public_url" not in (folder.path / "log").read_text()


def test_only_what_the_routes_use_is_told() -> None:
    """A hub that only fetches lacks nothing; one that takes payments is told what waits."""
    alone = list(without_public_address(["odoo", "file", "direct"], "http://127.0.0.1:8080"))
    assert alone[1:] == ["  works: watching Odoo, files"]
    paid = "\n".join(without_public_address(["placetopay", "platform-http"], "http://0.0.0.0:8080"))
    assert "works: asking PlacetoPay" in paid
    assert "does not: notifications of PlacetoPay" in paid
    assert "only this network reaches" in paid
    others = "\n".join(without_public_address(["pay", "stripe", "payphone"], "http://127.0.0.1:8080"))
    assert "works: asking PayPhone again and again (sweeps), reading Stripe's list of events" in others
    assert ("does not: customers of PayPhone" in others, "does not: notifications of Stripe" in others) == (True, True)
