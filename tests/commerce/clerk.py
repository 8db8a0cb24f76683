"""A clerk's Odoo for the mappings of electronic documents: records are made in the imitation and read as the hub reads them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from caravana.commerce.einvoice.mapping_sources import sources_of
from caravana.commerce.einvoice.settings import Company, EInvoiceSettings, Point
from caravana.commerce.einvoice.source import Mapped, Wanted
from caravana.component.odoo import OdooComponent
from caravana.component.odoo.sandbox import OdooSandbox, Setup
from caravana.kit.authority import Authority
from caravana.kit.clock import ManualClock
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import AnyDocument, read_document
from caravana.kit.edocument.xml import to_xml
from caravana.kit.serving import serve
from tests.component.odoo.hub import MemoryHub, send, settings

BOT_KEY = "fedcba9876543210fedcba9876543210fedcba98"
TODAY = "2026-11-23"
CEDULA, RUC, FINAL = "1710034065", "1792177758001", "9999999999999"
TYPES = ("01", "03", "04", "05", "06", "07")
Line = dict[str, Any]


def point(**changes: Any) -> Point:
    """Return an emission point that one company serves for all types."""
    connections = dict.fromkeys(TYPES, "sello")
    found: Point = {
        "connections": connections,
        "standby": {},
        "numbering": "odoo",
        "ordered": False,
        "mail": "nobody",
        "address": None,
        "journals": (),
    }
    return found | changes  # type: ignore[return-value]  # keys of a point


def company() -> Company:
    """Return a company in the test environment."""
    return {
        "provider": "sello",
        "company": "Sello",
        "operations": (),
        "documents": TYPES,
        "numbering": "caller",
        "lookup": True,
        "mails": False,
        "environment": "1",
        "poll": 1.0,
        "poll_max": 10.0,
    }


SETTINGS = EInvoiceSettings(
    company="Empresa XYZ",
    zone="America/Guayaquil",
    issuer={
        "ruc": "1790016919001",
        "razonSocial": "EMPRESA XYZ",
        "dirMatriz": "AV. INVENTADA 1",
        "obligadoContabilidad": True,
    },
    points={"001-001": point(), "001-002": point()},
    companies={"sello": company()},
    withholding="001-002",
    settlement="001-002",
    guide="001-002",
)


class Clerk:
    """What a clerk does in Odoo, and what the hub makes of it."""

    def __init__(self, sandbox: OdooSandbox, component: OdooComponent) -> None:
        self.sandbox = sandbox
        self.component = component
        self.env = sandbox.env
        self.settings = SETTINGS

    def set(self, **changes: Any) -> None:
        """Change the company's settings."""
        self.settings = replace(self.settings, **changes)

    def tax(self, name: str) -> int:
        """Return a tax."""
        return self._find("account.tax", name=name)

    def _find(self, model: str, /, **values: Any) -> int:
        found: list[int] = self.env[model].search([[name, "=", value] for name, value in values.items()], limit=1)
        return found[0]

    def contact(
        self, vat: str | None = CEDULA, kind: str = "l10n_ec.ec_dni", country: str = "ec", **values: Any
    ) -> int:
        """Return a new contact."""
        told: dict[str, Any] = {"name": "Rosa Inventada", "email": "rosa@cliente.example"}
        told |= {"street": "Calle Falsa 1", "city": "Quito"}
        told |= {"country_id": self.env.ref(f"base.{country}"), "l10n_latam_identification_type_id": self.env.ref(kind)}
        made: int = self.env["res.partner"].create({**told, "vat": vat or False, **values})
        return made

    def product(self, code: str, name: str, **values: Any) -> int:
        """Return a new product."""
        template = self.env["product.template"].create(
            {"name": name, "default_code": code, "type": "service", **values}
        )
        return self._find("product.product", product_tmpl_id=template)

    def line(self, name: str, price: float, quantity: float = 1, tax: str | None = "VAT 15% G", **values: Any) -> Line:
        """Return an invoice line."""
        taxes = [] if tax is None else [self.tax(tax)]
        return {"name": name, "price_unit": price, "quantity": quantity, "tax_ids": [[6, 0, taxes]], **values}

    def move(self, *lines: Line, kind: str = "out_invoice", contact: int | None = None, **values: Any) -> int:
        """Return a posted invoice, paid by P20."""
        told = {"move_type": kind, "partner_id": contact or self.contact(), "invoice_date": TODAY}
        told |= {"l10n_ec_sri_payment_id": self.env.ref("l10n_ec.P20")}
        rows = [[0, 0, dict(one)] for one in lines or (self.line("Servicio", 100),)]
        made: int = self.env["account.move"].create({**told, "invoice_line_ids": rows, **values})
        self.env["account.move"].action_post([made])
        return made

    def bill(self, *lines: Line, contact: int | None = None, **values: Any) -> int:
        """Return a posted vendor bill, number 45 of the supplier."""
        rows = lines or (self.line("Asesoría", 100, tax="VAT 15% purchases"),)
        contact = contact or self.contact(RUC, "l10n_ec.ec_ruc", name="Proveedor Inventado S.A.", is_company=True)
        number = {"l10n_latam_document_number": "001-001-000000045"}
        return self.move(*rows, kind="in_invoice", contact=contact, **{**number, **values})

    def field(self, model: str, name: str, kind: str = "char", relation: str = "") -> None:
        """Make a field of the company's own."""
        of = self._find("ir.model", model=model)
        told = {"name": name, "model_id": of, "field_description": name, "ttype": kind, "relation": relation or False}
        self.env["ir.model.fields"].create(told)

    async def read(self, record: int, model: str, fields: Sequence[str]) -> dict[str, Any]:
        """Return a record as the hub reads it."""
        address = f"odoo:{model}?operation=read&fields={','.join(fields)}"
        [found] = (await send(self.component, address, {"ids": [record]}, f"k-{record}")).body
        return dict(found)

    async def mapped(self, record: int, model: str = "account.move", suffix: str = "", **more: Any) -> Mapped:
        """Return what a record becomes; `suffix`: `/07` for what is withheld of it. It is read in one call."""
        source = sources_of(self.settings)[model]
        known = {name: list(self.env[name].fields_get(asked)) for name, asked in source.optional().items()}
        self.sandbox.calls.clear()
        found = await self.read(record, model, source.fields(known))
        reads = [name for name in self.sandbox.calls.elements() if name.endswith((".read", ".web_search_read"))]
        assert self.sandbox.major < 19 or reads == [f"{model}.web_search_read"]
        wanted = Wanted(f"odoo/{model},{record}{suffix}", suffix.strip("/") or None, self.settings, TODAY, **more)
        return source.mapped(found, wanted)


def taken(found: Mapped) -> AnyDocument:
    """Return the document, which has no problem, and which the imitated authority takes by rules of its own."""
    assert list(found.problems) == []
    document = read_document(found.document)
    if document.secuencial is not None:
        xml = to_xml(document, str(clave_of(document))).content
        receipt = Authority(ManualClock(datetime(2026, 11, 23, 15, tzinfo=UTC))).receive_xml(xml, signed=False)
        assert (receipt.codes, receipt.estado) == ((), "RECIBIDA")
    return document


@asynccontextmanager
async def clerks_odoo(version: str = "19.0", **setup: Any) -> AsyncIterator[Clerk]:
    """Serve an Odoo on a day of November, with a hub that is connected to it."""
    sandbox = OdooSandbox(ManualClock(datetime(2026, 11, 23, 15, tzinfo=UTC)), version=version, setup=Setup(**setup))
    async with serve(sandbox.app()) as url:
        told = settings(url, database="demo", apiKey=BOT_KEY, login="integracion", hintToken="h" * 24, companyIds=[])
        component = OdooComponent(MemoryHub(told))
        try:
            yield Clerk(sandbox, component)
        finally:
            await component.close()


def codes(found: Mapped) -> list[str]:
    """Return the codes of all problems."""
    return [one.code for one in found.problems]
