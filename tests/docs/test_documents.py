"""What README and documentation say is tried: commands exist, examples run, every page is reached, nothing leaks."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

from caravana.cli import app
from caravana.route import inspect_text, read_text, write_yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
TEXTS = [ROOT / "README.md", ROOT / "README.es.md", ROOT / "CONTRIBUTING.md", *PAGES]
READMES = [ROOT / "README.md", ROOT / "README.es.md"]


def name_of(path: Path) -> str:
    """Return a document's path as test ids show it."""
    return str(path.relative_to(ROOT))


def run_route_file(example: Example) -> str | None:
    """Read a route file of a document and read again what is written from it; any problem is a failure."""
    document, problems = inspect_text(example.parsed)
    if problems:
        return "\n".join(map(str, problems))
    return None if read_text(write_yaml(document)) == document else "written and read again it is another route"


EXAMPLES = Sybil(parsers=[PythonCodeBlockParser(), CodeBlockParser("yaml", run_route_file)])


@cache
def make_targets() -> frozenset[str]:
    """Return the targets of the Makefile."""
    return frozenset(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands_of(text: str) -> list[str]:
    """Return the commands in the `console` and `bash` blocks of a document, prompts taken off."""
    blocks = re.findall(r"^ *```(?:console|bash)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_make_targets_exist(path: Path) -> None:
    """Each `make` target that a document names, in a block or in a sentence, is in the Makefile."""
    text = path.read_text()
    named = {word for line in commands_of(text) for word in re.findall(r"^make ([a-z]+)", line)}
    named |= set(re.findall(r"`make ([a-z]+)", text))
    assert named <= make_targets()


@cache
def hub_commands() -> frozenset[str]:
    """Return the names of the commands of `caravana`."""
    command: Any = typer.main.get_command(app)
    return frozenset(command.commands)


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_commands_exist(path: Path) -> None:
    """Each command of `caravana` that a document names, in a block or in a sentence, exists."""
    text = path.read_text()
    named = {
        word for line in commands_of(text) for word in re.findall(r"^(?:.venv/bin/)?caravana ([a-z][a-z-]*)", line)
    }
    named |= set(re.findall(r"`caravana ([a-z][a-z-]*)", text))
    assert named <= hub_commands()


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_examples_run(path: Path) -> None:
    """Python examples of a document run, its route files are read without a problem."""
    for example in EXAMPLES.parse(path).examples():
        example.evaluate()


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    """Every link to a file of the repository has its file."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_page_is_reached() -> None:
    """From the front page every page of the documentation can be reached through the tables of contents."""
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += listed_on(page)
    assert set(PAGES) - reached == set()


def listed_on(page: Path) -> list[Path]:
    """Return the pages named in the tables of contents of `page`."""
    blocks = re.findall(r"^```{toctree}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    names = [line for block in blocks for line in block.splitlines() if line and not line.startswith(":")]
    return [found for name in names for found in page.parent.glob(f"{name}.md")]


def test_readmes_say_the_same() -> None:
    """The Spanish README has the parts, the commands, the pictures and the links of the English one."""
    english, spanish = [shape_of(path.read_text()) for path in READMES]
    assert english == spanish


def shape_of(text: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return depth of headings, commands, link targets (but the other language) and first marks of list items."""
    links = [one for one in re.findall(r"\]\(([^)]+)\)", text) if not one.startswith("README")]
    return re.findall(r"^#+(?= )", text, re.MULTILINE), commands_of(text), links, re.findall(r"^- ", text, re.MULTILINE)


def test_make_lists_its_targets() -> None:
    """`make` alone explains every target that a developer may call."""
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(re.findall(r"^  make ([a-z]+)", shown.stdout, re.MULTILINE)) == make_targets()


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=name_of)
def test_pins_name_no_registry(path: Path) -> None:
    """Pinned requirement files hold exact versions and no address."""
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"^--?(index|extra-index|find-links|trusted)", text, re.MULTILINE)
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert [line for line in lines if not re.match(r"[a-z0-9-]+==[^ ]+", line)] == []


def test_continuous_integration_is_executable() -> None:
    """`.ci/run` can be started and runs both gates."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert {"make check", "make test"} <= set(re.findall(r"make \w+", script.read_text()))
