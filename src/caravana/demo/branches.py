"""The demo company: two branches in one company of Odoo, a warehouse and a card journal each, and one account at the bank."""

from dataclasses import dataclass

from caravana.component.whatsapp.sandbox import Account

ACCOUNT = "2100012345"
"""The account at the bank that customers pay into; it is the first branch's."""
BANK = "Banco Pichincha"
BANK_JOURNAL = 9
"""The number that the imitated Odoo gives to the journal of that account."""


@dataclass(frozen=True)
class DemoBranch:
    """A branch, with the numbers that the imitated Odoo gives to its warehouse and journal."""

    key: str
    name: str
    warehouse: int
    journal: int
    accounts: tuple[str, ...] = ()
    number: str = ""
    page: str = ""
    """At WhatsApp and Facebook."""

    def settings(self) -> str:
        """Return what the hub's configuration says of it."""
        meta = f', whatsapp_number: "{self.number}", facebook_page: "{self.page}"' if self.number else ""
        accounts = ", ".join(f'"{one}"' for one in self.accounts)
        return (
            f"  {self.key}: {{name: {self.name}, company: 1, warehouse: {self.warehouse}, card_journal: {self.journal}, "
            f"payment_store: [placetopay, stripe, payphone], bank_accounts: [{accounts}]{meta}}}\n"
        )


BRANCHES = (
    DemoBranch("matriz", "Matriz", 1, 6, (ACCOUNT,), Account.number_id, Account.page_id),
    DemoBranch("sur", "Sucursal Sur", 2, 8),
)
