"""A company that issues electronic documents: Odoo and Sello imitated on loopback, and a hub that runs the flow `einvoice`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ruamel.yaml import YAML

from caravana.commerce.einvoice import ledger
from caravana.component.einvoice import EInvoiceComponent
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.smtp.sandbox import MailCatcher, caught
from caravana.demo.world import free_ports
from caravana.engine import registry
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.engine.serving import served
from caravana.kit.clock import Clock
from caravana.kit.serving import serve
from caravana.testing.company import Door, hub_of
from tests.commerce.shop import BOT_KEY
from tests.component.einvoice.sello import SelloSandbox
from tests.component.einvoice.sello.sandbox import KEY
from tests.support.leaping import LeapingClock, at_rest
from tests.support.waiting import eventually

ISSUER = {
    "ruc": "1790016919001",
    "razonSocial": "Empresa XYZ S.A.",
    "dirMatriz": "Av. Inventada 123, Quito",
    "obligadoContabilidad": True,
}
POINT = "001-001"
CEDULA = "1710034065"


@dataclass
class Office:
    """What a test does as a clerk in Odoo, as the company, and as one who asks the hub."""

    odoo: OdooSandbox
    sello: SelloSandbox
    mails: MailCatcher
    hub: Hub
    url: str
    web: aiohttp.ClientSession
    second: SelloSandbox
    """The service behind the connection `sello2`."""

    # The clerk.

    def customer(self, vat: str | None = CEDULA, **values: Any) -> int:
        """Return a new customer."""
        country, kind = self.odoo.env.ref("base.ec"), self.odoo.env.ref("l10n_ec.ec_dni")
        told: dict[str, Any] = {"name": "Rosa Inventada", "email": "rosa@cliente.example", "country_id": country}
        made: int = self.odoo.env["res.partner"].create(
            {**told, "vat": vat or False, "l10n_latam_identification_type_id": kind, **values}
        )
        return made

    def invoice(self, price: float = 100.0, customer: int | None = None, **values: Any) -> int:
        """Return a posted invoice of one line, with IVA of 15 %."""
        tax = self.odoo.env["account.tax"].search([["type_tax_use", "=", "sale"], ["amount", "=", 15]])[:1]
        line = {"name": "Servicio", "quantity": 1, "price_unit": price, "tax_ids": [[6, 0, tax]], **values}
        told = {"move_type": "out_invoice", "partner_id": customer or self.customer()}
        made: int = self.odoo.env["account.move"].create({**told, "invoice_line_ids": [[0, 0, line]]})
        self.odoo.env["account.move"].action_post([made])
        return made

    def credit_note(self, invoice: int) -> int:
        """Return a posted credit note of the whole invoice."""
        wizard = self.odoo.env["account.move.reversal"]
        context = {"active_model": "account.move", "active_ids": [invoice]}
        made = wizard.create({"reason": "devolución"}, context=context)
        note: int = wizard.refund_moves([made], context=context)["res_id"]
        self.odoo.env["account.move"].action_post([note])
        return note

    def number(self, invoice: int) -> str:
        """Return the number that Odoo gave the invoice."""
        return str(self.one("account.move", invoice, "l10n_latam_document_number")["l10n_latam_document_number"])

    def one(self, model: str, id_: int, *fields: str) -> dict[str, Any]:
        """Return one record."""
        found: list[dict[str, Any]] = self.odoo.env[model].read([id_], list(fields))
        return found[0]

    def notes(self, invoice: int) -> list[str]:
        """Return the notes of the hub on an invoice, the oldest first."""
        model = self.odoo.env["mail.message"]
        ids = model.search([["model", "=", "account.move"], ["res_id", "=", invoice]], order="id asc")
        bodies = [str(one["body"]) for one in model.read(ids, ["body"])]
        return [one for one in bodies if ("Factura" in one or "Comprobante" in one) and "review_" not in one]

    def files(self, invoice: int) -> list[str]:
        """Return the names of the files on an invoice."""
        model = self.odoo.env["ir.attachment"]
        ids = model.search([["res_model", "=", "account.move"], ["res_id", "=", invoice]])
        return sorted(str(one["name"]) for one in model.read(ids, ["name"]))

    def tasks(self, invoice: int) -> list[str]:
        """Return the open tasks on an invoice."""
        model = self.odoo.env["mail.activity"]
        ids = model.search([["res_model", "=", "account.move"], ["res_id", "=", invoice]])
        return [str(one["summary"]) for one in model.read(ids, ["summary"])]

    # The hub.

    async def document(self, invoice: int) -> dict[str, Any] | None:
        """Return what the ledger has of an invoice."""
        found: dict[str, Any] | None = await self.hub.store.get("einvoice_document", f"odoo/account.move,{invoice}")
        return found

    async def reaches(self, invoice: int, state: str, timeout: float = 20.0) -> dict[str, Any]:
        """Wait until the invoice is in a state, and that is told in Odoo; return what the ledger has."""

        async def there() -> dict[str, Any] | None:
            found = await self.document(invoice)
            quiet = ("submitting", "in_process", "queued")
            if not found or found["state"] != state:
                return None
            return found if state in quiet or found["told"] == ledger.telling(found) else None

        try:
            found: dict[str, Any] = await self.becomes(there, timeout)
        except AssertionError:
            raise AssertionError(
                f"not {state}: {await self.document(invoice)}; {await self.hub.reviews.items(20)}"
            ) from None
        return found

    async def becomes(self, predicate: Callable[[], Any], timeout: float = 20.0) -> Any:
        """Wait until something is so, with a clock that leaps while the hub has nothing to do."""
        clock = self.hub.clock
        assert isinstance(clock, LeapingClock)
        async with clock.hurrying(lambda: at_rest(self.hub)):
            return await eventually(predicate, timeout=timeout)

    async def reviews(self, kind: str = "") -> dict[str, dict[str, Any]]:
        """Return what waits for a person, by key."""
        return dict(await self.hub.store.find("review", f"einvoice/{kind}"))

    async def idle(self) -> None:
        """Wait until the hub has nothing to do."""
        await eventually(lambda: len(self.hub.dispatcher) == 0, timeout=30)

    async def do(self, operation: str, /, **arguments: Any) -> Any:
        """Do what `caravana einvoice` does."""
        component = self.hub.components.get("einvoice")
        assert isinstance(component, EInvoiceComponent)
        return await component.operate(operation, arguments)

    async def hint(self, clave: str, word: str) -> int:
        """Play Sello who notifies."""
        async with self.web.post(f"{self.url}/sello/sello", json={"clave": clave, "estado": word}) as answer:
            return answer.status


@pytest.fixture
def sello_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sello's component comes by entry point, as a third party's does."""
    entry = EntryPoint("sello", "tests.component.einvoice.sello:SelloComponent", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([entry]).select(group=group))


def settings_of(url: str, odoo: str, sello: str, smtp: int, folder: Path, **more: Any) -> dict[str, Any]:
    """Return what the hub's configuration file holds."""
    given = dict(more)
    sello_settings = {"url": sello, "key": KEY}
    return {
        "journal": f"sqlite:///{folder / 'caravana.db'}",
        "listener": {"public_url": url},
        "connections": {
            "odoo": {
                "url": odoo,
                "database": "demo",
                "apiKey": BOT_KEY,
                "login": "integracion",
                "rate": 1000,
                "settle": "1s",
            },
            "sello": sello_settings,
            "sello2": {"component": "sello", **sello_settings},
            "correo": {
                "component": "smtp",
                "host": "127.0.0.1",
                "port": smtp,
                "security": "none",
                "sender": "Empresa XYZ <f@xyz.example>",
            },
        },
        "placeholders": {
            "einvoice.delay": "2s",
            "einvoice.look": "1s",
            "review.delay": "5s",
            **given.pop("placeholders", {}),
        },
        "settings": {
            "einvoice.issuer": ISSUER,
            "einvoice.points": {POINT: {"connection": "sello"}},
            "einvoice.mailer": "correo",
            **given.pop("settings", {}),
        },
        **given,
    }


@asynccontextmanager
async def open_office(
    folder: Path,
    clock: Clock,
    setup: Setup | None = None,
    changes: Callable[[dict[str, Any]], None] = lambda given: None,
    *,
    two: bool = False,
    file: Path | None = None,
    **more: Any,
) -> AsyncIterator[Office]:
    """Run the company while the block runs.

    `setup`: of Odoo; `two`: `sello2` is another service; `file`: where commands find the hub; `changes` has the last word on the
    configuration; `more`: parts of it.
    """
    door, mails = Door(), MailCatcher()
    odoo, sello = OdooSandbox(clock=clock, database="demo", setup=setup), SelloSandbox(clock=clock)
    second = SelloSandbox(clock=clock) if two else sello
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(door))
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        sello.url = await stack.enter_async_context(serve(sello.app()))
        port = await stack.enter_async_context(caught(mails))
        more = {"go_live": (clock.now() - timedelta(minutes=1)).isoformat(), **more}
        written = settings_of(url, odoo_url, sello.url, port, folder, **more)
        if two:
            written["connections"]["sello2"]["url"] = await stack.enter_async_context(serve(second.app()))
        changes(written)
        if file is not None:
            listener, control = free_ports(2)
            written["listener"], written["control"] = {"port": listener}, {"port": control}
        given = Configuration.model_validate(written)
        hub = door.hub = hub_of(given, clock, flows=["einvoice"])
        if file is None:
            await stack.enter_async_context(hub)
        else:
            with file.open("w") as target:
                YAML(typ="safe").dump({**written, "flows": ["einvoice"], "routes": []}, target)
            await stack.enter_async_context(served(hub))
        web = await stack.enter_async_context(aiohttp.ClientSession())
        yield Office(odoo, sello, mails, hub, url, web, second)


__all__ = ["CEDULA", "ISSUER", "POINT", "Office", "open_office", "sello_is_known", "settings_of"]
