"""What a command imports: each start pays for what it needs, not for what it might need."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

TELLING = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules))))
from caravana.cli import main
main()
"""
CONFIGURATION = """
journal: sqlite:///{folder}/journal.db
routes: [{folder}/routes.yaml]
listener: {{port: 0}}
control: {{port: 0}}
"""
ROUTES = """
- route:
    id: greeting
    from:
      uri: platform-http:/greeting
      steps:
        - setBody: {simple: "Hello ${header.name}"}
        - to: seda:later
- route:
    id: later
    from:
      uri: seda:later
      steps:
        - log: "${body}"
"""
UNUSED = ("bean", "cron", "file", "http", "odoo", "page", "placetopay", "timer", "webhook")
HEAVY = {
    "aiohttp": "calls to partners",
    "alembic": "the first start and a new version",
    "babel": "texts for customers",
    "caravana.demo": "the demo",
    "caravana.sandbox": "caravana sandbox",
    "jinja2": "pages",
    "jq": "routes with jq",
    "jsonpath": "routes with a JSONPath",
    "lxml": "XML documents",
    "psycopg": "PostgreSQL",
    "sqlalchemy": "migrations",
}
"""What is slow to import, and who needs it."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A configuration with two small routes; its journal is made."""
    path = tmp_path / "caravana.yaml"
    path.write_text(CONFIGURATION.format(folder=tmp_path))
    (tmp_path / "routes.yaml").write_text(ROUTES)
    modules_of("messages", "--config", str(path))
    return path


def modules_of(*arguments: str) -> set[str]:
    """Run a command to its end; returns what it had imported by then."""
    command = [sys.executable, "-c", TELLING, *arguments]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(told.splitlines()[-1]))


def test_idle_hub_has_imported_what_its_routes_use(project: Path) -> None:
    """A hub that waits for messages has imported neither an unused component nor what only some routes or moments need."""
    command = [sys.executable, "-c", TELLING, "run", "--config", str(project), "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _, control = (process.stdout.readline().split()[1] for _ in range(2))
        with urlopen(f"{control}/readyz") as answer:  # from here on it hears signals
            assert answer.status == 200
        process.terminate()
        loaded = set(json.loads(process.stdout.read().splitlines()[-1]))
    assert {"caravana.component.platform_http", "caravana.component.seda"} <= loaded
    assert loaded & {f"caravana.component.{one}" for one in UNUSED} == set()
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("command", ["messages", "review", "dead-letters", "cursors"])
def test_looking_loads_no_routes(project: Path, command: str) -> None:
    """Commands that look into the journal load neither what runs routes nor an HTTP client or server."""
    loaded = modules_of(command, "--config", str(project), "--json")
    heavy = {
        "caravana.engine.program",
        "caravana.engine.hub",
        "caravana.route",
        "starlette",
        "uvicorn",
        "prometheus_client",
    }
    assert loaded & (heavy | HEAVY.keys()) == set()


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("run", "--help"), ("messages", "--help")])
def test_help_loads_no_hub(arguments: tuple[str, ...]) -> None:
    """Help needs the command line alone, and pydantic, with which typer reads options."""
    loaded = modules_of(*arguments)
    own = {one for one in loaded if one.startswith("caravana.") and not one.startswith("caravana.cli")}
    assert own <= {"caravana.kit", "caravana.kit.errors", "caravana.kit.sentences"}
    assert loaded & {"ruamel.yaml", "structlog", "uvloop"} == set()


def test_check_loads_the_components_of_the_routes(project: Path) -> None:
    """Judging routes imports the components that they name, and no journal."""
    loaded = modules_of("check", "--config", str(project))
    assert loaded & {f"caravana.component.{one}" for one in UNUSED} == set()
    assert loaded & {"aiohttp", "alembic", "sqlalchemy", "jsonpath", "lxml", "caravana.engine.hub"} == set()
