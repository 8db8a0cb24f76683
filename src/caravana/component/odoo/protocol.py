"""The two ways to say a call: JSON-2 (Odoo 19 and later) and JSON-RPC (before). Pure; the client does the sending."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from caravana.component.odoo.errors import from_answer, from_name
from caravana.component.odoo.values import plain
from caravana.kit.errors import Unknown
from caravana.kit.http import HttpAnswer

JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True)
class Call:
    """One call of a public method with named arguments; `ids` None = a method of the model, not of records."""

    model: str
    method: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    ids: list[int] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, str] = field(default_factory=dict)
    """Of a note: the same as a row of `mail.message.load`, in which several can go out as one."""

    @property
    def place(self) -> str:
        """Name of the call in error texts."""
        return f"{self.model}.{self.method}"


@dataclass(frozen=True)
class Wire:
    """What goes out for a call."""

    path: str
    headers: Mapping[str, str]
    data: bytes


class Protocol(ABC):
    """One way to say a call and to read its answer."""

    name: Literal["json2", "jsonrpc"]

    @abstractmethod
    def wire(self, call: Call) -> Wire:
        """Return what to send for `call`."""

    @abstractmethod
    def result(self, call: Call, answer: HttpAnswer) -> Any:
        """Return the result in `answer`. Raises an `EffectError` by the table of errors."""


class Json2(Protocol):
    """`POST /json/2/<model>/<method>`; the body holds the named arguments, the answer is the bare result."""

    name = "json2"

    def __init__(self, database: str, key: str) -> None:
        """`key`: the API key, sent as bearer."""
        self._headers = {**JSON_TYPE, "Authorization": f"bearer {key}", "X-Odoo-Database": database}

    def wire(self, call: Call) -> Wire:
        """Return what to send for `call`."""
        body = dict(call.arguments)
        if call.ids is not None:
            body["ids"] = call.ids
        if call.context:
            body["context"] = dict(call.context)
        return Wire(f"/json/2/{call.model}/{call.method}", self._headers, to_bytes(body))

    def result(self, call: Call, answer: HttpAnswer) -> Any:
        """Return the bare result. Raises an `EffectError` for any status but 200."""
        if answer.status != 200:
            raise from_answer(call.place, answer)
        return read_json(call.place, answer)


class JsonRpc(Protocol):
    """`object.execute_kw` on `/jsonrpc`; every fault comes with status 200 and a class name."""

    name = "jsonrpc"

    def __init__(self, database: str, uid: int, key: str) -> None:
        """`uid`: number of the user, from `authenticate`; `key`: the API key, sent as password."""
        self._database = database
        self._uid = uid
        self._key = key

    def wire(self, call: Call) -> Wire:
        """Return what to send for `call`."""
        named = dict(call.arguments)
        positional: list[Any] = [] if call.ids is None else [call.ids]
        if call.method == "create" and "vals_list" in named:
            positional.append(named.pop("vals_list"))  # servers before 19 look at args[0] to shape the result
        if call.context:
            named["context"] = dict(call.context)
        arguments = [self._database, self._uid, self._key, call.model, call.method, positional, named]
        return rpc("object", "execute_kw", arguments)

    def result(self, call: Call, answer: HttpAnswer) -> Any:
        """Return the result, shaped as JSON-2 shapes it. Raises an `EffectError` for a fault."""
        result = rpc_result(call.place, answer)
        return [result] if call.method == "create" and isinstance(result, int) else result


def rpc(service: str, method: str, arguments: list[Any]) -> Wire:
    """Return a JSON-RPC request."""
    params = {"service": service, "method": method, "args": arguments}
    return Wire("/jsonrpc", JSON_TYPE, to_bytes({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}))


def rpc_result(place: str, answer: HttpAnswer) -> Any:
    """Return the result of a JSON-RPC answer. Raises an `EffectError` for a fault or an unreadable answer."""
    if answer.status != 200:
        raise from_answer(place, answer)
    body = read_json(place, answer)
    if not isinstance(body, dict):
        raise Unknown(f"{place}: the answer is no JSON-RPC", status=200, code="not_json")
    if "error" in body:
        data = body["error"].get("data") if isinstance(body["error"], dict) else None
        raise from_name(place, data if isinstance(data, dict) else {})
    return body.get("result")


def read_json(place: str, answer: HttpAnswer) -> Any:
    """Return the JSON of an answer with status 200. Raises `Unknown` for anything else: Odoo may have committed."""
    try:
        return answer.json()
    except ValueError:
        raise Unknown(f"{place}: the answer is no JSON", status=answer.status, code="not_json") from None


def to_bytes(body: Any) -> bytes:
    """Return `body` as JSON bytes in Odoo's values."""
    return json.dumps(plain(body), ensure_ascii=False, separators=(",", ":")).encode()
