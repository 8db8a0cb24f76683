"""All six types, from Odoo over Dátil to the authorisation and back."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.commerce.einvoice import ledger
from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.odoo import OdooComponent
from caravana.component.odoo.rights import LEAST
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.serving import serve
from tests.commerce.clerk import RUC, Clerk
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.component.odoo.hub import MemoryHub
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
OTHER = "001-002"
GROUPS = tuple(one.xmlid for one in LEAST)
ZONE = ZoneInfo("America/Guayaquil")
CARRIER = {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "TRANSPORTES INVENTADOS"}
GUIDE = {"secuencial": "000000044", "transportista": CARRIER, "placa": "PBA1234"}
HELD = [{"codigo": "1", "codigoRetencion": "312", "porcentajeRetener": "1.75"}]
WITHHOLDING = {"secuencial": "000000031", "docsSustento": [{"retenciones": HELD}]}


def delivery(clerk: Clerk) -> int:
    """Return a delivery that is done."""
    [product] = clerk.env["product.product"].search([["default_code", "=", "CAM-001"]])
    line = {"product_id": product, "product_uom_qty": 3}
    order = clerk.env["sale.order"].create({"partner_id": clerk.contact(), "order_line": [[0, 0, line]]})
    clerk.env["sale.order"].action_confirm([order])
    [picking] = clerk.env["sale.order"].read([order], ["picking_ids"])[0]["picking_ids"]
    clerk.env["stock.picking"].button_validate([picking], context={"skip_sms": True})
    return int(picking)


async def authorised(office: Office, key: str) -> dict[str, Any]:
    """Wait until a document is authorised, and that is told in Odoo."""

    async def there() -> dict[str, Any] | None:
        found = await office.hub.store.get("einvoice_document", key)
        over = found and found["state"] == "authorised" and found["told"] == ledger.telling(found)
        return found if over else None

    found: dict[str, Any] = await office.becomes(there, timeout=30)
    return found


async def test_all_six_types(tmp_path: Path, clock: LeapingClock) -> None:
    """Facturas and notes by posting; guía and withholding with a file; all end authorised, with the least rights in Odoo."""
    datil = DatilSandbox(clock=clock)
    points = {POINT: {"connection": "datil"}, OTHER: {"connection": "datil"}}
    settings = {"points": points, "withholding": OTHER, "settlement": OTHER, "guide": OTHER}
    given = {f"einvoice.{name}": value for name, value in settings.items()}
    async with serve(datil.app()) as url:

        def changes(written: dict[str, Any]) -> None:
            written["connections"]["datil"] = {**datil.connection(), "url": url, "filesUrl": url}

        async with open_office(tmp_path, clock, Setup(bot_groups=GROUPS), changes, settings=given) as office:
            clerk = Clerk(office.odoo, OdooComponent(MemoryHub({})))
            today: dict[str, Any] = {"invoice_date": clock.now().astimezone(ZONE).date().isoformat()}
            factura = clerk.move(clerk.line("Servicio", 100), **today)
            first = await authorised(office, f"odoo/account.move,{factura}")
            wizard, context = (
                office.odoo.env["account.move.reversal"],
                {"active_model": "account.move", "active_ids": [factura]},
            )
            made = wizard.create({"reason": "devolución"}, context=context)
            note = wizard.refund_moves([made], context=context)["res_id"]
            office.odoo.env["account.move"].write([note], today)
            office.odoo.env["account.move"].action_post([note])
            debit = clerk.move(clerk.line("Interés por mora", 10), debit_origin_id=factura, **today)
            kind = {"l10n_latam_document_type_id": clerk.env.ref("l10n_ec.ec_dt_03")}
            own = clerk.bill(contact=clerk.contact(), l10n_latam_document_number=f"{OTHER}-000000007", **kind, **today)
            bill = clerk.bill(**today)
            picking = delivery(clerk)
            keys = {
                "04": f"odoo/account.move,{note}",
                "05": f"odoo/account.move,{debit}",
                "03": f"odoo/account.move,{own}",
                "07": f"odoo/account.move,{bill}/07",
                "06": f"odoo/stock.picking,{picking}",
            }

            async def asked() -> bool:
                wanted = {f"einvoice/mend/{keys[one]}" for one in ("06", "07")}
                return wanted <= {*await office.reviews("mend")}

            await office.becomes(asked, timeout=30)
            await office.do("issue", name=f"stock.picking,{picking}", document=GUIDE)
            await office.do("issue", name=f"account.move,{bill}", document=WITHHOLDING)
            found = {one: await authorised(office, key) for one, key in keys.items()} | {"01": first}
            assert {one: document["cod_doc"] for one, document in found.items()} == {one: one for one in found}
            assert found["06"]["receiver"] == "rosa@cliente.example"  # a guía is its recipient's
            filed = [one.clave for one in datil.authority.register.documents()]
            assert sorted(filed) == sorted(one["access_key"] for one in found.values())
            model = office.odoo.env["ir.attachment"]
            names = [one["name"] for one in model.read(model.search([]), ["name"])]
            for prefix, number in (
                ("GR", f"{OTHER}-000000044"),
                ("RET", f"{OTHER}-000000031"),
                ("LIQ", f"{OTHER}-000000007"),
            ):
                assert {f"{prefix}-{number}.xml", f"{prefix}-{number}.pdf"} <= {*names}
            await office.idle()
            open_ = await office.reviews()
            assert [*open_] == [f"einvoice/mend/odoo/account.move,{own}/07"], json.dumps(open_, indent=1)
            await datil.close()
