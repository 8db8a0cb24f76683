"""Each refusal of Stripe becomes the error that says what to do."""

import json
from typing import Any

import pytest

from caravana.component.stripe.errors import check
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer
from caravana.kit.sandbox import Fault
from tests.component.stripe.harness import Bench


def answer(status: int, error: dict[str, Any] | None = None, **headers: str) -> HttpAnswer:
    """Return an HTTP answer with Stripe's error object."""
    raw = b"" if error is None else json.dumps({"error": error}).encode()
    return HttpAnswer(status, "Reason", {name.replace("_", "-"): one for name, one in headers.items()}, raw)


def caught(given: HttpAnswer) -> EffectError:
    """Return the error that an answer means."""
    with pytest.raises(EffectError) as found:
        check(given)
    return found.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, NeedsPerson),
        (400, Refused),
        (401, NeedsPerson),
        (402, Refused),
        (403, NeedsPerson),
        (404, Refused),
        (408, Unknown),
        (409, Unknown),
        (429, RateLimited),
        (500, Unknown),
        (502, Unknown),
        (503, Transient),
        (504, Unknown),
    ],
)
def test_each_http_status_has_its_class(status: int, kind: type[EffectError]) -> None:
    """The table of HTTP statuses, without a readable body."""
    assert type(caught(answer(status))) is kind
    assert caught(answer(status)).status == status


@pytest.mark.parametrize("status", [400, 409, 422])
def test_other_parameters_under_a_key_are_refused_whatever_the_status(status: int) -> None:
    """Sources disagree on the status, so the type decides."""
    assert type(caught(answer(status, {"type": "idempotency_error"}))) is Refused


def test_a_key_at_work_leaves_it_open() -> None:
    """The first call under the key is not answered yet: the same key again, later."""
    error = caught(answer(409, {"type": "invalid_request_error", "code": "idempotency_key_in_use"}))
    assert type(error) is Unknown


def test_a_locked_object_does_not_slow_the_account_down() -> None:
    """429 with `lock_timeout` is about one object; a plain 429 about all calls."""
    assert type(caught(answer(429, {"code": "lock_timeout"}))) is Transient
    assert type(caught(answer(429, {"code": "rate_limit"}))) is RateLimited


def test_stripe_says_whether_to_try_again() -> None:
    """`true` makes a refusal a passing one; `false` on a 500 says that the answer is saved under the key."""
    assert type(caught(answer(400, {}, stripe_should_retry="true"))) is Transient
    assert caught(answer(500, {}, stripe_should_retry="false")).code == "saved"
    assert type(caught(answer(429, {}, stripe_should_retry="false"))) is RateLimited


def test_the_reason_of_a_decline_is_the_code() -> None:
    """The decline code says more than the code, the code more than the type; request and parameter are named."""
    declined = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "No."}
    error = caught(answer(402, declined, request_id="req_1"))
    assert (error.code, error.reference) == ("insufficient_funds", "req_1")
    wrong = caught(
        answer(400, {"type": "invalid_request_error", "param": "line_items[0][quantity]", "message": "Bad."})
    )
    assert wrong.code == "invalid_request_error"
    assert "`line_items[0][quantity]`" in str(wrong)


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b"", b"\xff"])
def test_a_200_without_an_object_is_unknown(raw: bytes) -> None:
    """A page of a proxy says nothing about what happened."""
    with pytest.raises(Unknown):
        check(HttpAnswer(200, "OK", {}, raw))


@pytest.mark.parametrize(
    "secret",
    ["4242424242424242", "sk_live_abcdefgh1234", "rk_test_x****y", "whsec_abc", "pi_1_secret_abc"],
)
def test_credentials_and_cards_are_masked_in_error_texts(secret: str) -> None:
    """Whatever Stripe repeats of what was sent, it does not get into an error."""
    error = caught(answer(400, {"message": f"wrong: {secret} here", "param": secret}))
    assert secret not in str(error)


@pytest.mark.parametrize("action", ["cut_before", "cut_after", "not_json"])
async def test_a_lost_answer_is_unknown(bench: Bench, action: str) -> None:
    """A cut or unreadable answer leaves it open whether the page was made."""
    bench.sandbox.faults.append(Fault("checkout.sessions.create", action))  # type: ignore[arg-type]  # texts of the parameters
    with pytest.raises(Unknown):
        await bench.create()


async def test_a_refused_connection_is_transient(bench: Bench) -> None:
    """Where nobody listens, nothing was done."""
    bench.context.settings["url"] = "http://127.0.0.1:9"
    with pytest.raises(Transient):
        await bench.create()


async def test_a_wrong_key_needs_a_person(bench: Bench) -> None:
    """The error says where the key comes from, and not the key."""
    bench.context.settings["secretKey"] = "sk_test_wrongwrong"
    with pytest.raises(NeedsPerson, match="API keys") as found:
        await bench.create()
    assert "wrongwrong" not in str(found.value)


async def test_too_many_calls_wait_as_long_as_asked(bench: Bench) -> None:
    """A 429 carries the partner's waiting time, where there is one."""
    bench.sandbox.faults.append(Fault("checkout.sessions.retrieve", "status", status=429, retry_after=9))
    with pytest.raises(RateLimited) as found:
        await bench.query("cs_test_1")
    assert (found.value.retry_after, found.value.code) == (9, "rate_limit")
