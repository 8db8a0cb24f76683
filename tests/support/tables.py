"""Tables that tests fill row by row (`record_property`) and the run shows at its end."""

from typing import Any

import pytest

CRASH_HEAD = ("boundary", "database", "kills", "accepted", "lost", "doubled", "in doubt", "why")


def rows_of(reporter: pytest.TerminalReporter, name: str) -> list[tuple[Any, ...]]:
    """Return the rows that tests recorded under `name`, in the order in which they ended."""
    reports = [one for kind in ("passed", "failed") for one in reporter.getreports(kind)]
    recorded = [value for one in reports if one.when == "call" for key, value in one.user_properties if key == name]
    return [tuple(row) for row in recorded]


def show_crashes(reporter: pytest.TerminalReporter) -> None:
    """Write what became of the hubs that were killed or stopped: boundary by database, and the sum."""
    rows = sorted(rows_of(reporter, "crash"))
    if not rows:
        return
    total = ("all", "", *(sum(row[place] for row in rows) for place in range(2, 7)), "")
    lines = [[str(cell) for cell in row] for row in (CRASH_HEAD, *rows, total)]
    widths = [max(len(line[place]) for line in lines) for place in range(7)]
    reporter.section("killed and stopped hubs")
    for line in lines:
        cells = [
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=False))
        ]
        reporter.write_line("  ".join([*cells, line[7]]).rstrip())
