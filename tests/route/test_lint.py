"""The linter judges routes with each other and against what the hub has."""

import pytest

from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri
from caravana.route import check, read_text
from caravana.route.expression import DataFormat, Expression


class Hub:
    """A hub with the components direct and log, one callable and one error class."""

    schemes = ("direct", "log")
    callables = ("price",)
    exceptions = ("IOException", "Exception")

    def address(self, uri: Uri, *, consumer: bool) -> None:
        """Refuse every option but `level`, and routes that begin at log."""
        if set(uri.options) - {"level"} or (consumer and uri.scheme == "log"):
            raise ConfigurationError(f"bad address {uri}", suggestion="look it up")

    def evaluated(self, uri: Uri) -> None:
        """Take everything."""

    def expression(self, expression: Expression) -> None:
        """Refuse texts with a question mark."""
        if "?" in expression.text:
            raise ConfigurationError("bad expression")

    def data_format(self, data_format: DataFormat) -> None:
        """Refuse pretty printing."""
        if data_format.option("prettyPrint"):
            raise ConfigurationError("bad data format")


def findings(text: str, *, hub: bool = True) -> list[str]:
    """Return the findings about a file as texts."""
    return [str(one) for one in check([read_text(text, "r.yaml")], Hub() if hub else None)]


def route(step: str) -> str:
    """Return a file with one route of one step in line 2."""
    return f"- route: {{id: r, from: {{uri: 'direct:r', steps: [\n{step}\n]}}}}"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("to: 'lgo:x'", "no component has the scheme `lgo` (did you mean `log`?)"),
        ("to: 'log:x?levle=1'", "bad address log:x?levle=1 (look it up)"),
        ("to: 'direct:R'", "no route begins at `direct:R` (did you mean `direct:r`?)"),
        ("recipientList: {constant: 'direct:r,direct:R'}", "no route begins at `direct:R` (did you mean `direct:r`?)"),
        ("enrich: {constant: 'direct:R'}", "no route begins at `direct:R` (did you mean `direct:r`?)"),
        ("setBody: {simple: '?'}", "bad expression"),
        ("log: '?'", "bad expression"),
        ("marshal: {json: {prettyPrint: true}}", "bad data format"),
        ("bean: prize", "no callable or bean is registered under `prize` (did you mean `price`?)"),
        ("setBody: {method: prize}", "no callable or bean is registered under `prize`"),
        (
            "throwException: {exceptionType: java.io.IOExeption}",
            "unknown error class `java.io.IOExeption` (did you mean `IOException`?)",
        ),
        ("choice: {}", "`choice` has no branch"),
    ],
)
def test_steps_are_judged(step: str, expected: str) -> None:
    """Each finding names its line, what is wrong and the nearest right name."""
    (found,) = findings(route(step))
    assert found.startswith("r.yaml:2:")
    assert expected in found


def test_a_good_route_has_no_findings() -> None:
    """Nothing is said of a route in order, nor of what is disabled or still holds placeholders."""
    assert findings(route("to: 'log:x?level=1'")) == []
    assert findings(route("to: {uri: 'lgo:x', disabled: true}")) == []
    assert findings(route("to: '{{sink}}?levle=1'")) == []
    assert findings(route("bean: 'price'")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- route: {id: a, from: {uri: 'direct:a'}}\n- route: {id: a, from: {uri: 'direct:b'}}", "route id `a` stands twice"),
        ("- route: {from: {uri: 'direct:a'}}\n- route: {from: {uri: 'direct:a'}}", "`direct:a` stands twice"),
        ("- errorHandler: {noErrorHandler: {}}\n- errorHandler: {noErrorHandler: {}}", "second global errorHandler"),
        ("- routeConfiguration: {id: abc}\n- route: {routeConfigurationId: abd, from: {uri: 'direct:a'}}", "did you mean `abc`?"),
        ("- beans:\n  - {name: a, type: t}\n  - {name: a, type: t}", "bean `a` stands twice"),
        ("- onException: {exception: [X], handled: {constant: true},\n    continued: {constant: true}}", "exclude each other"),
    ],
)  # fmt: skip
def test_files_are_judged_as_a_whole(text: str, expected: str) -> None:
    """Names that stand twice or lead nowhere are found without knowing the hub."""
    (found,) = findings(text, hub=False)
    assert expected in found


def test_back_off_without_its_switch_is_a_warning() -> None:
    """`backOffMultiplier` alone changes nothing in Camel, which is worth a word."""
    (found,) = findings("- errorHandler: {defaultErrorHandler: {redeliveryPolicy: {backOffMultiplier: 3}}}")
    assert "warning" in found
    assert "useExponentialBackOff" in found


def test_an_expression_in_to_is_a_warning() -> None:
    """`to` sends to the address as it stands, as in Camel; only `file:` evaluates its `fileName`."""
    steps = "- to: 'http://a.example/${header.id}'\n      - to: 'file:out?fileName=${header.id}'"
    (found,) = findings(f"- from:\n    uri: direct:a\n    steps:\n      {steps}", hub=False)
    assert "use toD" in found
