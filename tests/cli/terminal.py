"""A terminal of a given width, on which a command runs and somebody types."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path


def on_terminal(
    *arguments: str, columns: int = 100, typed: Sequence[str] = (), code: int = 0, folder: Path | None = None
) -> str:
    """Run `caravana` with `arguments` in `folder`; lines of `typed` are typed. Returns what it printed, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 200, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    command = [sys.executable, "-m", "caravana.cli", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, env=environment, cwd=folder) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        told = b""
        with contextlib.suppress(OSError):  # its other end is closed
            while part := os.read(ours, 65536):
                told += part
        assert process.wait() == code, told.decode()
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;]*m", "", told.decode()).replace("\r\n", "\n")
