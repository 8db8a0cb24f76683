"""Processes of the measurement: each is told what to do over a pipe."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CONTEXT = multiprocessing.get_context("spawn")


class Process:
    """A process that first sends its address and then answers commands."""

    def __init__(self, entry: Callable[..., None], *arguments: Any) -> None:
        self._pipe, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=entry, args=(*arguments, theirs))
        self._process.start()
        theirs.close()
        self.address: str = self._pipe.recv()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def ask(self, *command: Any) -> Any:
        """Return what a command returns."""
        self._pipe.send(command)
        return self._pipe.recv()

    def kill(self) -> None:
        """Kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._process.is_alive():
            self._pipe.send(None)
            self._process.join(30)
        if self._process.is_alive():
            self.kill()


def once(entry: Callable[..., None], *arguments: Any) -> Any:
    """Run a process that sends one thing and ends."""
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=entry, args=(*arguments, theirs))
    process.start()
    theirs.close()
    result = ours.recv()
    process.join()
    return result


def memory(pid: int, which: str = "VmRSS") -> float:
    """Return the resident memory of a process in MiB: now (`VmRSS`), or the most it ever was (`VmHWM`)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
