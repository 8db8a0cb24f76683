"""kill -9 at each step of issuing, between Odoo and Dátil: every invoice is one document, and comes back to Odoo once."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ruamel.yaml import YAML

from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.demo.world import free_ports
from caravana.kit.authority.plan import Plan
from caravana.kit.clock import ENVIRONMENT, ScaledClock
from caravana.kit.sandbox import Sandbox
from caravana.kit.serving import serve
from tests.commerce.einvoicing import ISSUER, POINT
from tests.commerce.processes import Killable, live
from tests.commerce.shop import BOT_KEY
from tests.support.waiting import eventually

POINTS = [
    ("datil", "issue", False),
    ("datil", "issue", True),
    ("datil", "get", True),
    ("odoo", "ir.attachment.create", True),
    ("odoo", "account.move.message_post", True),
]
"""Whom the hub calls when it is killed, for what, and whether the call is done before it dies."""


@dataclass
class Town:
    """Odoo, Dátil, and a hub in a process of its own."""

    odoo: OdooSandbox
    datil: DatilSandbox
    web: aiohttp.ClientSession

    def invoice(self) -> int:
        """Return a posted invoice."""
        env = self.odoo.env
        country, kind = env.ref("base.ec"), env.ref("l10n_ec.ec_dni")
        told = {"name": "Rosa Inventada", "country_id": country, "l10n_latam_identification_type_id": kind}
        customer = env["res.partner"].create({**told, "vat": "1710034065", "street": "Calle Falsa 1"})
        tax = env["account.tax"].search([["type_tax_use", "=", "sale"], ["amount", "=", 15]])[:1]
        line = {"name": "Servicio", "quantity": 1, "price_unit": 100.0, "tax_ids": [[6, 0, tax]]}
        made: int = env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": customer, "invoice_line_ids": [[0, 0, line]]}
        )
        env["account.move"].action_post([made])
        return made

    def notes(self, invoice: int) -> list[str]:
        """Return the notes that say whether it is authorised."""
        model = self.odoo.env["mail.message"]
        ids = model.search([["model", "=", "account.move"], ["res_id", "=", invoice]])
        return [str(one["body"]) for one in model.read(ids, ["body"]) if "AUTORIZADO" in str(one["body"])]

    def files(self, invoice: int) -> int:
        """Return how many files it has."""
        return len(
            self.odoo.env["ir.attachment"].search([["res_model", "=", "account.move"], ["res_id", "=", invoice]])
        )


@dataclass
class Hub(Killable):
    """A hub whose flow has no page to look at: it is there when its other port answers."""

    control: int
    town: Town

    @property
    def target(self) -> Callable[..., None]:
        """What the process runs."""
        return live

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The clock only hurries: nobody moves it ahead."""
        return (*super().arguments, None)

    async def answers(self) -> bool:
        """Whether the hub runs."""
        self.runs()
        try:
            async with self.town.web.get(f"http://127.0.0.1:{self.control}/metrics") as answer:
                return answer.status == 200
        except OSError:
            return False

    async def idle(self) -> None:
        """Wait until it has nothing to do."""

        async def quiet() -> bool:
            async with self.town.web.get(f"http://127.0.0.1:{self.control}/metrics") as answer:
                return "caravana_open 0.0" in await answer.text()

        await eventually(quiet, timeout=30)


@asynccontextmanager
async def town(folder: Path, clock: ScaledClock) -> AsyncIterator[tuple[Town, Hub]]:
    """Run all of it while the block runs."""
    odoo, datil = OdooSandbox(clock=clock, database="demo"), DatilSandbox(clock=clock)
    listener, control = free_ports(2)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(datil.close)
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        url = await stack.enter_async_context(serve(datil.app()))
        web = await stack.enter_async_context(aiohttp.ClientSession())
        odoo_settings = {"url": odoo_url, "database": "demo", "apiKey": BOT_KEY, "login": "integracion"}
        given: dict[str, Any] = {
            "journal": f"sqlite:///{folder / 'caravana.db'}",
            "listener": {"port": listener},
            "control": {"port": control},
            "go_live": (clock.now() - timedelta(minutes=1)).isoformat(),
            "flows": ["einvoice"],
            "routes": [],
            "connections": {
                "odoo": {**odoo_settings, "rate": 1000, "settle": "1s"},
                "datil": {**datil.connection(), "url": url, "filesUrl": url},
            },
            "placeholders": {"einvoice.delay": "2s"},
            "settings": {
                "einvoice.issuer": ISSUER,
                "einvoice.points": {POINT: {"connection": "datil"}},
                "einvoice.look": "2s",
            },
        }
        file = folder / "caravana.yaml"
        with file.open("w") as target:
            YAML(typ="safe").dump(given, target)
        made = Town(odoo, datil, web)
        hub = Hub(file, {**os.environ, ENVIRONMENT: str(clock)}, control, made)
        stack.push_async_callback(hub.stop)
        await hub.start()
        yield made, hub


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_killed_while_an_invoice_is_issued(tmp_path: Path, clock: ScaledClock) -> None:
    """Killed before and after each call, and started again: one document at the SRI, two files and one note for each invoice."""
    async with town(tmp_path, clock) as (world, hub):
        invoices = []
        for partner, operation, after in POINTS:
            sandbox: Sandbox = world.odoo if partner == "odoo" else world.datil
            hub.dies_at(sandbox, operation, after=after)
            invoices.append(world.invoice())
            await hub.died()
            await hub.start()
            await eventually(lambda: world.notes(invoices[-1]), timeout=40)
        await hub.idle()
        numbers = [one.numero for one in world.datil.authority.register.documents()]
        assert numbers == [f"{POINT}-{one:09d}" for one in range(1, len(POINTS) + 1)]
        assert [len(world.notes(one)) for one in invoices] == [1] * len(POINTS)
        assert [world.files(one) for one in invoices] == [2] * len(POINTS)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("after", [False, True])
async def test_killed_while_a_correction_is_sent(tmp_path: Path, clock: ScaledClock, *, after: bool) -> None:
    """Dátil has another call for what it has refused: killed before or after it, the correction is no second document."""
    async with town(tmp_path, clock) as (world, hub):
        world.datil.authority.plans.append(Plan(refused=("65",)))
        hub.dies_at(world.datil, "reissue", after=after)
        invoice = world.invoice()
        await eventually(lambda: world.notes(invoice), timeout=40)
        [customer] = world.odoo.env["account.move"].read([invoice], ["partner_id"])
        world.odoo.env["res.partner"].write([customer["partner_id"][0]], {"name": "Rosa Corregida"})
        await hub.died()
        await hub.start()
        await eventually(lambda: any("NO AUTORIZADO" not in one for one in world.notes(invoice)), timeout=40)
        await hub.idle()
        [edoc] = world.datil.edocs.values()
        assert "Rosa Corregida" in str(edoc.body)
        assert (world.datil.effects["issue"], world.datil.effects["reissue"]) == (1, 1)
        assert len([one for one in world.notes(invoice) if "NO AUTORIZADO" not in one]) == 1
        assert world.files(invoice) == 2
