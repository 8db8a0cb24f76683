"""The model to its canonical form: one spelling, keys in the order of declaration, defaults left out."""

import io
import json
import textwrap
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from caravana.route.convert import has_placeholder, text_of
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.document import RouteDocument
from caravana.route.element import Node
from caravana.route.error_handling import ErrorHandler
from caravana.route.expression import DataFormat, Expression
from caravana.route.language import LANGUAGES, OpenSpec
from caravana.route.model import Beans
from caravana.route.option import Kind, Option

DESCRIPTIVE = frozenset({"description", "note"})


def canonical(model: RouteDocument | Node, *, descriptive: bool = True) -> Any:
    """Return the canonical form as JSON-able values: a list for a document, one top-level object for an element.

    Equal models give equal forms. Without `descriptive`, descriptions, notes and drawing tools' keys are left out, so
    that moving a box or mending a remark makes no new revision.
    """
    write = _Writer(descriptive)
    if isinstance(model, RouteDocument):
        return [write.keyed(item) for item in model.items]
    return write.keyed(model)


def write_json(document: RouteDocument) -> str:
    """Return the canonical form as JSON text."""
    return json.dumps(canonical(document), ensure_ascii=False, indent=2) + "\n"


def write_yaml(document: RouteDocument) -> str:
    """Return the canonical form as YAML text."""
    yaml = YAML(pure=True)
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(_styled(canonical(document)), stream)
    return textwrap.dedent(stream.getvalue())


def _styled(value: Any) -> Any:
    """Choose how texts of several lines are shown: as a block where YAML keeps every sign of them, else quoted."""
    if isinstance(value, dict):
        return {key: _styled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_styled(inner) for inner in value]
    if not isinstance(value, str) or "\n" not in value:
        return value
    lines = value.removesuffix("\n").split("\n")
    plain = all(line.isprintable() and (not line or line.strip()) for line in lines) and value[0] not in " \n"
    return LiteralScalarString(value) if plain and lines[-1] else DoubleQuotedScalarString(value)


class _Writer:
    """Writes elements as their classes declare them."""

    def __init__(self, descriptive: bool) -> None:
        self.descriptive = descriptive
        self.writers: dict[Kind, Callable[[Option, Any], Any]] = {
            Kind.DURATION: lambda _option, value: text_of(value),
            Kind.TEXTS: lambda _option, value: list(value),
            Kind.ITEMS: lambda _option, value: list(value),
            Kind.PARAMETERS: lambda _option, value: dict(value),
            Kind.VALUES: lambda _option, value: dict(value),
            Kind.EXPRESSION: lambda _option, value: expression(value),
            Kind.PREDICATE: lambda _option, value: expression(value),
            Kind.CLAUSE: lambda _option, value: {"expression": expression(value)},
            Kind.STEPS: lambda _option, value: [self.keyed(step) for step in value],
            Kind.ELEMENT: lambda _option, value: self.element(value),
            Kind.ELEMENTS: self.children,
            Kind.ERROR_HANDLER: lambda _option, value: {value.spec.key: self.element(value)},
        }

    def keyed(self, node: Node) -> dict[str, Any]:
        """Return an element under its key, as a step or at the top of a file."""
        if isinstance(node, Beans):
            return {node.spec.key: [self.element(bean) for bean in node.beans]}
        if isinstance(node, ErrorHandler):
            return {"errorHandler": {node.spec.key: self.element(node)}}
        return {node.spec.key: self.element(node)}

    def element(self, node: Node) -> dict[str, Any]:
        """Return an element's options."""
        written: dict[str, Any] = {}
        for option in node.spec.options:
            value = getattr(node, option.name)
            if self.left_out(option, value):
                continue
            if option.kind is Kind.DATA_FORMAT:
                written.update(data_format(value))
            else:
                written[option.key] = self.writers.get(option.kind, _as_is)(option, value)
        return {**written, **node.extra} if self.descriptive else written

    def left_out(self, option: Option, value: Any) -> bool:
        """Return whether an option says nothing: its default, or a remark when remarks are not wanted."""
        if not option.required and value == option.default and not has_placeholder(value):
            return True
        return option.name in DESCRIPTIVE and not self.descriptive

    def children(self, option: Option, value: Any) -> list[Any]:
        """Return a list of nested elements, each under its key where Camel wants it."""
        return [self.keyed(node) if option.wrapped else self.element(node) for node in value]


def _as_is(_option: Option, value: Any) -> Any:
    return value


def expression(value: Expression) -> dict[str, Any]:
    """Return the canonical form of an expression: `{language: {expression: text, ...}}`."""
    spec = LANGUAGES[value.language]
    return {spec.name: {spec.text_key: value.text, **_options(spec, value.options)}}


def data_format(value: DataFormat) -> dict[str, Any]:
    """Return the canonical form of a data format: `{name: {...}}`."""
    spec = DATA_FORMATS[value.name]
    return {spec.name: _options(spec, value.options)}


def _options(spec: OpenSpec, values: Any) -> dict[str, Any]:
    return {key: values[key] for key, option in spec.options.items() if key in values and values[key] != option.default}
