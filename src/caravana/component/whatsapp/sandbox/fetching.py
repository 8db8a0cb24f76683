"""Meta fetches pictures itself: without a login, once for each address."""

from dataclasses import dataclass

import aiohttp

TIMEOUT_SECONDS = 10.0
MOST_BYTES = 100 << 20


@dataclass(frozen=True)
class Fetched:
    """What came of an address; `problem`: why it is no use, else empty."""

    mime_type: str = ""
    content: bytes = b""
    problem: str = ""


class Fetcher:
    """Fetches addresses, each once: what changes behind an address is not seen."""

    def __init__(self) -> None:
        self.known: dict[str, Fetched] = {}
        self.asked: list[str] = []
        self.unreachable: set[str] = set()
        """Beginnings of addresses that cannot be reached from Meta."""

    async def fetch(self, url: str) -> Fetched:
        """Return what is at `url`."""
        if url not in self.known:
            found = await self._fetch(url)
            if found.problem:
                return found
            self.known[url] = found
        return self.known[url]

    async def _fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        if any(url.startswith(one) for one in self.unreachable):
            return Fetched(problem="host unreachable")
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
                content = await answer.content.read(MOST_BYTES)
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                return Fetched(kind, content, "" if answer.status == 200 and content else f"HTTP {answer.status}")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return Fetched(problem=type(error).__name__)
