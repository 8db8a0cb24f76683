"""A configuration whose branches are wrong is refused, with every mistake and its line."""

from pathlib import Path

import pytest

from caravana.engine.configuration import read_configuration
from caravana.kit.errors import ConfigurationError

HEAD = """\
connections:
  odoo: {url: "http://127.0.0.1:1", database: d, apiKey: k}
  cards: {url: "http://127.0.0.1:1", login: a, secretKey: b}
branches:
"""
WRONG = (
    ("sur: {name: Sur, company: 1}", "no record could tell `sur` from `matriz`"),
    (
        "sur: {name: Sur, company: 2, odoo: odo}",
        "there is no connection `odo` (there are: cards, odoo; did you mean `odoo`?)",
    ),
    ("sur: {name: Sur, company: 2, payment_store: tarjetas}", "add `connections.tarjetas`"),
    (
        'sur: {name: Sur, company: 2, bank_accounts: ["22 00333444"]}',
        "the bank account 2200333444 stands in `matriz`, too: it can be of one company alone",
    ),
    (
        'sur: {name: Sur, company: 2, bank_accounts: ["22 00444", "2200444"]}',
        "the bank account 2200444 stands twice here",
    ),
    ('sur: {name: Sur, company: 2, whatsapp_number: "1001"}', "the WhatsApp number 1001 stands in `matriz`, too"),
    ('sur: {name: Sur, company: 2, facebook_page: "7"}', "the Facebook page 7 stands in `matriz`, too"),
    (
        'sur: {name: Sur, company: 1, warehouse: 2, establishment: "001", emission_point: "001"}',
        "the emission point 001-001 stands in `matriz`, too",
    ),
    ("sur: {name: Sur, company: 2, establishment: 002, emission_point: '001'}", "write it in quotes"),
    ('sur: {name: Sur, company: 2, establishment: "000", emission_point: "001"}', "three digits from '001' to '999'"),
    ('sur: {name: Sur, company: 2, establishment: "002"}', "`establishment` and `emission_point` go together"),
    ('sur: {name: Sur, company: 2, hours: {lun: "09:00-18:00"}}', "`lun` is no day"),
    ('sur: {name: Sur, company: 2, hours: {mon: "15:00-18:00, 09:00-13:00"}}', "write hours in their order"),
    ("el sur: {name: Sur, company: 2}", "the name of a branch is one word"),
    ("sur: {name: Sur, company: 2, wharehouse: 3}", "did you mean `warehouse`?"),
)
MATRIZ = (
    '  matriz: {name: Matriz, company: 1, warehouse: 1, establishment: "001", emission_point: "001", payment_store: cards, '
    'bank_accounts: ["2200-333444"], whatsapp_number: "1001", facebook_page: "7"}\n'
)


def _read(folder: Path, *lines: str) -> str:
    file = folder / "caravana.yaml"
    file.write_text(HEAD + MATRIZ + "".join(f"  {line}\n" for line in lines))
    with pytest.raises(ConfigurationError) as refusal:
        read_configuration(file)
    return str(refusal.value).replace(str(file), "caravana.yaml")


@pytest.mark.parametrize(("line", "told"), WRONG, ids=[told[:40] for _, told in WRONG])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    """What is wrong, in which setting, on which line."""
    [text] = _read(tmp_path, line).splitlines()
    assert text.startswith("caravana.yaml:6: `branches.")
    assert told in text


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Mistakes within branches and between them come together, in the order of the file."""
    lines = _read(
        tmp_path,
        "sur: {name: Sur, company: 0}",
        'norte: {name: Norte, company: 3, odoo: nada, bank_accounts: ["2200333444"]}',
    ).splitlines()
    assert [line.split(":")[1] for line in lines] == ["6", "7", "7"]


def test_companies_have_numbers_of_their_own(tmp_path: Path) -> None:
    """Two companies may have one emission point: it is unique within a taxpayer."""
    file = tmp_path / "caravana.yaml"
    other = 'sur: {name: Sur, company: 2, establishment: "001", emission_point: "001"}'
    file.write_text(f"{HEAD}{MATRIZ}  {other}\n")
    assert read_configuration(file).branches["sur"].emission_point == "001"
