"""Simple's function `file`: what the file consumer's headers say of the file that a message came from."""

from collections.abc import Callable
from typing import Any

from caravana.kit.exchange import Exchange
from caravana.kit.nearest import nearest
from caravana.language.call import Builder, Call
from caravana.language.node import Node, refuse
from caravana.language.text import as_text


def _file(call: Call) -> Node:
    part = call.named().text
    if part not in _FILE:
        raise refuse(f"there is no `file:{part}`", call.at, nearest(part, _FILE))
    header, change = _FILE[part]

    def run(exchange: Exchange) -> Any:
        value = exchange.headers.get(header)
        return None if value is None else change(value)

    return Node(run)


def _extension(name: Any) -> str | None:
    """All behind the first dot of the file's own name, as in Camel: `a.tar.gz` gives `tar.gz`."""
    return as_text(name).rpartition("/")[2].partition(".")[2] or None


def _shortest_extension(name: Any) -> str | None:
    return as_text(name).rpartition("/")[2].rpartition(".")[2] if "." in as_text(name) else None


def _bare(name: Any) -> str:
    folder, slash, own = as_text(name).rpartition("/")
    return folder + slash + own.partition(".")[0]


def _bare_but_last(name: Any) -> str:
    folder, slash, own = as_text(name).rpartition("/")
    return folder + slash + (own.rpartition(".")[0] or own)


def _itself(value: Any) -> Any:
    return value


_FILE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("CamelFileName", _itself),
    "name.ext": ("CamelFileName", _extension),
    "name.ext.single": ("CamelFileName", _shortest_extension),
    "name.noext": ("CamelFileName", _bare),
    "name.noext.single": ("CamelFileName", _bare_but_last),
    "ext": ("CamelFileName", _extension),
    "onlyname": ("CamelFileNameOnly", _itself),
    "onlyname.noext": ("CamelFileNameOnly", _bare),
    "onlyname.noext.single": ("CamelFileNameOnly", _bare_but_last),
    "parent": ("CamelFileParent", _itself),
    "path": ("CamelFilePath", _itself),
    "absolute.path": ("CamelFileAbsolutePath", _itself),
    "length": ("CamelFileLength", _itself),
    "size": ("CamelFileLength", _itself),
    "modified": ("CamelFileLastModified", _itself),
}
"""What it can tell of the file that a message came from: the header that holds it, and what is made of it."""

FILE_FUNCTIONS: dict[str, tuple[Builder, str]] = {
    "file": (_file, "What is known of the file that the message came from: `file:name`, `file:length`."),
}
"""Builder and meaning of the function."""
