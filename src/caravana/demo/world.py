"""The demo's processes: imitated partners and a real hub, all on loopback, sharing one clock."""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from caravana.demo import issuer, seller
from caravana.demo.branches import ACCOUNT, BANK_JOURNAL, BRANCHES
from caravana.demo.issuer import MAILS, SRI
from caravana.engine.configuration import read_configuration
from caravana.engine.control import holder
from caravana.kit.clock import ENVIRONMENT, ScaledClock

CONFIGURATION = """\
# Written by `caravana demo`: one small company with two branches, against imitated partners.
profile: test
go_live: {go_live}
company:
  name: Empresa XYZ
journal: sqlite:///caravana.db
routes: []
flows: [{flows}]
listener:
  port: {listener}
  public_url: http://127.0.0.1:{listener}
control:
  port: {control}
connections:
  odoo:
    url: http://127.0.0.1:{odoo}
    database: demo
    apiKey: "0123456789abcdef0123456789abcdef01234567"
    rate: {speed:g}  # with one call at a time: of the demo's clock, which hurries, what a hosted Odoo gets by default
    concurrency: 1
    lookEvery: 30s
    settle: 8s
  placetopay:
    url: http://127.0.0.1:{placetopay}
    login: sandbox-login
    secretKey: sandbox-secret-key
  stripe:
    url: http://127.0.0.1:{stripe}
    secretKey: sk_test_sandbox
    webhookSecret: whsec_sandbox
  payphone:
    url: http://127.0.0.1:{payphone}
    token: sandbox-token
    storeId: sandbox-store
{connections}branches:
{branches}settings:
  cards.life: 12h  # of the demo's clock, which hurries: time enough for a person at the checkout
  cards.refund_on_credit_note: true
  bank.journals: {{"{account}": {bank_journal}}}
{settings}placeholders:
  bank.folder: {bank_folder}
  bank.notification: notificacion
{placeholders}modes:
  connections: {{{shadow}}}
limits:
  connections:
    "odoo:odoo": {{open_for: 2s}}
{limits}"""


STORES = ("placetopay", "stripe", "payphone")
"""Connections to payment companies; the pay page offers all of them."""
ISSUING, SELLING = ("sri", "mail"), ("meta",)
"""Who is there only where electronic documents are issued, and where the company sells in chats."""
PATIENCE = 60.0
"""Real seconds that a process may take to start."""


class DemoFailed(Exception):
    """The demo itself could not be played; the message says where to look."""


PORTS = range(20_000, 32_000)
"""Below those that Linux gives to connections that go out, which could take one between our look and its use."""


def free_ports(count: int) -> list[int]:
    """Return ports of loopback on which nothing listens now, among `PORTS`."""
    found: list[int] = []
    while len(found) < count:
        port = secrets.choice(PORTS)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass
class World:
    """Starts, kills and stops the processes. `folder` holds configuration, journal and logs.

    `shadow`: connections in shadow; `patience`: real seconds that a process may take to start; `issues`: whether the company
    issues electronic documents, too; `sells`: whether it will sell in chats, from `open_shop` on; `is_open`: already.
    """

    folder: Path
    speed: float
    shadow: tuple[str, ...] = ()
    patience: float = PATIENCE
    issues: bool = False
    sells: bool = False
    is_open: bool = False
    kills: int = 0
    _partners: asyncio.subprocess.Process | None = None
    _hub: asyncio.subprocess.Process | None = None
    ports: dict[str, int] = field(default_factory=dict)
    bank_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    """What the bank signs its notifications with."""

    def __post_init__(self) -> None:
        names = (*self._partner_names, "listener", "control")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.clock = ScaledClock(time.time(), self.speed)
        self.go_live = self.clock.now().isoformat()
        self._environment = {
            **os.environ,
            ENVIRONMENT: str(self.clock),
            "CARAVANA_SECRET_PAY_LINK": secrets.token_hex(16),
            "CARAVANA_SECRET_BANK_WEBHOOK": self.bank_secret,
        }
        self.session: aiohttp.ClientSession | None = None

    @property
    def _partner_names(self) -> tuple[str, ...]:
        return ("odoo", *STORES, *(ISSUING if self.issues else ()), *(SELLING if self.sells else ()))

    def url(self, name: str) -> str:
        """Return the address of `odoo`, a payment company, `sri`, `meta`, `listener` or `control`."""
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def http(self) -> aiohttp.ClientSession:
        """The session that plays customers and clerks."""
        if self.session is None:
            self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        return self.session

    @property
    def bank_folder(self) -> Path:
        """Where files of the bank are laid."""
        return self.folder / "bank"

    @property
    def hub_log(self) -> Path:
        """Where the hub writes."""
        return self.folder / "hub.log"

    async def start(self) -> None:
        """Write the configuration, start partners and hub. Raises `DemoFailed`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in (*self.folder.glob("caravana.db*"), *self.folder.glob("*.log")):
            left.unlink()
        for name in (SRI, MAILS):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.issues:
            (self.folder / MAILS).mkdir()
        self.bank_folder.mkdir(exist_ok=True)
        self._configure()
        ports = [f"{name}={self.ports[name]}" for name in self._partner_names]
        self._partners = await self._spawn("partners.log", "caravana.demo.partners", self.url("listener"), *ports)
        for name in self._partner_names[: 1 + len(STORES)]:
            await self._answers(self.url(name) + "/_sandbox/counters", self._partners, "partners.log")
        await self.start_hub()

    def _configure(self) -> None:
        """Write the configuration as it is to be now."""
        parts = [*([issuer.PART] if self.issues else ()), *([seller.PART] if self.is_open else ())]
        places = {"ports": self.ports, "folder": self.folder.resolve()}
        text = CONFIGURATION.format(
            **self.ports,
            flows=", ".join(("cards", "matching", *(flow for one in parts for flow in one.flows))),
            connections="".join(one.connections.format(**places) for one in parts),
            settings="".join(one.settings for one in parts),
            placeholders="".join(one.placeholders for one in parts),
            limits="".join(one.limits for one in parts),
            branches="".join(one.settings() for one in BRANCHES),
            go_live=self.go_live,
            speed=self.speed,
            shadow=", ".join(f'"{one}": shadow' for one in self.shadow),
            account=ACCOUNT,
            bank_journal=BANK_JOURNAL,
            bank_folder=self.bank_folder,
        )
        (self.folder / "caravana.yaml").write_text(text)

    async def open_shop(self) -> None:
        """The company begins to sell in chats: its hub is ended, told so, and started again. Raises `DemoFailed`."""
        if self.is_open:
            return
        assert self._hub is not None
        self.is_open = True
        self._configure()
        self._hub.terminate()
        await self._hub.wait()
        await self.start_hub()

    async def start_hub(self) -> None:
        """Start the hub and wait until it is ready. Raises `DemoFailed`."""
        self._hub = await self._spawn("hub.log", "caravana", "run", "--config", "caravana.yaml", "--log-format", "json")
        await self._answers(self.url("control") + "/readyz", self._hub, "hub.log")

    async def kill_hub(self) -> None:
        """Kill the hub as a power cut would, and start it again."""
        assert self._hub is not None
        self._hub.send_signal(signal.SIGKILL)
        await self.revive_hub()

    async def revive_hub(self) -> None:
        """Wait until the hub has died, and start it again. Raises `DemoFailed`."""
        assert self._hub is not None
        await self._hub.wait()
        self.kills += 1
        await self.start_hub()

    @property
    def hub_pid(self) -> int:
        """Whom to kill."""
        assert self._hub is not None
        return self._hub.pid

    async def measure(self, name: str) -> float:
        """Return a number of the hub's metrics; 0 when it does not say it."""
        async with self.http.get(self.url("control") + "/metrics") as answer:
            found = re.search(rf"^{name} (\S+)", await answer.text(), re.MULTILINE)
            return float(found[1]) if found else 0.0

    async def operate(self, scheme: str, act: str, **arguments: Any) -> Any:
        """Ask a component of the running hub, as the command line does. Raises `DemoFailed`."""
        asked = {"scheme": scheme, "act": act, "arguments": arguments, "subject": None, "actor": "demo"}
        return await self.office("operate", **asked)

    async def office(self, operation: str, **arguments: Any) -> Any:
        """Ask the running hub, as the command line does. Raises `DemoFailed`."""
        hub = holder(read_configuration(self.folder / "caravana.yaml"))
        if hub is None:
            raise DemoFailed(f"the hub does not run; look into {self.hub_log}")
        headers = {"Authorization": f"Bearer {hub.token}"}
        async with self.http.post(f"{hub.address}/admin/{operation}", json=arguments, headers=headers) as answer:
            if answer.status != 200:
                raise DemoFailed(f"the hub answered {answer.status} to {operation}; look into {self.hub_log}")
            return await answer.json()

    async def stop(self) -> None:
        """End everything."""
        if self.session is not None:
            await self.session.close()
        for process in (self._hub, self._partners):
            if process is not None and process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 10)
                except TimeoutError:
                    process.kill()
                    await process.wait()

    async def _spawn(self, log: str, module: str, *arguments: str) -> asyncio.subprocess.Process:
        with (self.folder / log).open("ab") as output:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                *arguments,
                cwd=self.folder,
                env=self._environment,
                stdout=output,
                stderr=output,
            )

    async def _answers(self, url: str, process: asyncio.subprocess.Process, log: str) -> None:
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with self.http.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
        raise DemoFailed(f"nothing answers at {url}; look into {self.folder / log}")
