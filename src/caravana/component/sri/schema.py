"""The SRI's own schemas, where a folder with them is configured: a second check beside our table of structure."""

import re
from functools import lru_cache
from pathlib import Path

from lxml import etree

from caravana.kit.edocument.problem import Problem
from caravana.kit.errors import ConfigurationError

_NAME = re.compile(r"(?P<type>[a-z]+)_v(?P<version>[0-9.]+)\.xsd", re.IGNORECASE)


class Schemas:
    """A folder of files such as `factura_V2.1.0.xsd`, with `xmldsig-core-schema.xsd` beside them."""

    def __init__(self, folder: Path) -> None:
        """Raises `ConfigurationError` when it holds no schema."""
        listed = sorted(folder.iterdir()) if folder.is_dir() else []
        named = ((_NAME.fullmatch(one.name), one) for one in listed)
        self._files = {(name["type"].lower(), name["version"]): path for name, path in named if name}
        if not self._files:
            raise ConfigurationError(f"{folder} holds no schema like factura_V2.1.0.xsd", place="schemas")
        self._load = lru_cache(self._read)

    @property
    def names(self) -> list[str]:
        """What there is a schema of: `factura 2.1.0`."""
        return [" ".join(one) for one in sorted(self._files)]

    def check(self, content: bytes) -> list[Problem]:
        """Return the schema's complaints about an unsigned document."""
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        kind = f"{root.tag} {root.get('version', '')}"
        path = self._files.get((str(root.tag).lower(), root.get("version", "")))
        if path is None:
            es, en = f"la carpeta de esquemas no tiene el de {kind}", f"the folder of schemas has none of {kind}"
            return [Problem("schema.missing", "", es, en)]
        schema = self._load(path)
        schema.validate(root)
        return [Problem("schema", one.path or "", one.message, one.message) for one in schema.error_log]

    def _read(self, path: Path) -> etree.XMLSchema:
        try:
            return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            raise ConfigurationError(f"{path.name} is no schema that can be read: {error}", place="schemas") from None


__all__ = ["Schemas"]
