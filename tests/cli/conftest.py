"""A company's folder, the command line in this process, and a hub in another."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from caravana.cli import app
from tests.support.waiting import eventually

CONFIGURATION = """\
journal: sqlite:///var/journal.db
listener: {port: 0}
control: {port: 0}
callables: {charge: till:charge}
"""
TILL = '''\
"""A till that can be broken: refuses while a file `broken` lies beside it."""

from pathlib import Path

from caravana.kit.callables import idempotent
from caravana.kit.errors import Refused

FOLDER = Path(__file__).parent


@idempotent
def charge(body):
    """Write down what was charged."""
    if (FOLDER / "broken").exists():
        raise Refused("the till is broken", status=400)
    with (FOLDER / "charged").open("a") as file:
        file.write(f"{body}\\n")
    return {"charged": body}
'''
ROUTES = """\
- route:
    id: sale
    description: Charges a sale
    from:
      uri: platform-http:/sale
      parameters: {reply: accepted, keys: "order:${header.order}"}
      steps:
        - convertBodyTo: {type: String}
        - to: bean:charge
"""


class Folder:
    """A company's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "routes").mkdir()
        (path / "caravana.yaml").write_text(CONFIGURATION)
        (path / "routes" / "sale.yaml").write_text(ROUTES)
        (path / "till.py").write_text(TILL)

    @property
    def config(self) -> str:
        return str(self.path / "caravana.yaml")

    def charged(self) -> list[str]:
        """Return what the till has taken."""
        file = self.path / "charged"
        return file.read_text().splitlines() if file.exists() else []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[dict[str, Any]]:
        """Run `caravana run` on this folder; yields what it left beside its journal. Ends with exit code 0."""
        with (self.path / "log").open("ab") as log:
            command = (sys.executable, "-m", "caravana.cli", "run", "--config", self.config, "--log-format", "json")
            process = await asyncio.create_subprocess_exec(*command, cwd=self.path, stderr=log, stdout=log)
            of_file, of_process = "journal.db.hub.json", f"caravana.yaml.{process.pid}.json"
            shared = "postgresql" in (self.path / "caravana.yaml").read_text()
            presence = self.path / "var" / (of_process if shared else of_file)

            def there() -> bool:
                assert process.returncode is None, (self.path / "log").read_text()
                return presence.exists()

            try:
                await eventually(there, timeout=60)
                yield {**json.loads(presence.read_text()), "process": process}
            finally:
                if process.returncode is None:
                    process.terminate()
                code = await process.wait()
        assert code == 0, (self.path / "log").read_text()
        assert not presence.exists()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder with configuration, one route and a till."""
    monkeypatch.delitem(sys.modules, "till", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("COLUMNS", "200")
    return Folder(tmp_path)


Command = Callable[..., Result]


@pytest.fixture
def caravana(folder: Folder) -> Command:
    """The command line on the folder; `code` is the exit code that is expected."""

    def run(*arguments: str, code: int = 0, given: str | None = None) -> Result:
        result = CliRunner().invoke(app, [*arguments, "--config", folder.config], input=given)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return run
