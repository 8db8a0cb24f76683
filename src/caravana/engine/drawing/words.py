"""What a step's card says and which icon it bears, after the signs of the integration patterns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caravana.engine.drawing.paint import CONTROL, ENDPOINT, ERROR, MESSAGE, ROUTING, Tint
from caravana.route import model as m

ICONS = {
    "in": "M3 12h11M10 8l4 4-4 4M14 4h5a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-5",
    "out": "M3 4h5M3 20h5M3 4v16M8 12h12M16 8l4 4-4 4",
    "tap": "M3 8h18M12 8v12M8 16l4 4 4-4",
    "translate": "M4 5l7 7-7 7ZM20 5l-7 7 7 7Z",
    "write": "M4 20h4L19 9l-4-4L4 16ZM13 7l4 4",
    "remove": "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
    "choice": "M12 3v5M12 8 5 15v6M12 8l7 7v6M12 8v13",
    "filter": "M3 5h18l-7 8v6l-4 2v-8Z",
    "split": "M3 9h5v6H3ZM16 3h5v4h-5ZM16 10h5v4h-5ZM16 17h5v4h-5ZM9 12h6M10 10l4-4M10 14l4 4",
    "try": "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6Z",
    "once": "M3 4h8v7H3ZM13 13h8v7h-8ZM15 15l4 3M19 15l-4 3M7 11v6h3",
    "throw": "M13 2 5 13h6l-1 9 8-12h-6Z",
    "stop": "M6 6h12v12H6Z",
    "wait": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 7v5l3 3",
    "log": "M5 4h14v16H5ZM8 9h8M8 12h8M8 15h5",
    "call": "M9 4C6 4 8 11 4 12c4 1 2 8 5 8M15 4c3 0 1 7 5 8-4 1-2 8-5 8",
    "again": "M20 12a8 8 0 1 1-3-6M17 2v5h-5",
    "group": "M4 4h6v6H4ZM14 4h6v6h-6ZM4 14h6v6H4ZM14 14h6v6h-6Z",
}


@dataclass(frozen=True)
class Words:
    """A card: icon, colours, what the step does, and with what."""

    icon: str
    tint: Tint
    title: str
    detail: str = ""


def _expression(node: Any) -> str:
    found = getattr(node, "expression", None)
    return "" if found is None else text_of(found)


def text_of(expression: m.Expression) -> str:
    """Return an expression as a person reads it: a callable with its method."""
    method = expression.options.get("method")
    return f"{expression.text}.{method}()" if method else expression.text


def _address(node: Any) -> str:
    parameters = "&".join(f"{name}={value}" for name, value in node.parameters.items())
    return str(node.uri) + (("&" if "?" in node.uri else "?") + parameters if parameters else "")


def _names(node: Any) -> str:
    names = [
        getattr(one, "name", "") for one in getattr(node, "headers", None) or getattr(node, "variables", None) or ()
    ]
    return ", ".join(filter(None, names)) or getattr(node, "name", "") or getattr(node, "pattern", "") or ""


def _assignment(node: Any) -> str:
    return f"{node.name} = {_expression(node)}"


def _format(node: Any) -> str:
    return str(node.data_format.name)


_TABLE: dict[type[m.Node], tuple[str, Tint, str, Callable[[Any], str]]] = {
    m.From: ("in", ENDPOINT, "from", _address),
    m.To: ("out", ENDPOINT, "to", _address),
    m.ToD: ("out", ENDPOINT, "to (each message its own)", _address),
    m.WireTap: ("tap", ENDPOINT, "wire tap", _address),
    m.SetBody: ("write", MESSAGE, "set body", _expression),
    m.Transform: ("translate", MESSAGE, "transform", _expression),
    m.SetHeader: ("write", MESSAGE, "set header", _assignment),
    m.SetHeaders: ("write", MESSAGE, "set headers", _names),
    m.SetProperty: ("write", MESSAGE, "set property", _assignment),
    m.SetVariable: ("write", MESSAGE, "set variable", _assignment),
    m.SetVariables: ("write", MESSAGE, "set variables", _names),
    m.RemoveHeader: ("remove", MESSAGE, "remove header", _names),
    m.RemoveHeaders: ("remove", MESSAGE, "remove headers", _names),
    m.RemoveProperty: ("remove", MESSAGE, "remove property", _names),
    m.RemoveProperties: ("remove", MESSAGE, "remove properties", _names),
    m.RemoveVariable: ("remove", MESSAGE, "remove variable", _names),
    m.Marshal: ("translate", MESSAGE, "marshal", _format),
    m.Unmarshal: ("translate", MESSAGE, "unmarshal", _format),
    m.ConvertBodyTo: ("translate", MESSAGE, "convert body", lambda node: str(node.type)),
    m.Choice: ("choice", ROUTING, "choice", lambda node: ""),
    m.Filter: ("filter", ROUTING, "filter", _expression),
    m.Split: ("split", ROUTING, "split", _expression),
    m.Loop: ("again", ROUTING, "loop", _expression),
    m.Multicast: ("split", ROUTING, "to each", lambda node: ""),
    m.RecipientList: ("split", ROUTING, "to each of", _expression),
    m.Enrich: ("out", ENDPOINT, "enrich from", _expression),
    m.Validate: ("filter", ERROR, "validate", _expression),
    m.IdempotentConsumer: ("once", ROUTING, "once for each", _expression),
    m.Pipeline: ("group", CONTROL, "pipeline", lambda node: ""),
    m.Group: ("group", CONTROL, "step", lambda node: ""),
    m.DoTry: ("try", ERROR, "try", lambda node: ""),
    m.ThrowException: ("throw", ERROR, "throw", lambda node: f"{_short(node.exception_type)}: {node.message or ''}"),
    m.Stop: ("stop", ERROR, "stop", lambda node: ""),
    m.Delay: ("wait", CONTROL, "delay", _expression),
    m.Log: ("log", CONTROL, "log", lambda node: str(node.message)),
    m.Bean: ("call", CONTROL, "call", lambda node: node.ref + (f".{node.method}" if node.method else "")),
    m.Process: ("call", CONTROL, "call", lambda node: str(node.ref)),
}


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def words_of(node: m.Node) -> Words:
    """Return what the card of `node` says; a step's own id stands behind what it does."""
    icon, tint, title, detail = _TABLE.get(type(node), ("group", CONTROL, node.spec.key, lambda _: ""))
    named = f"{title} · {node.id}" if node.id else title
    return Words(ICONS[icon], tint, named, node.description or detail(node))


def full_text(node: m.Node) -> str:
    """Return everything that the card would say if it had the room."""
    _, _, title, detail = _TABLE.get(type(node), ("group", CONTROL, node.spec.key, lambda _: ""))
    return f"{title} {detail(node)}".strip()


def errors_named(names: tuple[str, ...]) -> str:
    """Return the label of a branch for errors of these classes."""
    return "catch " + (", ".join(_short(one) for one in names) or "every error")
