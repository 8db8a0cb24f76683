"""What is read of a request: headers as a message has them, a body up to a limit."""

from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from caravana.kit.request import BodyTooLarge, header, message_headers, read_body


def request(*messages: dict[str, Any], headers: list[tuple[bytes, bytes]] | None = None) -> Request:
    """Return a request to which the server hands `messages`."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    return Request({"type": "http", "headers": headers or []}, receive)


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    """Return one part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


async def test_parts_are_joined() -> None:
    """A body that comes in parts is read whole."""
    assert await read_body(request(part(b"a"), part(b"b"), part(b"", more=False)), 2) == b"ab"


async def test_too_large_is_told_early() -> None:
    """Reading ends with the first part that is too much."""
    with pytest.raises(BodyTooLarge):
        await read_body(request(part(b"abc")), 2)


async def test_cut_is_no_body() -> None:
    """A sender who hangs up in the middle has sent nothing."""
    with pytest.raises(ClientDisconnect):
        await read_body(request(part(b"a"), {"type": "http.disconnect"}), 9)


def test_headers_of_a_message() -> None:
    """Names get their usual spelling, several of one name become a list; credentials and Camel's own stay outside."""
    sent = [
        (b"content-type", b"a/b"),
        (b"x-tag", b"1"),
        (b"authorization", b"x"),
        (b"camelx", b"y"),
        (b"x-tag", b"\xe9"),
    ]
    asked = request(headers=[*sent, (b"x-tag", b"3")])
    assert message_headers(asked) == {"Content-Type": "a/b", "X-Tag": ["1", "é", "3"]}
    assert (header(asked, "X-TAG"), header(asked, "none")) == ("1", "")
