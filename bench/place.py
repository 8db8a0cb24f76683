"""Where journals of a measurement lie: a folder for SQLite, a server of its own for PostgreSQL."""

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench import raw
from bench.figure import Figure


@dataclass
class Place:
    """One database kind: makes fresh journals, knows its raw limits. `seconds`: how long a figure is measured."""

    kind: str
    folder: Path
    quick: bool
    loop: str
    server: str = ""
    one: float = 0.0
    batched: float = 0.0
    profile: Path | None = None

    @property
    def seconds(self) -> float:
        """Length of a load."""
        return 5.0 if self.quick else 15.0

    def choose(self, sqlite: Any, postgresql: Any) -> Any:
        """Return the one that holds for this database."""
        return sqlite if self.kind == "SQLite" else postgresql

    @property
    def one_name(self) -> str:
        """What the raw limit `one` counts."""
        return str(self.choose("one-row commits/s", "single inserts/s, one client"))

    @contextlib.contextmanager
    def journal(self) -> Iterator[str]:
        """Yield the address of a fresh journal and remove it afterwards."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        if self.kind == "SQLite":
            folder = self.folder / name
            folder.mkdir()
            try:
                yield f"sqlite:///{folder}/journal.db"
            finally:
                shutil.rmtree(folder)
            return
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield self.server.replace("/postgres?", f"/{name}?")
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def limits(self) -> list[Figure]:
        """Measure the raw limits, which the other figures are shown beside."""
        seconds = 1.0 if self.quick else 3.0
        if self.kind == "SQLite":
            self.one = raw.sqlite_rows(self.folder, seconds, 1)
            self.batched = raw.sqlite_rows(self.folder, seconds, 100)
            names = ("one-row commits", "rows in commits of 100")
        else:
            self.one = raw.postgresql_inserts(self.server, seconds, 1)
            self.batched = raw.postgresql_inserts(self.server, seconds, 8)
            names = ("single inserts, one client", "single inserts, eight clients")
        return [
            Figure(f"raw: {name}", self.kind, value, "/s")
            for name, value in zip(names, (self.one, self.batched), strict=True)
        ]


@contextlib.contextmanager
def sqlite_place(quick: bool, loop: str) -> Iterator[Place]:
    """Yield the place for SQLite: a folder under the temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="caravana-bench-"))
    try:
        yield Place("SQLite", folder, quick, loop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgresql_place(quick: bool, loop: str) -> Iterator[Place]:
    """Yield the place for PostgreSQL: a server started for it."""
    from tests.support.postgres import PostgresServer

    folder = Path(tempfile.mkdtemp(prefix="caravana-bench-"))
    try:
        with PostgresServer() as server:
            yield Place("PostgreSQL", folder, quick, loop, server=server.url())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
