"""Meta's errors, with every recorded code."""

import json
from typing import Any

import pytest

from caravana.kit.errors import EffectError, Held, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.graph.errors import TokenDead, check, describe, to_error
from caravana.kit.http import HttpAnswer
from tests.kit.graph.contract import ERRORS

CLASSES: dict[str, tuple[type[EffectError], ...]] = {
    "backoff": (Transient, RateLimited),
    "backoff-few": (Transient,),
    "wait": (RateLimited, Held),
    "wait-pair": (Held,),
    "wait-long": (RateLimited, NeedsPerson),
    "wait-24h": (Held,),
    "template": (Refused,),
    "no": (Refused, NeedsPerson, TokenDead),
}
RECORDED = {one["code"]: one for part in ("whatsapp", "graph_pages_catalog") for one in ERRORS[part]}.values()


def answer(status: int, content: Any, **headers: str) -> HttpAnswer:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return HttpAnswer(status, "reason", {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def failing(code: Any, **more: Any) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "Az", **more}}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: str(one["code"]))
@pytest.mark.parametrize("status", [400, 429, 500])
def test_every_recorded_code_has_its_class(recorded: dict[str, Any], status: int) -> None:
    """What is to be done follows from the code, whatever the HTTP status."""
    code = 200 if recorded["code"] == "200-299" else recorded["code"]
    with pytest.raises(EffectError) as caught:
        check(answer(status, failing(code)))
    assert type(caught.value) in CLASSES[recorded["retry"]]
    assert (caught.value.code, caught.value.reference, caught.value.status) == (str(code), "Az", status)


def test_a_pair_waits_longer_each_time_and_alone() -> None:
    """Too many messages to one person: 1, 4, 16 seconds, and nobody else waits."""
    waits = [to_error(400, {"code": 131056}, attempt=number).retry_after for number in (1, 2, 3, 20)]
    assert waits == [1, 4, 16, 4096]


def test_an_error_that_may_be_ours_is_tried_three_times() -> None:
    """Code 1 may be the request or the server: two more tries, then it is refused."""
    classes = [type(to_error(500, {"code": 1}, attempt=number)) for number in (1, 2, 3)]
    assert classes == [Transient, Transient, Refused]


def test_budgets_are_waited_for_as_the_headers_say() -> None:
    """The usage header's minutes count more than our own guess."""
    assert to_error(400, {"code": 80007}).retry_after == 300
    assert to_error(400, {"code": 80007}, pause=1200.0).retry_after == 1200


def test_an_unknown_code_may_be_transient() -> None:
    """A code that nobody knows is refused, unless Meta says that it passes."""
    assert type(to_error(400, {"code": 987654})) is Refused
    assert type(to_error(400, {"code": 987654, "is_transient": True})) is Transient
    assert type(to_error(400, {"code": "131056"})) is Held


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (200, b"<html>", Unknown),
        (500, b"<html>", Unknown),
        (502, {"ok": 1}, Unknown),
        (503, b"", Unknown),
        (429, b"", RateLimited),
        (403, b"", NeedsPerson),
        (302, b"", NeedsPerson),
        (404, b"", Refused),
        (200, {"success": False}, Refused),
        (200, {"error": {"code": 190}}, TokenDead),
        (400, {"error": {"message": "no code"}}, Refused),
        (500, {"error": {"message": "no code"}}, Unknown),
    ],
)
def test_answers_without_a_code(status: int, content: Any, expected: type[EffectError]) -> None:
    """Without a code the status decides; what is no answer leaves the outcome unknown."""
    with pytest.raises(EffectError) as caught:
        check(answer(status, content))
    assert type(caught.value) is expected


def test_a_good_answer_is_its_json() -> None:
    """What is no error comes back as it is."""
    assert check(answer(200, {"success": True})) == {"success": True}
    assert check(answer(200, [None, {"code": 200}])) == [None, {"code": 200}]


def test_no_credential_is_told() -> None:
    """Tokens and proofs that Meta repeats in its text are masked; details may be a plain text."""
    said = "bad EAABcdef12345678 at https://x/?access_token=abc&appsecret_proof=99 for 1111|secret_part"
    text = describe({"code": 190, "error_subcode": 463, "message": said, "error_data": "plain details"})
    assert "190/463" in text
    assert "plain details" in text
    assert not any(one in text for one in ("EAABcdef", "abc&", "secret_part"))


@pytest.mark.parametrize(
    ("code", "subcode", "kind", "seconds"),
    [(10, 2018278, Refused, None), (10, 1, NeedsPerson, None), (9007, 2207027, Held, 5), (9, 2207042, Held, 3600)],
)
def test_some_subcodes_have_a_meaning_of_their_own(
    code: int, subcode: int, kind: type[EffectError], seconds: float | None
) -> None:
    """Messenger's closed conversation is no missing permission; what Instagram puts off holds up nothing else."""
    error = to_error(400, {"code": code, "error_subcode": subcode})
    assert (type(error), error.retry_after) == (kind, seconds)
