"""Calls to one store's application: address, token, numbers; a good answer comes back as its JSON value."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.payphone.errors import check, is_foreign
from caravana.component.payphone.quota import DayQuota, Quota
from caravana.component.payphone.spec import PayphoneSettings
from caravana.kit import json
from caravana.kit.clock import Clock
from caravana.kit.errors import EffectError
from caravana.kit.http import HttpSession
from caravana.kit.payment import Unsupported


class PayphoneClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(
        self, settings: PayphoneSettings, clock: Clock, lists: DayQuota, processes: Callable[[], int] = lambda: 1
    ) -> None:
        """`clock`: the hub's; `lists`: the quota of lists; `processes`: how many share the quota of queries."""
        self.settings = settings
        self._lists = lists
        self.clock = clock
        self._quota = Quota(settings.queries_a_minute, clock, processes)
        self._http = HttpSession()

    async def prepare(self, content: Mapping[str, Any]) -> Any:
        """POST a preparation with the current token. Raises an `EffectError` by the table of `errors`."""
        return await self._call("POST", "/api/button/Prepare", self.settings.tokens[0], content)

    async def post(self, path: str, content: Mapping[str, Any]) -> Any:
        """POST something about a prepared transaction, with the token that knows it. Raises an `EffectError`."""
        return await self._known(lambda token: self._call("POST", path, token, content))

    async def ask(self, path: str) -> Any:
        """GET `path` when the quota allows it, with the token that knows the transaction. Raises an `EffectError`."""
        return await self._known(lambda token: self._query(path, token))

    async def list(self, path: str) -> Any:
        """GET a list, which has a quota of its own. Raises `Unsupported` when it is used up, and an `EffectError`."""
        if not await self._lists.take(self.today()):
            text = "PayPhone's list was asked for as often as a day allows: it can be asked again tomorrow"
            raise Unsupported(text, code="quota")
        return await self._call("GET", path, self.settings.tokens[0])

    def today(self) -> date:
        """Return the day that PayPhone counts now."""
        return self.clock.now().astimezone(ZoneInfo(self.settings.zone)).date()

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()

    async def _known(self, call: Callable[[str], Awaitable[Any]]) -> Any:
        """Only the token that prepared a transaction knows it: the one before the last change is asked, too.

        Where none knows it, the current token's answer counts.
        """
        refusals: list[EffectError] = []
        for token in self.settings.tokens:
            try:
                return await call(token)
            except EffectError as error:
                if not is_foreign(error):
                    raise
                refusals.append(error)
        raise refusals[0]

    async def _query(self, path: str, token: str) -> Any:
        await self._quota.wait()
        return await self._call("GET", path, token)

    async def _call(self, method: str, path: str, token: str, content: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        answer = await self._http.call(
            method,
            self.settings.url + path,
            headers=headers,
            data=None if content is None else json.dumps(content).encode(),
            timeout=self.settings.timeout.total_seconds(),
        )
        return check(answer)
