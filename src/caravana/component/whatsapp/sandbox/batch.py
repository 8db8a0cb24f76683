"""Several calls in one: `POST /` with `batch`."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

MOST = 50


class Batches:
    """Carries out the members of a batch, each for itself."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose calls they are."""
        self._sandbox = sandbox
        self.dropped: set[int] = set()
        """Numbers of members that are answered with null, as if they had taken too long."""

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {("root", "", "POST"): self._batch}

    async def _batch(self, asked: Asked) -> list[Any]:
        members = asked.object("batch")
        if not isinstance(members, list) or len(members) > MOST:
            raise invalid(f"batch must be a list of at most {MOST} calls")
        return [None if number in self.dropped else await self._one(asked, one) for number, one in enumerate(members)]

    async def _one(self, asked: Asked, member: Any) -> dict[str, Any]:
        try:
            status, answer = 200, await self._sandbox.door.carry_out(self._read(asked, member))
        except GraphError as error:
            status, answer = error.status, error.answer()
        headers = [{"name": "Content-Type", "value": "application/json"}]
        return {"code": status, "headers": headers, "body": json.dumps(answer)}

    def _read(self, asked: Asked, member: Any) -> Asked:
        if not isinstance(member, dict) or not isinstance(member.get("relative_url"), str):
            raise invalid("each call needs method and relative_url")
        parts = urlsplit(member["relative_url"])
        names = [one for one in parts.path.split("/") if one]
        if names and names[0] == asked.version:
            names.pop(0)
        node, edge = (*names, "", "")[:2]
        values: dict[str, Any] = dict(parse_qsl(parts.query)) | dict(parse_qsl(member.get("body") or ""))
        method = str(member.get("method") or "GET").upper()
        return Asked(method, self._sandbox.kind(node), node, edge, values, {}, asked.base, asked.version)
