"""Our own table of the SRI's structure: everything that is wrong, at once, with its path."""

import re
from collections.abc import Callable
from importlib.resources import files

import pytest

from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.structure import STRUCTURES, check_root, check_text, structure_of
from caravana.kit.edocument.structure.facet import facet_of
from caravana.kit.edocument.xml import to_xml
from tests.support.edocuments import EXAMPLES, example
from tests.support.mutations import mutated, whole


def xml(cod_doc: str = "01") -> str:
    """Return the XML of a type's example."""
    document = example(cod_doc)
    return to_xml(document, str(clave_of(document))).text


def found(text: str, cod_doc: str = "01") -> list[tuple[str, str]]:
    """Return code and path of all that is wrong with `text`."""
    return [(one.code.removeprefix("structure."), one.where) for one in check_text(text.encode(), cod_doc)]


def swap(text: str, first: str, second: str) -> str:
    """Return `text` with two neighbouring elements in the wrong order."""
    return re.sub(rf"(<{first}>.*?</{first}>)(<{second}>.*?</{second}>)", r"\2\1", text, count=1)


BROKEN: dict[str, tuple[Callable[[str], str], list[tuple[str, str]]]] = {
    "missing": (lambda t: t.replace("<ptoEmi>001</ptoEmi>", ""), [("missing", "infoTributaria/ptoEmi")]),
    "twice": (
        lambda t: t.replace("<propina>", "<propina>0.00</propina><propina>"),
        [("many", "infoFactura/propina[2]")],
    ),
    "order": (lambda t: swap(t, "estab", "ptoEmi"), [("order", "infoTributaria/estab")]),
    "unknown": (lambda t: t.replace("<moneda>", "<divisa>X</divisa><moneda>"), [("unknown", "infoFactura/divisa")]),
    "kind": (
        lambda t: t.replace("<tipoIdentificacionComprador>05", "<tipoIdentificacionComprador>09"),
        [("pattern", "infoFactura/tipoIdentificacionComprador")],
    ),
    "ruc": (lambda t: t.replace("<ruc>1790016919001", "<ruc>1790016919002"), [("pattern", "infoTributaria/ruc")]),
    "line feed": (lambda t: t.replace("CLIENTE INV", "CLIENTE\nINV"), [("lines", "infoFactura/razonSocialComprador")]),
    "empty": (
        lambda t: t.replace(">CLIENTE INVENTADO<", "><"),
        [("length", "infoFactura/razonSocialComprador")],
    ),
    "decimals": (lambda t: t.replace(">46.73<", ">46.731<"), [("decimals", "infoFactura/totalSinImpuestos")]),
    "negative": (
        lambda t: t.replace(">52.44</importe", ">-52.44</importe"),
        [("negative", "infoFactura/importeTotal")],
    ),
    "digits": (lambda t: t.replace(">46.73<", ">1234567890123.45<"), [("digits", "infoFactura/totalSinImpuestos")]),
    "no number": (lambda t: t.replace(">46.73<", ">46,73<"), [("number", "infoFactura/totalSinImpuestos")]),
    "date": (lambda t: t.replace("23/11/2026", "2026-11-23"), [("pattern", "infoFactura/fechaEmision")]),
    "id": (lambda t: t.replace('id="comprobante"', 'id="otro"'), [("pattern", "@id")]),
    "sixteenth": (
        lambda t: t.replace(
            "<campoAdicional", '<campoAdicional nombre="n">v</campoAdicional>' * 15 + "<campoAdicional"
        ),
        [("many", "infoAdicional/campoAdicional[16]")],
    ),
    "attribute": (lambda t: t.replace('nombre="Email"', ""), [("missing", "infoAdicional/campoAdicional/@nombre")]),
    "text": (lambda t: t.replace("<infoFactura>", "<infoFactura>x"), [("text", "infoFactura")]),
    "root": (lambda t: t.replace("factura", "fatura"), [("root", "fatura")]),
    "no XML": (lambda t: t[:-9], [("xml", "")]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_found(name: str) -> None:
    """Each kind of fault has its code, at the place where it stands, and nothing else is told."""
    breaking, expected = BROKEN[name]
    assert found(breaking(xml())) == expected


def test_everything_is_told_at_once() -> None:
    """A document with three faults gets three problems, in Spanish and English."""
    text = xml().replace(">46.73<", ">46.731<").replace("<ptoEmi>001</ptoEmi>", "").replace("PROBANTE", "")
    problems = check_text(text.replace("23/11/2026", "23/13/2026").encode(), "01")
    assert [one.where for one in problems] == [
        "infoTributaria/ptoEmi",
        "infoFactura/fechaEmision",
        "infoFactura/totalSinImpuestos",
    ]
    assert problems[0].es == "ptoEmi: falta"
    assert problems[2].en == "totalSinImpuestos: 46.731 has 3 decimals; 2 are allowed"


def test_zeros_behind_the_decimals_do_not_count() -> None:
    """The schemas look at a number's value: 46.730000 has two decimals."""
    assert found(xml().replace(">46.73<", ">046.730000<")) == []


def test_a_signature_at_the_end_is_left_alone() -> None:
    """A signed document is checked like an unsigned one; a signature elsewhere has no place."""
    signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>'
    assert found(xml().replace("</factura>", f"{signature}</factura>")) == []
    assert [one for one, _ in found(xml().replace("<detalles>", f"{signature}<detalles>"))] == ["unknown"]


def test_entities_are_not_read() -> None:
    """A document that names a file of this machine does not get it."""
    text = xml().replace("<factura", '<!DOCTYPE factura [<!ENTITY f SYSTEM "file:///etc/hostname">]><factura', 1)
    assert found(text.replace("CLIENTE INVENTADO", "&f;")) == [("length", "infoFactura/razonSocialComprador")]


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_the_table_is_whole(cod_doc: str) -> None:
    """Each type has its file, its version and the parts that all share."""
    structure = structure_of(cod_doc)
    names = [one.name for one in structure.root.children]
    assert structure.version.count(".") == 2
    assert names[0] == "infoTributaria"
    assert names[-1] == "infoAdicional"
    assert len(structure.root.children[0].children) == 13
    assert (files("caravana.kit.edocument.structure") / f"{STRUCTURES[cod_doc]}.txt").is_file()


def test_a_word_of_the_table_that_means_nothing_is_refused() -> None:
    """A misspelt kind of text is told when the table is read."""
    with pytest.raises(ValueError, match="no kind of text"):
        facet_of("teext 300")


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_mutations_are_found_or_harmless(cod_doc: str) -> None:
    """Of mutated documents most are refused, each with a place and both languages, and what stays right is let through."""
    found = [check_root(one, cod_doc) for one in mutated(whole(cod_doc), ["estab", "otro"], 200, cod_doc)]
    wrong = [one for problems in found for one in problems]
    assert 100 < sum(map(bool, found)) < 190
    assert all(one.es and one.en and one.severity == "error" for one in wrong)
    assert len({one.code for one in wrong}) >= 8
