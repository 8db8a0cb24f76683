"""The SRI's own schemas, where a company has them: checked besides our table, which says the same of every document."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.structure import STRUCTURES, check_root, structure_of
from caravana.kit.edocument.xml import to_xml
from caravana.kit.errors import ConfigurationError
from tests.support.edocuments import example
from tests.support.material import shared_material
from tests.support.mutations import mutated, whole

MUTATIONS = 2_000
SMALL = """<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <import namespace="http://www.w3.org/2000/09/xmldsig#" schemaLocation="http://nowhere.example/xmldsig.xsd"/>
  <element name="notaDebito">
    <complexType>
      <sequence><element name="infoTributaria" type="string"/><element ref="ds:Signature"/></sequence>
      <attribute name="id"/><attribute name="version"/>
    </complexType>
  </element>
</schema>"""
SIGNATURES = """<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/09/xmldsig#">
  <element name="Signature" type="string"/>
</schema>"""


def sample(cod_doc: str) -> "etree._Element":
    """Return the XML of a type's example."""
    document = example(cod_doc)
    return etree.fromstring(to_xml(document, str(clave_of(document))).content)


def names(folder: Path, cod_doc: str) -> list[str]:
    """Return the names of all elements that a schema knows, also those that our table may have forgotten."""
    structure = structure_of(cod_doc)
    wanted = f"{structure.root.name}_v{structure.version}.xsd".lower()
    [path] = [one for one in folder.iterdir() if one.name.lower() == wanted]
    found = etree.parse(path).iter("{http://www.w3.org/2001/XMLSchema}element")
    return sorted({name for one in found if (name := one.get("name"))})


def differences(folder: Path, cod_doc: str) -> Iterator[str]:
    """Yield each mutated document of which the schema and our table do not say the same."""
    schemas, known = OfficialSchemas(folder), names(folder, cod_doc)
    for base, share in ((whole(cod_doc), "whole"), (sample(cod_doc), "sample")):
        for root in mutated(base, known, MUTATIONS // 2, f"{cod_doc} {share}"):
            theirs, ours = schemas.check_root(root, cod_doc), check_root(root, cod_doc)
            if bool(theirs) != bool(ours):
                yield f"theirs {theirs[:2]}, ours {ours[:2]}"


@pytest.mark.parametrize("cod_doc", STRUCTURES)
def test_our_table_says_the_same_as_the_schemas(cod_doc: str) -> None:
    """Of 2,000 mutated documents of each type schema and table take the same ones; no exception is known."""
    assert list(differences(shared_material("sri/xsd"), cod_doc)) == []


@pytest.mark.parametrize("cod_doc", STRUCTURES)
def test_what_we_write_is_valid(cod_doc: str) -> None:
    """A document with everything that our table knows, and one of what is usual, are valid by the schema, signed or not."""
    schemas = OfficialSchemas(shared_material("sri/xsd"))
    assert schemas.missing == ()
    for root in (whole(cod_doc), sample(cod_doc)):
        assert schemas.check_root(root, cod_doc) == []
        etree.SubElement(root, "{http://www.w3.org/2000/09/xmldsig#}Signature")
        assert schemas.check_root(root, cod_doc) == []
        assert len(root.findall("{*}Signature")) == 1


def test_what_is_wrong_is_told_with_its_place() -> None:
    """A schema's complaints come as problems with the element's path, all of them."""
    schemas = OfficialSchemas(shared_material("sri/xsd"))
    root = sample("01")
    for path, text in (("infoTributaria/estab", "1"), ("infoFactura/importeTotal", "1,00")):
        found = root.find(path)
        assert found is not None
        found.text = text
    problems = schemas.check_text(etree.tostring(root), "01")
    assert list(dict.fromkeys(one.where for one in problems)) == ["infoTributaria/estab", "infoFactura/importeTotal"]
    assert "the SRI's own schema refuses it: Element 'estab'" in problems[0].en
    assert "el esquema oficial del SRI" in problems[0].es


def folder(path: Path, **files: str) -> Path:
    """Return a folder with schemas of our own."""
    for name, text in files.items():
        (path / f"{name}.xsd").write_text(text)
    return path


def test_a_schema_is_read_from_its_folder_only(tmp_path: Path) -> None:
    """An import that names an address is taken from the file beside it, and a signature may be there or not."""
    schemas = OfficialSchemas(folder(tmp_path, **{"NotaDebito_V1.0.0": SMALL, "xmldsig": SIGNATURES}))
    assert schemas.has("05")
    assert not schemas.has("01")
    assert "factura_V2.1.0.xsd" in schemas.missing
    right = b'<notaDebito id="comprobante" version="1.0.0"><infoTributaria/></notaDebito>'
    assert schemas.check_text(right, "05") == []
    assert [one.where for one in schemas.check_text(right.replace(b"infoT", b"t"), "05")] == ["tributaria"]
    assert [one.code for one in schemas.check_text(right[:-3], "05")] == ["schema"]
    with pytest.raises(ConfigurationError, match=r"holds no factura_V2\.1\.0\.xsd"):
        schemas.check_text(right, "01")


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "holds none of the SRI's schemas factura_V2.1.0.xsd"),
        ({"NotaDebito_V1.0.0": SMALL}, "lacks xmldsig.xsd"),
        ({"NotaDebito_V1.0.0": "<no>"}, "cannot be read as a schema"),
        ({"NotaDebito_V1.0.0": "<no/>"}, "cannot be read as a schema"),
    ],
)
def test_a_folder_that_is_no_use_is_told(tmp_path: Path, files: dict[str, str], complaint: str) -> None:
    """A folder without schemas, without the one for signatures, or with something else under their names."""
    with pytest.raises(ConfigurationError) as told:
        OfficialSchemas(folder(tmp_path, **files)).check_text(b"<notaDebito/>", "05")
    assert complaint in str(told.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The folder's name stands in the message."""
    with pytest.raises(ConfigurationError, match=r"schemas .*none cannot be read"):
        OfficialSchemas(tmp_path / "none")
