"""The demo's bank: the transfers of the day, its signed notification, and the file that a clerk downloads from it."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from caravana.demo.branches import ACCOUNT
from caravana.demo.people import Clerk
from caravana.demo.world import DemoFailed, World

ZONE = ZoneInfo("America/Guayaquil")
OPENING = Decimal("1200.00")
HEADINGS = "Fecha;Concepto;Documento;Nombre;Cuenta origen;Identificación;Débito;Crédito;Saldo"
_NUMBER = "001-001-{:09d}"
POSTED, ASKED = "posted", "asked"


@dataclass(frozen=True)
class Bill:
    """An open invoice: whose, its price without IVA, and what it comes to."""

    customer: str
    price: Decimal
    number: int

    @property
    def text(self) -> str:
        """Its number as customers write it."""
        return _NUMBER.format(self.number)

    @property
    def total(self) -> Decimal:
        """With IVA of 15 %."""
        return (self.price * Decimal("1.15")).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Transfer:
    """Money that came in, and what has to become of it.

    - `fate`: `POSTED` for its one bill, or `ASKED`: a person, with its bills as proposals, whose amount fits as `fit` says
    - `notified`: the bank's webhook tells it, and its file tells it again; `document`: the bank's own number of it
    """

    name: str
    amount: Decimal
    text: str
    payer: str = ""
    bills: tuple[Bill, ...] = ()
    fate: str = ASKED
    fit: str = "exact"
    notified: bool = False
    document: str = ""


def a_bill(customer: str, price: int, number: int) -> Bill:
    """Return a bill of so many dollars without IVA."""
    return Bill(customer, Decimal(price), number)


FERRETERIA = a_bill("Ferretería El Puente Cía. Ltda.", 100, 9101)
ANA = a_bill("Ana Lucía Pérez Mora", 60, 9102)
TWINS = (a_bill("Textiles Rosavel S.A.", 120, 9103), a_bill("Comercial Nodesur Cía. Ltda.", 120, 9104))
MANGLAR = a_bill("Constructora Manglar S.A.", 200, 9105)
BILLS = (FERRETERIA, ANA, *TWINS, MANGLAR)
TRANSFERS = (
    Transfer(
        "webhook, then file",
        FERRETERIA.total,
        f"Factura {FERRETERIA.text}",
        "FERRETERIA EL PUENTE",
        (FERRETERIA,),
        POSTED,
        notified=True,
        document="70001",
    ),
    Transfer("certain", ANA.total, f"PAGO FACT {ANA.text}", "PEREZ MORA ANA", (ANA,), POSTED, document="70002"),
    Transfer("ambiguous", TWINS[0].total, "PAGO FACTURA", "", TWINS, document="70003"),
    Transfer(
        # 1 % of the base and 30 % of the IVA are kept back: 230.00 - 2.00 - 9.00.
        "net of withholding",
        Decimal("219.00"),
        "PAGO PROVEEDORES",
        "MANGLAR OBRAS",
        (MANGLAR,),
        fit="net_of_withholding",
        document="70004",
    ),
    Transfer("unknown", Decimal("73.21"), "DEPOSITO VENTANILLA", document="70005"),
)
"""The day's transfers; of each pair of amounts no two are equal."""


class Bank:
    """Tells the hub what came in."""

    def __init__(self, world: World) -> None:
        """`world`: where the hub is."""
        self._world = world

    @property
    def today(self) -> date:
        """The day by the company's calendar and the demo's clock."""
        return self._world.clock.now().astimezone(ZONE).date()

    async def notify(self, transfer: Transfer) -> None:
        """Post a signed notification, as a bank does. Raises `DemoFailed` unless it is taken."""
        movement = {
            "id": transfer.document,
            "account": ACCOUNT,
            "amount": str(transfer.amount),
            "currency": "USD",
            "bookingDate": self.today.isoformat(),
            "type": "credit",
            "status": "booked",
            "description": transfer.text,
            "payer": {"name": transfer.payer},
        }
        body = json.dumps({"transactions": [movement]}).encode()
        signature = hmac.new(self._world.bank_secret.encode(), body, hashlib.sha256).hexdigest()
        url, headers = self._world.url("listener") + "/bank/notificacion", {"X-Signature": signature}
        async with self._world.http.post(url, data=body, headers=headers) as answer:
            if answer.status != 200:
                raise DemoFailed(f"the hub answered {answer.status} to the bank's notification: {await answer.text()}")

    def lay(self, name: str, transfers: Sequence[Transfer]) -> None:
        """Lay a file of movements into the hub's folder, whole at once."""
        written = self._world.folder / name
        written.write_text(self.file(transfers), "utf-8")
        written.rename(self._world.bank_folder / name)

    def file(self, transfers: Sequence[Transfer], opening: Decimal = OPENING) -> str:
        """Return movements as the shipped template has them: the balance behind each row proves the reading."""
        rows, balance, day = [], opening, self.today.isoformat()
        for one in transfers:
            balance += one.amount
            amounts = f"{_comma(one.amount)};{_comma(balance)}"
            rows.append(f"{day};{one.text};{one.document};{one.payer};;;;{amounts}")
        return "\n".join((f"Cuenta;{ACCOUNT}", HEADINGS, *rows, ""))


def _comma(amount: Decimal) -> str:
    return str(amount).replace(".", ",")


async def bill(clerk: Clerk, bills: Sequence[Bill]) -> dict[Bill, int]:
    """Make and post the invoices in Odoo; return the number of each record."""
    domain = [["type_tax_use", "=", "sale"], ["amount", "=", 15]]
    [tax, *_] = await clerk.call("account.tax", "search", domain=domain)
    partners = await clerk.call("res.partner", "create", vals_list=[{"name": one.customer} for one in bills])
    values = [_values(one, partner, tax) for one, partner in zip(bills, partners, strict=True)]
    made = await clerk.call("account.move", "create", vals_list=values)
    for id_, one in zip(made, bills, strict=True):
        await clerk.call("account.move", "write", ids=[id_], vals={"l10n_latam_document_number": one.text})
    await clerk.call("account.move", "action_post", ids=made)
    return dict(zip(bills, made, strict=True))


def _values(one: Bill, partner: int, tax: int) -> dict[str, object]:
    line = {"name": "Mercadería", "quantity": 1, "price_unit": float(one.price), "tax_ids": [[6, 0, [tax]]]}
    return {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": [[0, 0, line]]}
