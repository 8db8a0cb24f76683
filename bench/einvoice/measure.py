"""One run: a hub of the command line between the imitations, so many invoices, and what became of them."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bench.einvoice.partners import live
from bench.process import Process, memory, processor_seconds

BOT_KEY = "fedcba9876543210fedcba9876543210fedcba98"
ALONE = 2
"""Documents that are issued one after the other, to see what one costs by itself."""
MOST_CALLS = 6.0
MOST_MEMORY = 200.0
PATIENCE = 900.0


@dataclass(frozen=True)
class Run:
    """What was measured. `alone`, `together`: calls to Odoo for each document, one by one and all at once."""

    wanted: int
    cut: int
    authorised: int
    claves: int
    documents: int
    told: int
    alone: float
    together: float
    seconds: float
    processor: float
    mebibytes: float

    def missed(self) -> list[str]:
        """Return the bars that are not reached."""
        bars = (
            (self.authorised == self.wanted, f"{self.authorised} of {self.wanted} authorised"),
            (self.claves == self.wanted, f"{self.claves} claves for {self.wanted} invoices"),
            (self.documents == self.wanted, f"{self.documents} documents for {self.wanted} invoices"),
            (self.told == self.wanted, f"{self.told} of {self.wanted} told in Odoo"),
            (self.alone <= MOST_CALLS, f"{self.alone:.1f} calls to Odoo for one document"),
            (self.together < self.alone, f"{self.together:.1f} calls each when many wait, {self.alone:.1f} alone"),
            (self.mebibytes <= MOST_MEMORY, f"{self.mebibytes:.0f} MiB of memory"),
        )
        return [text for met, text in bars if not met]


def measured(documents: int, cut: int) -> Run:
    """Issue so many documents, of which `cut` answers are lost, and return what became of them."""
    with tempfile.TemporaryDirectory() as folder, Process(live) as partners:
        told: Any = partners.address
        with _hub(Path(folder), told) as hub:
            for number in range(1, ALONE + 1):
                partners.ask("invoices", 1)
                _until(partners, number)
            before = partners.ask("figures")
            partners.ask("cut", cut)
            began, spent = time.perf_counter(), processor_seconds(hub)
            partners.ask("invoices", documents)
            after = _until(partners, ALONE + documents)
            seconds, processor = time.perf_counter() - began, processor_seconds(hub) - spent
            most = memory(hub, "VmHWM")
    calls = _calls(after) - _calls(before)
    return Run(
        wanted=ALONE + documents,
        cut=cut,
        authorised=after["authorised"],
        claves=after["claves"],
        documents=after["documents"],
        told=after["told"],
        alone=_calls(before) / ALONE,
        together=calls / documents,
        seconds=seconds,
        processor=processor,
        mebibytes=most,
    )


def _calls(figures: dict[str, Any]) -> int:
    return sum(figures["calls"].values())


def _until(partners: Process, count: int) -> dict[str, Any]:
    """Wait until so many documents are told in Odoo. Raises `TimeoutError`."""
    until = time.monotonic() + PATIENCE
    while True:
        figures: dict[str, Any] = partners.ask("figures")
        if figures["told"] >= count:
            return figures
        if time.monotonic() > until:
            raise TimeoutError(f"after {PATIENCE:.0f} s: {figures}")
        time.sleep(0.2)


@contextmanager
def _hub(folder: Path, told: dict[str, Any]) -> Iterator[int]:
    """Run a hub of the command line; yields its process's number."""
    file = folder / "caravana.yaml"
    odoo = {"url": told["odoo"], "database": "demo", "apiKey": BOT_KEY, "login": "integracion"}
    given = {
        "journal": f"sqlite:///{folder / 'caravana.db'}",
        "listener": {"port": 0},
        "control": {"port": 0},
        "go_live": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
        "flows": ["einvoice"],
        "routes": [],
        "connections": {
            "odoo": {**odoo, "rate": 1000, "concurrency": 8, "settle": "1s"},
            "datil": {**told["connection"], "url": told["datil"], "filesUrl": told["datil"]},
        },
        "placeholders": {"einvoice.delay": "1s"},
        "settings": {
            "einvoice.issuer": {
                "ruc": "1790016919001",
                "razonSocial": "Empresa XYZ S.A.",
                "dirMatriz": "Av. Inventada 123, Quito",
                "obligadoContabilidad": True,
            },
            "einvoice.points": {"001-001": {"connection": "datil"}},
        },
    }
    with file.open("w") as target:
        YAML(typ="safe").dump(given, target)
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "caravana.cli", "run", "--config", str(file)]
        hub = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield hub.pid
        finally:
            hub.terminate()
            hub.wait(60)


__all__ = ["Run", "measured"]
