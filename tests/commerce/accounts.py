"""A company whose customers pay by transfer: Odoo imitated on loopback, a hub that runs the flow `matching`, and a bank."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caravana.component.bank.component import BankComponent
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.clock import SystemClock
from caravana.kit.serving import serve
from caravana.testing.company import hub_of
from tests.commerce.shop import BOT_KEY
from tests.component.bank.telling import ACCOUNT, Movement, camt053, movement
from tests.support.waiting import eventually

SOON = {
    "bank.match.delay": "100ms",
    "bank.match.decisions.delay": "100ms",
    "bank.match.again": "1h",
    "bank.match.awaited": "300ms",
    "review.delay": "200ms",
}


@dataclass
class Books:
    """What a test does in Odoo, as a clerk and as one who reads the books, whatever hub there is."""

    odoo: OdooSandbox

    def customer(self, name: str, **values: Any) -> int:
        """Return a new customer in Odoo."""
        made: int = self.odoo.env["res.partner"].create(
            {"name": name, "country_id": self.odoo.env.ref("base.ec"), **values}
        )
        return made

    def invoice(self, customer: int, price: str, number: int, **of: Any) -> int:
        """Return a posted invoice of one line, with IVA of 15 %, under a number; `of`: its company, journal, or order."""
        company = of.get("company_id", 1)
        domain = [["type_tax_use", "=", "sale"], ["amount", "=", 15], ["company_id", "=", company]]
        tax = self.odoo.env["account.tax"].search(domain)[:1]
        line = {"name": "Servicio", "quantity": 1, "price_unit": float(price), "tax_ids": [[6, 0, tax]]}
        values = {"move_type": "out_invoice", "partner_id": customer, "invoice_line_ids": [[0, 0, line]], **of}
        made: int = self.odoo.env["account.move"].create(values)
        self.odoo.env["account.move"].write([made], {"l10n_latam_document_number": f"001-001-{number:09d}"})
        self.odoo.env["account.move"].action_post([made])
        return made

    def order(self, customer: int, price: str, **of: Any) -> tuple[int, str]:
        """Return a confirmed order of one product, with IVA of 15 %, and its name."""
        product = self.odoo.env["product.product"].create({"name": "Silla", "list_price": float(price)})
        line = {"product_id": product, "product_uom_qty": 1}
        made: int = self.odoo.env["sale.order"].create({"partner_id": customer, "order_line": [[0, 0, line]], **of})
        self.odoo.env["sale.order"].action_confirm([made])
        return made, str(self.one("sale.order", made, "name")["name"])

    def bill(self, order: int, *, post: bool = True) -> int:
        """Invoice an order; return the invoice."""
        context = {"active_model": "sale.order", "active_ids": [order]}
        wizard = self.odoo.env["sale.advance.payment.inv"]
        wizard.create_invoices([wizard.create({}, context=context)], context=context)
        made: int = self.one("sale.order", order, "invoice_ids")["invoice_ids"][-1]
        if post:
            self.odoo.env["account.move"].action_post([made])
        return made

    def one(self, model: str, id_: int, *fields: str) -> dict[str, Any]:
        """Return one record."""
        found: list[dict[str, Any]] = self.odoo.env[model].read([id_], list(fields))
        return found[0]

    def residual(self, invoice: int) -> float:
        """Return what is open of an invoice."""
        return float(self.one("account.move", invoice, "amount_residual")["amount_residual"])

    def payments(self, *fields: str) -> list[dict[str, Any]]:
        """Return all payments."""
        ids = self.odoo.env["account.payment"].search([], order="id asc")
        found: list[dict[str, Any]] = self.odoo.env["account.payment"].read(
            ids, ["amount", "state", "partner_id", "name", *fields]
        )
        return found

    def pay_by_hand(self, invoice: int) -> None:
        """A clerk registers the payment of an invoice by Odoo's own dialogue."""
        context = {"active_model": "account.move", "active_ids": [invoice], "active_id": invoice}
        wizard = self.odoo.env["account.payment.register"]
        wizard.action_create_payments([wizard.create({}, context=context)], context=context)

    def let_bank_lines(self) -> None:
        """Give everybody the group that may write statement lines: not even an administrator has it by himself."""
        users = self.odoo.env["res.users"].search([])
        group = self.odoo.env.ref("account.group_account_basic")
        self.odoo.env["res.users"].write(users, {"group_ids": [[4, group]]})


@dataclass
class Accounts(Books):
    """The same beside a hub in the test's own process, and what the bank tells it."""

    hub: Hub
    files: int = 0

    @property
    def bank(self) -> BankComponent:
        """The bank component of the hub."""
        found = self.hub.components.get("bank")
        assert isinstance(found, BankComponent)
        return found

    async def tells(self, movements: Sequence[Movement], account: str = ACCOUNT) -> None:
        """The bank's statement of these movements comes in."""
        self.files += 1
        content = camt053(movements, number=self.files, account=account)
        await self.bank.desk.file(f"{self.files}.xml", content)

    async def tells_reversal(
        self, amount: str, reference: str, end_to_end: str, before: Sequence[Movement] = ()
    ) -> None:
        """The bank's statement takes a credit back; `before`: what it tells of first."""
        self.files += 1
        content = camt053([*before, movement(f"-{amount}", reference, end_to_end=end_to_end)], number=self.files)
        head, debit, rest = content.rpartition(b"<CdtDbtInd>DBIT</CdtDbtInd><Sts>")
        marked = head + debit.replace(b"<Sts>", b"<RvslInd>true</RvslInd><Sts>") + rest
        report = await self.bank.desk.file(f"{self.files}.xml", marked)
        assert report.state == "taken", report

    async def asked(self, why: str) -> None:
        """Wait until a person is asked of some entry for that reason."""

        async def there() -> bool:
            return any(why in item["text"] for item in (await self.reviews()).values())

        await eventually(there, timeout=30)

    async def asked_again(self, key: str, why: str) -> None:
        """Wait until a person is asked about the entry for that reason."""

        async def asked() -> bool:
            item = (await self.reviews()).get(f"bank/match/{key}")
            return item is not None and why in item["text"]

        await eventually(asked, timeout=30)

    async def ask(self, operation: str, /, **arguments: Any) -> Any:
        """Do what `caravana bank` does."""
        return await self.bank.operate(operation, arguments)

    async def matches(self, state: str, count: int) -> list[dict[str, Any]]:
        """Return the matches in a state once there are so many."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = await self.bank.desk.matches.all(state)
            return len(found) == count

        await eventually(there, timeout=30)
        return found

    async def says(self, why: str) -> None:
        """Wait until the only match that waits says, in Spanish, why it does; and so does the list of what waits for a person."""

        async def told() -> bool:
            [match] = await self.matches("proposed", 1)
            return bool(match["why"]["es"] == why)

        await eventually(told, timeout=30)
        [item] = (await self.reviews()).values()
        assert why in item["text"]

    async def count(self, route: str, state: str = "%") -> int:
        """Return how many messages a route has, or has in a state."""
        text = "select count(*) as number from exchange where route = :route and state like :state"
        [row] = await self.hub.journal.query(text, {"route": route, "state": state})
        return int(row["number"])

    async def ended(self, route: str) -> int:
        """Return how many messages a route has done."""
        return await self.count(route, "done")

    async def looked(self, times: int) -> None:
        """Wait until the entries that wait were looked at so many times more."""
        before = await self.ended("match-open")

        async def there() -> bool:
            return await self.ended("match-open") >= before + times

        await eventually(there, timeout=30)

    async def dead(self, route: str) -> dict[str, Any]:
        """Return the message of a route that needs a person, once there is one."""
        text = "select id, error from exchange where route = :route and state = 'dead'"
        found = await eventually(lambda: self.hub.journal.query(text, {"route": route}), timeout=30)
        return dict(found[0])

    async def idle(self) -> None:
        """Wait until the hub has nothing to do."""
        await eventually(lambda: len(self.hub.dispatcher) == 0, timeout=30)

    async def reviews(self) -> dict[str, dict[str, Any]]:
        """Return what waits for a person, by key."""
        return dict(await self.hub.store.find("review"))


def settings_of(odoo: str, folder: Path, **more: Any) -> dict[str, Any]:
    """Return what the hub's configuration file holds."""
    given = dict(more)
    connection = {
        "url": odoo,
        "database": "demo",
        "apiKey": BOT_KEY,
        "login": "integracion",
        "rate": 1000,
        "settle": "1s",
    }
    (folder / "in").mkdir(exist_ok=True)
    placeholders = {**SOON, "bank.folder": str(folder / "in"), **given.pop("placeholders", {})}
    return {
        "journal": f"sqlite:///{folder / 'caravana.db'}",
        "connections": {"odoo": connection},
        "placeholders": placeholders,
        **given,
    }


@asynccontextmanager
async def open_accounts(
    folder: Path,
    setup: Setup | None = None,
    changes: Callable[[OdooSandbox, dict[str, Any]], None] = lambda odoo, given: None,
    /,
    **more: Any,
) -> AsyncIterator[Accounts]:
    """Run the company while the block runs.

    `setup`: of Odoo; `more`: further parts of the configuration, of which `changes` has the last word.
    """
    odoo = OdooSandbox(clock=SystemClock(), database="demo", setup=setup)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(odoo.app()))
        given = settings_of(url, folder, **more)
        changes(odoo, given)
        hub = hub_of(Configuration.model_validate(given), flows=["matching"])
        await stack.enter_async_context(hub)
        yield Accounts(odoo, hub)
