"""Sending a recorded request to a live sandbox and comparing what comes back."""

import json
import xmlrpc.client
from typing import Any

import httpx

from tests.odoo_sandbox.recorded import Exchange, parse_xml
from tests.odoo_sandbox.shape import differences
from tests.odoo_sandbox.world import World

DROPPED = frozenset({"host", "content-length", "connection", "accept-encoding"})
BOT = 5


async def replay(world: World, exchange: Exchange) -> list[str]:
    """Return how the sandbox's answer differs from the recorded one in status, headers and shape."""
    transport = httpx.ASGITransport(app=world.sandbox.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8069") as client:
        request = client.build_request(
            exchange.method, exchange.path, headers=headers(world, exchange), content=body(world, exchange)
        )
        answer = await client.send(request)
    return compare(exchange, answer)


def compare(exchange: Exchange, answer: httpx.Response) -> list[str]:
    """Return the differences between a recorded and a live answer."""
    found = []
    if answer.status_code != exchange.status:
        found.append(f"status: recorded {exchange.status}, live {answer.status_code}: {answer.text[:300]}")
    for name, value in exchange.answer_headers.items():
        if answer.headers.get(name) != value.strip() and answer.headers.get(name) != value:
            found.append(f"header {name}: recorded {value!r}, live {answer.headers.get(name)!r}")
    live = live_body(exchange, answer)
    return found + differences(exchange.answer, live) + named(exchange.answer, live)


def live_body(exchange: Exchange, answer: httpx.Response) -> Any:
    """Return the live answer in the form of the recorded one."""
    if exchange.is_xml:
        return parse_xml(answer.text)
    return answer.json() if "json" in answer.headers["content-type"] else answer.text


def named(recorded: Any, live: Any) -> list[str]:
    """Return where the class of an error or the code of a fault differs: these are values that a client goes by."""
    if not (isinstance(recorded, dict) and isinstance(live, dict)):
        return []
    found = []
    if "faultCode" in recorded and _code(recorded) != _code(live):
        found.append(f"fault: recorded {recorded}, live {live}")
    for one, other in ((recorded, live), *_inner(recorded, live)):
        if "debug" in one and one["name"] != other.get("name"):
            found.append(f"error: recorded {one['name']}, live {other.get('name')}: {other.get('message')}")
    return found


def _code(fault: dict[str, Any]) -> Any:
    code = fault.get("faultCode")
    return code.split("\n")[0] if isinstance(code, str) else code


def _inner(recorded: dict[str, Any], live: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    if "error" not in recorded:
        return []
    return [(recorded["error"]["data"], (live.get("error") or {}).get("data") or {})]


def headers(world: World, exchange: Exchange) -> dict[str, str]:
    """Return the recorded headers with this sandbox's key and database."""
    told = {name: value for name, value in exchange.headers.items() if name.lower() not in DROPPED}
    for name, value in told.items():
        told[name] = value.replace("<API_KEY>", world.flavour.api_key)
        if name.lower() == "x-odoo-database":
            told[name] = database(world, value)
    return told


def database(world: World, recorded: str) -> str:
    """Return the live name of the recorded database; an unknown one stays unknown."""
    return world.flavour.database if recorded == "o19" else recorded


def body(world: World, exchange: Exchange) -> bytes:
    """Return the recorded body with live ids, names and secrets."""
    asked = exchange.body
    if exchange.is_xml:
        args = positional(world, asked["args"])
        return xmlrpc.client.dumps(tuple(args), asked["method"]).encode()
    if exchange.path == "/jsonrpc":
        asked["params"]["args"] = positional(world, asked["params"]["args"])
    elif isinstance(asked, dict):
        *_, model, method = exchange.path.split("/")
        asked = world.remap.call(model, method, asked)
    return b"" if asked is None else asked.encode() if isinstance(asked, str) else json.dumps(asked).encode()


def positional(world: World, args: list[Any]) -> list[Any]:
    """Return the arguments of a service's call with live ids, names and secrets."""
    if not args:
        return args
    if len(args) < 5:
        login = world.flavour.admin if args[1] == "admin" else args[1]
        return [database(world, args[0]), login, secret(world, args[2], 0), *args[3:]]
    base, uid, given, model, method, *rest = args
    live = world.sandbox.bot_uid if uid == BOT else world.sandbox.admin_uid
    inner, named_ = world.remap.positional(model, method, rest[0], rest[1] if len(rest) > 1 else {})
    return [database(world, base), live, secret(world, given, uid), model, method, inner, named_]


def secret(world: World, given: str, uid: int) -> str:
    """Return the live secret for a recorded placeholder; a wrong one stays wrong."""
    password = world.flavour.bot_password if uid == BOT else world.flavour.password
    return {"API-KEY": world.flavour.api_key, "PASS-WORD": password}.get(given, given)
