"""One element of a route file to its class, as the class declares its options."""

from collections.abc import Callable
from typing import Any, TypeVar

from caravana.kit.errors import ConfigurationError
from caravana.route.address import split_address
from caravana.route.convert import SCALARS, convert, has_placeholder
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.element import DESIGNER_KEYS, ELEMENTS, ElementSpec, Node, Step
from caravana.route.error_handling import ErrorHandler
from caravana.route.expression import DataFormat, Expression
from caravana.route.language import LANGUAGES
from caravana.route.location import Location
from caravana.route.model import ERROR_HANDLERS, STEPS
from caravana.route.option import Kind, Option
from caravana.route.problem import Problem, error, warning
from caravana.route.read_open import OpenReader
from caravana.route.refusal import HANDLER, option_refusal, refusal, unknown
from caravana.route.source import Entry, Mapping, Scalar, Sequence, Tree

N = TypeVar("N", bound=Node)

FAILED = object()
"""What a reader of a value returns after it has reported a problem."""


class ElementReader:
    """Reads elements; every problem is appended to `problems`, and the element concerned is left out."""

    def __init__(self, problems: list[Problem], strict: bool = False) -> None:
        """`strict`: warn of scalars whose type in the file is not the wanted one."""
        self.problems = problems
        self.strict = strict
        self.open = OpenReader(problems)
        self.readers: dict[Kind, Callable[[Option, Tree, Location], Any]] = {
            **dict.fromkeys(SCALARS, self.scalar),
            Kind.TEXTS: self.texts,
            Kind.PARAMETERS: self.parameters,
            Kind.VALUES: self.values,
            Kind.ITEMS: self.items,
            Kind.PREDICATE: lambda _option, tree, place: self.open.expression(tree, place),
            Kind.CLAUSE: self.clause,
            Kind.STEPS: self.steps,
            Kind.ELEMENT: self.child,
            Kind.ELEMENTS: self.children,
            Kind.ERROR_HANDLER: lambda _option, tree, place: self.error_handler(tree, place) or FAILED,
        }

    def read(self, cls: type[N], tree: Tree, place: Location) -> N | None:
        """Return the element `cls` in `tree`, None when what it must have is missing or wrong; every problem is reported.

        What could be read of a faulty element is returned, so that a linter can judge the rest of the file.
        """
        mapping = self.mapping(cls.spec, tree, place)
        if mapping is None:
            return None
        values: dict[str, Any] = {}
        places: dict[str, Location] = {}
        extra: dict[str, Any] = {}
        understood = [self.entry(cls.spec, entry, values, places, extra) for entry in mapping.entries]
        self.address(cls.spec, values, places, place)
        if all(understood):
            self.missing(cls.spec, places, place)
        if any(option.required and option.name not in values for option in cls.spec.options):
            return None
        return cls(**values, extra=extra, location=place, places=places)

    def report(self, texts: tuple[str, str], place: Location) -> None:
        """Add an error of message and suggestion."""
        self.problems.append(error(texts[0], place, texts[1]))

    def mapping(self, spec: ElementSpec, tree: Tree, place: Location) -> Mapping | None:
        """Return the element as a mapping: a bare text stands for its shorthand option, nothing for no options."""
        if isinstance(tree, Mapping):
            return tree
        if isinstance(tree, Scalar) and tree.type == "null":
            return Mapping((), place)
        if isinstance(tree, Scalar) and spec.shorthand:
            return Mapping((Entry(spec.option(spec.shorthand).key, tree, tree.location),), place)
        has_expression = any(option.kind is Kind.EXPRESSION for option in spec.options)
        hint = f"write `{spec.key}: {{constant: ...}}` or another language" if has_expression else ""
        self.report((f"`{spec.key}` wants options, not a {_shape(tree)}", hint), tree.location)
        return None

    def entry(
        self,
        spec: ElementSpec,
        entry: Entry,
        values: dict[str, Any],
        places: dict[str, Location],
        extra: dict[str, Any],
    ) -> bool:
        """Read one key of an element into `values`, or report why not; False for a key without meaning here."""
        option = spec.by_key.get(entry.key)
        if option is not None and option.kind is not Kind.DATA_FORMAT:
            self.put(spec, option, entry, values, places)
        elif entry.key in DESIGNER_KEYS or entry.key.startswith("x-"):
            extra[entry.key] = entry.value.plain()
        elif entry.key in spec.ignored:
            message = f"`{entry.key}` of `{spec.key}` is ignored: {spec.ignored[entry.key]}"
            self.problems.append(warning(message, entry.location))
        elif entry.key in spec.refused:
            self.report((f"`{entry.key}` of `{spec.key}` is refused: {spec.refused[entry.key]}", ""), entry.location)
        elif not self.inline(spec, entry, values, places):
            self.report(option_refusal(spec.key, entry.key, _admitted(spec)), entry.location)
            return False
        return True

    def put(
        self,
        spec: ElementSpec,
        option: Option,
        entry: Entry,
        values: dict[str, Any],
        places: dict[str, Location],
    ) -> None:
        """Read one declared option."""
        places[option.name] = entry.value.location if isinstance(entry.value, Scalar) else entry.location
        if option.kind is Kind.EXPRESSION:
            self.set_expression(spec, option, self.open.expression(entry.value, entry.location), entry, values)
            return
        if option.kind is Kind.PARAMETERS and isinstance(entry.value, Mapping):
            places.update({f"parameters.{one.key}": one.location for one in entry.value.entries})
        found = self.readers[option.kind](option, entry.value, entry.location)
        if found is not FAILED:
            values[option.name] = found

    def inline(self, spec: ElementSpec, entry: Entry, values: dict[str, Any], places: dict[str, Location]) -> bool:
        """Read a language or data format that stands directly in the element; False when the key is neither."""
        for option in spec.options:
            if option.kind is Kind.EXPRESSION and self.open.is_language(entry.key):
                found: Expression | DataFormat | None = self.open.language(entry)
            elif option.kind is Kind.DATA_FORMAT and self.open.is_format(entry.key):
                found = self.open.format(entry)
            else:
                continue
            places[option.name] = entry.location
            self.set_expression(spec, option, found, entry, values)
            return True
        return False

    def set_expression(
        self, spec: ElementSpec, option: Option, found: object, entry: Entry, values: dict[str, Any]
    ) -> None:
        """Keep an expression or data format, of which an element has one."""
        if option.name in values:
            self.report((f"`{spec.key}` has two: `{entry.key}` is one too many", "keep one"), entry.location)
        elif found is not None and found is not FAILED:
            values[option.name] = found

    def address(self, spec: ElementSpec, values: dict[str, Any], places: dict[str, Location], place: Location) -> None:
        """Move the query of an address into the parameters."""
        if "parameters" not in spec.names or "uri" not in values:
            return
        try:
            values["uri"], values["parameters"] = split_address(values["uri"], values.get("parameters", {}))
        except ConfigurationError as wrong:
            self.report((wrong.message, wrong.suggestion), places.get("uri", place))

    def missing(self, spec: ElementSpec, places: dict[str, Location], place: Location) -> None:
        """Report required options that were not written at all."""
        for option in spec.options:
            if option.required and option.name not in places:
                self.report(_missing(spec, option), place)

    def scalar(self, option: Option, tree: Tree, _place: Location) -> Any:
        """Read one value."""
        if not isinstance(tree, Scalar) or (tree.type == "null" and not tree.text):
            self.report((f"`{option.key}` wants a {option.kind}, not {_shape(tree)}", ""), tree.location)
            return FAILED
        self.loose(option, tree)
        try:
            return convert(option, tree.text)
        except ValueError as wrong:
            self.report((str(wrong), ""), tree.location)
            return FAILED

    def loose(self, option: Option, tree: Scalar) -> None:
        """Warn, when asked to be strict, of a number or boolean where a text stands in Camel's schema, or vice versa."""
        wants_text = option.kind in {Kind.TEXT, Kind.URI, Kind.DURATION}
        if self.strict and not has_placeholder(tree.text) and wants_text is (tree.type != "str"):
            wanted = "a text" if wants_text else f"a {option.kind}"
            self.problems.append(warning(f"`{option.key}` should be written as {wanted}", tree.location))

    def texts(self, option: Option, tree: Tree, _place: Location) -> Any:
        """Read a list of texts; one text is a list of one."""
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        if not items or not all(isinstance(item, Scalar) and item.text for item in items):
            self.report((f"`{option.key}` wants a list of texts", ""), tree.location)
            return FAILED
        return tuple(item.text for item in items if isinstance(item, Scalar))

    def parameters(self, option: Option, tree: Tree, place: Location) -> Any:
        """Read the options of an address: each a scalar, kept as written."""
        if isinstance(tree, Scalar) and tree.type == "null":
            return {}
        if not isinstance(tree, Mapping):
            self.report((f"`{option.key}` wants names and values", ""), place)
            return FAILED
        for entry in tree.entries:
            if not isinstance(entry.value, Scalar):
                self.report((f"`{entry.key}` under parameters wants one value", ""), entry.location)
        return {entry.key: entry.value.text for entry in tree.entries if isinstance(entry.value, Scalar)}

    def values(self, option: Option, tree: Tree, place: Location) -> Any:
        """Read a free mapping; a list stands for its positions."""
        if isinstance(tree, Sequence):
            return {str(index): item.plain() for index, item in enumerate(tree.items)}
        if not isinstance(tree, Mapping):
            self.report((f"`{option.key}` wants names and values", ""), place)
            return FAILED
        return tree.plain()

    def items(self, option: Option, tree: Tree, place: Location) -> Any:
        """Read a free list."""
        if not isinstance(tree, Sequence):
            self.report((f"`{option.key}` wants a list", ""), place)
            return FAILED
        return tuple(tree.plain())

    def clause(self, _option: Option, tree: Tree, place: Location) -> Any:
        """Read `onWhen`: the expression directly, or under `expression`."""
        inner = tree.get("expression") if isinstance(tree, Mapping) else None
        return self.open.expression(inner or tree, place) or FAILED

    def child(self, option: Option, tree: Tree, place: Location) -> Any:
        """Read one nested element."""
        return self.read(ELEMENTS[option.element], tree, place) or FAILED

    def children(self, option: Option, tree: Tree, place: Location) -> Any:
        """Read a list of nested elements."""
        if not isinstance(tree, Sequence):
            self.report((f"`{option.key}` wants a list", f"put `- ` before each entry of `{option.key}`"), place)
            return FAILED
        cls = ELEMENTS[option.element]
        found = [
            self.unwrap(cls, item) if option.wrapped else self.read(cls, item, item.location) for item in tree.items
        ]
        return tuple(node for node in found if node is not None)

    def unwrap(self, cls: type[N], tree: Tree) -> N | None:
        """Read `{onException: {...}}`."""
        inner = tree.get(cls.spec.key) if isinstance(tree, Mapping) else None
        if inner is None:
            self.report((f"an object with the key `{cls.spec.key}` is wanted here", ""), tree.location)
            return None
        return self.read(cls, inner, tree.location)

    def steps(self, option: Option, tree: Tree, place: Location) -> Any:
        """Read a block of steps."""
        if isinstance(tree, Scalar) and tree.type == "null":
            return ()
        if not isinstance(tree, Sequence):
            self.report((f"`{option.key}` wants a list of steps", "put `- ` before each step"), place)
            return FAILED
        found = [self.step(item) for item in tree.items]
        return tuple(step for step in found if step is not None)

    def step(self, tree: Tree) -> Step | None:
        """Read one item of a block: an object with one key, the step's name."""
        if not isinstance(tree, Mapping) or not tree.entries:
            name = tree.text if isinstance(tree, Scalar) else ""
            hint = f"write `{name}: {{}}`" if name in STEPS else ""
            self.report(("a step is an object with one key", hint), tree.location)
            return None
        first, *others = tree.entries
        for entry in others:
            hint = f"indent it to make it part of `{first.key}`, or begin a new step with `- `"
            self.report((f"`{entry.key}` stands beside the step `{first.key}`", hint), entry.location)
        if first.key not in STEPS:
            self.report(refusal("step", first.key, STEPS), first.location)
            return None
        return self.read(STEPS[first.key], first.value, first.location)

    def error_handler(self, tree: Tree, place: Location) -> ErrorHandler | None:
        """Read an error handler: one kind under its own key."""
        entries = [entry for entry in tree.entries if entry.key != "id"] if isinstance(tree, Mapping) else []
        if len(entries) != 1:
            self.report((f"`errorHandler` wants one of {', '.join(ERROR_HANDLERS)}", ""), place)
            return None
        (entry,) = entries
        if entry.key in HANDLER:
            self.report((f"the error handler `{entry.key}` is refused: {HANDLER[entry.key]}", ""), entry.location)
            return None
        if entry.key not in ERROR_HANDLERS:
            self.report(unknown("error handler", entry.key, ERROR_HANDLERS), entry.location)
            return None
        return self.read(ERROR_HANDLERS[entry.key], entry.value, entry.location)


def _shape(tree: Tree) -> str:
    if isinstance(tree, Scalar):
        return "nothing" if tree.type == "null" else "text"
    return "list" if isinstance(tree, Sequence) else "object"


def _admitted(spec: ElementSpec) -> list[str]:
    """Return all keys that may stand in an element, languages and data formats too."""
    kinds = {option.kind for option in spec.options}
    languages = LANGUAGES if Kind.EXPRESSION in kinds else ()
    formats = DATA_FORMATS if Kind.DATA_FORMAT in kinds else ()
    return [*spec.by_key, *languages, *formats]


def _missing(spec: ElementSpec, option: Option) -> tuple[str, str]:
    if option.kind is Kind.EXPRESSION:
        return f"`{spec.key}` has no expression", "write a language and its text, such as `simple: ...`"
    if option.kind is Kind.DATA_FORMAT:
        return f"`{spec.key}` names no data format", "write its name, such as `json: {}`"
    if option.kind is Kind.STEPS:
        return f"`{spec.key}` has no steps of its own", "put the steps that belong to it under its key `steps`"
    return f"`{spec.key}` has no `{option.key}`", ""
