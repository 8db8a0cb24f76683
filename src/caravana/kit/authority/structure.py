"""The imitated authority's check of structure: by the table of structure, or by a folder of the SRI's schemas."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from caravana.kit.authority.filing import ROOTS
from caravana.kit.edocument.structure import check_root, structure_of

Structure = Callable[[Any], list[str]]
"""What is wrong with the structure of a document, element by element; nothing: all is well."""
XS = "{http://www.w3.org/2001/XMLSchema}"
DS = "http://www.w3.org/2000/09/xmldsig#"


class UnknownSchema(Exception):
    """There is no schema for that document and version."""


def by_table(root: etree._Element) -> list[str]:
    """Return the complaints of our own table of structure about `root`. Raises `UnknownSchema` for another version than its."""
    cod_doc = ROOTS.get(str(root.tag))
    if cod_doc is None:
        return []  # no type of the SRI's: told with a code of its own
    structure = structure_of(cod_doc)
    version = root.get("version", "")
    if version != structure.version:
        raise UnknownSchema(f"{root.tag} {version}")
    return [f"{one.where}: {one.es}" for one in check_root(root, cod_doc)]


class SchemaFolder:
    """A folder with the SRI's schemas (`factura_V2.1.0.xsd`, …) and `xmldsig-core-schema.xsd` beside them.

    Some copies of the schemas lost the reference to `ds:Signature`: it is let in at the end of the root all the same.
    """

    def __init__(self, folder: Path) -> None:
        """Raises `FileNotFoundError` when the folder holds no schema."""
        pattern = re.compile(r"(\w+)_V(\d+\.\d+\.\d+)\.xsd", re.IGNORECASE)
        named = ((pattern.fullmatch(one.name), one) for one in sorted(folder.iterdir()))
        self._files = {(name[1].lower(), name[2]): path for name, path in named if name}
        if not self._files:
            raise FileNotFoundError(f"there is no schema in {folder}")
        self._schema = lru_cache(self._load)

    def __call__(self, root: etree._Element) -> list[str]:
        """Return the schema's complaints about `root`. Raises `UnknownSchema`."""
        schema = self._schema(str(root.tag).lower(), root.get("version", ""))
        if schema.validate(root):
            return []
        return [str(one.message) for one in schema.error_log]

    def _load(self, name: str, version: str) -> etree.XMLSchema:
        path = self._files.get((name, version))
        if path is None:
            raise UnknownSchema(f"{name} {version}")
        tree = etree.parse(path, etree.XMLParser(no_network=True))
        sequence = _root_sequence(tree.getroot(), name)
        if sequence is not None and not any((one.get("ref") or "").endswith(":Signature") for one in sequence):
            namespace, lax = {"namespace": DS}, {"processContents": "lax", "minOccurs": "0"}
            etree.SubElement(sequence, f"{XS}any", {**namespace, **lax})
        return etree.XMLSchema(tree)


def _root_sequence(schema: etree._Element, name: str) -> etree._Element | None:
    for element in schema.iterfind(f"{XS}element"):
        if str(element.get("name")).lower() == name:
            return element.find(f"{XS}complexType/{XS}sequence")
    return None


__all__ = ["SchemaFolder", "Structure", "UnknownSchema", "by_table"]
