"""`python -m bench`: measure, show a table, write JSON."""

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.crash import resuming
from bench.figure import Figure, amount
from bench.flow import FIGURES
from bench.hub import LOOPS
from bench.page import write_page
from bench.place import Place, postgresql_place, sqlite_place
from bench.size import size
from bench.social import webhooks

ALL = {**FIGURES, "webhooks": webhooks, "size": size, "resuming": resuming}


def main() -> int:
    """Measure what was asked for; 1 when a figure is missed."""
    asked = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 180)
    places = [place for place, wanted in ((sqlite_place, asked.sqlite), (postgresql_place, asked.postgresql)) if wanted]
    figures: list[Figure] = []
    began, load_before = datetime.now(UTC), os.getloadavg()
    for make in places or [sqlite_place, postgresql_place]:
        with make(asked.quick, asked.loop) as place:
            figures += _measure(place, asked.only or list(ALL), console)
    console.print(_table(figures))
    machine = _machine(began, load_before, asked)
    console.print(", ".join(f"{name}: {value}" for name, value in machine.items()))
    if asked.json:
        Path(asked.json).write_text(
            json.dumps({"machine": machine, "figures": [one.as_json() for one in figures]}, indent=2)
        )
    if asked.page:
        write_page(Path(asked.page), figures, machine)
    return int(any(one.met is False for one in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure speed and size of the hub.")
    parser.add_argument("--sqlite", action="store_true", help="only SQLite (with --postgresql: both, as by default)")
    parser.add_argument("--postgresql", action="store_true", help="only PostgreSQL")
    parser.add_argument("--only", action="append", choices=list(ALL), metavar="NAME", help=f"one of {', '.join(ALL)}")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    parser.add_argument("--page", metavar="FILE", help="also put the table there, between its marks")
    parser.add_argument("--quick", action="store_true", help="shorter loads")
    parser.add_argument("--loop", choices=list(LOOPS), default="uvloop", help="event loop; `caravana run` takes uvloop")
    return parser.parse_args()


def _measure(place: Place, names: list[str], console: Console) -> list[Figure]:
    figures = place.limits()
    for name in names:
        began = time.perf_counter()
        found = ALL[name](place)
        figures += found
        console.print(f"{place.kind} {name}: {time.perf_counter() - began:.0f} s", style="dim")
        for one in found:
            if one.details:
                console.print(f"  {one.name}: {one.details}", style="dim")
    return figures


def _table(figures: list[Figure]) -> Table:
    table = Table("database", "figure", title="Caravana: measured figures")
    for name in ("measured", "wanted"):
        table.add_column(name, justify="right")
    table.add_column("reached")
    table.add_column("raw limit", justify="right")
    table.add_column("which is")
    for one in figures:
        sign = "≥" if one.more_is_better else "≤"
        wanted = "" if one.wanted is None else f"{sign} {amount(one.wanted, one.unit)}"
        style = "red" if one.met is False else None
        cells = (
            one.database,
            one.name,
            amount(one.value, one.unit),
            wanted,
            one.verdict,
            amount(one.raw),
            one.raw_name,
        )
        table.add_row(*cells, style=style)
    return table


def _machine(began: datetime, load_before: tuple[float, ...], asked: argparse.Namespace) -> dict[str, str]:
    return {
        "time": began.isoformat(timespec="seconds"),
        "processors": str(os.cpu_count()),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "loop": asked.loop,
        "load before": " ".join(f"{one:.2f}" for one in load_before),
        "load after": " ".join(f"{one:.2f}" for one in os.getloadavg()),
        "length": "quick" if asked.quick else "full",
    }


if __name__ == "__main__":
    sys.exit(main())
