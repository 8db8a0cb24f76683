"""Calls to one account: keys, addresses and files; a good answer comes back as a dict."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from caravana.component.datil.errors import BY_STATUS, check
from caravana.component.datil.spec import DatilSettings
from caravana.kit import json
from caravana.kit.errors import Unknown, class_by_status
from caravana.kit.http import HttpAnswer, HttpSession

_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class DatilClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(self, settings: DatilSettings) -> None:
        """`settings`: the account's."""
        self.settings = settings
        self._http = HttpSession()

    async def get(self, path: str) -> dict[str, Any]:
        """Return the object at `path` (`/edocs/ID`). Raises an `EffectError` by the table of `errors`."""
        return check(await self._call("GET", path, {}))

    async def issue(self, path: str, content: str, key: str | None) -> dict[str, Any]:
        """POST a document, whose JSON text goes out as it is, with the certificate's password.

        A repetition with the same `key` is the same call, where Dátil knows keys. Raises an `EffectError`.
        """
        headers = {"X-Password": self.settings.certificate_password.get_secret_value()}
        if key is not None:
            headers["Idempotency-key"] = key
        return check(await self._call("POST", path, headers, content.encode()))

    async def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """POST something that is not signed. Raises an `EffectError`."""
        return check(await self._call("POST", path, {}, json.dumps(content).encode()))

    async def listed(self, resource: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return what the newer API lists at `/sales/<resource>`, page by page to its end. Raises an `EffectError`."""
        settings = self.settings
        key = (settings.list_key or settings.api_key).get_secret_value()
        address: str | None = f"{settings.list_url}/sales/{resource}?{urlencode(query)}"
        found: list[dict[str, Any]] = []
        while address is not None:
            page = check(await self._send("GET", address, {**_JSON, "X-Api-Key": key}))
            results = page.get("results")
            found += [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []
            following = page.get("next")
            ours = isinstance(following, str) and following.startswith(f"{settings.list_url}/")
            address = following if ours else None
        return found

    async def file(self, identity: str, kind: str) -> bytes:
        """Return the document's `pdf` or `xml`. No key goes there: the file's address is its secret. Raises an `EffectError`."""
        answer = await self._send("GET", f"{self.settings.files}/ver/{quote(identity, safe='')}/{kind}", {})
        if answer.status != 200:
            error = class_by_status(answer.status, BY_STATUS)
            raise error(f"Dátil answered {answer.status} for the {kind} of {identity}", status=answer.status)
        if not answer.raw:
            raise Unknown(f"Dátil gave an empty {kind} of {identity}", code="empty")
        return answer.raw

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()

    async def _call(self, method: str, path: str, headers: Mapping[str, str], data: bytes | None = None) -> HttpAnswer:
        account = {**_JSON, "X-Key": self.settings.api_key.get_secret_value(), **headers}
        return await self._send(method, self.settings.url + path, account, data)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None = None) -> HttpAnswer:
        timeout = self.settings.timeout.total_seconds()
        return await self._http.call(method, url, headers=headers, data=data, timeout=timeout)
