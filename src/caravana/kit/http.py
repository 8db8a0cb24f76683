"""The HTTP session of every partner client: explicit time-outs, no cookies, no redirects, errors by what may have happened."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace, TracebackType
from typing import Any

import aiohttp
from yarl import URL

from caravana.kit import json
from caravana.kit.departure import Withheld, departing
from caravana.kit.errors import Transient, Unknown

_SILENTLY_REPEATED = frozenset({"PUT", "DELETE"})
"""aiohttp 3.14 sends these twice when a kept-alive connection breaks, so they go over a fresh one (seen 2026-11)."""

_LARGE = 1 << 20
KEPT = 4.0
"""Seconds for which an idle connection is used again: less than servers keep it (Apache httpd and Node.js 5, Tomcat 20, nginx
75). On one that the server closes at that moment, a request is lost and nobody can say whether it arrived."""


@dataclass(frozen=True)
class HttpAnswer:
    """A partner's answer, read whole. `headers` have lower-case names."""

    status: int
    reason: str
    headers: Mapping[str, str]
    raw: bytes

    def json(self) -> Any:
        """Return the body as JSON, numbers with a fraction as Decimal. Raises `ValueError` when it is none."""
        return json.loads(self.raw)

    def json_object(self) -> dict[str, Any] | None:
        """Return the body as a JSON object, None when it is none."""
        try:
            content = self.json()
        except ValueError:
            return None
        return content if isinstance(content, dict) else None

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.raw.decode("utf-8", "replace")

    @property
    def retry_after(self) -> float | None:
        """Seconds of the Retry-After header, when it is a number."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.replace(".", "", 1).isdigit() else None


class HttpSession:
    """One session for one connection or account; opened at the first call, closed with `close`."""

    def __init__(self, *, limit: int = 20, connect_timeout: float = 10.0, user_agent: str = "caravana") -> None:
        """`limit`: connections at once; `connect_timeout`: seconds until a connection counts as refused."""
        self._limit = limit
        self._connect_timeout = connect_timeout
        self._user_agent = user_agent
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}

    async def call(
        self,
        method: str,
        url: str | URL,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        timeout: float = 60.0,
    ) -> HttpAnswer:
        """Send one request and return the answer whatever its status.

        Raises `Transient` when nothing was sent (refused, no name, no connection in time), `Unknown` when the bytes may
        have arrived, `Withheld` when `departing` said no. The text of an error never holds the query string.
        """
        departure = departing.get()
        session = self._open(fresh=method in _SILENTLY_REPEATED, looks=departure is not None)
        address = url if isinstance(url, URL) else URL(url, encoded=True)
        limits = _limits(timeout, min(self._connect_timeout, timeout))
        try:
            async with session.request(
                method,
                address,
                headers=headers,
                data=_body(data),
                timeout=limits,
                allow_redirects=False,
                trace_request_ctx=departure,
            ) as response:
                raw = await response.read()
                answered = {name.lower(): value for name, value in response.headers.items()}
                return HttpAnswer(response.status, response.reason or "", answered, raw)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            place = _place(method, address)
            raise Transient(f"{place}: no connection ({type(error).__name__})", code="connect") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            if departure is not None and departure.withheld:  # as aiohttp tells what was raised beside the body
                raise Withheld(*error.args) from error
            place = _place(method, address)
            raise Unknown(f"{place}: no answer ({type(error).__name__})", code="no_answer") from error

    async def close(self) -> None:
        """Close the connections."""
        while self._sessions:
            await self._sessions.popitem()[1].close()

    async def __aenter__(self) -> "HttpSession":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _open(self, *, fresh: bool, looks: bool) -> aiohttp.ClientSession:
        """The session for requests of a kind; looking costs a tenth of a request's time, so only those look that must."""
        kept = self._sessions.get((fresh, looks))
        if kept is None:
            kept = self._sessions[fresh, looks] = aiohttp.ClientSession(
                connector=_connector(self._limit, fresh=fresh),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent},
                auto_decompress=True,
                trace_configs=[_looking()] if looks else None,
            )
        return kept


def _connector(limit: int, *, fresh: bool) -> aiohttp.TCPConnector:
    if fresh:
        return aiohttp.TCPConnector(limit=limit, force_close=True)
    return aiohttp.TCPConnector(limit=limit, keepalive_timeout=KEPT)


def _looking() -> aiohttp.TraceConfig:
    """Look at what is called sent, which aiohttp says just before: of the body, with which the headers go, or of these alone."""
    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(_look)
    config.on_request_chunk_sent.append(_look)
    return config


async def _look(session: aiohttp.ClientSession, context: SimpleNamespace, parameters: object) -> None:
    context.trace_request_ctx.look()


def _body(data: bytes | None) -> bytes | io.BytesIO | None:
    """A large body goes out piece by piece, so that it holds up nothing else (aiohttp 3.14 warns of it)."""
    return io.BytesIO(data) if data is not None and len(data) >= _LARGE else data


@lru_cache(64)
def _limits(total: float, connect: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total, sock_connect=connect)


def _place(method: str, address: URL) -> str:
    return f"{method} {address.with_query(None)}"
