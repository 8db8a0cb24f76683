"""The steering addresses of the imitated authority, for whichever sandbox it stands behind."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.kit.authority.authority import Authority
from caravana.kit.authority.plan import Plan, Showing


def authority_routes(authority: Authority) -> list[Route]:
    """Return the addresses under `/_sandbox/authority/`.

    `POST plans` (a list of plans, replaces those there are), `POST decide` (`clave`, `codes`), `POST show` (`clave` and fields of
    `Showing`), `GET documents` (what was received), `GET audit` (every call of reception, and what was issued twice).
    """

    async def plans(request: Request) -> Response:
        body = await request.json()
        if not isinstance(body, list):
            raise ValueError("send a list of plans")
        authority.plans[:] = [Plan.read(one) for one in body]
        return JSONResponse([one.to_json() for one in authority.plans])

    async def decide(request: Request) -> Response:
        body = await request.json()
        authority.decide(str(body["clave"]), *map(str, body.get("codes", ())))
        return JSONResponse({"decided": True})

    async def show(request: Request) -> Response:
        body = dict(await request.json())
        authority.show(str(body.pop("clave")), Showing(**body))
        return JSONResponse({"shown": True})

    async def documents(request: Request) -> Response:
        return JSONResponse(_documents(authority))

    async def audit(request: Request) -> Response:
        return JSONResponse(_audit(authority))

    paths: dict[str, tuple[str, Callable[[Request], Any]]] = {
        "plans": ("POST", plans),
        "decide": ("POST", decide),
        "show": ("POST", show),
        "documents": ("GET", documents),
        "audit": ("GET", audit),
    }
    return [
        Route(f"/_sandbox/authority/{name}", _guarded(call), methods=[method]) for name, (method, call) in paths.items()
    ]


def _guarded(call: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            answer: Response = await call(request)
        except (ValueError, TypeError, KeyError, LookupError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return answer

    return endpoint


def _documents(authority: Authority) -> list[dict[str, Any]]:
    now = authority.clock.now()
    return [
        {
            "clave": one.clave,
            "codDoc": one.cod_doc,
            "numero": one.numero,
            "received": one.received.isoformat(),
            "estado": one.state if one.is_decided(now) else "EN PROCESO",
            "messages": [message.to_json() for message in one.messages],
        }
        for one in authority.register.documents()
    ]


def _audit(authority: Authority) -> dict[str, Any]:
    receipts = [
        {"at": one.at.isoformat(), "clave": one.clave, "numero": one.numero, "estado": one.estado, "codes": one.codes}
        for one in authority.audit()
    ]
    return {
        "receipts": receipts,
        "authorised": [one.clave for one in authority.authorised()],
        "issued_twice": authority.issued_twice(),
    }


__all__ = ["authority_routes"]
