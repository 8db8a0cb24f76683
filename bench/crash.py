"""What a kill costs: 10,000 exchanges in flight, kill -9, and a new process."""

import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

from bench.figure import Figure
from bench.hub import FED, Plan, run_hub
from bench.place import Place
from bench.process import Process

IN_FLIGHT = 10_000
PATIENCE = 120.0


def resuming(place: Place) -> list[Figure]:
    """Every exchange stands in its third call at the kill, two effects recorded; time until all have ended."""
    diary = place.folder / "diary"
    with place.journal() as journal:
        dead = Process(run_hub, Plan(journal, FED, IN_FLIGHT + 100, place.loop, diary, still=True))
        dead.ask("feed", IN_FLIGHT)
        _until(lambda: dead.ask("waiting") >= IN_FLIGHT)
        dead.kill()
        recorded = _count(journal, "SELECT count(*) FROM record WHERE state = 'done'")
        began = time.perf_counter()
        with Process(run_hub, Plan(journal, FED, 64, place.loop, diary)) as hub:
            ready = time.perf_counter() - began
            _until(lambda: hub.ask("done") > 0, 0.02)
            first = time.perf_counter() - began
            _until(lambda: _done(journal) >= IN_FLIGHT, 0.1)
            taken = time.perf_counter() - began
        lost = IN_FLIGHT - _done(journal)
    seen = Counter(diary.read_text().splitlines())
    diary.unlink()
    repeated = sum(count - 1 for count in seen.values())
    details = {"outcomes_recorded_at_kill": recorded, "hub_ready_s": round(ready, 2), "first_effect_s": round(first, 2)}
    limit = IN_FLIGHT / place.batched
    raw_name = f"s to write {IN_FLIGHT:,} rows, {place.choose('in hundreds', 'by eight clients')}"
    return [
        Figure("10,000 in flight at kill -9: all ended after", place.kind, taken, "s", place.choose(15, 30), False,
               limit, raw_name, details),
        Figure("… lost", place.kind, lost, "", 0, False),
        Figure("… effects done twice", place.kind, repeated, "", 0, False),
    ]  # fmt: skip


def _done(journal: str) -> int:
    return _count(journal, "SELECT count(*) FROM exchange WHERE state = 'done'")


def _count(journal: str, statement: str) -> int:
    if journal.startswith("sqlite:///"):
        connection: Any = sqlite3.connect(Path(journal.removeprefix("sqlite:///")), timeout=10)
    else:
        connection = psycopg.connect(journal)
    try:
        return int(connection.execute(statement).fetchone()[0])
    finally:
        connection.close()


def _until(ready: Any, pause: float = 0.1) -> None:
    """Wait until `ready`, at most two minutes; what is missing then shows as lost."""
    deadline = time.perf_counter() + PATIENCE
    while not ready() and time.perf_counter() < deadline:
        time.sleep(pause)
