"""Recorded exchanges of a real Odoo 19.0, answered on loopback to whoever asks the recorded question."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

DATA = Path(__file__).parents[2] / "data" / "odoo-contract" / "19.0"


def fixture(name: str) -> dict[str, Any]:
    """Return the recorded exchange `name`; skips the test when the recordings are not there."""
    path = DATA / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded exchanges are not in tests/data")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


class Recordings:
    """Answers each request to `/<name>/…` with the recorded answer of exchange `name`, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[str, dict[str, str], Any]] = {}

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{name}/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        raw = await request.body()
        name = request.path_params["name"]
        path = "/" + request.path_params["path"]
        self.asked[name] = (path, dict(request.headers), json.loads(raw) if raw else None)
        answer = fixture(name)["response"]
        kind = next((one for key, one in answer["headers"].items() if key.lower() == "content-type"), "text/html")
        text = json.dumps(answer["body"]) if "json" in kind else answer["body"]
        return Response(text, answer["status"], media_type=kind)
