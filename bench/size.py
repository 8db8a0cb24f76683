"""Memory, and time until ready, of the program as it is shipped: `caravana run`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from bench import load
from bench.figure import Figure
from bench.hub import ANSWERING, run_partner
from bench.load import Load
from bench.place import Place
from bench.process import Process, memory, once

BARE = """
import uvicorn, starlette.applications, aiohttp, sqlalchemy, pydantic
print(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
"""
CONFIGURATION = """
journal: {journal}
routes: [{routes}]
listener: {{port: 0}}
control: {{port: 0}}
limits: {{live: 64, connections: {{"{connection}": {{live: 64}}}}}}
"""


def size(place: Place) -> list[Figure]:
    """Memory idle and after a load of request-replies; time from the start of the process until it takes messages."""
    bare_seconds, bare_memory = _bare()
    with Process(run_partner) as partner, place.journal() as journal:
        routes, settings = place.folder / "size.yaml", place.folder / "caravana.yaml"
        routes.write_text(ANSWERING % partner.address)
        connection = "http:" + partner.address.removeprefix("http://")
        settings.write_text(CONFIGURATION.format(journal=journal, routes=routes, connection=connection))
        starts = [_start_only(settings) for _ in range(4)]  # the first one makes the journal
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
        Figure("ready after start", place.kind, sorted(starts[1:])[1], "s", 1.5, False, bare_seconds, raw,
               {"starts": [round(one, 2) for one in starts]}),
    ]  # fmt: skip


def _bare() -> tuple[float, float]:
    began = time.perf_counter()
    text = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True).stdout
    return time.perf_counter() - began, int(text) / 1024


def _start_only(settings: object) -> float:
    with _running(settings) as (_, _, seconds):
        return seconds


@contextmanager
def _running(settings: object) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """Run `caravana run`; yields process, listener address and seconds until it said and proved that it is ready."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "caravana.cli", "run", "--config", str(settings), "--log-level", "warning"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        listener, control = (process.stdout.readline().split()[1] for _ in range(2))
        with urlopen(f"{control}/readyz") as answer:
            answer.read()
        yield process, listener, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(30)
