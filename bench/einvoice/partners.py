"""Odoo and Dátil imitated in a process of their own, which takes commands over a pipe."""

import asyncio
from collections import Counter
from multiprocessing.connection import Connection
from typing import Any

from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.kit.clock import SystemClock
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve

LOOKING = ("search_read", "fields_get", "version")
"""Ends of calls that belong to no single document: looks for what is new, and what is asked once."""


class Partners:
    """The commands."""

    def __init__(self, odoo: OdooSandbox, datil: DatilSandbox) -> None:
        self._odoo = odoo
        self._datil = datil
        self._customer = self._made_customer()

    def _made_customer(self) -> int:
        env = self._odoo.env
        country, kind = env.ref("base.ec"), env.ref("l10n_ec.ec_dni")
        told = {"name": "Rosa Inventada", "country_id": country, "l10n_latam_identification_type_id": kind}
        made: int = env["res.partner"].create({**told, "vat": "1710034065", "street": "Calle Falsa 1"})
        return made

    def invoices(self, count: int) -> None:
        """Post so many invoices of one to four lines, dated today."""
        env = self._odoo.env
        tax = env["account.tax"].search([["type_tax_use", "=", "sale"], ["amount", "=", 15]])[:1]
        for number in range(count):
            lines = [
                [
                    0,
                    0,
                    {
                        "name": f"Línea {one}",
                        "quantity": one + 1,
                        "price_unit": 10.0 + number % 90,
                        "tax_ids": [[6, 0, tax]],
                    },
                ]
                for one in range(number % 4 + 1)
            ]
            told = {"move_type": "out_invoice", "partner_id": self._customer, "invoice_line_ids": lines}
            env["account.move"].action_post([env["account.move"].create(told)])

    def cut(self, count: int) -> None:
        """Lose the next so many answers of Dátil, after it took the documents."""
        self._datil.faults.append(Fault("issue", "cut_after", times=count))

    def figures(self) -> dict[str, Any]:
        """Return what is authorised, and what it cost."""
        now = self._datil.clock.now()
        documents = self._datil.authority.register.documents()
        env = self._odoo.env
        files = len(env["ir.attachment"].search([["res_model", "=", "account.move"]]))
        calls: Counter[str] = Counter()
        for name, times in self._odoo.calls.items():
            if not (name.endswith(LOOKING) and name != "ir.attachment.search_read"):
                calls[name] += times
        calls["account.move.web_search_read"] = self._odoo.calls["account.move.web_search_read"]
        return {
            "authorised": sum(one.is_authorised(now) for one in documents),
            "documents": len(documents),
            "claves": len({one.clave for one in documents}),
            "numbers": len({one.numero for one in documents}),
            "told": files // 2,
            "calls": dict(calls),
            "datil": dict(self._datil.calls),
        }


def live(pipe: Connection) -> None:
    """Be the partners until there are no more commands."""
    asyncio.run(_run(pipe))


async def _run(pipe: Connection) -> None:
    odoo, datil = OdooSandbox(clock=SystemClock(), database="demo"), DatilSandbox(clock=SystemClock())
    async with serve(odoo.app()) as odoo_url, serve(datil.app()) as url:
        partners = Partners(odoo, datil)
        pipe.send({"odoo": odoo_url, "datil": url, "connection": datil.connection()})
        while (command := await asyncio.to_thread(pipe.recv)) is not None:
            name, *arguments = command
            pipe.send(getattr(partners, name)(*arguments))
        await datil.close()


__all__ = ["Partners", "live"]
