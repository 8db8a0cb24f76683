"""The `log` component."""

import pytest
from structlog.testing import capture_logs

from caravana.component.log import LogComponent, LogOptions
from caravana.component.log.text import describe
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.options import read_options
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Recorder, local_of, make_exchange, readme_endpoints


def _line(exchange: Exchange, **options: str) -> str:
    return describe(exchange, read_options(LogOptions, dict(options), place="log:x"))


def test_the_default_line_is_camels() -> None:
    """Type and body are shown, nothing else."""
    assert _line(make_exchange("hello", {"n": 1})) == "Exchange[BodyType: str, Body: hello]"


def test_show_all_shows_headers_and_ids() -> None:
    """`showAll` brings every part that is there."""
    line = _line(make_exchange(None, {"n": 1}), showAll="true")
    assert "Id: x1" in line
    assert "Headers: {n=1}" in line
    assert "Body: [Body is null]" in line


def test_a_long_body_is_clipped() -> None:
    """`maxChars` bounds the text of the body and says how long it was."""
    line = _line(make_exchange("x" * 50), plain="true", maxChars="10")
    assert line == "x" * 10 + "... [Body clipped after 10 chars, total length is 50]"


def test_multiline_writes_a_line_for_each_part() -> None:
    """`multiline` breaks between parts, not inside the body."""
    assert _line(make_exchange("a\nb"), multiline="true").splitlines()[-2:] == ["  Body: a b", "]"]


@pytest.mark.parametrize(
    "body", [{"password": "hunter2"}, '{"password": "hunter2"}', '[{"token": "hunter2"}]', b'{"secret": "hunter2"}']
)
def test_secrets_of_the_body_are_masked(body: object) -> None:
    """The value of a secret-looking key is never written, be the body an object, JSON text or bytes."""
    assert "hunter2" not in _line(make_exchange(body), showAll="true")


def test_credentials_and_card_numbers_are_masked() -> None:
    """A cookie, an Authorization header and a card number do not reach the log."""
    exchange = make_exchange("card 4111 1111 1111 1111", {"Cookie": "abc", "Authorization": "Bearer abc"})
    line = _line(exchange, showHeaders="true")
    assert "abc" not in line
    assert "4111 1111" not in line


async def test_the_level_and_names_are_set() -> None:
    """The line carries the level asked for, the logger's name, the exchange and the route."""
    with capture_logs() as lines:
        await local_of(LogComponent(Hub()), "log:orders?level=WARN").process(make_exchange("hi"), Recorder())
    [line] = lines
    assert (line["log_level"], line["logger"], line["exchange"], line["route"]) == ("warning", "orders", "x1", "r1")


async def test_a_rerun_and_level_off_are_silent() -> None:
    """What the first run said is not said again; OFF says nothing at all."""
    component = LogComponent(Hub())
    with capture_logs() as lines:
        await local_of(component, "log:orders").process(make_exchange("hi"), Recorder(replaying=True))
        await local_of(component, "log:orders?level=OFF").process(make_exchange("hi"), Recorder())
    assert lines == []


def test_unknown_options_are_refused() -> None:
    """An option that Caravana does not have is an error before start."""
    with pytest.raises(ConfigurationError, match="groupSize"):
        LogComponent(Hub()).endpoint(Uri.parse("log:orders?groupSize=10"))


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(LogComponent(Hub()))) == 1
