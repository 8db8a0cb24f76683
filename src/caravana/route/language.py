"""The expression languages that a route file may name, with their options; what they mean stands in `caravana.language`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from caravana.route.option import Kind, Option


@dataclass(frozen=True)
class OpenSpec:
    """A language or data format: the key of its text (empty = none) and its options by Camel's spelling."""

    name: str
    text_key: str
    options: Mapping[str, Option]
    ignored: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def text(key: str, doc: str, default: str | None = None, choices: tuple[str, ...] = ()) -> Option:
    """Return a text option."""
    return Option(key, key, Kind.TEXT, doc, default, choices)


def flag(key: str, doc: str, *, default: bool = False) -> Option:
    """Return a boolean option."""
    return Option(key, key, Kind.FLAG, doc, default)


TRIM = flag("trim", "Take leading and trailing blanks off the expression's text.", default=True)
RESULT = text("resultType", "Convert the result to this type (Java's or short name).")
SOURCE = text("source", "What to read instead of the body: `header:x`, `variable:x`, `property:x`.")


def _language(name: str, *options: Option, text_key: str = "expression", **more: Mapping[str, str]) -> OpenSpec:
    named = {option.key: option for option in (Option("id", "id", Kind.TEXT, "Name.", None), *options)}
    return OpenSpec(name, text_key, named, **more)


LANGUAGES: dict[str, OpenSpec] = {
    spec.name: spec
    for spec in (
        _language(
            "simple",
            flag("trimResult", "Take blanks off the result."),
            flag("pretty", "Format a JSON or XML result for reading."),
            flag("nested", "Evaluate the result again while it holds functions."),
            RESULT,
            TRIM,
        ),
        _language("constant", RESULT, TRIM),
        _language("header", TRIM),
        _language("exchangeProperty", TRIM),
        _language("variable", TRIM),
        _language(
            "jsonpath",
            flag("suppressExceptions", "A missing path gives null, not an error."),
            flag("allowSimple", "Resolve Simple functions in the path first.", default=True),
            flag("allowEasyPredicate", "Admit the short predicate form `status == 'paid'`.", default=True),
            flag("writeAsString", "Give each result as JSON text."),
            flag("unpackArray", "Give the one element of a list of one."),
            text("option", "Comma list of the library's switches; only SUPPRESS_EXCEPTIONS has a meaning here."),
            SOURCE,
            RESULT,
            TRIM,
        ),
        _language("jq", SOURCE, RESULT, TRIM),
        _language("ref", RESULT, TRIM),
        _language(
            "method",
            text("method", "Name of the callable's method; unset = the callable itself."),
            text("scope", "Life of the bean.", "Singleton", ("Singleton",)),
            RESULT,
            TRIM,
            text_key="ref",
            ignored={"validate": "callables are looked up when the route is loaded"},
            refused={"beanType": "a Java class cannot run here: register a Python callable and name it with `ref`"},
        ),
    )
}
