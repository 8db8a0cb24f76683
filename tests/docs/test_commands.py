"""Every command that README and documentation show is carried out as a reader would, and shows what they say it shows.

A document is one reader's session, in an empty folder: files that it tells him to save are there, `cd` lasts, `caravana run`
runs until the end. What cannot be run as it stands is in a table below, with the reason; a command that is in no table and is
none of the known programs fails.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import openpyxl
import pytest

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.demo.world import free_ports
from tests.docs import clerk
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / name
    for name in ("README.md", "README.es.md", "CONTRIBUTING.md", "docs/index.md", "docs/reference/figures.md")
] + sorted(
    path for part in ("tutorial", "how-to", "explanation", "es") for path in (ROOT / "docs" / part).rglob("*.md")
)
PROGRAMS = {"caravana", "cd", "curl", "export", "kill", "openssl", "pytest", "source"}

INSTEAD = {
    # `make` sets up a virtual environment and would run this very suite; what the target starts is run instead.
    "make demo": "caravana demo --chapter paid --orders 3",
    "make demo ARGS=--stay": "caravana demo --help",  # it stays until Ctrl-C; tests/demo plays it
    # They stay until Ctrl-C; tests/cli starts them.
    "caravana sandbox": "caravana sandbox --list",
    "caravana sandbox stripe": "caravana sandbox --list",
    "caravana sandbox sri": "caravana sandbox --list",
    "caravana sandbox meta": "caravana sandbox --list",
    "caravana sandbox meta --set meta.whatsapp_url=http://127.0.0.1:8080/whatsapp/whatsapp"
    " --set meta.page_url=http://127.0.0.1:8080/facebook/facebook"
    " --set meta.instagram_url=http://127.0.0.1:8080/instagram/instagram": "caravana sandbox --list",
    "caravana sandbox stripe --set stripe.notification_url=http://127.0.0.1:8080/stripe/stripe": "caravana sandbox --list",
    "caravana doctor stripe": "caravana doctor --help",  # it asks Stripe; tests/component/stripe plays it against the imitation
    # it asks Meta; tests/component play it against the imitation
    "caravana doctor whatsapp facebook instagram catalog": "caravana doctor --help",
    "caravana doctor sri": "caravana doctor --help",  # it asks the SRI; tests/component/sri plays it against the imitation
    # They ask an Odoo; tests/cli plays them against an imitation.
    "caravana odoo prepare --dry-run": "caravana odoo prepare --help",
    "caravana odoo prepare --key odoo_admin": "caravana odoo prepare --help",
    "caravana odoo unprepare": "caravana odoo unprepare --help",
    "source .venv/bin/activate": "true",  # the environment that runs the tests
    # A person mends the refused rows first; tests/commerce imports such a file.
    "caravana import customers rechazados.csv": "caravana import customers clientes.xlsx",
}
ONLY_RECIPE = re.compile(r"make (test|bench|check|docs|format|pins)\b")
"""Targets that take minutes or change the repository: make is only asked what it would do. The suite and the gates are these
targets; `make bench` has tests of its own."""
HELD_BACK = {"caravana journal reseal", "caravana journal reseal --yes"}
"""Needs a journal with a key and is tried in tests/cli; here its help is asked for."""


class Reader:
    """Somebody who reads one document and types what it shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.control = free_ports(2)
        self.hub: subprocess.Popen[str] | None = None
        tools = str(Path(sys.executable).parent)
        self.stack = ExitStack()
        self.environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "200"}

    def type(self, command: str) -> str:
        """Carry out one command; returns what it wrote. Its exit code must be 0."""
        command = command.split("  #")[0].strip().removeprefix(".venv/bin/")
        assert command.startswith("make ") or command.split()[0] in PROGRAMS, f"unknown command `{command}`"
        if command.split()[0] in ("curl", "openssl") and shutil.which(command.split()[0]) is None:
            pytest.skip(f"not on this machine: {command.split()[0]}")
        if command.startswith("cd "):
            self.folder = (self.folder / command[3:]).resolve()
            assert self.folder.is_dir(), command
            return ""
        if command.startswith("export "):
            said = command.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
            self.environment |= dict(one.split("=", 1) for one in said.split()[1:])
            return ""
        if command == "caravana run":
            return self.start()
        return self._run(self._translated(command))

    def _translated(self, command: str) -> str:
        """Return what is run for `command`: itself, but for what the tables say, its own port and its message."""
        if ONLY_RECIPE.match(command):
            return f"make --no-print-directory -n -C {ROOT} {command.removeprefix('make ')}"
        if command in HELD_BACK:
            return "caravana journal reseal --help"
        command = INSTEAD.get(command, command).replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        assert not command.startswith("make "), f"`{command}` is in no table"
        return re.sub(r"\bID\b", self.message, command) if re.search(r"\bID\b", command) else command

    @property
    def message(self) -> str:
        """The id of the newest message of the running hub."""
        return str(json.loads(self._run("caravana messages list --json"))[0]["id"])

    def _run(self, command: str) -> str:
        done = subprocess.run(
            command, shell=True, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=100,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"`{command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        self._own_ports()
        return (done.stdout + done.stderr).replace(f"127.0.0.1:{self.port}", "127.0.0.1:8080")

    def _own_ports(self) -> None:
        """Let a configuration that was just written name ports that no other reader has."""
        for path in self.folder.rglob("caravana.yaml"):
            text = path.read_text().replace("port: 8080", f"port: {self.port}")
            path.write_text(text.replace("port: 8081", f"port: {self.control}"))

    def start(self) -> str:
        """Run the hub until the end; returns the addresses that it shows."""
        if not (self.folder / "caravana.yaml").exists():
            self.type("caravana init")
        with (self.folder / "log").open("w") as log:
            self.hub = subprocess.Popen(
                ["caravana", "run"],
                cwd=self.folder,
                env=self.environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.hub.stdout is not None
        told = self.hub.stdout.readline() + self.hub.stdout.readline()
        assert "http://" in told, (self.folder / "log").read_text()
        return told.replace(str(self.port), "8080").replace(str(self.control), "8081")

    def close(self) -> None:
        """Ask the hub to stop; it must end well. Its partners end with it."""
        self.stack.close()
        if self.hub is not None:
            self.hub.send_signal(signal.SIGTERM)
            self.hub.communicate(timeout=60)
            assert self.hub.returncode == 0


@contextmanager
def reading(folder: Path, text: str) -> Iterator[Reader]:
    """Sit down with a document: what it says to save as `name` is saved."""
    for name, block in saved_files(text):
        (folder / name).write_text(block)
    reader = Reader(folder)
    try:
        yield reader
    finally:
        reader.close()


def saved_files(text: str) -> list[tuple[str, str]]:
    """Return each code block that the sentence after it says to save (`Save it as `name``), with its name."""
    blocks = [(found.end(), found[1]) for found in re.finditer(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]
    names = re.finditer(r"[Ss]ave it as\s+`([\w.-]+)`", text)
    return [(name[1], [block for end, block in blocks if end < name.start()][-1]) for name in names]


def console_blocks(text: str) -> list[list[tuple[str, list[str]]]]:
    """Return for each console block its commands, each with the lines that are shown below it."""
    found = []
    for block in re.findall(r"^ *```console\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        commands: list[tuple[str, list[str]]] = []
        for line in map(str.strip, block.splitlines()):
            if line.startswith("$ "):
                commands.append((line[2:], []))
            elif line:
                commands[-1][1].append(line)
        found.append(commands)
    return found


def shows(output: str, line: str) -> bool:
    """Whether `line` occurs in `output`; `…` stands for anything, and spaces do not count."""
    parts = [re.escape(re.sub(r"\s+", " ", part).strip()) for part in line.split("…")]
    return re.search(".*".join(parts), re.sub(r"\s+", " ", output)) is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [one for one in DOCUMENTS if console_blocks(one.read_text())], ids=lambda path: str(path.relative_to(ROOT))
)
def test_commands_do_what_the_document_says(path: Path, tmp_path: Path) -> None:
    """Typed one after the other, the commands of a document end with 0 and show the lines that stand below them."""
    text = path.read_text()
    with reading(tmp_path, text) as reader, odoo_for(path, reader):
        prepare(path, reader)
        for block in console_blocks(text):
            for command, shown in block:
                output = reader.type(command)
                assert [line for line in shown if not shows(output, line)] == [], output


def prepare(path: Path, reader: Reader) -> None:
    """Give a guide what its reader has: a running shop, files, the language of the page, what went wrong before he looked."""
    if path.name == "shop-api.md":
        reader.start()
    if path.name == "import.md":
        write_spreadsheets(reader.folder)
    if path.is_relative_to(ROOT / "docs" / "es"):
        reader.environment["LC_ALL"] = "es_EC.UTF-8"
        if path.name == "index.md":
            reader.type("caravana init")
    if path.name == "repair.md":
        reader.type("caravana init")
        (reader.folder / "routes" / "greeting.yaml").write_text(BROKEN)
        accident(reader, "/broken", "order", '"dead"')
    elif path.parent.name == "tareas" and path.name in ACCIDENTS:
        route, answers, body, state = ACCIDENTS[path.name]
        reader.type("caravana init")
        port = reader.stack.enter_context(clerk.bank(answers))
        (reader.folder / "routes" / "greeting.yaml").write_text(route.format(port=port))
        accident(reader, "/cobro", f"{body} -H 'pedido: S00012' -H 'Content-Type: text/plain'", state)
    elif path.parent.name == "tareas":
        reader.type("caravana init")
        clerk.plant(reader.folder)


BROKEN = (
    "- route:\n    id: broken\n    from:\n      uri: platform-http:/broken\n      parameters: {reply: accepted}\n"
    "      steps: [{throwException: {exceptionType: java.lang.IllegalStateException, message: no}}]\n"
)
ACCIDENTS = {
    "en-duda.md": (clerk.ROUTE, [clerk.CUT, 200], "115.00", '"in_doubt"'),
    "mensaje-detenido.md": (clerk.ROUTE, [400, 200], "115.00", '"dead"'),
    "mensaje-muerto.md": (clerk.PARTS, [200, 400, 200], "115.00,40.00,12.50", '"done"'),
}
"""By page: the route, what the bank answers to it in turn, what is sent, and the state in which the clerk finds it."""


def accident(reader: Reader, path: str, body: str, state: str) -> None:
    """Start the hub, send it a message, and wait until that is in the state in which it is found."""
    reader.start()
    reader.type(f"curl -s http://127.0.0.1:8080{path} -d {body}")
    wait_until(lambda: state in reader.type("caravana messages list --json"), 30)


@contextmanager
def odoo_for(path: Path, reader: Reader) -> Iterator[None]:
    """Run an imitated Odoo for the guides of the shop, and name it in the configuration."""
    if path.name not in ("shop-api.md", "import.md"):
        yield
        return
    code = (
        "import asyncio; from caravana.component.odoo.sandbox import OdooSandbox; from caravana.kit.serving import serve\n"
        "async def main():\n    async with serve(OdooSandbox().app()) as url:\n        print(url, flush=True)\n"
        "        await asyncio.Event().wait()\nasyncio.run(main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], env=reader.environment, stdout=subprocess.PIPE, text=True
    ) as odoo:
        assert odoo.stdout is not None
        given = {**OdooSandbox().connection(), "url": odoo.stdout.readline().strip()}
        clients = {"web": {"token": "shop_web", "scopes": re.findall(r"\w+:(?:read|write)", path.read_text())}}
        (reader.folder / "caravana.yaml").write_text(
            json.dumps(
                {
                    "flows": ["shop"],
                    "listener": {"port": reader.port},
                    "control": {"port": reader.control},
                    "connections": {"odoo": given},
                    "settings": {"shop.clients": clients},
                }
            )
        )
        reader.environment["CARAVANA_SECRET_SHOP_WEB"] = "the-token-of-web"
        yield
        odoo.kill()


def write_spreadsheets(folder: Path) -> None:
    """Write the files that the guide imports."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Nombre", "Cédula", "Ciudad"], ["Ana Inventada", "1710034065", "Quito"]):
        sheet.append(row)
    book.save(folder / "clientes.xlsx")
    (folder / "precios.csv").write_text("Código;PVP 2026;Costo\nCAM-001;21,50;9,00\n")


def test_unknown_command_is_refused(tmp_path: Path) -> None:
    """A document that shows a command which is in no table fails here, instead of never being tried."""
    for command in ("rm -rf /", "make coffee"):
        with pytest.raises(AssertionError):
            Reader(tmp_path).type(command)
