"""The demo's accountant, who makes all types of documents in Odoo over its own API and posts them."""

from datetime import date
from typing import Any

from caravana.demo.branches import BRANCHES
from caravana.demo.issuer import POINT
from caravana.demo.papers import PLAIN, Fate, Paper
from caravana.demo.people import Clerk, Order

IVA, WRONG_IVA, BOUGHT_IVA = "VAT 15% G", "VAT 5% G", "VAT 15% purchases"
JOURNAL = "FE2"
CODES = {
    "Silla de oficina": "SIL-001",
    "Escritorio": "ESC-001",
    "Mesa de reuniones y montaje": "MES-001",
    "Lámpara": "LAM-001",
    "Pizarra": "PIZ-001",
    "Interés por mora": "INT-001",
    "Artesanía en paja toquilla": "ART-001",
    "Asesoría contable": "ASE-001",
}
"""What is sold and bought, and its code."""
HELD = "renta 312 1.75%; IVA 30%"


class Accountant:
    """Makes documents of one day, in a journal of their own."""

    def __init__(self, clerk: Clerk, today: date) -> None:
        """`clerk`: whose access to Odoo she uses; `today`: by the company's calendar."""
        self._clerk = clerk
        self._day = {"invoice_date": today.isoformat()}
        self._journal = self._customer = self._supplier = self._person = self._carrier = 0
        self._taxes: dict[str, int] = {}
        self._products: dict[str, int] = {}

    async def prepare(self) -> None:
        """Make journal and contacts, and look taxes up."""
        await self.open_journal()
        self._taxes = {name: (await self._one("account.tax", name=name))["id"] for name in (IVA, WRONG_IVA, BOUGHT_IVA)}
        await self._contacts()
        await self._goods()

    async def open_journal(self) -> None:
        """Find the journal of the emission point for electronic documents, or make it."""
        made = await self._clerk.call("account.journal", "search", domain=[["code", "=", JOURNAL]])
        self._journal = int(made[0]) if made else await self._make_journal()

    async def _make_journal(self) -> int:
        like = await self._one("account.journal", "default_account_id", type="sale")
        journal: dict[str, Any] = {"name": f"{POINT} Facturas electrónicas", "type": "sale", "code": JOURNAL}
        journal |= {"l10n_latam_use_documents": True, "default_account_id": like["default_account_id"][0]}
        journal |= dict(zip(("l10n_ec_entity", "l10n_ec_emission"), POINT.split("-"), strict=True))
        [made] = await self._clerk.call("account.journal", "create", vals_list=[journal])
        return int(made)

    async def _goods(self) -> None:
        """Make the products that are not there yet."""
        fields = ["default_code", "name"]
        asked = {"domain": [["default_code", "in", list(CODES.values())]], "fields": fields}
        there = {one["default_code"] for one in await self._clerk.call("product.product", "search_read", **asked)}
        new = [
            {"name": name, "default_code": code, "type": "service"} for name, code in CODES.items() if code not in there
        ]
        await self._clerk.call("product.product", "create", vals_list=new)
        rows = await self._clerk.call("product.product", "search_read", **asked)
        self._products = {one["default_code"]: one["id"] for one in rows}

    async def _contacts(self) -> None:
        country = (await self._one("res.country", code="EC"))["id"]
        kinds = {
            name: (await self._one("l10n_latam.identification.type", name=name))["id"]
            for name in ("RUC", "Citizenship")
        }
        people = (
            ("Rosa Inventada Prueba", "Citizenship", "1710034065", "rosa@cliente.example", "Calle Falsa 1"),
            ("Proveedora Inventada S.A.", "RUC", "1792177758001", "cobros@proveedora.example", "Av. Supuesta 20"),
            ("Luis Ficticio Ensayo", "Citizenship", "1710034065", "luis@artesano.example", "Calle Imaginaria 3"),
            ("Transportes Inventados S.A.", "RUC", "1792177758001", "guias@transportes.example", "Vía Ficticia km 4"),
        )
        values = [
            {
                "name": name,
                "l10n_latam_identification_type_id": kinds[kind],
                "vat": vat,
                "email": email,
                "street": street,
                "city": "Quito",
                "country_id": country,
                "is_company": kind == "RUC",
            }
            for name, kind, vat, email, street in people
        ]
        made = await self._clerk.call("res.partner", "create", vals_list=values)
        self._customer, self._supplier, self._person, self._carrier = made

    async def invoice(self, what: str, price: float, fate: Fate = PLAIN, tax: str = IVA) -> Paper:
        """Post a factura of one line."""
        return await self._posted("01", [self._line(what, price, self._taxes[tax])], fate)

    async def of_order(self, order: Order) -> Paper:
        """Post the factura of an order."""
        return await self._paper("01", await self._clerk.invoice(order, self._journal))

    async def mend(self, paper: Paper) -> None:
        """Put the right tax into a factura, under its number."""
        id_ = _id(paper)
        await self._clerk.call("account.move", "button_draft", ids=[id_])
        [row] = await self._clerk.call("account.move", "read", ids=[id_], fields=["invoice_line_ids"])
        right = {"tax_ids": [[6, 0, [self._taxes[IVA]]]]}
        lines = [[1, line, right] for line in row["invoice_line_ids"]]
        await self._clerk.call("account.move", "write", ids=[id_], vals={"invoice_line_ids": lines})
        await self._clerk.call("account.move", "action_post", ids=[id_])

    async def complaints(self, paper: Paper) -> bool:
        """Whether the hub has noted on the document that the authority returned it."""
        domain = [["model", "=", "account.move"], ["res_id", "=", _id(paper)]]
        rows = await self._clerk.call("mail.message", "search_read", domain=domain, fields=["body"])
        return any("devuelto" in str(row["body"]) for row in rows)

    async def credit(self, paper: Paper) -> Paper:
        """Post a credit note for the whole factura."""
        return await self._paper("04", await self._clerk.credit(_id(paper), "Devolución"))

    async def debit(self, paper: Paper) -> Paper:
        """Post a debit note for a factura that was paid late."""
        lines = [self._line("Interés por mora", 3.50, self._taxes[IVA])]
        return await self._posted("05", lines, debit_origin_id=_id(paper))

    async def settlement(self, number: int, held: int) -> list[Paper]:
        """Post a purchase settlement for someone who issues no documents; return it and what is withheld of it."""
        kind = (await self._one("l10n_latam.document.type", code="03"))["id"]
        given = {"l10n_latam_document_type_id": kind, "l10n_latam_document_number": _number(number)}
        return await self._bought("Artesanía en paja toquilla", 80.0, self._person, held, given, "03")

    async def bill(self, held: int) -> list[Paper]:
        """Post a supplier's bill; return what is withheld of it."""
        given = {"l10n_latam_document_number": "001-001-000000045"}
        return await self._bought("Asesoría contable", 200.0, self._supplier, held, given)

    async def _bought(
        self, what: str, price: float, partner: int, held: int, given: dict[str, Any], own: str = ""
    ) -> list[Paper]:
        line = self._line(what, price, self._taxes[BOUGHT_IVA])
        values = {"move_type": "in_invoice", "partner_id": partner, "invoice_line_ids": [line], **self._day}
        values |= {"x_retencion": f"{held:09}", "x_retenido": HELD, **given}
        [id_] = await self._clerk.call("account.move", "create", vals_list=[values])
        await self._clerk.call("account.move", "action_post", ids=[id_])
        withheld = Paper("07", _number(held), f"account.move,{id_}")
        return [*([await self._paper(own, id_)] if own else ()), withheld]

    async def delivery(self, number: int) -> Paper:
        """Sell goods and deliver them, with carrier and plate written on the delivery."""
        product = await self._one("product.product", default_code="CAM-001")
        line = {"product_id": product["id"], "product_uom_qty": 3}
        order = await self._clerk.order(self._customer, line, BRANCHES[0])
        told = {"x_guia": f"{number:09}", "x_transportista": self._carrier}
        id_ = await self._clerk.deliver(order.id, **told, x_placa="PBA1234", x_ruta="Quito - Ambato")
        return Paper("06", _number(number), f"stock.picking,{id_}")

    async def _posted(self, cod_doc: str, lines: list[Any], fate: Fate = PLAIN, **more: Any) -> Paper:
        values = {"move_type": "out_invoice", "partner_id": self._customer, "journal_id": self._journal}
        values |= {"invoice_line_ids": lines, **self._day, **more}
        [id_] = await self._clerk.call("account.move", "create", vals_list=[values])
        await self._clerk.call("account.move", "action_post", ids=[id_])
        return await self._paper(cod_doc, id_, fate)

    def _line(self, what: str, price: float, tax: int) -> list[Any]:
        values = {"product_id": self._products[CODES[what]], "name": what, "quantity": 1, "price_unit": price}
        return [0, 0, {**values, "tax_ids": [[6, 0, [tax]]]}]

    async def _paper(self, cod_doc: str, id_: int, fate: Fate = PLAIN) -> Paper:
        fields = ["l10n_latam_document_number"]
        [row] = await self._clerk.call("account.move", "read", ids=[id_], fields=fields)
        return Paper(cod_doc, row["l10n_latam_document_number"], f"account.move,{id_}", fate)

    async def _one(self, model: str, *fields: str, **values: Any) -> dict[str, Any]:
        domain = [[name, "=", value] for name, value in values.items()]
        rows = await self._clerk.call(model, "search_read", domain=domain, fields=["id", *fields], limit=1)
        found: dict[str, Any] = rows[0]
        return found


def _number(number: int) -> str:
    return f"{POINT}-{number:09}"


def _id(paper: Paper) -> int:
    return int(paper.record.partition(",")[2])
