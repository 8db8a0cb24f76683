"""Placeholders are filled in when routes are built."""

import pytest

from caravana.route import RouteFileError, enabled, read_text, resolve
from caravana.route import model as m


def step(text: str, **values: str) -> m.Step:
    """Return the one step written as `text`, resolved with `values` and the environment HOME_PORT=81."""
    document = read_text(f"- route: {{from: {{uri: 'a:b', steps: [{text}]}}}}", "r.yaml")
    return resolve(document, values, {"HOME_PORT": "81"}).model.routes[0].steps[0]


def test_settings_and_defaults() -> None:
    """A setting wins over the default behind the colon, which may hold colons and placeholders itself."""
    assert step("log: '{{a}} {{b:x:y}} {{c:{{a}}}}'", a="1") == m.Log(message="1 x:y 1")


def test_settings_may_hold_placeholders() -> None:
    """A setting's own placeholders are filled in, too."""
    assert step("log: '{{a}}'", a="<{{b}}>", b="2") == m.Log(message="<2>")


def test_environment() -> None:
    """`env:` reads the environment, with a default."""
    assert step("log: '{{env:HOME_PORT}} {{env:NONE:82}}'") == m.Log(message="81 82")


def test_braces_inside_a_default() -> None:
    """A Simple function may stand in a default."""
    assert step("log: '{{a:${body}}}!'") == m.Log(message="${body}!")


def test_optional_parameter_is_left_out() -> None:
    """`{{?name}}` without a setting takes the whole option away."""
    text = "to: 'http:h?user={{?user}}&port={{?port}}'"
    assert step(text, port="1") == m.To(uri="http:h", parameters={"port": "1"})


def test_optional_option_goes_back_to_its_default() -> None:
    """`{{?name}}` without a setting leaves an element's option at Camel's default."""
    assert step("log: {message: x, loggingLevel: '{{?level}}'}") == m.Log(message="x")


def test_values_are_converted_after_filling() -> None:
    """Numbers, durations and flags may come from settings."""
    found = step("split: {simple: x, timeout: '{{t}}', streaming: '{{s}}', steps: []}", t="5s", s="true")
    assert isinstance(found, m.Split)
    assert (found.timeout, found.streaming) == (5000, True)


def test_an_address_may_be_a_placeholder() -> None:
    """A whole address from a setting is taken apart, its query joined to the parameters."""
    found = step("to: {uri: '{{sink}}', parameters: {a: 1}}", sink="log:x?level=WARN")
    assert found == m.To(uri="log:x", parameters={"level": "WARN", "a": "1"})


def test_secrets_stay_names() -> None:
    """A secret is never filled in; the resolution tells its name."""
    document = read_text("- route: {from: {uri: 'a:b', parameters: {token: 'Bearer {{secret:shop}}'}}}")
    found = resolve(document, {"shop": "not this"}, {})
    assert found.model == document
    assert found.secrets == {"shop"}


def test_names_used() -> None:
    """The resolution lists every name asked for, with its value or None."""
    document = read_text("- route: {from: {uri: 'a:{{x}}', parameters: {b: '{{?y}}', c: '{{env:Z:1}}'}}}")
    assert resolve(document, {"x": "1", "unused": "2"}, {}).used == {"env:Z": None, "x": "1", "y": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log: '{{shpo}}'", "r.yaml:1:43: error: the placeholder `shpo` has no value (did you mean `shop`?)"),
        ("log: '{{shop'", "`{{` has no end"),
        ("log: '{{loop}}'", "needs itself"),
        ("log: '{{sys:x}}'", "placeholders of `sys:` are not supported"),
        ("log: '{{a b}}'", "no placeholder's name"),
        ("split: {simple: x, timeout: '{{shop}}', steps: []}", "milliseconds (500) or a duration"),
        ("to: '{{shop}}'", "`Luz` is no endpoint address"),
        ("log: '{{?none}}'", "`message` cannot be left out"),
    ],
)
def test_what_cannot_be_filled_is_reported(text: str, expected: str) -> None:
    """A placeholder without value, or a value that does not fit, is a problem with its place."""
    with pytest.raises(RouteFileError) as caught:
        step(text, shop="Luz", loop="{{loop}}")
    assert expected in str(caught.value)


def test_disabled_is_decided_after_filling() -> None:
    """`disabled` may come from a setting; a disabled element is left out when the route is built."""
    document = read_text("- route: {from: {uri: 'a:b', steps: [{log: {message: x, disabled: '{{off}}'}}, {stop: {}}]}}")
    assert enabled(resolve(document, {"off": "true"}, {}).model.routes[0]).steps == (m.Stop(),)
    assert len(enabled(resolve(document, {"off": "false"}, {}).model.routes[0]).steps) == 2
