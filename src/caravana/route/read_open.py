"""Expressions and data formats of a route file: a name as key, under it a text or options."""

from collections.abc import Mapping as Table
from typing import Any

from caravana.route.catalogue import catalogue
from caravana.route.convert import convert
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.expression import DataFormat, Expression
from caravana.route.language import LANGUAGES, OpenSpec
from caravana.route.location import Location
from caravana.route.problem import Problem, error, warning
from caravana.route.refusal import refusal, unknown
from caravana.route.source import Entry, Mapping, Scalar, Tree


class OpenReader:
    """Reads what `LANGUAGES` and `DATA_FORMATS` declare; problems are appended to `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep where problems go."""
        self.problems = problems

    def is_language(self, key: str) -> bool:
        """Return whether Camel, of any line, knows a language of this name."""
        return _known("languages", key, LANGUAGES)

    def is_format(self, key: str) -> bool:
        """Return whether Camel, of any line, knows a data format of this name."""
        return _known("dataFormats", key, DATA_FORMATS)

    def expression(self, tree: Tree, place: Location) -> Expression | None:
        """Return the expression `{language: ...}`, or None after reporting."""
        entries = tree.entries if isinstance(tree, Mapping) else ()
        if len(entries) != 1:
            found = ", ".join(f"`{entry.key}`" for entry in entries)
            message = f"one language is wanted here, not {found}" if found else "a language is wanted here"
            self.problems.append(error(message, place, "such as `simple: ...`"))
            return None
        if not self.is_language(entries[0].key):
            message, hint = unknown("language", entries[0].key, LANGUAGES)
            self.problems.append(error(message, entries[0].location, hint))
            return None
        return self.language(entries[0])

    def language(self, entry: Entry) -> Expression | None:
        """Return the expression whose language is the entry's key."""
        spec = LANGUAGES.get(entry.key)
        if spec is None:
            self.refuse("language", entry, LANGUAGES)
            return None
        values = self.values(spec, entry)
        if values is None:
            return None
        text = values.pop(spec.text_key, None)
        if text is None:
            self.problems.append(error(f"`{spec.name}` has no `{spec.text_key}`", entry.location))
            return None
        return Expression(spec.name, text, values, location=entry.location)

    def format(self, entry: Entry) -> DataFormat | None:
        """Return the data format whose name is the entry's key."""
        spec = DATA_FORMATS.get(entry.key)
        if spec is None:
            self.refuse("data format", entry, DATA_FORMATS)
            return None
        values = self.values(spec, entry)
        return None if values is None else DataFormat(spec.name, values, location=entry.location)

    def refuse(self, kind: str, entry: Entry, supported: Table[str, OpenSpec]) -> None:
        """Report a name that Camel knows and Caravana does not."""
        message, hint = refusal(kind, entry.key, supported)
        self.problems.append(error(message, entry.location, hint))

    def values(self, spec: OpenSpec, entry: Entry) -> dict[str, Any] | None:
        """Return text and options as set; None after reporting."""
        if isinstance(entry.value, Scalar):
            if spec.text_key:
                return {spec.text_key: entry.value.text}
            if entry.value.type == "null":
                return {}
        if not isinstance(entry.value, Mapping):
            self.problems.append(error(f"`{spec.name}` wants options", entry.location))
            return None
        before = len(self.problems)
        found = {one.key: self.value(spec, one) for one in entry.value.entries}
        if any(problem.severity == "error" for problem in self.problems[before:]):
            return None
        return {
            key: value for key, value in found.items() if value is not None and not self.is_default(spec, key, value)
        }

    def is_default(self, spec: OpenSpec, key: str, value: Any) -> bool:
        """Return whether an option says what holds without it."""
        return key in spec.options and spec.options[key].default == value

    def value(self, spec: OpenSpec, entry: Entry) -> Any:
        """Return one option's value, None when it is ignored or wrong."""
        if entry.key == spec.text_key and isinstance(entry.value, Scalar):
            return entry.value.text
        option = spec.options.get(entry.key)
        if option is None:
            self.odd(spec, entry)
        elif not isinstance(entry.value, Scalar):
            self.problems.append(error(f"`{entry.key}` wants one value", entry.location))
        else:
            try:
                return convert(option, entry.value.text)
            except ValueError as wrong:
                self.problems.append(error(str(wrong), entry.value.location))
        return None

    def odd(self, spec: OpenSpec, entry: Entry) -> None:
        """Report an option that is ignored, refused or unknown."""
        if entry.key in spec.ignored:
            message = f"`{entry.key}` of `{spec.name}` is ignored: {spec.ignored[entry.key]}"
            self.problems.append(warning(message, entry.location))
        elif entry.key in spec.refused:
            message = f"`{entry.key}` of `{spec.name}` is refused: {spec.refused[entry.key]}"
            self.problems.append(error(message, entry.location))
        else:
            message, hint = unknown("option", entry.key, (spec.text_key, *spec.options), spec.name)
            self.problems.append(error(message, entry.location, hint))


def _known(kind: str, key: str, supported: Table[str, OpenSpec]) -> bool:
    return key in supported or key in catalogue()[kind] or key in catalogue()["younger"][kind]
