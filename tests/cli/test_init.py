"""`caravana init`: what it asks, what it writes, and that it writes over nothing."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from caravana.cli import app
from caravana.cli.template import address_of, database_of
from caravana.component.sri import SriComponent
from caravana.engine.check_context import CheckContext
from caravana.engine.configuration import Configuration, read_configuration
from caravana.kit.callables import Callables
from tests.cli.terminal import on_terminal

RUNNER = CliRunner()
GIVEN = ("--company", 'Ñandú: "S.A." & #1', "--odoo-url", "https://nandu.odoo.com", "--partner", "placetopay")
BRANCHES = ("--branch", "Quito Norte", "--branch", "Quito norte", "--branch", "Ñ")


def init(folder: Path, *arguments: str, lang: str = "en", code: int = 0) -> Configuration:
    """Run `init` on `folder` and read what it wrote."""
    result = RUNNER.invoke(app, ["--lang", lang, "init", str(folder), *arguments])
    assert result.exit_code == code, result.output
    return read_configuration(folder / "caravana.yaml")


def problems(folder: Path) -> list[str]:
    """Return what `check` finds."""
    checked = RUNNER.invoke(app, ["check", "--json", "--config", str(folder / "caravana.yaml")])
    return [one["message"] for one in json.loads(checked.stdout)["problems"]]


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    """In a script the defaults are written: a file that connects nobody yet and is well."""
    written = init(tmp_path)
    assert (written.profile, written.connections, written.branches, written.flows) == ("test", {}, {}, [])
    assert problems(tmp_path) == []


def test_what_is_given_is_written(tmp_path: Path) -> None:
    """Company, partners, database by the host's name, and branches under keys of their own; each name as it was typed."""
    written = init(tmp_path, *GIVEN, *BRANCHES)
    assert written.company.name == GIVEN[1]
    assert written.connections["odoo"]["database"] == "nandu"
    assert set(written.connections) == {"odoo", "placetopay"}
    assert {key: one.name for key, one in written.branches.items()} == {
        "quito_norte": "Quito Norte",
        "quito_norte_2": "Quito norte",
        "n": "Ñ",
    }
    assert [one.warehouse for one in written.branches.values()] == [1, 2, 3]  # of one company, they are told by it
    assert written.flows == ["cards"]


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("https://xyz.odoo.com", "xyz"),
        ("http://localhost:8069", "localhost"),
        ("http://127.0.0.1:18069", "odoo"),
        ("http://[::1]:8069", "odoo"),
    ],
)
def test_an_address_without_a_name_names_no_database(url: str, database: str) -> None:
    """On Odoo Online the host's first part is the database; the first number of an address is none."""
    assert database_of(url) == database


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("xyz.odoo.com", "https://xyz.odoo.com"),
        (" https://xyz.odoo.com/odoo/settings?debug=1#a ", "https://xyz.odoo.com"),
        ("localhost:8069", "https://localhost:8069"),
        ("http://[::1]:8069/", "http://[::1]:8069"),
    ],
)
def test_an_address_is_completed(typed: str, address: str) -> None:
    """Who types it without https://, or copies it from a browser, gets the address that the configuration needs."""
    assert address_of(typed) == address


def test_check_misses_nothing_but_secrets(tmp_path: Path) -> None:
    """What is written passes `check` once the partners' secrets are there; the one that signs links is made by chance."""
    init(tmp_path, *GIVEN)
    assert {text.partition("` is not set")[0] for text in problems(tmp_path)} == {
        "secret `odoo_key",
        "secret `placetopay_login",
        "secret `placetopay_key",
    }
    for name in ("odoo_key", "placetopay_login", "placetopay_key"):
        (tmp_path / "secrets" / name).write_text("given")
    assert problems(tmp_path) == []
    made = tmp_path / "secrets" / "pay_link"
    assert len(made.read_text()) > 40
    assert (made.stat().st_mode & 0o777, made.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_several_payment_companies(tmp_path: Path) -> None:
    """Each has its connection and its secrets; without branches they are listed, with branches each branch has them."""
    more = ("--partner", "stripe", "--partner", "payphone")
    written = init(tmp_path / "one", *GIVEN, *more)
    assert list(written.connections) == ["odoo", "placetopay", "payphone", "stripe"]
    assert written.settings == {"cards.stores": ["placetopay", "payphone", "stripe"]}
    secrets = dict.fromkeys(
        ("odoo_key", "placetopay_login", "placetopay_key", "payphone_token", "payphone_store"), "given"
    )
    for name, text in {**secrets, "stripe_key": "sk_test_given", "stripe_webhook": "whsec_given"}.items():
        assert any(f"secret `{name}` is not set" in one for one in problems(tmp_path / "one"))
        (tmp_path / "one" / "secrets" / name).write_text(text)
    assert problems(tmp_path / "one") == []
    of_branches = init(tmp_path / "several", *GIVEN, *more, *BRANCHES)
    assert {tuple(one.payment_stores) for one in of_branches.branches.values()} == {
        ("placetopay", "payphone", "stripe")
    }
    alone = init(tmp_path / "alone", "--odoo-url", "https://nandu.odoo.com", "--partner", "stripe")
    assert (alone.flows, alone.settings) == (["cards"], {"cards.stores": "stripe"})


ISSUERS = {
    "sri": (["sri_password"], {"connection": "sri"}),
    "datil": (["datil_key", "datil_password"], {"connection": "datil"}),
    "ecuafact": (["ecuafact_key"], {"connection": "ecuafact", "numbering": "provider"}),
}
"""Who issues electronic documents → the secrets that are wanted, and what stands at the first emission point."""


@pytest.mark.parametrize("name", ISSUERS)
@pytest.mark.parametrize("profile", ["test", "live"])
def test_who_issues_electronic_documents(tmp_path: Path, name: str, profile: str) -> None:
    """Flow, connection, issuer and emission point are there: nothing is missing but the secrets, in each language."""
    secrets, point = ISSUERS[name]
    given = ("--odoo-url", "https://nandu.odoo.com", "--partner", name, "--ruc", "1790016919001", "--profile", profile)
    for lang in ("en", "es"):
        folder = tmp_path / lang
        written = init(folder, *given, lang=lang)
        assert (written.flows, written.settings["einvoice.points"]) == (["einvoice"], {"001-001": point})
        assert written.settings["einvoice.issuer"]["ruc"] == "1790016919001"
        assert written.connections[name]["ambiente"] == ("2" if profile == "live" else "1")
        wanted = {*secrets, "odoo_key"}
        assert {text.partition("` is not set")[0].removeprefix("secret `") for text in problems(folder)} == wanted
        (folder / "secrets").mkdir(exist_ok=True)
        for one in wanted:
            (folder / "secrets" / one).write_text("given")
        assert problems(folder) == []


def test_paths_count_from_the_configuration(tmp_path: Path) -> None:
    """The certificate is looked for beside caravana.yaml, wherever the hub is started."""
    init(tmp_path, "--odoo-url", "https://nandu.odoo.com", "--partner", "sri")
    given = read_configuration(tmp_path / "caravana.yaml")
    found = SriComponent(CheckContext(given, Callables())).connection_settings("sri")
    assert found.certificate == tmp_path / "secrets" / "sri_firma.p12"


def test_live_profile_begins_in_shadow_and_with_a_line(tmp_path: Path) -> None:
    """A live configuration touches nothing older than the next midnight, and does nothing until somebody says so."""
    written = init(tmp_path, *GIVEN, "--profile", "live")
    assert written.go_live is not None
    assert written.go_live.isoformat().endswith("T00:00:00-05:00")
    assert written.modes.default == "shadow"
    assert [one["site"] for one in written.connections.values()] == ["live", "live"]


@pytest.mark.parametrize("arguments", [(), (*GIVEN, *BRANCHES), (*GIVEN, "--profile", "live")])
def test_both_languages_say_the_same(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Comments are in the language asked for; the settings are equal."""
    english = init(tmp_path / "en", *arguments)
    spanish = init(tmp_path / "es", *arguments, lang="es")
    folders = {"journal", "routes", "secrets_dir"}
    assert english.model_dump(exclude=folders) == spanish.model_dump(exclude=folders)
    assert "# Partners" in (tmp_path / "en" / "caravana.yaml").read_text()
    assert "# Socios" in (tmp_path / "es" / "caravana.yaml").read_text()


def test_every_comment_is_a_setting(tmp_path: Path) -> None:
    """Whatever is commented out can be uncommented: the examples are settings that the hub takes."""
    init(tmp_path)
    text = (tmp_path / "caravana.yaml").read_text().replace("old_keys: []", 'old_keys: ["{{secret:old}}"]')
    lines = [_uncommented(line) for line in text.splitlines()]
    (tmp_path / "caravana.yaml").write_text("\n".join(lines))
    written = read_configuration(tmp_path / "caravana.yaml")
    assert written.branches["quito"].hours["sun"] == "closed"
    assert set(written.connections) == {"odoo", "placetopay", "payphone", "stripe", "sri", "datil", "ecuafact"}
    assert written.settings["cards.stores"] == "placetopay"
    assert written.settings["einvoice.points"] == {"001-001": {"connection": "sri"}}
    assert written.listener.trusted_proxies == ["127.0.0.1"]


def _uncommented(line: str) -> str:
    """Return a commented setting without its marks; sentences stay comments."""
    bare = re.sub(r"^( *)# (?=( *# )?( *- | *)?[\w.:]+:( |$))", r"\1", line)
    return re.sub(r"^( +)# (?=\w+: )", r"\1", bare)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A second `init` leaves everything and says how to have it otherwise; secrets stay even then."""
    init(tmp_path, *GIVEN)
    secret = (tmp_path / "secrets" / "pay_link").read_text()
    (tmp_path / "caravana.yaml").write_text("company: {name: Mine}\n")
    assert init(tmp_path, code=1).company.name == "Mine"
    assert init(tmp_path, *GIVEN, "--force").company.name == GIVEN[1]
    assert (tmp_path / "secrets" / "pay_link").read_text() == secret


@pytest.mark.parametrize(
    "wrong",
    [("--partner", "paypal"), ("--profile", "prod"), ("--ruc", "1790016919"), ("--odoo-url", "ftp://x y")],
)
def test_what_there_is_not_is_refused(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    """An unknown partner or profile is told with those that there are, and nothing is written."""
    result = RUNNER.invoke(app, ["init", str(tmp_path / "new"), *wrong])
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


RUC = "1790016919001"
ASKED: dict[str, Any] = {
    "all": (
        ["Ferretería Ñ", "y", "no address", "ferre.odoo.com", "", "y", "n", "y", "y", "17900", RUC, "Quito, Loja", ""],
        ["cards", "einvoice"],
        ["quito", "loja"],
    ),
    "defaults": (["", "n", "", ""], [], []),
}


@pytest.mark.parametrize("case", ASKED)
def test_on_a_terminal_it_asks(tmp_path: Path, case: str) -> None:
    """Each question has a default, what is typed is written, and what is left to do is said."""
    typed, flows, branches = ASKED[case]
    told = on_terminal("init", "new", typed=typed, folder=tmp_path)
    written = read_configuration(tmp_path / "new" / "caravana.yaml")
    assert (written.flows, list(written.branches)) == (flows, branches)
    assert "[Empresa XYZ]" in told
    assert "caravana check" in told
    if case == "all":
        assert written.company.name == "Ferretería Ñ"
        assert written.connections["odoo"]["database"] == "ferre"
        assert ("secrets/odoo_key" in told, "secrets/stripe_key" in told) == (True, True)
        assert set(written.connections) == {"odoo", "placetopay", "stripe", "sri"}
        assert written.settings["einvoice.issuer"]["ruc"] == RUC


def test_questions_in_spanish(tmp_path: Path) -> None:
    """A Spanish speaker is asked in Spanish, answers s or n, and gets Spanish comments."""
    typed = ["Ferretería", "s", "https://ferre.odoo.com", "", "quizás", "sí", "", "n", "n", "n", "n", "Quito", "n"]
    told = on_terminal("--lang", "es", "init", "nuevo", typed=typed, folder=tmp_path)
    assert "¿Conectar Odoo? [S/n]" in told
    assert "Responda s o n." in told
    assert "escriba el secreto secrets/odoo_key: la clave API" in told
    assert "# Socios" in (tmp_path / "nuevo" / "caravana.yaml").read_text()
    assert read_configuration(tmp_path / "nuevo" / "caravana.yaml").flows == ["cards"]


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """A file in the folder's place is told in a line."""
    (tmp_path / "company").write_text("")
    command = (sys.executable, "-m", "caravana", "init", "company")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "error: company: File exists\n")


def test_yes_asks_nothing(tmp_path: Path) -> None:
    """--yes takes the defaults, on a terminal, too."""
    told = on_terminal("init", "--yes", folder=tmp_path)
    assert "[Empresa XYZ]" not in told
    assert (tmp_path / "caravana.yaml").exists()
