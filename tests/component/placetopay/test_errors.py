"""Each refusal of PlacetoPay becomes the error that says what to do."""

import json

import pytest

from caravana.component.placetopay.errors import AUTHENTICATION, check
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer
from caravana.kit.sandbox import Fault
from tests.component.placetopay.harness import Bench


def answer(status: int, content: object = None, **headers: str) -> HttpAnswer:
    """Return an HTTP answer with JSON `content`."""
    return HttpAnswer(status, "Reason", headers, b"" if content is None else json.dumps(content).encode())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, NeedsPerson),
        (400, Refused),
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
        (504, Unknown),
    ],
)
def test_each_http_status_has_its_class(status: int, kind: type[EffectError]) -> None:
    """The table of HTTP statuses, without a readable body."""
    with pytest.raises(EffectError) as caught:
        check(answer(status))
    assert type(caught.value) is kind
    assert caught.value.status == status


@pytest.mark.parametrize("code", sorted(AUTHENTICATION))
def test_each_authentication_number_is_kept_and_explained(code: str) -> None:
    """The number stands only in the message; error and advice carry it."""
    body = {"status": {"status": "FAILED", "reason": 401, "message": f"Authentication failed {code}", "date": ""}}
    with pytest.raises(NeedsPerson, match=AUTHENTICATION[code][:20]) as caught:
        check(answer(401, body))
    assert caught.value.code == code


def test_a_failure_inside_a_200_is_a_failure() -> None:
    """The body's status decides, not the HTTP status alone."""
    with pytest.raises(Refused) as caught:
        check(answer(200, {"status": {"status": "FAILED", "reason": "BR", "message": "no"}}))
    assert caught.value.code == "BR"


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b"", b"\xff"])
def test_a_200_without_an_object_is_unknown(raw: bytes) -> None:
    """A page of a proxy says nothing about what happened."""
    with pytest.raises(Unknown):
        check(HttpAnswer(200, "OK", {}, raw))


def test_card_numbers_are_masked_in_error_texts() -> None:
    """Whatever the partner repeats of the input, no card number gets into an error."""
    with pytest.raises(Refused) as caught:
        check(answer(400, {"status": {"status": "FAILED", "reason": "x", "message": "name 4110760000000081 bad"}}))
    assert "4110760000000081" not in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "code"), [("inactive", "104"), ("expired", "105"), ("credentials_expired", "106")]
)
async def test_a_closed_site_needs_a_person(bench: Bench, condition: str, code: str) -> None:
    """The sandbox's closed sites arrive as their numbers."""
    bench.sandbox.site.condition = condition
    with pytest.raises(NeedsPerson) as caught:
        await bench.create()
    assert caught.value.code == code


@pytest.mark.parametrize(("login", "secret", "code"), [("nobody", "ABCD1234", "101"), ("shop", "WRONG", "102")])
async def test_wrong_credentials_need_a_person(bench: Bench, login: str, secret: str, code: str) -> None:
    """Login and key are told apart, and the key stands in no error text."""
    bench.context.settings.update(login=login, secret_key=secret)
    with pytest.raises(NeedsPerson) as caught:
        await bench.create()
    assert caught.value.code == code
    assert secret not in str(caught.value)


async def test_too_many_calls_wait_as_long_as_asked(bench: Bench) -> None:
    """A 429 carries the partner's waiting time."""
    bench.sandbox.faults.append(Fault("query", "status", status=429, retry_after=9))
    with pytest.raises(RateLimited) as caught:
        await bench.query("1")
    assert caught.value.retry_after == 9


@pytest.mark.parametrize("action", ["cut_before", "cut_after", "not_json"])
async def test_a_lost_answer_is_unknown(bench: Bench, action: str) -> None:
    """A cut or unreadable answer leaves it open whether the session was made."""
    bench.sandbox.faults.append(Fault("createSession", action))  # type: ignore[arg-type]  # the texts of the parameters
    with pytest.raises(Unknown):
        await bench.create()


async def test_a_refused_connection_is_transient(bench: Bench) -> None:
    """Where nobody listens, nothing was done."""
    bench.context.settings["url"] = "http://127.0.0.1:9"
    with pytest.raises(Transient):
        await bench.create()
