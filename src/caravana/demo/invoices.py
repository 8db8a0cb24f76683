"""What the chapter of electronic documents plays: all six types from Odoo to the tax authority and back, with trouble on the way.

What became of them is read from the authority's register, Odoo's files and the mails that were caught, never from the hub.
"""

import asyncio
import base64
import tempfile
import time
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from caravana.demo.accountant import WRONG_IVA, Accountant
from caravana.demo.bank import Bank
from caravana.demo.issuer import MAILS, POINT
from caravana.demo.papers import AWAY, CUT, RETURNED, Evidence, Journey, Kind, Paper, journeys, kinds
from caravana.demo.people import Clerk, set_faults
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds that each step may take."""
COUNT = 11
"""How many documents there will be."""
RECEPTION, ANSWERS = "validarComprobante", "*Comprobante"
"""Operations of the tax authority: what is handed in; that and what is asked."""


class Invoices:
    """Plays it, and looks what became of it."""

    def __init__(self, world: World, clerk: Clerk) -> None:
        """`world`: where the tax authority is; `clerk`: who has access to Odoo."""
        self._world = world
        self._clerk = clerk
        self._books = Accountant(clerk, Bank(world).today)
        self.papers: list[Paper] = []

    async def play(self) -> None:
        """Post all types; cut an answer, return a factura, be away for a while. Raises `DemoFailed`."""
        await self._books.prepare()
        await self._cut()
        returned = await self._returned()
        await self._all_types()
        await self._until(lambda: self._books.complaints(returned))
        await self._books.mend(returned)
        await self._away()

    async def _cut(self) -> None:
        """The authority takes a factura, and its answer is lost."""
        await set_faults(self._world, "sri", [{"operation": RECEPTION, "action": "cut_after"}])
        self.papers.append(await self._books.invoice("Silla de oficina", 40.0, CUT))
        await self._until(lambda: self._handed_in(1))

    async def _returned(self) -> Paper:
        """The clerk takes the wrong tax, and the authority returns the factura."""
        plan = {"where": f"01 {POINT}-000000002", "returned": ["52"]}
        async with self._world.http.post(self._sri("authority/plans"), json=[plan]) as answer:
            if answer.status != 200:
                raise DemoFailed("the imitation of the SRI refused the plan")
        paper = await self._books.invoice("Escritorio", 120.0, RETURNED, tax=WRONG_IVA)
        self.papers.append(paper)
        return paper

    async def _all_types(self) -> None:
        """One factura with its notes; a purchase settlement and a bill with what is withheld of them; a delivery."""
        books = self._books
        invoice = await books.invoice("Mesa de reuniones y montaje", 260.0)
        self.papers += [invoice, await books.debit(invoice), await books.credit(invoice)]
        self.papers += [*await books.settlement(7, 31), *await books.bill(32), await books.delivery(44)]

    async def _away(self) -> None:
        """The authority answers nobody while facturas are posted; then it is back."""
        before = await self._calls(ANSWERS)
        await set_faults(
            self._world, "sri", [{"operation": ANSWERS, "action": "status", "status": 503, "times": 10_000}]
        )
        self.papers += [await self._books.invoice(what, 15.0, AWAY) for what in ("Lámpara", "Pizarra")]

        async def refused() -> bool:
            return await self._calls(ANSWERS) >= before + 2

        await self._until(refused)
        await set_faults(self._world, "sri", [])

    async def _handed_in(self, times: int) -> bool:
        return await self._calls(RECEPTION) >= times

    async def _calls(self, operation: str) -> int:
        async with self._world.http.get(self._sri("counters")) as answer:
            calls: dict[str, int] = (await answer.json())["calls"]
        return sum(count for name, count in calls.items() if name.endswith(operation.removeprefix("*")))

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await holds():
            if time.monotonic() > deadline:
                raise DemoFailed(f"an electronic document does not get on; look into {self._world.hub_log}")
            await asyncio.sleep(0.1)

    # What became of it.

    async def look(self) -> tuple[list[Kind], list[Journey]]:
        """Return what became of everything, as it stands now."""
        found = await self._evidence()
        return kinds(self.papers, found), journeys(self.papers, found)

    async def _evidence(self) -> Evidence:
        files = [str(one["name"]) for one in await self._files("name")]
        mails = [_attached(one) for one in sorted((self._world.folder / MAILS).glob("*.eml"))]
        async with self._world.http.get(self._sri("authority/documents")) as answer:
            register = await answer.json()
        async with self._world.http.get(self._sri("authority/audit")) as answer:
            receipts = (await answer.json())["receipts"]
        return Evidence(register, receipts, files, mails)

    async def save(self, keep: Path | None) -> Path:
        """Write XML and RIDE of all documents, as they are in Odoo, into a folder that stays; return it. `keep`: below this."""
        if keep is None:
            folder = Path(tempfile.mkdtemp(prefix="caravana-facturas-"))
        else:
            folder = keep / "facturas"
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.iterdir():
                left.unlink()
        for one in await self._files("name", "datas"):
            (folder / Path(str(one["name"])).name).write_bytes(base64.b64decode(one["datas"]))
        return folder

    async def _files(self, *fields: str) -> list[dict[str, Any]]:
        """The files on the records in Odoo."""
        domain = [["res_model", "in", ["account.move", "stock.picking"]]]
        rows = await self._clerk.call("ir.attachment", "search_read", domain=domain, fields=list(fields))
        names = {f"{one.file}.{ending}" for one in self.papers for ending in ("xml", "pdf")}
        return [one for one in rows if one["name"] in names]

    def _sri(self, what: str) -> str:
        return f"{self._world.url('sri')}/_sandbox/{what}"


def _attached(mail: Path) -> list[str]:
    """The names of the files in a mail that was caught."""
    return [str(one.get_filename()) for one in message_from_bytes(mail.read_bytes(), policy=default).iter_attachments()]
