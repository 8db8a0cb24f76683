"""The demo company's two branches: one company in Odoo, a warehouse and a journal for card payments each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoBranch:
    """A branch, with the numbers that the imitated Odoo gives to its warehouse and journal."""

    key: str
    name: str
    warehouse: int
    journal: int

    def settings(self) -> str:
        """Return what the hub's configuration says of it."""
        return (
            f"  {self.key}: {{name: {self.name}, company: 1, warehouse: {self.warehouse}, card_journal: {self.journal}, "
            "payment_store: placetopay}\n"
        )


BRANCHES = (DemoBranch("matriz", "Matriz", 1, 6), DemoBranch("sur", "Sucursal Sur", 2, 8))
