"""Settings that name what is not there: told with their line, and a mode of nothing refuses to start."""

from pathlib import Path

import pytest

from caravana.engine.checking import judge_project
from caravana.engine.configuration import Configuration, Modes, read_configuration
from caravana.engine.hub import Hub
from caravana.engine.project import Project
from caravana.kit.callables import Callables
from caravana.kit.errors import ConfigurationError
from caravana.route import Severity, read_text

ROUTE = "- route: {id: greeting, from: {uri: 'seda:greeting', steps: [{log: hello}]}}"
WRONG = """
modes:
  routes: {gretting: shadow, greeting: shadow}
  connections: {"odoo:odo": shadow, "http:shop.example": shadow}
limits:
  connections:
    placetopay:card: {live: 2}
connections:
  odoo: {url: "http://127.0.0.1:1", databas: xyz, apiKey: invented}
  stock: {unheard: of}
"""


def told(folder: Path, text: str) -> list[str]:
    """Return what is said of a configuration with one good route."""
    path = folder / "caravana.yaml"
    path.write_text(text)
    project = Project(read_configuration(path), [read_text(ROUTE, "r.yaml")], [], Callables())
    return [str(one) for one in judge_project(project).problems]


def test_names_that_lead_nowhere_are_told_with_their_line(tmp_path: Path) -> None:
    """A mode, a limit and a setting under a wrong name: each with its line and the nearest right name."""
    found = told(tmp_path, WRONG)
    assert found[:2] == [
        "caravana.yaml:3:1: error: `modes.routes`: there is no route `gretting` (did you mean `greeting`?)",
        "caravana.yaml:4:1: error: `modes.connections`: there is no connection `odoo:odo` (did you mean `odoo:odoo`?)",
    ]
    assert found[2].startswith("caravana.yaml:9:1: warning: connections.odoo: ")
    assert "`databas`: there is no such option; did you mean `database`?" in found[2]
    assert found[3] == "caravana.yaml:10:1: warning: `connections.stock`: no component has settings like these"
    assert found[4].startswith(
        "caravana.yaml:7:1: warning: `limits.connections`: there is no connection `placetopay:card`"
    )


STEPS = """
- route:
    id: asking
    from:
      uri: seda:asking
      steps:
        - to: odoo:sale.order?operation=read&fields=name
        - to: odoo:res.partner?operation=read&fields=name
"""


@pytest.mark.parametrize("settings", ["url: xyz.odoo.com", "url: xyz.odoo.com, databas: xyz"])
def test_a_wrong_connection_is_told_once_where_it_stands(tmp_path: Path, settings: str) -> None:
    """However many steps call the partner: one error, at the connection's line, with all that is wrong with it."""
    path = tmp_path / "caravana.yaml"
    path.write_text(f"company: {{name: A}}\nconnections:\n  odoo: {{{settings}, apiKey: invented}}\n")
    project = Project(read_configuration(path), [read_text(STEPS, "r.yaml")], [], Callables())
    [found] = [one for one in judge_project(project).problems if one.severity is Severity.ERROR]
    assert str(found).startswith("caravana.yaml:3:1: error: connections.odoo: ")
    assert "write the address with http:// or https://" in found.message


def test_settings_that_lead_somewhere_are_not_told(tmp_path: Path) -> None:
    """A mode of a route that is there and a limit of a connection that is there are nothing to speak of."""
    assert (
        told(tmp_path, "modes: {routes: {greeting: shadow}}\nlimits: {connections: {'http:shop.example': {live: 2}}}")
        == []
    )


async def test_a_mode_of_nothing_refuses_to_start(tmp_path: Path) -> None:
    """Whoever mistypes the route that he puts into shadow mode would run it live."""
    configuration = Configuration(journal=f"sqlite:///{tmp_path}/j.db", modes=Modes(routes={"gretting": "shadow"}))
    with pytest.raises(ConfigurationError, match="did you mean `greeting`"):
        await Hub(configuration, [read_text(ROUTE)]).start()
    assert not (tmp_path / "j.db").exists()


def test_a_journal_of_another_kind_is_refused(tmp_path: Path) -> None:
    """An address that is neither SQLite's nor PostgreSQL's is a wrong setting, with its line."""
    (tmp_path / "caravana.yaml").write_text("profile: test\njournal: mysql://x\n")
    with pytest.raises(ConfigurationError, match=r"caravana.yaml:2: `journal`: `mysql` is no journal"):
        read_configuration(tmp_path / "caravana.yaml")


def test_a_module_that_cannot_be_imported_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a module of callables raises while it is imported, the name and the reason are told."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken_prices.py").write_text("price = 1 / 0\n")
    with pytest.raises(ConfigurationError, match="price: `broken_prices:price` cannot be imported: division by zero"):
        Callables().register_path("price", "broken_prices:price")
