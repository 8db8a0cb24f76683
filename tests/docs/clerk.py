"""What waits for the clerk of the Spanish guide: made as the hub itself makes it, in the journal of his folder."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from caravana.commerce.booking import reviews
from caravana.engine.configuration import read_configuration
from caravana.engine.opening import journal_of
from caravana.engine.times import to_micros
from caravana.journal import operations as ops
from caravana.kit import codec

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
ROUTES = """\
- route:
    id: cobros
    description: Pide un cobro al banco
    from:
      uri: platform-http:/cobro
      parameters: {reply: accepted, keys: "order:${header.pedido}"}
      steps:
        - toD: "http://127.0.0.1:%d/cobros"
"""


def sale(number: int, *, state: str = "sale") -> dict[str, Any]:
    """Return an order of 115.00 as the flow reads it."""
    return {"id": number, "name": f"S{number:05}", "state": state, "total": Decimal(115), "attempts": []}


def reasons() -> list[dict[str, Any]]:
    """Return an item for each reason for which the card flow asks for a person."""
    found = []
    for number, (kind, total, currency, left) in enumerate(CASES, 12):
        order = sale(number, state="cancel" if kind == "cancelled_order" else "sale")
        order["paid_on_invoices"] = Decimal(115) if kind == "credit_left" else Decimal(0)
        attempt = {"reference": f"CV{number}-1", "amount": Decimal("115.00"), "currency": "USD"}
        payment = {
            "external_id": f"caravana.placetopay_tienda_{1000 + number}",
            "internal_reference": 1000 + number,
            "total": Decimal(total),
            "currency": currency,
        }
        [item] = reviews(order, attempt, payment, Decimal(left), NOW, by_hand=kind == "by_hand")  # type: ignore[arg-type]
        assert item["kind"] == kind
        found.append(item)
    return found


CASES = (
    ("other_amount", "100.00", "USD", "0"),
    ("by_hand", "115.00", "USD", "115.00"),
    ("cancelled_order", "115.00", "USD", "0"),
    ("credit_left", "115.00", "USD", "115.00"),
    ("other_currency", "115.00", "EUR", "0"),
)


def plant(folder: Path) -> None:
    """Put every item on the list of the hub whose configuration is in `folder`; no hub runs there."""
    asyncio.run(_plant(folder))


async def _plant(folder: Path) -> None:
    journal = journal_of(read_configuration(folder / "caravana.yaml"))
    await journal.open()
    try:
        for item in reasons():
            data = codec.dumps(item)
            await journal.submit(ops.put_state("review", item["key"], data, to_micros(NOW)), essential=True)
    finally:
        await journal.close()
