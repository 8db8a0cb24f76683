"""`python -m bench.matching`: match made-up transfers, show a table by kind, write JSON; 1 when a bar is missed."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.matching.measure import DEVELOPMENT, HOLD_OUT, Run, Tally, in_own_process


def main() -> int:
    """Measure; 1 when a bar is missed."""
    asked = _arguments()
    seeds = asked.seed or (DEVELOPMENT[:3] if asked.development else HOLD_OUT)
    runs = in_own_process(seeds, asked.credits, asked.invoices)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(_table(runs, asked))
    for one in runs:
        took = f"{one.seconds:.1f} s ({one.processor:.1f} s of the processor), {one.mebibytes:.0f} MiB"
        console.print(f"seed {one.seed}: {took}; {one.told_again} told again were known or held", style="dim")
    missed = [what for one in runs for what in one.missed()]
    for what in missed:
        console.print(f"missed: {what}", style="red")
    if asked.json:
        Path(asked.json).write_text(json.dumps(_json(runs, missed), indent=2))
    return int(bool(missed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description="Measure how transfers are matched.")
    parser.add_argument("--credits", type=int, default=10_000, help="transfers of each seed")
    parser.add_argument("--invoices", type=int, default=50_000, help="open invoices")
    parser.add_argument(
        "--development", action="store_true", help="the seeds that may be looked at while working on it"
    )
    parser.add_argument("--seed", type=int, action="append", help="just this seed")
    parser.add_argument("--json", metavar="FILE", help="also write the counts there")
    return parser.parse_args()


def _table(runs: Sequence[Run], asked: argparse.Namespace) -> Table:
    title = f"Matching {asked.credits:,} transfers with {asked.invoices:,} open invoices, {len(runs)} seeds"
    table = Table("kind", title=title)
    for name in (
        "one right answer",
        "by itself",
        "rate",
        "posted",
        "wrong",
        "wrong payer",
        "to a person",
        "in first three",
    ):
        table.add_column(name, justify="right")
    kinds = list(dict.fromkeys(kind for one in runs for kind in one.kinds))
    for kind in kinds:
        table.add_row(kind, *_cells(_sum(one.kinds.get(kind, Tally()) for one in runs)))
    table.add_section()
    table.add_row("all", *_cells(_sum(one.all for one in runs)))
    return table


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.add(one)
    return total


def _cells(one: Tally) -> list[str]:
    rate = f"{one.automatic / one.wanted:.1%}" if one.wanted else ""
    among = f"{one.among / one.asked:.1%}" if one.asked else ""
    counts = (one.wanted, one.automatic, rate, one.posted, one.wrong, one.stranger, one.asked, among)
    return [str(count) for count in counts]


def _json(runs: Sequence[Run], missed: Sequence[str]) -> dict[str, object]:
    return {
        "missed": list(missed),
        "runs": [
            {
                "seed": one.seed,
                "seconds": round(one.seconds, 2),
                "processor": round(one.processor, 2),
                "mebibytes": round(one.mebibytes),
                "all": one.all.as_json(),
                "kinds": {kind: tally.as_json() for kind, tally in one.kinds.items()},
            }
            for one in runs
        ],
    }


if __name__ == "__main__":
    raise SystemExit(main())
