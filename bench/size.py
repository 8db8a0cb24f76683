"""Memory, and time until ready, of the program as it is shipped: `caravana run`, its bytecode compiled."""

import compileall
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import caravana
from bench import load
from bench.figure import Figure
from bench.hub import ANSWERING, run_partner
from bench.load import Load
from bench.place import Place
from bench.process import Process, memory, once

BARE = """
import uvicorn, starlette.applications, aiohttp, pydantic
print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
"""
CONFIGURATION = """
journal: {journal}
routes: [{routes}]
listener: {{port: 0}}
control: {{port: 0}}
limits: {{live: 64, connections: {{"{connection}": {{live: 64}}}}}}
"""

STARTS = 3


def size(place: Place) -> list[Figure]:
    """Memory idle and after a load of request-replies; time from the start of the process until it takes messages."""
    compileall.compile_dir(next(iter(caravana.__path__)), quiet=2)  # as an installer does
    bare_seconds, bare_memory = _bare()
    with Process(run_partner) as partner, place.journal() as journal:
        routes, settings = place.folder / "size.yaml", place.folder / "caravana.yaml"
        routes.write_text(ANSWERING % partner.address)
        connection = "http:" + partner.address.removeprefix("http://")
        settings.write_text(CONFIGURATION.format(journal=journal, routes=routes, connection=connection))
        starts = [_start_only(settings) for _ in range(1 + STARTS)][1:]  # the first one makes the journal
        with _running(settings) as (process, listener, _):
            time.sleep(2)
            idle = memory(process.pid)
            told = once(load.main, Load(f"{listener}/answering", 2 * place.seconds, 32))
            loaded = memory(process.pid, "VmHWM")
    raw = "the same libraries imported"
    return [
        Figure("memory idle", place.kind, idle, "MiB", 120, False, bare_memory, raw),
        Figure("memory loaded, highest", place.kind, loaded, "MiB", 200, False, bare_memory, raw,
               {"answered": told.good}),
        Figure("ready after start", place.kind, _middle(one.seconds for one in starts), "s", 1.5, False, bare_seconds, raw),
        Figure("processor time until ready", place.kind, _middle(one.processor for one in starts), "s", 1.5, False),
    ]  # fmt: skip


def _middle(values: Iterable[float]) -> float:
    return sorted(values)[STARTS // 2]


def _bare() -> tuple[float, float]:
    began = time.perf_counter()
    text = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True).stdout
    return time.perf_counter() - began, int(text) / 1024


@dataclass(frozen=True)
class Start:
    """What a start took until the hub was ready: on the clock, and of the processor (which a busy machine hardly prolongs)."""

    seconds: float
    processor: float


def _start_only(settings: object) -> Start:
    with _running(settings) as (_, _, start):
        return start


@contextmanager
def _running(settings: object) -> Iterator[tuple[subprocess.Popen[str], str, Start]]:
    """Run `caravana run`; yields process, listener address and what it took until it said and proved that it is ready."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "caravana.cli", "run", "--config", str(settings), "--log-level", "warning"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        listener, control = (process.stdout.readline().split()[1] for _ in range(2))
        with urlopen(f"{control}/readyz") as answer:
            answer.read()
        yield process, listener, Start(time.perf_counter() - began, _processor(process.pid))
    finally:
        process.terminate()
        process.wait(30)


def _processor(pid: int) -> float:
    """Return the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
