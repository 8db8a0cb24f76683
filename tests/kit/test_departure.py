"""The last look before a request leaves: what may not be sent any more is not on the wire."""

from collections.abc import AsyncIterator, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.kit.departure import Departure, Withheld, departing
from caravana.kit.http import HttpSession
from caravana.kit.serving import serve

REQUESTS = [
    ("GET", None),
    ("DELETE", None),
    ("POST", None),
    ("POST", b"small"),
    ("PUT", b"small"),
    ("POST", b"x" * 3_000_000),
]
NAMES = [f"{method} {len(body or b'')}" for method, body in REQUESTS]


class Site:
    """A partner that counts what reaches it."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[bytes] = []

    async def answer(self, request: Request) -> Response:
        """Take whatever comes."""
        self.seen.append(await request.body())
        return Response("ok")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    found = Site()
    route = Route("/", found.answer, methods=["GET", "POST", "PUT", "DELETE"])
    async with serve(Starlette(routes=[route])) as found.url:
        yield found


async def call(site: Site, session: HttpSession, method: str, body: bytes | None, departure: Departure | None) -> bytes:
    """Send one request that asks `departure` before it leaves."""
    token = departing.set(departure)
    try:
        return (await session.call(method, f"{site.url}/", data=body, timeout=5)).raw
    finally:
        departing.reset(token)


def answers(*given: bool) -> Callable[[], bool]:
    """Give these answers in turn."""
    left = iter(given)
    return lambda: next(left)


@pytest.mark.parametrize(("method", "body"), REQUESTS, ids=NAMES)
async def test_request_that_may_not_leave_reaches_nobody(site: Site, method: str, body: bytes | None) -> None:
    """It is held back when the connection stands already; the next that may leave does, over the same session."""
    async with HttpSession() as session:
        departure = Departure(lambda: False)
        with pytest.raises(Withheld):
            await call(site, session, method, body, departure)
        assert (site.seen, departure.left) == ([], False)
        allowed = Departure(lambda: True)
        assert await call(site, session, method, body, allowed) == b"ok"
        assert (site.seen, allowed.left) == ([body or b""], True)


async def test_the_look_is_at_the_moment_of_writing(site: Site) -> None:
    """What may still leave when its headers are made, but not when body and headers are written, does not leave."""
    async with HttpSession() as session:
        with pytest.raises(Withheld):
            await call(site, session, "POST", b"small", Departure(answers(True, False)))
    assert site.seen == []


async def test_after_one_that_was_held_back_none_leaves(site: Site) -> None:
    """A call of several requests ends with the one that was held back, also when its owner may send again later."""
    departure = Departure(answers(True, True, False, True))
    async with HttpSession() as session:
        assert await call(site, session, "POST", b"first", departure) == b"ok"
        for _ in range(2):
            with pytest.raises(Withheld):
                await call(site, session, "GET", None, departure)
    assert site.seen == [b"first"]
    assert departure.left  # so somebody has to ask what became of the first


async def test_without_an_owner_all_leaves(site: Site) -> None:
    """Polls and tools, which no shard stands behind, ask nobody."""
    async with HttpSession() as session:
        assert await call(site, session, "GET", None, None) == b"ok"
