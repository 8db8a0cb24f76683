"""XML of strangers, parsed without entities, network or surprises, and read by local names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from caravana.component.bank.errors import StatementRefused

_DOCTYPE = "it has a DOCTYPE, which a bank's statement never needs and an attack does"
_HEAD = 65_536
"""Bytes among which a DOCTYPE stands."""
_KINDS = etree.ErrorTypes
MEANINGS: Mapping[int, str] = {
    _KINDS.ERR_TAG_NOT_FINISHED: "it is no well-formed XML: it is cut off",
    _KINDS.ERR_GT_REQUIRED: "it is no well-formed XML: it is cut off",
    _KINDS.ERR_TAG_NAME_MISMATCH: "it is no well-formed XML: an element ends that is not open",
    _KINDS.ERR_INVALID_CHAR: "it is no well-formed XML: it holds what no text has, or is in another encoding than it says",
    _KINDS.ERR_INVALID_ENCODING: "it is no well-formed XML: it holds what no text has, or is in another encoding than it says",
    _KINDS.ERR_UNDECLARED_ENTITY: "it is no well-formed XML: it names an entity that nobody declares",
    _KINDS.ERR_DOCUMENT_END: "it is no well-formed XML: something stands behind its end",
}
"""What the parser's errors mean for whoever sent the file."""


@dataclass(frozen=True)
class Node:
    """One element; names are local, whatever the namespace."""

    element: Any

    @property
    def name(self) -> str:
        """Its local name."""
        return str(etree.QName(self.element).localname)

    @property
    def namespace(self) -> str:
        """Its namespace, empty without one."""
        return etree.QName(self.element).namespace or ""

    @property
    def line(self) -> int | None:
        """Where it stands in the file."""
        return self.element.sourceline or None

    def children(self) -> Iterator["Node"]:
        """Yield the elements below it, without comments."""
        return (Node(one) for one in self.element if isinstance(one.tag, str))

    def all(self, path: str) -> list["Node"]:
        """Return every element at `path`, names divided by slashes."""
        found = [self]
        for name in path.split("/"):
            found = [child for one in found for child in one.children() if child.name == name]
        return found

    def first(self, *paths: str) -> "Node | None":
        """Return the first element at the first path that has one."""
        return next((one for path in paths for one in self.all(path)[:1]), None)

    def text(self, *paths: str) -> str | None:
        """Return the text at the first path that has some, spaces at its ends taken off."""
        for path in paths:
            for one in self.all(path):
                content = (
                    "".join(one.element.itertext()).strip() if len(one.element) else (one.element.text or "").strip()
                )
                if content:
                    return content
        return None

    def texts(self, path: str) -> list[str]:
        """Return every text at `path`."""
        return [text for one in self.all(path) if (text := (one.element.text or "").strip())]

    def attribute(self, name: str) -> str | None:
        """Return an attribute, None without it."""
        value = self.element.get(name)
        return None if value is None else str(value)


def parse(content: bytes) -> Node:
    """Return the root. Raises `StatementRefused` with the line for what is malformed, truncated, or has a DOCTYPE."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if b"<!DOCTYPE" in content[:_HEAD]:
            raise StatementRefused(_DOCTYPE, line=1) from None
        whole = content.rstrip(b"\0\t\r\n ").endswith(b">")
        told = MEANINGS.get(error.code, "it is no well-formed XML" if whole else MEANINGS[_KINDS.ERR_TAG_NOT_FINISHED])
        raise StatementRefused(told, line=error.lineno or None) from None
    except ValueError:
        raise StatementRefused("it is no well-formed XML") from None
    if root.getroottree().docinfo.doctype:
        raise StatementRefused(_DOCTYPE, line=1)
    return Node(root)
