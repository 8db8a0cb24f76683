"""Calls to one account: key, addresses, files; a good answer comes back as a dict."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from caravana.component.ecuafact.contract import Contract
from caravana.component.ecuafact.errors import check
from caravana.component.ecuafact.spec import EcuafactSettings
from caravana.kit import json
from caravana.kit.errors import Refused, Unknown
from caravana.kit.http import HttpAnswer, HttpSession

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
PAGE = 50
PROVISIONAL = "provisional"


@dataclass(frozen=True)
class File:
    """A document's file; `provisional`: of a document that is not authorised yet."""

    raw: bytes
    provisional: bool


class EcuafactClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(self, settings: EcuafactSettings) -> None:
        """`settings`: the account's."""
        self.settings = settings
        self.contract = Contract(settings.contract, settings.identification, settings.paths)
        self._http = HttpSession()

    async def emit(self, ruc: str, cod_doc: str, content: str, key: str) -> dict[str, Any]:
        """Emit a document, whose JSON text goes out as it is. A repetition with the same `key` is the same operation.

        Raises an `EffectError` by the table of `errors`.
        """
        path = self.contract.emission(ruc, cod_doc)
        return check(await self._call("POST", path, content.encode(), {"Idempotency-Key": key}))

    async def validate(self, ruc: str, cod_doc: str, content: str) -> dict[str, Any]:
        """Have a document judged without emitting it: no key, no quota. Raises an `EffectError`; `invalid` when it is wrong."""
        return check(await self._call("POST", f"{self.contract.emission(ruc, cod_doc)}/validar", content.encode()))

    async def operation(self, identity: str) -> dict[str, Any]:
        """Return an operation's `datos`. Raises `Refused` for what is no UUID, before any call, and other `EffectError`."""
        if not _UUID.fullmatch(identity):
            raise Refused("an operation of Ecuafact is named by a UUID", code="body")
        answer = await self.get(f"/v1/operaciones/{identity}")
        data = answer.get("datos", answer)
        if not isinstance(data, dict):
            raise Unknown("Ecuafact told an operation without `datos`", code="not_json")
        return data

    async def get(self, path: str) -> dict[str, Any]:
        """Return the object at `path` (`/v1/contexto`). Raises an `EffectError` by the table of `errors`."""
        return check(await self._call("GET", path))

    async def issued(self, ruc: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return what the list of issued documents has for `query`, page by page to its end. Raises an `EffectError`."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            asked = urlencode({**query, "pagina": page, "tamanoPagina": PAGE})
            answer = await self.get(f"{self.contract.documents(ruc)}/emitidos?{asked}")
            data = answer.get("datos")
            rows = data.get("comprobantes") if isinstance(data, dict) else None
            if not isinstance(data, dict) or not isinstance(rows, list):
                raise Unknown("Ecuafact gave no list of documents", code="not_json")
            found += [one for one in rows if isinstance(one, dict)]
            if data.get("hayMas") is not True or not rows:
                return found
            page += 1

    async def file(self, ruc: str, clave: str, kind: str) -> File:
        """Return the document's `xml` or `ride`. Raises an `EffectError`."""
        answer = await self._call("GET", f"{self._document(ruc, clave)}/{kind}")
        if answer.status != 200:
            check(answer)
            raise Unknown(f"Ecuafact answered {answer.status} for the {kind}", status=answer.status, code="no_file")
        return File(answer.raw, answer.headers.get("x-contenido", "").lower() == PROVISIONAL)

    async def mail(self, ruc: str, clave: str, recipient: str) -> dict[str, Any]:
        """Make Ecuafact mail the document. Raises an `EffectError`."""
        content = json.dumps({"destinatario": recipient}).encode()
        return check(await self._call("POST", f"{self._document(ruc, clave)}/correo", content))

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()

    def _document(self, ruc: str, clave: str) -> str:
        return f"{self.contract.documents(ruc)}/{quote(clave, safe='')}"

    async def _call(
        self, method: str, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        sent = {"X-Api-Key": self.settings.api_key.get_secret_value(), "Accept": "application/json", **(headers or {})}
        if data is not None:
            sent["Content-Type"] = "application/json"
        if self.settings.additional_info is not None:
            sent["X-Additional-Info"] = self.settings.additional_info
        timeout = self.settings.timeout.total_seconds()
        return await self._http.call(method, self.settings.url + path, headers=sent, data=data, timeout=timeout)
