"""The company's zone at the edges: what people write without a zone is the company's time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from caravana.engine.configuration import Configuration, read_configuration
from caravana.kit.errors import ConfigurationError
from caravana.route import RouteFileError
from tests.engine.conftest import Station, route


def _read(folder: Path, text: str) -> Configuration:
    file = folder / "caravana.yaml"
    file.write_text(text)
    return read_configuration(file)


def test_the_line_of_going_live_is_the_companys_midnight(tmp_path: Path) -> None:
    """Guayaquil is five hours behind UTC."""
    found = _read(tmp_path, "company: {timezone: America/Guayaquil}\ngo_live: 2027-01-01")
    assert found.go_live == datetime(2027, 1, 1, 5, tzinfo=UTC)


def test_an_unknown_zone_is_told_with_its_line(tmp_path: Path) -> None:
    """Name, place and what to write instead."""
    with pytest.raises(ConfigurationError, match=r"yaml:2: `company.timezone`: there is no time zone `Quito`"):
        _read(tmp_path, "company:\n  timezone: Quito")


@pytest.mark.parametrize("text", ["soon", "2027-01-01"])
async def test_a_route_writes_its_line_with_the_zone(station: Station, text: str) -> None:
    """A route file belongs to no company, so a time without a zone would be a guess."""
    with pytest.raises(RouteFileError, match="is no time with its zone"):
        await station.start(route("- log: x", parameters=f"{{goLive: '{text}'}}"))
