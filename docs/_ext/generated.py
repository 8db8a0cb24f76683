"""Reference pages made at build time from what the package itself declares, so that they cannot drift from the code.

Each directive asks one source and parses the Markdown that it gives: `components`, `companies`, `issuers`, `edocuments`,
`commands`, `elements`, `languages`, `support`, `errors`, `model`.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from docutils import nodes
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import caravana.component
from caravana.engine.support import support_rows
from caravana.kit import einvoice
from caravana.kit.component import Component
from caravana.kit.edocument.document import TYPES
from caravana.kit.einvoice import EInvoiceComponent
from caravana.kit.errors import CaravanaError
from caravana.kit.payment import Capabilities, Operation, PaymentComponent, Sweep
from caravana.route.element import ELEMENTS, ElementSpec, Node, Step
from caravana.route.language import LANGUAGES
from caravana.route.option import Option
from caravana.route.support import Row, State

Rows = Iterable[tuple[str, ...]]


def cell(value: object) -> str:
    """Return `value` as the text of a table cell."""
    return " ".join(str(value).split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Rows) -> str:
    """Return a Markdown table, or nothing when it would have no rows."""
    lines = ["| " + " | ".join(cell(one) for one in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines])


def documentation(thing: object) -> str:
    """Return the docstring of `thing`, its indentation taken off."""
    return inspect.cleandoc(getattr(thing, "__doc__", None) or "")


# ---------------------------------------------------------------------------------------------------- components


def component_classes() -> Iterator[type[Component]]:
    """Yield the component class of each folder below `caravana.component`, by scheme."""
    found = {}
    for folder in pkgutil.iter_modules(caravana.component.__path__, "caravana.component."):
        for _, member in inspect.getmembers(importlib.import_module(folder.name), inspect.isclass):
            if issubclass(member, Component) and not inspect.isabstract(member):
                found[member.scheme] = member
    yield from (found[scheme] for scheme in sorted(found))


def components() -> str:
    """Return one section per component: address, meaning, maturity, options, settings of a connection."""
    parts = [_component(one) for one in component_classes()]
    return "\n\n".join(parts) or "No component is installed."


def _component(component: type[Component]) -> str:
    sides = [word for word, has in (("consumes", component.consumes), ("produces", component.produces)) if has]
    parts = [
        f"## `{component.scheme}:` {component.title}",
        component.doc,
        f"`{component.syntax}`: {' and '.join(sides)}; {component.maturity}.",
    ]
    if options := model_table(component.options):
        parts += ["**Options of an address**", options]
    if component.connection and (settings := model_table(component.connection)):
        parts += ["**Settings of a connection**", settings]
    return "\n\n".join(parts)


def companies() -> str:
    """Return what each payment company can do: one line for each flag, one column for each company."""
    found = [one for one in component_classes() if issubclass(one, PaymentComponent)]
    rows = [(f"`{name}`", *(_can(one, name) for one in found)) for name in _FLAGS]
    operations = [(f"`pay:{each}`", *(_has(one, each) for one in found)) for each in Operation]
    return table(("", *(one.company or one.title for one in found)), [*operations, *rows])


def issuers() -> str:
    """Return what each e-invoicing company can do: one line for each operation and flag, one column for each company."""
    found = [one for one in component_classes() if issubclass(one, EInvoiceComponent)]
    flags = [one.name for one in fields(einvoice.Capabilities) if one.name != "operations"]
    rows = [(f"`{name}`", *(_shown(getattr(one.capabilities, name)) for one in found)) for name in flags]
    operations = [
        (f"`einvoice:{each}`", *("yes" if each in one.capabilities.operations else "–" for one in found))
        for each in einvoice.Operation
    ]
    return table(("", *(one.company or one.title for one in found)), [*operations, *rows])


_FLAGS = [one.name for one in fields(Capabilities) if one.name not in ("operations", "sweep")] + ["sweep"]


# --------------------------------------------------------------------------------------------- electronic documents


def edocuments() -> str:
    """Return the canonical form: the fields of each type of electronic document, then those of their parts."""
    parts: dict[str, type[BaseModel]] = {}
    sections = [f"### {code} {kind.title.lower()}\n\n{_form(kind, parts)}" for code, kind in TYPES.items()]
    done: set[str] = set()
    while rest := [name for name in parts if name not in done]:
        done |= set(rest)
        sections += [f"### {name}\n\n{documentation(parts[name])}\n\n{_form(parts[name], parts)}" for name in rest]
    return "\n\n".join(sections)


def _form(model: type[BaseModel], parts: dict[str, type[BaseModel]]) -> str:
    """Return the table of one class; the classes that it names are added to `parts`."""
    rows = []
    for name, field in model.model_fields.items():
        parts |= {one.__name__: one for one in _models(field.annotation)}
        rows.append((f"`{field.alias or name}`", _told(type_name(field.annotation), parts), default_of(field)))
    return table(("field", "form", "default"), rows)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that a field's type names."""
    if is_model(annotation):
        yield annotation  # type: ignore[misc]  # a model, as was just seen
    for one in get_args(annotation):
        yield from _models(one)


def _told(form: str, parts: Mapping[str, type[BaseModel]]) -> str:
    """Return a form with the words of people, and the names of parts as such."""
    form = form.replace("Decimal", "amount").replace("date", "day")
    return " ".join(f"`{word}`" if word in parts else word for word in form.split())


def _has(component: type[PaymentComponent], operation: Operation) -> str:
    return "yes" if operation in component.capabilities.operations else "–"


def _can(component: type[PaymentComponent], flag: str) -> str:
    return _shown(getattr(component.capabilities, flag))


def _shown(flag: object) -> str:
    match flag:
        case None:
            return "–"
        case bool(value):
            return "yes" if value else "no"
        case timedelta() as value:
            return duration_text(value)
        case frozenset() as values:
            return ", ".join(sorted(values)) or "–"
        case Sweep() as sweep:
            events = "; by events" if sweep.by_events else ""
            most = f"; at most {sweep.per_minute} a minute" if sweep.per_minute else ""
            return f"every {duration_text(sweep.every)} until {duration_text(sweep.until)} after expiry{most}{events}"
        case value:
            return str(value)


def model_table(model: type[BaseModel], prefix: str = "") -> str:
    """Return the fields of a pydantic model as a table, nested models by dotted name."""
    return table(("name", "type", "default", "meaning"), _fields(model, prefix))


def _fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        full = prefix + (field.alias or name)
        values = get_args(field.annotation)[1:] if get_origin(field.annotation) is dict else ()
        if is_model(field.annotation):
            yield from _fields(field.annotation, f"{full}.")
        elif values and is_model(values[0]):
            yield from _fields(values[0], f"{full}.NAME.")
        else:
            yield f"`{full}`", f"`{type_name(field.annotation)}`", default_of(field), field.description or ""


def is_model(annotation: object) -> bool:
    """Say whether a field's type is a model of its own."""
    return inspect.isclass(annotation) and issubclass(annotation, BaseModel)


WORDS: dict[object, str] = {
    Any: "any value",
    str: "text",
    bool: "true or false",
    int: "integer",
    float: "number",
    Path: "path",
    datetime: "time",
    timedelta: "duration",
    SecretStr: "secret",
}


def type_name(annotation: object) -> str:
    """Return a type as a person writes it: `text`, `test or live`, `duration`, `list of text`, `by name: text`."""
    if annotation in WORDS:
        return WORDS[annotation]
    if members := getattr(annotation, "__members__", None):
        return " or ".join(str(one.value) for one in members.values())
    origin, arguments = get_origin(annotation), [one for one in get_args(annotation) if one not in {NoneType, Ellipsis}]
    if not arguments:
        return getattr(annotation, "__name__", str(annotation))
    if origin is Annotated:
        return type_name(arguments[0])
    if origin is dict:
        return f"by name: {type_name(arguments[-1])}"
    inner = " or ".join(dict.fromkeys(str(one) if origin is Literal else type_name(one) for one in arguments))
    return f"list of {inner}" if origin in {list, tuple} else inner


def default_of(field: FieldInfo) -> str:
    """Return a field's default as a table shows it: `required`, nothing for what is empty, else the value."""
    if field.is_required():
        return "required"
    value = None if field.default_factory_takes_validated_data else field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value in ("", [], (), {}):
        return ""
    if isinstance(value, timedelta):
        return f"`{duration_text(value)}`"
    if isinstance(value, (list, tuple, frozenset)):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def duration_text(value: timedelta) -> str:
    """Return a duration in the largest unit that fits without rest, as a setting is written: `30d`, `90s`, `500ms`."""
    milliseconds = round(value.total_seconds() * 1000)
    units = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    return next((f"{milliseconds // size}{unit}" for unit, size in units.items() if milliseconds % size == 0), "")


# ------------------------------------------------------------------------------------------------------ commands


def command_line() -> Any:
    """Return the whole command line as typer's own copy of click sees it."""
    return typer.main.get_command(importlib.import_module("caravana.cli").app)


def commands() -> str:
    """Return one section per command: its help and its options."""
    return "\n\n".join(part for part in _command(command_line(), "caravana", None) if part)


def _command(command: Any, name: str, parent: Any) -> Iterator[str]:
    context = command.context_class(command, info_name=name.rsplit(" ", 1)[-1], parent=parent)
    if parent is not None:
        yield f"## `{name}`"
    yield _help_text(command.help or command.short_help or "")
    yield f"```text\n{command.get_usage(context).removeprefix('Usage: ')}\n```"
    yield table(("option", "meaning"), _parameters(command, context))
    for child_name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        child = command.get_command(context, child_name)
        if not child.hidden:
            yield from _command(child, f"{name} {child_name}", context)


def _help_text(text: str) -> str:
    """Return a help text with its examples (paragraphs kept by click's paragraph mark) as code."""
    paragraphs = inspect.cleandoc(text).replace("\f", "").split("\n\n")
    return "\n\n".join(
        "```text\n" + one.removeprefix("\b\n") + "\n```" if one.startswith("\b") else one for one in paragraphs
    )


def _parameters(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record and "--help" not in record[0]:
            yield f"`{record[0]}`", record[1].replace("[", "\\[")


# -------------------------------------------------------------------------------------------------------- routes


def elements() -> str:
    """Return one section per element of route files, steps first, with its options."""
    specs = [(one.spec, one) for one in ELEMENTS.values() if one not in {Node, Step} and one.spec.key]
    specs.sort(key=lambda pair: (not issubclass(pair[1], Step), pair[0].key))
    return "\n\n".join(_element(spec, documentation(cls)) for spec, cls in specs)


def _element(spec: ElementSpec, doc: str) -> str:
    parts = [f"## `{spec.key}`", doc, option_table(spec.options)]
    for word, reasons in (("Read and left out, with a warning", spec.ignored), ("Refused", spec.refused)):
        if reasons:
            parts.append(f"{word}: " + "; ".join(f"`{name}` ({cell(why)})" for name, why in reasons.items()) + ".")
    return "\n\n".join(part for part in parts if part)


def option_table(options: Iterable[Option]) -> str:
    """Return the options of an element, language or data format as a table."""
    return table(("option", "kind", "default", "meaning"), map(_option, options))


def _option(option: Option) -> tuple[str, ...]:
    kind = " or ".join(f"`{one}`" for one in option.choices) or option.kind.value
    value = option.camel_default if option.default is None else option.default
    shown = "required" if option.required else "" if value in (None, "", (), {}) else f"`{_literal(value)}`"
    return f"`{option.key}`", kind, shown, option.doc


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def languages() -> str:
    """Return one section per expression language with its options."""
    specs: Mapping[str, Any] = LANGUAGES
    return "\n\n".join(f"## `{name}`\n\n{option_table(specs[name].options.values())}" for name in sorted(specs))


# ------------------------------------------------------------------------------------------------------- support


def support() -> str:
    """Return what of Camel's catalogue is supported: a table per kind, refused names gathered by their reason."""
    kinds: dict[str, dict[str, list[Row]]] = {}
    for row in support_rows():
        kinds.setdefault(row.kind, {}).setdefault(row.name, []).append(row)
    return "\n\n".join(_support_kind(kind, names) for kind, names in kinds.items())


def _support_kind(kind: str, names: Mapping[str, list[Row]]) -> str:
    refused: dict[str, list[str]] = {}
    rows = []
    for name, entries in names.items():
        if entries[0].state is State.REFUSED:
            refused.setdefault(entries[0].reason, []).append(f"`{name}`")
        else:
            rows.append((f"`{name}`", *(_option_names(entries[1:], state) for state in State)))
    head = ("name", "options supported", "read and left out, with a warning", "refused")
    parts = [f"## {kind.capitalize()}", table(head, rows)]
    parts += [
        f"Not as in Camel: `{name}` `{row.option}`: {cell(row.reason)}."
        for name, entries in names.items()
        for row in entries[1:]
        if row.state is State.SUPPORTED and row.reason
    ]
    parts += [f"Refused, {cell(why)}: {', '.join(sorted(some))}." for why, some in sorted(refused.items())]
    return "\n\n".join(part for part in parts if part)


def _option_names(rows: Iterable[Row], state: State) -> str:
    return ", ".join(f"`{row.option}`" for row in rows if row.state is state)


# -------------------------------------------------------------------------------------------------------- errors


def errors() -> str:
    """Return the tree of error classes, each with what it means."""
    return "\n".join(_errors(CaravanaError, 0))


def _errors(error: type[Exception], depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- `{error.__name__}`: {documentation(error).splitlines()[0]}"
    for child in sorted(error.__subclasses__(), key=lambda one: one.__name__):
        if child.__module__.startswith("caravana.kit"):
            yield from _errors(child, depth + 1)


# ------------------------------------------------------------------------------------------------------ directives


class Generated(SphinxDirective):
    """A directive whose content is the Markdown that `source` returns."""

    source: Callable[..., str]

    def run(self) -> list[nodes.Node]:
        """Return the parsed nodes, headings included."""
        self.env.note_reread()  # its source is code, whose changes Sphinx does not see
        return self.parse_text_to_nodes(type(self).source(*self.arguments), allow_section_headings=True)


def dotted_model(path: str) -> str:
    """Return the table of the pydantic model at `package.module:Class`."""
    module, _, name = path.partition(":")
    return model_table(getattr(importlib.import_module(module), name))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives with Sphinx."""
    for source in (components, companies, issuers, edocuments, commands, elements, languages, support, errors):
        app.add_directive(source.__name__, type(source.__name__, (Generated,), {"source": staticmethod(source)}))
    model = {"source": staticmethod(dotted_model), "required_arguments": 1}
    app.add_directive("model", type("model", (Generated,), model))
    return {"parallel_read_safe": True}
