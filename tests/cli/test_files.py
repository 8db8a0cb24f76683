"""Commands on files: init, check, routes, support."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from caravana.cli import app
from tests.cli.conftest import CONFIGURATION, Command, Folder


def test_what_init_writes_is_well(tmp_path: Path) -> None:
    """A fresh folder passes its own check, and is not written over."""
    runner = CliRunner()
    assert runner.invoke(app, ["init", str(tmp_path / "new")]).exit_code == 0
    checked = runner.invoke(app, ["check", "--config", str(tmp_path / "new" / "caravana.yaml")])
    assert checked.exit_code == 0, checked.output
    assert "1 route well" in checked.output
    again = runner.invoke(app, ["init", str(tmp_path / "new")])
    assert again.exit_code == 1
    assert "--force" in again.stderr


def test_check_tells_file_line_column_and_the_nearest_name(folder: Folder, caravana: Command) -> None:
    """A misspelt step is refused at its place, with exit code 1, for people and for programs."""
    bad = folder.path / "routes" / "bad.yaml"
    bad.write_text(
        "- route:\n    id: b\n    from:\n      uri: direct:b\n      steps:\n        - setBoddy: {constant: x}\n"
    )
    text = caravana("check", code=1).output
    assert f"{bad}:6:11: error: unknown step `setBoddy` (did you mean `setBody`?)" in text.replace("\n", "")
    found = json.loads(caravana("check", "--json", code=1).output)
    assert [(one["line"], one["column"]) for one in found["problems"]] == [(6, 11)]


def test_check_names_each_wrong_setting(folder: Folder) -> None:
    """Every mistake of the configuration is told at once, with its line."""
    (folder.path / "caravana.yaml").write_text("profile: prod\nlistener: {prt: 1}\n")
    command = [sys.executable, "-m", "caravana.cli", "check", "--config", folder.config]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "caravana.yaml:1: `profile`" in result.stderr
    assert "caravana.yaml:2: `listener.prt`" in result.stderr


def test_run_tells_all_that_keeps_it_from_starting(folder: Folder) -> None:
    """Where a hub cannot start, everything that `check` would say is told, not only what was met first."""
    with (folder.path / "caravana.yaml").open("a") as file:
        file.write("modes: {routes: {sail: shadow}}\n")
    (folder.path / "routes" / "bank.yaml").write_text(
        "- from: {uri: 'webhook:bank', parameters: {secret: not_set_here}, steps: [{log: hi}]}\n"
    )
    command = [sys.executable, "-m", "caravana.cli", "run", "--config", folder.config]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    told = result.stdout + result.stderr
    assert "there is no route `sail` (did you mean `sale`?)" in told
    assert "secret `not_set_here` is not set" in told


FLOW = """\
flows: [cards]
settings: {cards.on_paid: later, cards.life: soon}
connections:
  odoo: {url: "http://127.0.0.1:9", database: shop, apiKey: "{{secret:odoo_key}}"}
  placetopay: {url: "http://127.0.0.1:9", login: shop, secretKey: "{{env:NOT_THERE}}"}
"""


def test_check_names_every_setting_of_a_flow(folder: Folder, caravana: Command) -> None:
    """Wrong settings of a flow and every secret that is missing are told at once, to programs as JSON."""
    (folder.path / "caravana.yaml").write_text(FLOW)
    found = json.loads(caravana("check", "--json", code=1).stdout)
    told = "\n".join(one["message"] for one in found["problems"])
    for name in ("cards.on_paid", "cards.life", "`pay_link`", "`odoo_key`", "`NOT_THERE`"):
        assert name in told
    assert found["errors"] == 5


LIFE = """\
settings: {cards.stores: [stripe, sur], cards.life: 20m}
connections: {stripe: {secretKey: sk_test_abc}, sur: {component: stripe, secretKey: sk_test_def}}
"""


async def test_a_life_of_pages_that_does_not_hold_is_told(folder: Folder, caravana: Command) -> None:
    """By `check` with the line of the setting, and in the log when the hub starts, of two accounts once; neither refuses."""
    (folder.path / "caravana.yaml").write_text(CONFIGURATION + LIFE)
    [found] = json.loads(caravana("check", "--json").stdout)["problems"]
    assert (found["severity"], "the page of Stripe lives 35m–23h55m" in found["message"]) == ("warning", True)
    assert (folder.path / "caravana.yaml").read_text().splitlines()[found["line"] - 1].startswith("settings:")
    async with folder.running():
        pass
    assert (folder.path / "log").read_text().count("does_not_hold") == 1


def test_check_prints_policies(caravana: Command) -> None:
    """--policies shows what is done on an error, by route."""
    found = json.loads(caravana("check", "--policies", "--json").output)
    assert found["policies"][0]["route"] == "sale"
    assert found["policies"][0]["policy"]["maximumRedeliveries"] == 0
    assert "all others" in caravana("check", "--policies").output


def test_routes_without_an_id_are_listed_as_the_hub_names_them(caravana: Command, folder: Folder) -> None:
    """What `messages` shows as a route is found in the list."""
    (folder.path / "routes" / "more.yaml").write_text("- from: {uri: 'direct:a', steps: [{log: hi}]}")
    names = [one["id"] for one in json.loads(caravana("routes", "--json").output)]
    assert names == ["route1", "sale"]


def test_routes_lists_each_with_its_beginning(caravana: Command) -> None:
    """The list names id, beginning, number of steps, mode and handler."""
    [found] = json.loads(caravana("routes", "--json").output)
    assert found == {
        "id": "sale",
        "from": "platform-http:/sale",
        "steps": 2,
        "mode": "live",
        "handler": "defaultErrorHandler",
        "description": "Charges a sale",
    }


def test_draw_writes_a_picture_of_a_route_or_a_file(folder: Folder) -> None:
    """A route is drawn by its id or by its file; an unknown one gets the nearest name."""
    runner = CliRunner()
    target = folder.path / "sale.svg"
    drawn = runner.invoke(app, ["routes", "--config", folder.config, "draw", "sale", "-o", str(target)])
    assert drawn.exit_code == 0, drawn.output
    assert target.read_text().startswith("<svg ")
    assert (
        runner.invoke(app, ["routes", "draw", str(folder.path / "routes/sale.yaml"), "-o", str(target)]).exit_code == 0
    )
    unknown = runner.invoke(app, ["routes", "--config", folder.config, "draw", "sal"])
    assert unknown.exit_code == 1
    assert "did you mean `sale`?" in unknown.stderr


def test_support_prints_the_table() -> None:
    """The support table comes as text and as JSON."""
    found = json.loads(CliRunner().invoke(app, ["support", "--json", "--kind", "step"]).output)
    assert {"kind": "step", "name": "choice", "option": "", "state": "supported", "reason": ""} in found
    assert "choice" in CliRunner().invoke(app, ["support", "--kind", "step"]).output


def commands(group: Any, name: str) -> list[tuple[str, Any]]:
    """Return every command and group of commands below `group` with its whole name."""
    children = getattr(group, "commands", {})
    below = [pair for key, one in children.items() for pair in commands(one, f"{name} {key}")]
    return below if name == "caravana" else [(name, group), *below]


COMMANDS = dict(commands(typer.main.get_command(app), "caravana"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    """--help of each command says what it does and shows, on lines of their own, how it is called."""
    written = COMMANDS[name].help
    assert f"\n\b\n{name}" in written
    shown = CliRunner().invoke(app, [*name.split()[1:], "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    lines = [line.strip() for line in shown.output.splitlines()]
    assert [line for line in lines if line == name or line.startswith(f"{name} ")]
    assert "\\b" not in shown.output
