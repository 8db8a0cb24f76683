"""`python -m bench.einvoice`: issue many invoices, show what became of them, write JSON; 1 when a bar is missed."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.einvoice.measure import MOST_CALLS, MOST_MEMORY, Run, measured


def main() -> int:
    """Measure; 1 when a bar is missed."""
    asked = _arguments()
    run = measured(asked.documents, asked.cut)
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(_table(run))
    for what in run.missed():
        console.print(f"missed: {what}", style="red")
    if asked.json:
        Path(asked.json).write_text(json.dumps({**asdict(run), "missed": run.missed()}, indent=2))
    return int(bool(run.missed()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.einvoice", description="Measure how documents are issued.")
    parser.add_argument("--documents", type=int, default=1_000, help="invoices that are posted at once")
    parser.add_argument("--cut", type=int, default=20, help="answers that are lost after the company took the document")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    return parser.parse_args()


def _table(run: Run) -> Table:
    table = Table("figure", title=f"{run.wanted:,} invoices from Odoo over Dátil, {run.cut} answers cut")
    table.add_column("measured", justify="right")
    table.add_column("wanted", justify="right")
    rows = (
        ("authorised", f"{run.authorised:,}", f"{run.wanted:,}"),
        ("claves de acceso", f"{run.claves:,}", f"{run.wanted:,}"),
        ("issued twice", f"{run.documents - run.claves}", "0"),
        ("files and note in Odoo", f"{run.told:,}", f"{run.wanted:,}"),
        ("calls to Odoo, one by one", f"{run.alone:.1f}", f"≤ {MOST_CALLS:.0f}"),
        ("calls to Odoo each, when many wait", f"{run.together:.1f}", "fewer"),
        ("time", f"{run.seconds:.1f} s", ""),
        ("processor time of the hub", f"{run.processor:.1f} s", ""),
        ("memory at most", f"{run.mebibytes:.0f} MiB", f"≤ {MOST_MEMORY:.0f} MiB"),
    )
    for row in rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    sys.exit(main())
