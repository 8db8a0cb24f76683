"""After the day: orders that wait to be paid, their links, and what to try with them in a browser."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from caravana.component.placetopay.sandbox import Card
from caravana.demo.bank import OPENING, TRANSFERS, Bank, Transfer, a_bill, bill
from caravana.demo.people import Order
from caravana.demo.play import Day

WAITING = 3
LOOK_SECONDS = 0.5
OPEN = a_bill("Papelería La Esquina", 80, 9201)
TO_LAY = (
    Transfer("certain", OPEN.total, f"PAGO FACTURA {OPEN.text}", "PAPELERIA LA ESQUINA", document="80001"),
    Transfer("unknown", Decimal("17.35"), "DEPOSITO VENTANILLA", document="80002"),
)
"""Of the file that waits to be laid into the bank's folder."""
FILE = "transferencias.csv"
PAYPHONE_PAGE = 600
"""Seconds of the demo's clock for which PayPhone's page takes a payment."""


class Stay:
    """Leaves the world running, with orders to be paid by whoever sits before it."""

    def __init__(self, day: Day, console: Console) -> None:
        """`day`: the one that was played."""
        self._day = day
        self._world = day.world
        self.spoken = day.spoken
        self._console = console

    async def open(self) -> None:
        """Confirm orders, wait for their links, open the checkout of the last, and show all that. Raises `DemoFailed`."""
        orders = [await self._day.clerk.confirm_order(number) for number in range(WAITING)]
        await self._day.wait_for_links(orders)
        await self._day.stage.customer.open(orders[-1])
        await bill(self._day.clerk, [OPEN])
        before = OPENING + sum(one.amount for one in TRANSFERS)
        (self._world.folder / FILE).write_text(Bank(self._world).file(TO_LAY, before), "utf-8")
        self._show_links(orders)
        self._console.print(self._trials())
        self._console.print(self.spoken("Payments that reach Odoo are told below. Ctrl-C ends everything."))

    async def watch(self) -> None:
        """Tell what reaches Odoo, and start the hub again whenever somebody has killed it. Raises `DemoFailed`."""
        await asyncio.gather(self._revive(), self._tell())

    async def _revive(self) -> None:
        while True:
            pid = self._world.hub_pid
            await self._world.revive_hub()
            told = f"The hub {pid} died and was started again; now it is {self._world.hub_pid}."
            self._console.print(self.spoken(told))

    async def _tell(self) -> None:
        known = len(await self._day.clerk.booked())
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            booked = await self._day.clerk.booked()
            for one in booked[known:]:
                told = f"Odoo has the payment {one['name']} of {one['amount']:.2f} USD: {one['memo']}."
                if one["payment_type"] == "outbound":
                    told = f"Odoo has the refund {one['name']} of {one['amount']:.2f} USD: {one['memo']}."
                self._console.print(self.spoken(told))
            known = len(booked)

    def _show_links(self, orders: list[Order]) -> None:
        """A link or a command stands on one line however narrow the terminal is: cut in two it could not be opened."""
        pay, checkout = self.spoken("pay"), self.spoken("checkout")
        addresses = [*((one, pay, one.link) for one in orders), (orders[-1], checkout, orders[-1].checkout)]
        shown = _table(self.spoken("Orders that wait to be paid: open a link in a browser; and a file of the bank"))
        for order, kind, address in addresses:
            shown.add_row(order.name, f"{order.amount:.2f}", kind, f"[link={address}]{address}[/link]")
        command = f"cp {self._world.folder / FILE} {self._world.bank_folder}/"
        shown.add_row(OPEN.text, f"{OPEN.total:.2f}", self.spoken("bank"), command)
        needed = 60 + max(len(command), *(len(address) for _, _, address in addresses))
        wide = Console(file=self._console.file, width=max(needed, self._console.width))
        wide.print(shown)

    def _trials(self) -> Table:
        shown = _table(self.spoken("What to try"))
        for name, trial in (*self._at_the_page(), *self._in_the_office()):
            shown.add_row(name, trial)
        return shown

    def _at_the_page(self) -> Iterator[tuple[str, str]]:
        """What customers may try, each under its name."""
        spoken, seconds = self.spoken, PAYPHONE_PAGE / self._world.speed
        hint = "the pay page offers PlacetoPay, Stripe and PayPhone; each one's page lists its test cards"
        yield spoken("companies"), spoken(hint)
        hint = f"at PlacetoPay pay with card {_groups(Card.APPROVED)}, any later date, any CVV"
        yield spoken("approve"), spoken(hint)
        yield spoken("refuse"), spoken(f"pay with card {_groups(Card.DENIED)}, then again with the first")
        yield spoken("wait"), spoken(f"pay with card {_groups(Card.PENDING_APPROVED)}: the bank answers later")
        hint = f"PayPhone's page closes after ten minutes, here {seconds:.0f} s (--speed 1: ten)"
        yield spoken("hurry"), spoken(hint)
        yield spoken("twice"), spoken("press pay in two windows of one link: it is one session")

    def _in_the_office(self) -> Iterator[tuple[str, str]]:
        """What clerks and operators may try."""
        spoken, world, here = self.spoken, self._world, f"cd {self._world.folder} && caravana"
        if self._day.orders:
            yield spoken("refund"), f"{here} payments refund CV{self._day.orders[-1].id}-1"
        hint = "run the last line above: one transfer pays an open invoice, the other nobody knows"
        yield spoken("bank"), spoken(hint)
        yield spoken("review"), f"{here} bank review"
        if world.issues:
            yield spoken("documents"), f"{here} einvoice list"
        if world.sells:
            yield spoken("customer"), f"{world.url('meta')}/phone"
            yield spoken("catalogue"), f"{here} catalog status"
        yield spoken("kill"), spoken(f"kill -9 {world.hub_pid} while you pay; the hub is started again and goes on")
        yield spoken("messages"), f"{here} messages"
        yield spoken("health"), f"{world.url('control')}/readyz"
        yield spoken("provider"), f"{world.url('placetopay')}/_sandbox/sessions"


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, show_header=False)


def _groups(card: Card) -> str:
    return " ".join(card.value[start : start + 4] for start in range(0, len(card.value), 4))
