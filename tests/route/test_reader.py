"""What the reader admits beyond the canonical form."""

from pathlib import Path

import pytest

from caravana.route import Location, RouteDocument, RouteFileError, inspect_text, read_file, read_text
from caravana.route import model as m


def steps(text: str) -> tuple[m.Step, ...]:
    """Return the steps of a route whose `steps` list is `text`."""
    return read_text(f"- route: {{from: {{uri: 'direct:x', steps: {text}}}}}").routes[0].steps


def test_steps_beside_from_are_moved_into_it() -> None:
    """The older form is read as the newer one, with a warning that names the place."""
    document = read_text("- from: timer:x\n  steps:\n    - stop: {}\n", "old.yaml")
    assert document.routes[0].steps == (m.Stop(),)
    assert [str(one.location) for one in document.warnings] == ["old.yaml:2:3"]


def test_steps_beside_from_inside_a_route() -> None:
    """The older form is also read inside `route`."""
    document = read_text("- route:\n    id: a\n    from: {uri: 'timer:x'}\n    steps: [{stop: {}}]\n")
    assert document == read_text("- route: {id: a, from: {uri: 'timer:x', steps: [{stop: {}}]}}")


@pytest.mark.parametrize("written", ["on", "007", "2026-01-02", "1e3", "~", "0x1F", "No", "1_000"])
def test_texts_stay_as_written(written: str) -> None:
    """A scalar meant as text keeps every sign, whatever type YAML sees in it."""
    (step,) = steps(f"[{{log: {{message: {written}}}}}]")
    assert step == m.Log(message=written)


def test_a_folded_text_is_folded() -> None:
    """A text written over several lines with `>-` is one line with spaces, and nothing else, between them."""
    text = "- route:\n    from:\n      uri: direct:x\n      steps:\n        - log:\n            message: >-\n"
    (step,) = read_text(text + "              one\n              two\n").routes[0].steps
    assert step == m.Log(message="one two")


def test_loose_types_are_converted() -> None:
    """Texts where numbers and booleans are wanted, and the other way round, are read."""
    (first, second) = steps(
        "[{split: {simple: x, streaming: 'true', timeout: 5, steps: []}}, {to: {uri: 'a:b', parameters: {n: 1, t: true}}}]"
    )
    assert isinstance(first, m.Split)
    assert first.streaming is True
    assert first.timeout == 5
    assert second == m.To(uri="a:b", parameters={"n": "1", "t": "true"})


def test_strict_reading_warns_of_loose_types() -> None:
    """Only a strict check mentions a type that differs from Camel's schema."""
    text = "- route: {from: {uri: 'a:b', steps: [{log: {message: 5}}]}}"
    assert read_text(text).warnings == ()
    assert [one.message for one in read_text(text, strict=True).warnings] == ["`message` should be written as a text"]


def test_query_and_parameters_are_merged() -> None:
    """Options of the address and those beside it become one set; RAW and percent signs are decoded once."""
    (step,) = steps("[{to: {uri: 'http:h/a%20b?x=a%26b&y=RAW(c%26d)', parameters: {z: RAW(e+f), w: g%20h}}}]")
    assert step == m.To(uri="http:h/a%20b", parameters={"x": "a&b", "y": "c%26d", "z": "e+f", "w": "g%20h"})


def test_designers_keys_are_kept_in_order() -> None:
    """Keys of drawing tools survive reading, without a warning."""
    document = read_text("- route: {id: a, x-tool: 1, position: {y: 2, x: 1}, from: {uri: 'a:b', customId: true}}")
    assert dict(document.routes[0].extra) == {"x-tool": 1, "position": {"y": 2, "x": 1}}
    assert dict(document.routes[0].from_.extra) == {"customId": True}
    assert document.warnings == ()


def test_places_of_elements_and_options() -> None:
    """Every element and option knows its line and column."""
    document = read_text("- route:\n    from:\n      uri: a:b\n      parameters:\n        x: 1\n", "r.yaml")
    begin = document.routes[0].from_
    assert begin.location == Location("r.yaml", 2, 5)
    assert begin.place("uri") == Location("r.yaml", 3, 12)
    assert begin.place("parameters.x") == Location("r.yaml", 5, 9)


def test_what_is_ignored_is_said() -> None:
    """An option without meaning here is dropped with a warning that names the key."""
    document = read_text("- route: {from: {uri: 'a:b', steps: [{toD: {uri: 'c:d', cacheSize: 5}}]}}")
    assert document.routes[0].steps == (m.ToD(uri="c:d"),)
    assert ["cacheSize" in one.message for one in document.warnings] == [True]


def test_disabled_steps_are_read() -> None:
    """A disabled step stays in the model: leaving it out is the matter of building."""
    assert steps("[{stop: {disabled: true}}]") == (m.Stop(disabled=True),)


def test_json_with_escaped_signs() -> None:
    """Canonical JSON of other writers is read, escaped slashes and paired surrogates too."""
    document = read_text('[{"route": {"from": {"uri": "a:b", "steps": [{"log": {"message": "\\ud83d\\ude00 \\/"}}]}}}]')
    assert document.routes[0].steps == (m.Log(message="😀 /"),)


def test_an_empty_file_holds_nothing() -> None:
    """A file of comments only is a document without elements."""
    assert read_text("# nothing yet\n") == RouteDocument()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and one that is no UTF-8 are reported as route files' problems."""
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    for name in ("none.yaml", "bad.yaml"):
        with pytest.raises(RouteFileError, match=name):
            read_file(tmp_path / name)


def test_aliases_must_not_unfold_without_end() -> None:
    """A small file with aliases of aliases is refused instead of filling the memory."""
    lines = ["- &a0 [x, x, x, x, x, x, x, x, x]"] + [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    _, problems = inspect_text("\n".join(lines))
    assert any("unfolds" in one.message for one in problems)


def test_aliases_are_followed() -> None:
    """An anchor used twice gives the same steps twice."""
    text = "- route: {from: {uri: 'a:b', steps: &s [{stop: {}}]}}\n- route: {from: {uri: 'a:c', steps: *s}}"
    assert [route.steps for route in read_text(text).routes] == [(m.Stop(),), (m.Stop(),)]


@pytest.mark.parametrize(
    "text", ["[" * 5000, "\x00", "- !!python/object:x.Y z", "- ? [a]\n  : b", "- 1: 2", "- a\n---\n- b"]
)
def test_nonsense_is_refused_and_nothing_else_happens(text: str) -> None:
    """Whatever a file holds, the answer is a list of problems."""
    assert inspect_text(text)[1] != ()


def test_blanks_around_an_address_are_dropped() -> None:
    """Blanks before the query are no part of the path."""
    assert steps("[{to: ' log:x ?level=WARN'}]") == (m.To(uri="log:x", parameters={"level": "WARN"}),)
