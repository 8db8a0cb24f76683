"""`caravana branches`, `messages --branch`, and branches that `check` and `run` refuse."""

import json

import pytest

from tests.cli.conftest import Command, Folder

BRANCHES = """\
connections:
  odoo: {url: "http://127.0.0.1:9", database: d, apiKey: k}
  cards: {url: "http://127.0.0.1:9", login: a, secretKey: b}
branches:
  matriz: {name: Matriz, company: 1, warehouse: 1, payment_store: cards, establishment: "001", emission_point: "002"}
  sur: {name: Sucursal Sur, company: 1, warehouse: 2}
"""
ROUTE = """\
- route:
    id: sale
    from:
      uri: platform-http:/sale
      parameters: {reply: accepted, branch: "${header.branch}"}
      steps:
        - to: bean:charge
"""


@pytest.fixture
def branched(folder: Folder) -> Folder:
    """A folder of a company with two branches, whose route takes the branch from a header."""
    file = folder.path / "caravana.yaml"
    file.write_text(file.read_text() + BRANCHES)
    (folder.path / "routes" / "sale.yaml").write_text(ROUTE)
    return folder


def test_branches_are_listed_with_what_is_under_way(branched: Folder, caravana: Command) -> None:
    """The table names what each branch is; programs get all settings and the counts."""
    table = caravana("branches").stdout
    assert "Sucursal Sur" in table
    assert "001-002" in table
    [matriz, sur] = json.loads(caravana("branches", "--json").stdout)
    assert (matriz["branch"], matriz["settings"]["payment_store"]) == ("matriz", "cards")
    assert {name: sur[name] for name in ("configured", "waiting", "in_doubt", "dead")} == {
        "configured": True,
        "waiting": 0,
        "in_doubt": 0,
        "dead": 0,
    }


def test_a_branch_that_there_is_not_is_told_with_the_nearest(branched: Folder, caravana: Command) -> None:
    """An empty list would hide a wrong letter."""
    assert "did you mean `matriz`?" in caravana("messages", "list", "--branch", "matris", code=1).stderr
    assert caravana("messages", "--branch", "sur", "--json").stdout.strip() == "[]"
    assert caravana("messages", "list", "--branch", "sur", "--json").stdout.strip() == "[]"


def test_a_connection_of_another_kind_is_refused(branched: Folder, caravana: Command) -> None:
    """A payment store must be a payment company's connection: check and run say which setting is wrong."""
    file = branched.path / "caravana.yaml"
    file.write_text(file.read_text().replace("payment_store: cards", "payment_store: odoo"))
    told = "`branches.matriz.payment_store`: the connection `odoo` is one of `odoo:`, and no `payment_store`"
    assert told in caravana("check", code=1).stdout


def test_without_branches_the_list_says_so(folder: Folder, caravana: Command) -> None:
    """A company without branches is one company."""
    assert "no branches" in caravana("branches").stdout
