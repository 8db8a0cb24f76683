"""Calls to one site: address, authentication and numbers; a good answer comes back as a dict."""

import json
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from caravana.component.placetopay.errors import check
from caravana.component.placetopay.signing import authentication
from caravana.component.placetopay.spec import PlacetopaySettings
from caravana.kit.clock import Clock
from caravana.kit.errors import Refused
from caravana.kit.http import HttpSession

NONCE_BYTES = 16


class PlacetopayClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(self, settings: PlacetopaySettings, clock: Clock) -> None:
        """`clock`: gives the seed of every call, so it must be right within 5 minutes."""
        self.settings = settings
        self._clock = clock
        self._http = HttpSession()

    async def call(self, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """POST `content` with fresh authentication to `path` (`/api/session`) and return the answer.

        Raises an `EffectError` by the table of `errors`. Whole numbers come back as int, others as Decimal.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        seed = self._clock.now().isoformat(timespec="seconds")
        auth = authentication(self.settings.login, self.settings.secret_key.get_secret_value(), nonce, seed)
        answer = await self._http.call(
            "POST",
            self.settings.url + path,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            data=to_json({"auth": auth, **(content or {})}),
            timeout=self.settings.timeout.total_seconds(),
        )
        return check(answer)

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()


def to_json(value: Any) -> bytes:
    """Return `value` as JSON, each Decimal as the number it is.

    Raises `Refused` for an amount that a JSON number cannot carry exactly (beyond 15 digits).
    """
    return json.dumps(value, default=_number, ensure_ascii=False, separators=(",", ":")).encode()


def _number(value: object) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"`{type(value).__name__}` is no JSON value")
    number = int(value) if value == value.to_integral_value() else float(value)
    if Decimal(str(number)) != value:
        raise Refused(f"the amount {value} has too many digits for PlacetoPay", code="amount")
    return number
