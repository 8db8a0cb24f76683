"""Calls to the Graph API: version, token, proof, pace; a good answer comes back as JSON.

The token goes into a header, never into an address. Only the proof stands in the query, and errors never name a query.
"""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from caravana.kit import json
from caravana.kit.address import is_loopback, origin
from caravana.kit.clock import Clock
from caravana.kit.errors import Refused
from caravana.kit.graph.errors import DEAD_FOR, TokenDead, check
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.graph.standing import Standing
from caravana.kit.graph.usage import Usage
from caravana.kit.http import HttpAnswer, HttpSession
from caravana.kit.signature import hmac_hex

PAGE = 100
"""Members of a list that are asked for at once."""
MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net", ".fbcdn.net")
"""Where Meta keeps files: only there the token is shown."""


@dataclass(frozen=True)
class Part:
    """One part of a form with files."""

    name: str
    content: bytes
    filename: str | None = None
    mime_type: str | None = None


class GraphClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(self, settings: GraphSettings, clock: Clock, standing: Standing | None = None) -> None:
        """`clock`: the hub's; `standing`: tells people when the token is refused."""
        self.settings = settings
        self.usage = Usage(clock)
        self._clock = clock
        self._http = HttpSession()
        self._standing = standing
        self._refused: tuple[TokenDead, datetime] | None = None

    async def get(self, path: str, values: Mapping[str, Any] | None = None, *, attempt: int = 1) -> Any:
        """Return what is at `path` (`123/feed`). Raises an `EffectError` by the table of `errors`."""
        return await self._call("GET", path, values or {}, attempt=attempt)

    async def post(self, path: str, content: Mapping[str, Any], *, attempt: int = 1) -> Any:
        """Send `content` as JSON. Raises an `EffectError` by the table of `errors`."""
        headers = {"Content-Type": "application/json"}
        return await self._call("POST", path, {}, headers, json.dumps(content).encode(), attempt=attempt)

    async def delete(self, path: str, values: Mapping[str, Any] | None = None, *, attempt: int = 1) -> Any:
        """Delete what is at `path`. Raises an `EffectError` by the table of `errors`."""
        return await self._call("DELETE", path, values or {}, attempt=attempt)

    async def form(self, path: str, values: Mapping[str, Any], *, attempt: int = 1) -> Any:
        """Send `values` as a form, members that are no texts as JSON. Raises an `EffectError` by the table of `errors`."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._call("POST", path, {}, headers, _query(values).encode(), attempt=attempt)

    async def upload(self, path: str, parts: Sequence[Part], *, attempt: int = 1) -> Any:
        """Send a form with files. Raises an `EffectError` by the table of `errors`."""
        boundary = secrets.token_hex(16)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return await self._call("POST", path, {}, headers, _multipart(parts, boundary), attempt=attempt)

    async def pages(self, path: str, values: Mapping[str, Any] | None = None) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the list at `path` page by page to its end."""
        asked = {"limit": PAGE, **(values or {})}
        while True:
            answer = await self.get(path, asked)
            yield answer.get("data") or []
            paging = answer.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not paging.get("next") or not after:
                return
            asked = {**asked, "after": after}

    async def download(self, url: str) -> HttpAnswer:
        """Return a file of Meta's. Raises `Refused`: code `host` for an address that is not Meta's, `gone` when it expired."""
        if not self._is_metas(url):
            raise Refused("the file is not at Meta: the token is not shown there", code="host")
        answer = await self._http.call("GET", url, headers=self._headers(), timeout=self._seconds)
        if answer.status == 404:
            raise Refused("the file's address has expired", status=404, code="gone")
        if answer.status != 200:
            check(answer)
        return answer

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()

    @property
    def is_refused(self) -> bool:
        """Whether Meta has refused the token of late."""
        return self._refused is not None

    @property
    def _seconds(self) -> float:
        return self.settings.timeout.total_seconds()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.settings.token.get_secret_value()}"}

    def _is_metas(self, url: str) -> bool:
        parts = urlsplit(url)
        if is_loopback(self.settings.url):
            return origin(url) == origin(self.settings.url)
        return parts.scheme == "https" and f".{parts.hostname or ''}".endswith(MEDIA_HOSTS)

    async def _call(
        self,
        method: str,
        path: str,
        values: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        *,
        attempt: int,
    ) -> Any:
        self._stop_if_refused()
        await self.usage.wait()
        token = self.settings.token.get_secret_value()
        proof = hmac_hex(self.settings.app_secret.get_secret_value(), token.encode())
        query = _query({**values, "appsecret_proof": proof})
        answer = await self._http.call(
            method,
            f"{self.settings.url}/{self.settings.version}/{path}?{query}",
            headers={**self._headers(), "Accept": "application/json", **(headers or {})},
            data=data,
            timeout=self._seconds,
        )
        self.usage.note(answer.headers)
        try:
            content = check(answer, attempt=attempt, pause=self.usage.stopped_for)
        except TokenDead as error:
            self._refused = (error, self._clock.now() + timedelta(seconds=DEAD_FOR))
            if self._standing is not None:
                await self._standing.refused(error)
            raise
        if self._standing is not None:
            await self._standing.accepted()
        return content

    def _stop_if_refused(self) -> None:
        """Ask nothing with a token that was refused a moment ago. Raises `TokenDead`."""
        if self._refused is None:
            return
        error, until = self._refused
        left = (until - self._clock.now()).total_seconds()
        if left > 0:
            told = {"status": error.status, "code": error.code, "reference": error.reference}
            raise TokenDead(str(error), retry_after=left, **told)
        self._refused = None


def _query(values: Mapping[str, Any]) -> str:
    return urlencode({name: _text(value) for name, value in values.items() if value is not None})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _multipart(parts: Sequence[Part], boundary: str) -> bytes:
    pieces = []
    for part in parts:
        disposition = f'form-data; name="{part.name}"'
        if part.filename is not None:
            disposition += f'; filename="{_quoted(part.filename)}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n"
        if part.mime_type is not None:
            head += f"Content-Type: {part.mime_type}\r\n"
        pieces.append(head.encode() + b"\r\n" + part.content + b"\r\n")
    return b"".join(pieces) + f"--{boundary}--\r\n".encode()


def _quoted(name: str) -> str:
    """A file's name as browsers write it into a header."""
    return name.replace("\\", "_").replace('"', "%22").replace("\r", "").replace("\n", "")
