"""The contract of components, for `http:`."""

import pytest
from yarl import URL

from caravana.component.http import HttpComponent
from caravana.component.http.errors import failure
from caravana.kit.errors import EffectError, HttpOperationFailed, NeedsPerson, RateLimited, Transient, Unknown
from caravana.kit.http import HttpAnswer
from caravana.testing import ComponentContract

ACCEPTED = (range(200, 300),)


def answered(status: int) -> EffectError:
    """Return the error of an HTTP answer."""
    found = failure(HttpAnswer(status, "", {}, b""), URL("http://127.0.0.1/x"), ACCEPTED)
    assert found is not None
    return found


class TestHttp(ComponentContract):
    """`http:`."""

    component = HttpComponent
    addresses = ("http://127.0.0.1/x?okStatusCodeRange=200", "http://127.0.0.1/x?effect=read&connection=bank")
    connections = {"bank": {"url": "http://127.0.0.1", "token": "t"}}
    errors = (
        (lambda: answered(503), Transient),
        (lambda: answered(429), RateLimited),
        (lambda: answered(404), HttpOperationFailed),
    )
    impossible = {
        NeedsPerson: "raised before the call, when the address is not the connection's",
        Unknown: "raised by the kit's session, which every client shares",
    }

    @pytest.mark.skip(reason="as in Camel, an option that is not ours belongs to the partner's query")
    def test_unknown_options_are_refused(self) -> None:
        """Not of `http:`."""
