"""The client of one Odoo connection: protocol by version, limits, results and errors alike whatever the protocol."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from caravana.component.odoo.kept import DAY, Kept
from caravana.component.odoo.matches import Matches
from caravana.component.odoo.names import RENAMED, FieldNames
from caravana.component.odoo.options import OdooConnection
from caravana.component.odoo.protocol import Call, Json2, JsonRpc, Protocol, Wire, rpc, rpc_result
from caravana.component.odoo.together import Together
from caravana.component.odoo.values import FieldTypes
from caravana.kit.branch import Branch
from caravana.kit.errors import EffectError, NeedsPerson, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer, HttpSession
from caravana.kit.pace import Pace

JSON2_SINCE = 19
OF_A_WAREHOUSE = frozenset({"product.product", "product.template"})
"""Models whose quantities are those of the context's warehouse."""


class Connection:
    """What all calls of one connection share: session, limits, version, user number, field types."""

    def __init__(self, settings: OdooConnection, processes: Callable[[], int] = lambda: 1) -> None:
        """`settings`: address and credentials; nothing is sent before the first call. `processes` share its rate."""
        self.settings = settings
        self.date: datetime | None = None
        """Time of the server when it last answered (its Date header)."""
        self.guard: Callable[[], Awaitable[None]] | None = None
        """Lets each call pass, or raises an `EffectError` before anything is sent."""
        self.pace = Pace(settings.calls_a_second, processes)
        self.together = Together(
            self._perform,
            ready=self.pace.wait,
            turns=settings.calls_at_once,
            patience=settings.patience.total_seconds(),
        )
        self._session = HttpSession(limit=settings.calls_at_once)
        self._version: tuple[int, ...] | None = None
        self._protocol: Protocol | None = None
        self.replies = Kept()
        """Replies of searches with `maxAge`, and the field types of models."""
        self.matches = Matches()
        self._opening = asyncio.Lock()

    async def perform(self, call: Call) -> Any:
        """Carry out `call`, when the guard lets it pass, and return its result. Raises an `EffectError`."""
        if self.guard is not None:
            with changes_nothing():
                await self.guard()
        return await self.carry_out(call)

    async def carry_out(self, call: Call) -> Any:
        """Carry out `call` without asking the guard, when its turn has come. Raises an `EffectError`."""
        return await self.together.call(call)

    async def _perform(self, call: Call) -> Any:
        protocol = await self.protocol()
        answer = await self._send("POST", protocol.wire(call))
        try:
            return protocol.result(call, answer)
        except NeedsPerson as error:
            if error.status == 401:
                self._protocol = None
            raise

    async def protocol(self) -> Protocol:
        """Return the protocol that fits the server. Raises `Transient` or `NeedsPerson`: nothing was done so far."""
        async with self._opening:
            if self._protocol is None:
                with changes_nothing():
                    self._protocol = await self._choose()
            return self._protocol

    async def version(self) -> tuple[int, ...]:
        """Return the server's version, e.g. (19, 0)."""
        if self._version is None:
            with changes_nothing():
                self._version = await self._ask_version()
        return self._version

    async def types(self, model: str, perform: Any) -> FieldTypes:
        """Return type and relation of the fields of `model`, asked once a day."""
        wanted = {"attributes": ["type", "relation"]}
        types: FieldTypes = await self.replies.get(
            f"types of {model}", DAY, lambda: perform(model, "fields_get", wanted)
        )
        return types

    async def close(self) -> None:
        """Give up what waits, and close the connections."""
        await self.together.close()
        await self._session.close()

    async def _choose(self) -> Protocol:
        wanted = self.settings.protocol
        if wanted == "auto":
            wanted = "json2" if (await self.version())[0] >= JSON2_SINCE else "jsonrpc"
        key = self.settings.api_key.get_secret_value()
        if wanted == "json2":
            return Json2(self.settings.database, key)
        return JsonRpc(self.settings.database, await self._authenticate(key), key)

    async def _authenticate(self, key: str) -> int:
        if not self.settings.login:
            raise NeedsPerson("this Odoo speaks JSON-RPC, which needs the connection's `login`", code="login")
        wire = rpc("common", "authenticate", [self.settings.database, self.settings.login, key, {}])
        uid = rpc_result("common.authenticate", await self._ask("POST", wire))
        if not uid:
            raise NeedsPerson("Odoo knows no such login with this key", status=401, code="AccessDenied")
        return int(uid)

    async def _ask_version(self) -> tuple[int, ...]:
        answer = await self._ask("GET", Wire("/json/version", {}, b""))
        try:
            info = answer.json()["version_info"] if answer.status == 200 else None
        except (ValueError, KeyError, TypeError):
            info = None
        if info is None:  # servers before 19 may not know the address
            answer = await self._ask("POST", rpc("common", "version", []))
            told = rpc_result("common.version", answer)
            info = told.get("server_version_info") if isinstance(told, dict) else None
        if not isinstance(info, list) or not info:
            raise Refused("common.version: this is not Odoo's answer", status=answer.status, code="not_odoo")
        return tuple(_number(one) for one in info[:2])

    async def _ask(self, method: str, wire: Wire) -> HttpAnswer:
        """Send what is no call of a model, within a turn or before there are any."""
        await self.pace.wait()
        return await self._send(method, wire)

    async def _send(self, method: str, wire: Wire) -> HttpAnswer:
        answer = await self._session.call(
            method,
            self.settings.url + wire.path,
            headers=wire.headers,
            data=wire.data if method == "POST" else None,
            timeout=self.settings.timeout.total_seconds(),
        )
        self.date = _date(answer.headers.get("date", "")) or self.date
        return answer


class OdooClient:
    """Calls of one connection in one context; cheap to make, all share the `Connection`."""

    def __init__(self, connection: Connection, context: Mapping[str, Any] | None = None) -> None:
        """`context`: what every call carries."""
        self.connection = connection
        self._context = dict(context or {})

    @property
    def settings(self) -> OdooConnection:
        """Settings of the connection."""
        return self.connection.settings

    @property
    def context(self) -> dict[str, Any]:
        """What every call carries."""
        return dict(self._context)

    def within(self, context: Mapping[str, Any]) -> "OdooClient":
        """Return a client whose calls carry `context` too."""
        return OdooClient(self.connection, {**self._context, **context}) if context else self

    async def call(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
        row: Mapping[str, str] | None = None,
    ) -> Any:
        """Call `method` of `model` with named `arguments` and return its result.

        `row`: the same as a row of `load`, see `Call`. Raises an `EffectError`; `Unknown` when the answer was lost.
        """
        merged = {**self._context, **(context or {})}
        return await self.connection.perform(
            Call(model, method, arguments or {}, None if ids is None else list(ids), merged, row or {})
        )

    async def ask(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Like `call`, for calls that change nothing that matters: a lost answer is `Transient`."""
        with changes_nothing():
            return await self.call(model, method, arguments, ids=ids, context=context)

    async def types(self, model: str) -> FieldTypes:
        """Return type and relation of the fields of `model`."""
        return await self.connection.types(model, self.ask)

    async def names(self, model: str) -> FieldNames:
        """Return the translator of field names; the server is asked only where names differ by version."""
        return FieldNames(model, await self.types(model) if model in RENAMED else {})


@contextmanager
def changes_nothing() -> Any:
    """Turn `Unknown` into `Transient`: what was asked changes nothing, so nothing was done."""
    try:
        yield
    except Unknown as error:
        raise Transient(str(error), status=error.status, code=error.code) from error


@asynccontextmanager
async def after_effect() -> AsyncIterator[None]:
    """Turn every error into `Unknown`: the effect has been made, only its description is missing."""
    try:
        yield
    except EffectError as error:
        raise Unknown(f"done, but not read back: {error}", status=error.status, code=error.code) from error


def default_context(settings: OdooConnection, branch: Branch | None = None, model: str = "") -> dict[str, Any]:
    """Return the context that every call of a connection carries, for an exchange of `branch`.

    Odoo then shows the records of the branch's company alone, and the stock of its warehouse (verified on 19.0), and
    dates what it posts by the company's calendar: `context_today` takes the caller's zone, and UTC where he has none.
    """
    context: dict[str, Any] = (
        {"tz": settings.timezone, **settings.context} if settings.timezone else dict(settings.context)
    )
    if settings.language:
        context["lang"] = settings.language
    companies = (branch.company,) if branch is not None else settings.company_ids
    if companies:
        context["allowed_company_ids"] = list(companies)
    if branch is not None and branch.warehouse is not None and model in OF_A_WAREHOUSE:
        context["warehouse_id"] = branch.warehouse
    return context


def _number(part: Any) -> int:
    """Return a part of the version; Odoo Online writes `saas~18`."""
    return part if isinstance(part, int) else int("".join(sign for sign in str(part) if sign.isdigit()) or 0)


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
