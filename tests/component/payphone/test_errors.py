"""PayPhone's refusals, each with its class."""

import json

import pytest

from caravana.component.payphone.errors import check
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer


def answer(status: int, content: object) -> HttpAnswer:
    """Return what PayPhone says."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return HttpAnswer(status, "reason", {}, raw)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (20, Refused),
        (100, NeedsPerson),
        (101, NeedsPerson),
        (102, Refused),
        (103, Refused),
        (500, Unknown),
        (501, Unknown),
        (800, Refused),
        (802, NeedsPerson),
        (999, Refused),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_the_code_in_the_body_decides(code: int, error: type[EffectError], status: int) -> None:
    """Whatever the HTTP status beside it, even 200."""
    with pytest.raises(error) as caught:
        check(answer(status, {"message": "no", "errorCode": code}))
    assert caught.value.code == str(code)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, NeedsPerson),
        (401, NeedsPerson),
        (403, NeedsPerson),
        (404, Refused),
        (408, Unknown),
        (409, Unknown),
        (422, Refused),
        (429, RateLimited),
        (500, Unknown),
        (502, Unknown),
        (503, Transient),
    ],
)
def test_without_a_code_the_status_decides(status: int, error: type[EffectError]) -> None:
    """What a proxy in between says counts by its status."""
    with pytest.raises(error):
        check(answer(status, b"<html>"))


def test_a_good_answer_is_its_value() -> None:
    """An object, a list, or the `true` of a refund."""
    assert check(answer(200, {"statusCode": 3, "messageCode": 0})) == {"statusCode": 3, "messageCode": 0}
    assert check(answer(200, True)) is True
    with pytest.raises(Unknown):
        check(answer(200, b"<html>"))


def test_a_card_number_in_a_message_is_masked() -> None:
    """Whatever PayPhone writes into its message, no card number reaches an error."""
    with pytest.raises(Refused) as caught:
        check(answer(400, {"message": "tarjeta 4111111111111111 no válida", "errorCode": 800}))
    assert "4111111111111111" not in str(caught.value)


def test_a_code_is_told_only_where_there_is_one() -> None:
    """What people read has no `(None)`."""
    with pytest.raises(EffectError, match=r"^PayPhone answered 400: no$"):
        check(answer(400, {"message": "no"}))
    with pytest.raises(EffectError, match=r"^PayPhone answered 400 \(20\): no$"):
        check(answer(400, {"message": "no", "errorCode": 20}))
