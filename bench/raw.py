"""Raw limits: what the database does with a plain insert of a row of the same size, without any of our code."""

import os
import sqlite3
import threading
import time
from pathlib import Path

import psycopg

ROW = os.urandom(400)


def sqlite_rows(folder: Path, seconds: float, portion: int) -> float:
    """Return rows a second that SQLite commits (WAL, synchronous FULL) in transactions of `portion` rows."""
    path = folder / f"raw{portion}.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, data BLOB)")
    rows, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(portion):
            connection.execute("INSERT INTO raw (data) VALUES (?)", (ROW,))
        connection.execute("COMMIT")
        rows += portion
    taken = time.perf_counter() - began
    connection.close()
    path.unlink()
    return rows / taken


def postgresql_inserts(url: str, seconds: float, clients: int) -> float:
    """Return single inserts a second, each its own transaction, from `clients` connections at once."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS raw")
        connection.execute("CREATE TABLE raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea)")
    counts: list[int] = []
    threads = [threading.Thread(target=_insert, args=(url, seconds, counts)) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def _insert(url: str, seconds: float, counts: list[int]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        count, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            connection.execute("INSERT INTO raw (data) VALUES (%s)", (ROW,), prepare=True)
            count += 1
        counts.append(count)
