"""What the reader refuses: with place, reason and the nearest right name."""

import pytest

from caravana.route import RouteFileError, Severity, inspect_text, read_text


def refusal(text: str) -> str:
    """Return the one error of `text`."""
    _, problems = inspect_text(text, "r.yaml")
    (found,) = [one for one in problems if one.severity is Severity.ERROR]
    return str(found)


def step(text: str) -> str:
    """Return the one error of a route with one step, which begins in line 4, column 9."""
    return refusal(f"- route:\n    from:\n      uri: a:b\n      steps: \n      - {text}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lgo: x", "r.yaml:5:9: error: unknown step `lgo` (did you mean `log`?)"),
        ("set-body: {constant: x}", "r.yaml:5:9: error: `set-body` is Camel 3's spelling (write `setBody`)"),
        ("aggregate: {}", "r.yaml:5:9: error: the step `aggregate` is refused: not supported yet"),
        ("doCatch: {}", "r.yaml:5:9: error: the step `doCatch` is refused: stands inside `doTry`, not among the steps"),
        ("a2aSubTask: {}", "younger than Camel 4.18.4"),
        ("log: {mesage: x}", "r.yaml:5:15: error: unknown option `mesage` in `log` (did you mean `message`?)"),
        ("log: {message: x, logging-level: x}", "`logging-level` is Camel 3's spelling (write `loggingLevel`)"),
        ("log: {message: x, loggingLevel: WARNING}", "did you mean `WARN`?"),
        ("split: {simple: x, errorThreshold: 1, steps: []}", "r.yaml:5:28: error: option `errorThreshold` of `split`"),
        ("split: {simple: x, onPrepare: y, steps: []}", "prepare each part with the block's first step"),
        ("split: {simple: x}", "put the steps that belong to it under its key `steps`"),
        ("setBody: text", "write `setBody: {constant: ...}`"),
        ("setBody: {simpel: x}", "did you mean `simple`?"),
        ("setBody: {simple: x, constant: y}", "`setBody` has two"),
        ("setBody: {groovy: x}", "needs the Java machine"),
        ("setBody: {xquery: x}", "the language `xquery` is refused: not supported yet"),
        ("setBody: {simple: {expression: x, trimm: true}}", "did you mean `trim`?"),
        ("setBody: {method: {beanType: x.Y}}", "register a Python callable"),
        ("setBody: {}", "`setBody` has no expression"),
        ("marshal: {}", "`marshal` names no data format"),
        ("marshal: {csv: {}}", "the data format `csv` is refused: not supported yet"),
        ("marshal: {json: {library: Jakson}}", "did you mean `Jackson`?"),
        ("to: nothing", "`nothing` is no endpoint address"),
        ("to: {uri: 'a:b?x=1', parameters: {x: 2}}", "option `x`"),
        ("to: {uri: 'a:b', parameters: {x: [1]}}", "`x` under parameters wants one value"),
        ("to: {}", "`to` has no `uri`"),
        ("stop", "write `stop: {}`"),
        ("{log: x, id: y}", "`id` stands beside the step `log`"),
        ("delay: {constant: 1, asyncDelayed: maybe, steps: []}", "unknown option `steps`"),
        ("choice: {when: {simple: x}}", "put `- ` before each entry of `when`"),
        ("filter: {simple: x, disabled: maybe, steps: []}", "`disabled` must be true or false"),
        ("split: {simple: x, timeout: soon, steps: []}", "milliseconds (500) or a duration (1m30s)"),
        ("log: {message: x, message: y}", "`message` stands twice here, first in line 5"),
    ],
)
def test_steps_are_refused_with_place_and_reason(text: str, expected: str) -> None:
    """Each kind of mistake in a step is named with its place and what to write instead."""
    assert expected in step(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- routes: {}", "r.yaml:1:3: error: unknown top-level key `routes` (did you mean `route`?)"),
        ("- onCompletion: {}", "the top-level key `onCompletion` is refused: not supported yet"),
        ("- sslContextParameters: {}", "younger than Camel 4.18.4"),
        ("route: {}", "begin with `- route:`"),
        ("apiVersion: camel.apache.org/v1\nkind: Integration", "Kubernetes resources are not read"),
        ("- route: {from: {uri: 'a:b'}}\n  steps: []", "`steps` stands beside `route`"),
        ("- route: {id: a}", "r.yaml:1:3: error: `route` has no `from`"),
        ("- errorHandler: {jtaTransactionErrorHandler: {}}", "needs a transaction manager"),
        ("- errorHandler: {deadLetterChanel: {}}", "did you mean `deadLetterChannel`?"),
        ("- errorHandler: {deadLetterChannel: {}}", "`deadLetterChannel` has no `deadLetterUri`"),
        ("- beans: [{name: a, type: b, script: x}]", "source text cannot run here"),
        ("- rest: {get: [{to: 'a:b', bindingMode: xml}]}", "`bindingMode` cannot be `xml`"),
        ("- route: [", "r.yaml:1:11: error: not YAML"),
        ("- route:\n\tfrom: x", "not YAML"),
        ("- &a [*a]", "unfolds without end"),
    ],
)
def test_files_are_refused_with_place_and_reason(text: str, expected: str) -> None:
    """Each kind of mistake at the top of a file is named with its place and what to write instead."""
    assert expected in refusal(text)


def test_all_problems_at_once() -> None:
    """A file with several mistakes is refused with all of them, in the order of lines."""
    text = "- from:\n    uri: a:b\n    steps:\n      - lgo: x\n      - to: {}\n- rout: {}\n"
    with pytest.raises(RouteFileError) as caught:
        read_text(text)
    assert [one.line for one in caught.value.problems] == [4, 5, 6]
