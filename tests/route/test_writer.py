"""The canonical form is a fixed point and says nothing twice."""

from hypothesis import given
from hypothesis import strategies as st

from caravana.route import RouteDocument, canonical, read_text, write_json, write_yaml
from caravana.route import model as m

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t :-#'\"{}[]&*!|>%@`?,"), min_size=1
)


def document(text: str) -> RouteDocument:
    """Return a document that holds `text` where texts may stand."""
    body = m.SetBody(expression=m.Expression("constant", text), description=text)
    steps = (body, m.To(uri="a:b", parameters={"x": text}), m.Log(message=text, extra={"x-tool": [text]}))
    return RouteDocument((m.Route(id=text, from_=m.From(uri="a:b", steps=steps)),))


@given(TEXTS)
def test_written_texts_are_read_as_they_were(text: str) -> None:
    """Whatever a text holds, YAML and JSON give it back, and a second writing changes nothing."""
    model = document(text)
    if text.startswith(("RAW(", "RAW{")):
        return
    assert read_text(write_yaml(model)) == model
    assert read_text(write_json(model)) == model
    assert write_yaml(read_text(write_yaml(model))) == write_yaml(model)


def test_defaults_are_left_out() -> None:
    """An option that says what holds without it does not make another revision."""
    text = "- route: {{autoStartup: {}, from: {{uri: 'a:b', steps: [{{log: {{message: x, loggingLevel: INFO}}}}]}}}}"
    assert canonical(read_text(text.format("true"))) == [
        {"route": {"from": {"uri": "a:b", "steps": [{"log": {"message": "x"}}]}}}
    ]


def test_remarks_make_no_revision() -> None:
    """Without descriptive keys, two routes that differ in remarks and positions have one form."""
    plain = read_text("- route: {id: a, from: {uri: 'a:b'}}")
    drawn = read_text("- route: {id: a, note: n, x-color: red, from: {uri: 'a:b', description: d}}")
    assert canonical(plain) != canonical(drawn)
    assert canonical(plain, descriptive=False) == canonical(drawn, descriptive=False)


def test_set_redelivery_options_are_kept() -> None:
    """A redelivery option written with Camel's default is kept: in a clause, set and not set differ."""
    text = "- onException: {exception: [X], redeliveryPolicy: {maximumRedeliveries: 0}}"
    assert canonical(read_text(text)) == [
        {"onException": {"exception": ["X"], "redeliveryPolicy": {"maximumRedeliveries": 0}}}
    ]
