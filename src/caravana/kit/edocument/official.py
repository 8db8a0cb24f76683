"""A folder of the SRI's own schemas, where the company has one: a document is held against them as well as against our table.

The files are named as the SRI names them (`factura_V2.1.0.xsd`, `NotaCredito_V1.1.0.xsd`, …, capitals as they come), with
`xmldsig-core-schema.xsd` of the W3C beside them, which they import. Nothing is read outside of the folder, and nothing from the
network. Documents are checked with or without their signature; copies of the schemas differ in what they say of it, so it
is left out of what they judge.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

from lxml import etree

from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure.table import STRUCTURES, structure_of
from caravana.kit.edocument.wrong import Wrong

_XS = "{http://www.w3.org/2001/XMLSchema}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_NAME = re.compile(r"(?P<root>[a-z]+)_v(?P<version>\d+\.\d+\.\d+)\.xsd")
_SPANISH: Mapping[str, str] = {
    "SCHEMAV_ELEMENT_CONTENT": "no va en este lugar, o falta lo que va antes",
    "SCHEMAV_CVC_PATTERN_VALID": "no tiene la forma exigida",
    "SCHEMAV_CVC_ENUMERATION_VALID": "no es uno de los valores admitidos",
    "SCHEMAV_CVC_MINLENGTH_VALID": "está vacío o es demasiado corto",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "es demasiado largo",
    "SCHEMAV_CVC_LENGTH_VALID": "no tiene la longitud exigida",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "tiene demasiados dígitos",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "tiene demasiados decimales",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "es menor que lo admitido",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "es mayor que lo admitido",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "el valor no es del tipo exigido",
}
"""libxml2's kind of error → what a clerk reads."""
_NAMESPACE = re.compile(r"\{[^}]*\}")


class OfficialSchemas:
    """The schemas of one folder, each read when it is first needed."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where the schemas are. Raises `Wrong` when it holds none for what the hub sends."""
        self._folder = folder
        self._files = _files(folder)
        self._read: dict[str, etree.XMLSchema] = {}
        if not any(self._file(one) for one in STRUCTURES):
            wanted = ", ".join(self._name(one) for one in STRUCTURES)
            es = f"en {folder} no hay ninguno de los esquemas del SRI {wanted}"
            raise Wrong(es, f"{folder} holds none of the SRI's schemas {wanted}")

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the schemas that the folder lacks, in the versions that are sent."""
        return tuple(self._name(one) for one in STRUCTURES if self._file(one) is None)

    def has(self, cod_doc: str) -> bool:
        """Whether there is a schema for that type, in the version that is sent."""
        return self._file(cod_doc) is not None

    def check_text(self, content: bytes, cod_doc: str) -> list[Problem]:
        """Return what the schema finds wrong with the XML of a document. Raises `Wrong` as `check_root` does."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return self.check_root(etree.fromstring(content, parser), cod_doc)
        except etree.XMLSyntaxError as error:
            return [Problem("schema", "", f"no es XML: {error}", f"is not XML: {error}")]

    def check_root(self, root: "etree._Element", cod_doc: str) -> list[Problem]:
        """Return what the schema finds wrong with a document, in the document's order.

        Raises `Wrong` when the folder has no schema for the type, or one that cannot be read.
        """
        schema = self._schema(cod_doc)
        if len(root) and root[-1].tag == _SIGNATURE:
            root = deepcopy(root)
            root.remove(root[-1])
        if schema.validate(root):
            return []
        return [_problem(one) for one in schema.error_log] or [_told("", "no cumple el esquema", "it does not comply")]

    def _schema(self, cod_doc: str) -> etree.XMLSchema:
        if cod_doc not in self._read:
            path = self._file(cod_doc)
            if path is None:
                name = self._name(cod_doc)
                raise Wrong(f"en {self._folder} falta {name}", f"{self._folder} holds no {name}")
            self._read[cod_doc] = _load(path)
        return self._read[cod_doc]

    def _file(self, cod_doc: str) -> Path | None:
        structure = structure_of(cod_doc)
        return self._files.get((structure.root.name.lower(), structure.version))

    def _name(self, cod_doc: str) -> str:
        structure = structure_of(cod_doc)
        return f"{structure.root.name}_V{structure.version}.xsd"


def _files(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the folder's schemas by root, in small letters, and version. Raises `Wrong`."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        es = f"la carpeta de esquemas {folder} no se puede leer"
        raise Wrong(es, f"the folder of schemas {folder} cannot be read: {error.strerror}") from None
    named = ((_NAME.fullmatch(one.name.lower()), one) for one in found)
    return {(name["root"], name["version"]): path for name, path in named if name}


def _load(path: Path) -> etree.XMLSchema:
    """Return the schema in the file. Raises `Wrong` when it is none, or needs what the folder lacks."""
    try:
        tree = etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False))
        _keep_within(tree.getroot(), path.parent)
        return etree.XMLSchema(tree)
    except (etree.LxmlError, OSError) as error:
        raise Wrong(
            f"{path} no es un esquema que se pueda usar", f"{path} cannot be read as a schema: {error}"
        ) from None


def _keep_within(schema: "etree._Element", folder: Path) -> None:
    """Point every other schema that `schema` brings in to the file of that name in the folder; signatures need not be there."""
    for tag in ("import", "include"):
        for one in schema.iterfind(f"{_XS}{tag}"):
            name = (one.get("schemaLocation") or "").rpartition("/")[2]
            if not (name and (folder / name).is_file()):
                lacking = name or one.get("namespace")
                es = f"en {folder} falta {lacking}, que los esquemas necesitan"
                raise Wrong(es, f"{folder} lacks {lacking}, which its schemas need")
            one.set("schemaLocation", (folder / name).as_uri())
    for one in schema.iter(f"{_XS}element"):
        if (one.get("ref") or "").endswith(":Signature"):
            one.set("minOccurs", "0")


def _problem(entry: "etree._LogEntry") -> Problem:
    path = (entry.path or "").partition("/")[2].partition("/")[2]
    return _told(path, _SPANISH.get(entry.type_name, "no cumple el esquema"), _NAMESPACE.sub("", str(entry.message)))


def _told(path: str, es: str, en: str) -> Problem:
    named = path.rpartition("/")[2]
    spanish = f"el esquema oficial del SRI rechaza {named or 'el documento'}: {es}"
    return Problem("schema", path, spanish, f"the SRI's own schema refuses it: {en}")


__all__ = ["OfficialSchemas"]
