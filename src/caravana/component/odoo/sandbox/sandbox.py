"""The imitation itself: its database, its users, how a call becomes a transaction, and its addresses."""

import asyncio
import fnmatch
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.odoo.sandbox import automation
from caravana.component.odoo.sandbox.access import Credentials
from caravana.component.odoo.sandbox.caller import call_positional
from caravana.component.odoo.sandbox.errors import OdooError, SerializationFailure, ServerError
from caravana.component.odoo.sandbox.load import refused
from caravana.component.odoo.sandbox.models.catalogue import MODELS
from caravana.component.odoo.sandbox.models.electronic import install
from caravana.component.odoo.sandbox.records import Env
from caravana.component.odoo.sandbox.seed import Setup, insert, seed
from caravana.component.odoo.sandbox.store import Store
from caravana.component.odoo.sandbox.transaction import LateCommit, Transaction
from caravana.kit.clock import Clock, clock_from_environment
from caravana.kit.sandbox import Sandbox

Work = Callable[[Env], Any]
Answer = Callable[[datetime], Awaitable[Response]]


@dataclass
class Conflict:
    """A lost race for the next `times` calls whose operation fits: after `seconds` of the clock, a serialization failure.

    Odoo repeats such a call up to five times by itself, hence the wait; `load` does not, and answers at once (19.0).
    """

    operation: str = "*"
    times: int = 1
    seconds: float = 20.6


class DirectModel:
    """One model for Python callers: each method call is one transaction of the administrator."""

    def __init__(self, sandbox: "OdooSandbox", name: str) -> None:
        self._sandbox = sandbox
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._sandbox.direct(self._name, method, *args, **kwargs)

        return call


class DirectEnv:
    """`sandbox.env`: models by name."""

    def __init__(self, sandbox: "OdooSandbox") -> None:
        self._sandbox = sandbox

    def __getitem__(self, model: str) -> DirectModel:
        self._sandbox.store.model(model)
        return DirectModel(self._sandbox, model)

    def ref(self, xmlid: str) -> int:
        """Return the id behind an external id."""
        module, _, name = xmlid.partition(".")
        return int(self["ir.model.data"].check_object_reference(module, name)[1])


class OdooSandbox(Sandbox):
    """An Odoo that is not one; see the package's documentation."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        version: str = "19.0",
        database: str = "demo",
        api_key: str = "0123456789abcdef0123456789abcdef01234567",
        password: str = "admin",  # noqa: S107 -- of an imitation
        bot_key: str = "fedcba9876543210fedcba9876543210fedcba98",
        bot_password: str = "integracion",  # noqa: S107 -- of an imitation
        base_url: str = "",
        first_id: int = 1,
        setup: Setup | None = None,
    ) -> None:
        """Make a database.

        `version`: below 19 there is no JSON-2 (and older field names), from 22 on no RPC; `api_key` and `password`: the
        administrator's; `bot_key` and `bot_password`: those of a user with sales, invoicing and stock rights only;
        `base_url`: the address written into links, by default the one that is called; `first_id`: first id of each table.
        """
        super().__init__(clock or clock_from_environment(), name="odoo")
        setup = setup or Setup()
        self.version = version
        self.database = database
        self.major = int(version.split(".")[0])
        self.store = Store(MODELS, major=self.major, first_id=first_id)
        if setup.electronic:
            install(self.store, setup.electronic)
        self.store.base_url = base_url
        self.fixed_base_url = bool(base_url)
        self.conflicts: list[Conflict] = []
        self.pending: list[automation.Webhook] = []
        self._deliveries: set[asyncio.Task[None]] = set()
        transaction = Transaction(self.store, self.clock.now())
        seeded = seed(Env(transaction, 1), setup)
        self.admin_uid, self.bot_uid = seeded.admin, seeded.bot
        users = {setup.admin_login: (seeded.admin, password), setup.bot_login: (seeded.bot, bot_password)}
        self.credentials = Credentials(users, {api_key: seeded.admin, bot_key: seeded.bot})
        self._key_rows = {
            key: insert(Env(transaction, uid), "res.users.apikeys", name="caravana", user_id=uid).id
            for key, uid in self.credentials.keys.items()
        }
        self._connection = {"database": database, "apiKey": bot_key, "login": setup.bot_login}
        self.env = DirectEnv(self)

    def connection(self) -> dict[str, str]:
        """Return database, key and login of the user with sales, invoicing and stock rights only."""
        return dict(self._connection)

    # -- calls

    async def operate(self, request: Request, operation: str, answer: Answer) -> Response:
        """Answer a request under the faults switched on; `answer` gets the moment at which the call came in."""
        if not self.fixed_base_url:
            self.store.base_url = str(request.base_url).rstrip("/")
        started = self.clock.now()
        return await self.perform(request, operation, lambda: answer(started))

    async def call(
        self, operation: str, uid: int, started: datetime, work: Work, context: Mapping[str, Any] | None = None
    ) -> Any:
        """Run `work` as one transaction that began at `started`, then send its webhooks, then return its result.

        Raises OdooError; nothing of a call that failed is kept.
        """
        conflict = self._take_conflict(operation)
        if conflict and operation.endswith(".load"):
            return refused("could not serialize access due to concurrent update\n")
        if conflict:
            await self.clock.sleep(conflict.seconds)
            raise SerializationFailure
        result, webhooks = self._transact(operation, uid, started, work, context)
        await automation.send(webhooks)
        return result

    def _take_conflict(self, operation: str) -> Conflict | None:
        for conflict in self.conflicts:
            if fnmatch.fnmatch(operation, conflict.operation):
                conflict.times -= 1
                if conflict.times <= 0:
                    self.conflicts.remove(conflict)
                return conflict
        return None

    def _transact(
        self, operation: str, uid: int, started: datetime, work: Work, context: Mapping[str, Any] | None = None
    ) -> tuple[Any, list[automation.Webhook]]:
        transaction = Transaction(self.store, started)
        result = self._attempt(transaction, uid, work, context)
        if transaction.changed:
            self.effects[operation] += 1
        return result, transaction.webhooks

    def _attempt(self, transaction: Transaction, uid: int, work: Work, context: Mapping[str, Any] | None) -> Any:
        try:
            return work(Env(transaction, uid, context))
        except OdooError:
            transaction.rollback()
            raise
        except Exception as error:
            transaction.rollback()
            raise ServerError(str(error), f"builtins.{type(error).__name__}") from error

    # -- for tests and demonstrations, in Python

    def direct(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method as the administrator, at once; its webhooks go out in the background or by `deliver`."""
        result, webhooks = self._transact(
            f"{model}.{method}",
            self.admin_uid,
            self.clock.now(),
            lambda env: call_positional(env, model, method, args, kwargs),
        )
        self.pending += webhooks
        if self.pending:
            self._deliver_soon()
        return result

    def _deliver_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        task = loop.create_task(self.deliver())
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def deliver(self) -> None:
        """Send the webhooks that direct calls have caused."""
        waiting, self.pending = self.pending, []
        await automation.send(waiting)

    def late(self, model: str, method: str, *args: Any, **kwargs: Any) -> LateCommit:
        """Run a method in a long transaction; others see what it did only after `.commit()`, with its start as write date."""
        transaction = Transaction(self.store, self.clock.now())
        result = self._attempt(
            transaction, self.admin_uid, lambda env: call_positional(env, model, method, args, kwargs), None
        )
        return LateCommit(transaction, result)

    def expire_key(self, key: str, at: datetime | None = None) -> None:
        """Let an API key be refused from `at` (now) on."""
        ends = self.credentials.expiry[key] = at or self.clock.now()
        self.env["res.users.apikeys"].write(
            [self._key_rows[key]], {"expiration_date": ends.strftime("%Y-%m-%d %H:%M:%S")}
        )

    # -- addresses

    def partner_routes(self) -> list[Route]:
        """Return Odoo's addresses, as far as the version has them."""
        from caravana.component.odoo.sandbox import json2, jsonrpc, pages, xmlrpc

        routes = [*pages.routes(self)]
        if self.major >= 19:
            routes += json2.routes(self)
        if self.major < 22:
            routes += [*jsonrpc.routes(self), *xmlrpc.routes(self)]
        return routes

    def control_routes(self) -> list[Route]:
        """Return the steering addresses, with `/_sandbox/conflicts` besides the common ones."""
        return [*super().control_routes(), Route("/_sandbox/conflicts", self._set_conflicts, methods=["POST"])]

    async def _set_conflicts(self, request: Request) -> Response:
        known = {one.name for one in fields(Conflict)}
        body: Any = await request.json()
        if not isinstance(body, list) or any(not isinstance(one, dict) or set(one) - known for one in body):
            return JSONResponse({"error": f"send a list of objects with {sorted(known)}"}, 400)
        self.conflicts[:] = [Conflict(**one) for one in body]
        return JSONResponse([asdict(one) for one in self.conflicts])
