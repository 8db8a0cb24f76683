"""Calls to one account: key, version, forms and idempotency keys; a good answer comes back as a dict."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from caravana.component.stripe.errors import check
from caravana.component.stripe.form import encode
from caravana.component.stripe.spec import StripeSettings
from caravana.kit.clock import Clock
from caravana.kit.http import HttpAnswer, HttpSession

PAGE = 100
"""Most objects that Stripe gives at once."""


class StripeClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(self, settings: StripeSettings, clock: Clock) -> None:
        """`clock`: the hub's, compared with Stripe's."""
        self.settings = settings
        self.clock = clock
        self.ahead: timedelta | None = None
        """How far our clock was before Stripe's at the last answer; None before any."""
        self._http = HttpSession()

    async def get(self, path: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the object at `path` (`/v1/refunds/re_1`). Raises an `EffectError` by the table of `errors`."""
        query = encode(values or {})
        return await self._call("GET", f"{path}?{query}" if query else path)

    async def post(self, path: str, values: Mapping[str, Any], key: str | None) -> dict[str, Any]:
        """Change something; a repetition with the same `key` is the same call, for at least 24 hours.

        Raises an `EffectError` by the table of `errors`.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self._call("POST", path, headers, encode(values).encode())

    async def pages(self, path: str, values: Mapping[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the list at `path` page by page, newest first, to its end."""
        last: dict[str, str] = {}
        while True:
            answer = await self.get(path, {**values, "limit": PAGE, **last})
            page = answer["data"]
            yield page
            if not answer.get("has_more") or not page:
                return
            last = {"starting_after": page[-1]["id"]}

    async def all(self, path: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the whole list at `path`, newest first."""
        return [one async for page in self.pages(path, values) for one in page]

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> dict[str, Any]:
        answer = await self._http.call(
            method,
            self.settings.url + path,
            headers={
                "Authorization": f"Bearer {self.settings.secret_key.get_secret_value()}",
                "Stripe-Version": self.settings.api_version,
                "Accept": "application/json",
                **(headers or {}),
            },
            data=data,
            timeout=self.settings.timeout.total_seconds(),
        )
        self._compare(answer)
        return check(answer)

    def _compare(self, answer: HttpAnswer) -> None:
        try:
            told: datetime = parsedate_to_datetime(answer.headers.get("date", ""))
            self.ahead = self.clock.now() - told
        except (ValueError, TypeError):  # no date, or one without a zone
            return
