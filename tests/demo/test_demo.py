"""The demo, as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from lxml import etree


@pytest.mark.slow
@pytest.mark.parametrize("chapter", ["refused", "killed"])
def test_chapter_loses_and_doubles_nothing(chapter: str) -> None:
    """A chapter of the day ends with every charge in Odoo exactly once."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", chapter, "--orders", "6", "--json"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert played.returncode == 0, played.stderr[-2000:]
    printed = json.loads(played.stdout)
    [result] = printed["chapters"]
    assert (result["orders"], result["expected"], result["in_odoo"]) == (6, 6, 6)
    assert (result["lost"], result["doubled"]) == (0, 0)
    booked = {name: (one["orders"], one["in_odoo"]) for name, one in printed["branches"].items()}
    assert booked == {"Matriz": (3, 3), "Sucursal Sur": (3, 3)}
    assert printed["odoo_calls_per_order"] > 0
    assert printed["orders_an_hour"] == pytest.approx(3360 / printed["odoo_calls_per_order"], rel=0.05)


@pytest.mark.slow
def test_money_ends_where_it_belongs() -> None:
    """Three companies' orders, a refund from Odoo, a webhook and a file: each in the books once, or proposed to a person."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", "money", "--orders", "3", "--json"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert played.returncode == 0, played.stderr[-2000:]
    [result] = json.loads(played.stdout)["chapters"]
    assert (result["expected"], result["in_odoo"], result["lost"], result["doubled"]) == (3, 3, 0, 0)
    assert {one["name"]: one["became"] for one in result["lines"]} == {
        "refund for a credit note": "refunded",
        "webhook, then file": "posted",
        "certain": "posted",
        "ambiguous": "proposed",
        "net of withholding": "proposed",
        "unknown": "waiting",
    }


@pytest.mark.slow
def test_every_document_is_authorised_once(tmp_path: Path) -> None:
    """All six types, one cut, one returned, two while the SRI was away: each once at the SRI, in Odoo and mailed."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", "invoices", "--json", "--keep", str(tmp_path)]
    played = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert played.returncode == 0, played.stderr[-2000:]
    [result] = json.loads(played.stdout)["chapters"]
    names = ("wanted", "authorised", "in_odoo", "mailed", "twice", "lost")
    counted = {one["cod_doc"]: tuple(one[name] for name in names) for one in result["kinds"]}
    one, two, five = ((count,) * 4 + (0, 0) for count in (1, 2, 5))
    assert counted == {"01": five, "03": one, "04": one, "05": one, "06": one, "07": two}
    went = [(one["fate"], one["answers"]) for one in result["journeys"]]
    assert went == [
        ("cut", ["RECIBIDA"]),
        ("returned", ["DEVUELTA", "RECIBIDA"]),
        ("away", ["RECIBIDA"]),
        ("away", ["RECIBIDA"]),
    ]
    read = dict(scanned(path) for path in sorted(Path(result["folder"]).glob("*.pdf")))
    assert {clave[8:10] for clave in read} == {*counted}
    assert {clave: clave for clave in read} == read
    assert len(read) == 11
    bills = [path.read_text() for path in sorted(Path(result["folder"]).glob("FAC-*.xml"))]
    assert all("codigoPrincipal" in one for one in bills)


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_every_customer_is_answered_once() -> None:
    """Five customers, all told twice, an answer lost, the hub killed: each message answered once, two carts two paid orders."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", "chats", "--json"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=190, check=False)
    assert played.returncode == 0, played.stderr[-2000:]
    [result] = json.loads(played.stdout)["chapters"]
    assert (result["orders"], result["expected"], result["in_odoo"]) == (2, 2, 2)
    assert (result["lost"], result["doubled"]) == (0, 0)
    names = ("wrote", "answered", "told", "orders", "lost", "doubled")
    assert {one["name"]: tuple(one[name] for name in names) for one in result["talks"]} == {
        "Ana": (6, 6, 2, 1, 0, 0),
        "Rosa": (4, 4, 2, 1, 0, 0),
        "Diego": (2, 2, 0, 0, 0, 0),
        "Luis": (4, 3, 0, 0, 0, 0),
        "Marta": (1, 1, 2, 0, 0, 0),
    }
    shown = {one["code"]: (one["price"], one["refused"] != "") for one in result["items"]}
    assert shown == {
        "CAM-001": ("22.99 USD", False),
        "GOR-001": ("10.93 USD", False),
        "MOC-001": ("51.75 USD", False),
        "ZAP-001": ("71.76 USD", False),
        "NAV-001": ("13.80 USD", True),
    }
    assert result["webhooks"] > 20
    for words in ("busco una mochla", "Mochila urbana", "📎 FAC-001-002-", "ya está en camino"):
        assert words in played.stderr


def scanned(path: Path) -> tuple[str, str]:
    """Return the clave in the XML beside a printed form, and what a scanner reads from the form."""
    page = pypdfium2.PdfDocument(path)[0]
    [code] = zxingcpp.read_barcodes(page.render(scale=4).to_pil())
    wrapper = etree.fromstring(path.with_suffix(".xml").read_bytes())
    return str(wrapper.findtext("numeroAutorizacion")), code.text


def test_unknown_chapter_is_named() -> None:
    """A chapter that there is not is told with those that there are."""
    command = [sys.executable, "-m", "caravana", "demo", "--chapter", "nonsense"]
    played = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert played.returncode == 2
    assert "killed" in played.stdout + played.stderr
