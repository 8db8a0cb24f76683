"""What waits for the clerk of the Spanish guide: made as the hub itself makes it, in the journal of his folder."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from caravana.commerce.booking import reviews
from caravana.engine.configuration import read_configuration
from caravana.engine.opening import journal_of
from caravana.engine.times import to_micros
from caravana.journal import store
from caravana.kit import codec

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
CUT = 0
"""An answer that never comes: the connection is cut after the request was taken."""
ROUTE = """\
- route:
    id: cobros
    description: Pide un cobro al banco
    from:
      uri: platform-http:/cobro
      parameters: {{reply: accepted, keys: "order:${{header.pedido}}"}}
      steps:
        - removeHeaders: {{pattern: "CamelHttp*"}}
        - setHeader: {{name: CamelHttpMethod, constant: POST}}
        - to: "http://127.0.0.1:{port}/cobros"
"""
PARTS = """\
- errorHandler:
    deadLetterChannel: {{deadLetterUri: "log:muertos"}}
- route:
    id: cobros
    description: Pide los cobros del día al banco, uno por uno
    from:
      uri: platform-http:/cobro
      parameters: {{reply: accepted}}
      steps:
        - removeHeaders: {{pattern: "CamelHttp*"}}
        - split:
            delimiter: ","
            simple: "${{body}}"
            steps:
              - setHeader: {{name: CamelHttpMethod, constant: POST}}
              - to: "http://127.0.0.1:{port}/cobros"
"""


class _Till(BaseHTTPRequestHandler):
    """Takes every request and answers by the list of its server, the last answer again and again."""

    answers: list[int]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status == CUT:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        """Say nothing."""


@contextmanager
def bank(answers: Sequence[int]) -> Iterator[int]:
    """Serve a bank while the block runs; yields its port."""
    till = type("Till", (_Till,), {"answers": list(answers)})
    with ThreadingHTTPServer(("127.0.0.1", 0), till) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


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
        [item] = reviews(order, attempt, payment, Decimal(left), NOW, by_hand=kind == "by_hand")
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
            await journal.submit(store.put_state("review", item["key"], data, to_micros(NOW)), essential=True)
    finally:
        await journal.close()
