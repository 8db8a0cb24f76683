"""What a company sets is judged before the start: every mistake at once, with its place."""

from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.einvoice.reading import einvoice_routes, load
from caravana.commerce.flows import ROUTES
from caravana.engine.check_context import CheckContext
from caravana.engine.configuration import Configuration
from caravana.kit.callables import Callables
from caravana.kit.errors import ConfigurationError
from tests.commerce.einvoicing import ISSUER, POINT, sello_is_known, settings_of

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


def loaded(folder: Path, **settings: Any) -> Any:
    """Return the flow's settings as read. Raises `ConfigurationError`."""
    connections = settings.pop("connections", {})
    told = {f"einvoice.{name}": value for name, value in settings.items()}
    written = settings_of("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3", 25, folder, settings=told)
    for name, one in connections.items():
        written["connections"].setdefault(name, {}).update(one)
    given = Configuration.model_validate(written)
    return load(given, CheckContext(given, Callables())).settings


def refusal(folder: Path, **settings: Any) -> str:
    """Return what is said of wrong settings."""
    with pytest.raises(ConfigurationError) as caught:
        loaded(folder, **settings)
    return str(caught.value)


def test_a_point_is_read(tmp_path: Path) -> None:
    """One connection serves what it can, single types go elsewhere; defaults are the safe ones."""
    points = {POINT: {"connection": "sello", "connections": {"07": "sello2"}, "standby": "sello2", "mail": "provider"}}
    points[POINT]["standby"] = {"01": "sello2"}
    found = loaded(tmp_path, points=points)
    point = found["points"][POINT]
    assert point["connections"] == {"01": "sello", "04": "sello", "05": "sello", "06": "sello", "07": "sello2"}
    assert (point["standby"], point["numbering"], point["ordered"]) == ({"01": "sello2"}, "odoo", False)
    assert (found["late"], found["oldest"], found["final_consumer_limit"]) == (300.0, 86_400.0, "50.00")
    assert found["companies"]["sello"]["environment"] == "1"


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({}, "settings.einvoice.points: name the emission points"),
        ({"1-1": {"connection": "sello"}}, "einvoice.points.1-1: write establishment and emission point as '001-001'"),
        ({POINT: {"conexion": "sello"}}, "write a map with some of"),
        ({POINT: {}}, "name the `connection`"),
        ({POINT: {"connection": "odoo"}}, "no e-invoicing company"),
        ({POINT: {"connection": "nobody"}}, "add `connections.nobody`"),
        ({POINT: {"connection": "sello", "connections": {"03": "sello"}}}, "does not issue documents of type 03"),
        ({POINT: {"connection": "sello", "connections": {"99": "sello"}}}, "is no type"),
        ({POINT: {"connection": "sello", "numbering": "provider"}}, "`sello` does not number"),
        ({POINT: {"connection": "sello", "numbering": "nobody"}}, "must be one of odoo, provider"),
        ({POINT: {"connection": "sello", "standby": "sello"}}, "cannot stand by for itself"),
        ({POINT: {"connection": "sello", "standby": {"03": "sello2"}}}, "cannot stand by for documents of type 03"),
        ({POINT: {"connection": "sello", "mail": "pigeon"}}, "must be one of provider, hub, odoo, nobody"),
        ({POINT: {"connection": "sello", "ordered": "yes"}}, "must be true or false"),
        ({POINT: {"connection": "sello", "journals": "1"}}, "must be a list of numbers"),
        (
            {POINT: {"connection": "sello", "journals": [1]}, "001-002": {"connection": "sello", "journals": [1]}},
            "journal 1 is of two emission points",
        ),
    ],
)
def test_wrong_points(tmp_path: Path, points: dict[str, Any], said: str) -> None:
    """What cannot work is refused, and the place is named."""
    assert said in refusal(tmp_path, points=points)


def test_every_mistake_at_once(tmp_path: Path) -> None:
    """Issuer, limit, times, fields, mailer and names that there are not, in one go."""
    told = refusal(
        tmp_path,
        issuer={**ISSUER, "ruc": "17900169190"},
        final_consumer_limit="much",
        late="soon",
        fields=["x"],
        mailer="odoo",
        withholding="009-009",
        mistake=1,
    )
    for part in ("ruc: write 13 digits", "final_consumer_limit", "einvoice.late", "einvoice.fields", "einvoice.mailer"):
        assert part in told
    assert "settings.einvoice.withholding: must be one of einvoice.points" in told
    assert "there is no setting einvoice.mistake" in told


def test_fields_and_taxes_are_judged(tmp_path: Path) -> None:
    """Names that no document holds, codes that are none, and a folder that is not there are refused."""
    told = refusal(tmp_path, fields={"guia.color": "x_color"}, taxes={"ICE": "3680"}, schemas=str(tmp_path / "none"))
    for part in ("`guia.color` is nothing", "settings.einvoice.taxes: write a map", "must be a folder"):
        assert part in told
    assert "settings.einvoice.export_costs: write a map" in refusal(tmp_path, export_costs={"FLETE": "flete"})
    assert loaded(tmp_path, export_costs={"FLETE": "fleteInternacional"})["export_costs"] == {
        "FLETE": "fleteInternacional"
    }
    assert loaded(tmp_path, taxes={"ICE": "3/3680"}, fields={"guia.placa": "x_placa"})["taxes"] == {"ICE": "3/3680"}


def test_stand_by_of_another_environment(tmp_path: Path) -> None:
    """A test connection never stands by for a live one."""
    points = {POINT: {"connection": "sello", "standby": "sello2"}}
    assert "another environment" in refusal(tmp_path, points=points, connections={"sello2": {"ambiente": "2"}})


def test_only_what_is_set_runs() -> None:
    """Withholdings, settlements and guías are watched only where the company says so."""
    folder = ROUTES / "einvoice"
    names = [one.name for one in einvoice_routes({}, folder)]
    assert not {"2-withholding.yaml", "3-settlement.yaml", "4-guide.yaml"} & {*names}
    assert "4-guide.yaml" in [one.name for one in einvoice_routes({"einvoice.guide": POINT}, folder)]
