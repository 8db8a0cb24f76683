"""The imitated authority's register: what was filed under which clave and number, in memory or in a file that outlives it."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from caravana.kit.authority.filing import Filing
from caravana.kit.authority.message import Mensaje
from caravana.kit.authority.plan import Showing

_SCHEMA = """
create table if not exists document (
    id integer primary key, clave text not null, name text not null, numero text not null, cod_doc text not null,
    content text not null, received real not null, listed real not null, decided real, state text not null,
    messages text not null, showing text not null);
create index if not exists document_clave on document (clave);
create index if not exists document_name on document (name);
create table if not exists receipt (
    id integer primary key, at real not null, clave text not null, numero text not null, digest text not null,
    estado text not null, codes text not null);
"""
AUTHORISED, REFUSED = "AUTORIZADO", "NO AUTORIZADO"


@dataclass(frozen=True)
class Document:
    """One document that was received. `state` is what it is from `decided` on (None: not before `decide`)."""

    id: int
    clave: str
    name: str
    numero: str
    cod_doc: str
    content: str
    received: datetime
    listed: datetime
    decided: datetime | None
    state: str
    messages: tuple[Mensaje, ...]
    showing: Showing

    def is_decided(self, now: datetime) -> bool:
        """Whether its fate is known."""
        return self.decided is not None and self.decided <= now

    def is_authorised(self, now: datetime) -> bool:
        """Whether it is a legal document."""
        return self.state == AUTHORISED and self.is_decided(now)


@dataclass(frozen=True)
class Received:
    """One call of reception, for the audit: what came, what was answered."""

    at: datetime
    clave: str
    numero: str
    digest: str
    estado: str
    codes: tuple[str, ...]


class Register:
    """The documents and receipts; every change is stored before it is answered."""

    def __init__(self, path: Path | None = None) -> None:
        """`path`: the file; None: in memory."""
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = off")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(
        self,
        filing: Filing,
        *,
        received: datetime,
        listed: datetime,
        decided: datetime | None,
        state: str,
        messages: tuple[Mensaje, ...],
        showing: Showing,
    ) -> None:
        """Keep a document that was received."""
        values = (
            *(filing.clave, filing.name, filing.numero, filing.cod_doc, filing.content),
            *(received.timestamp(), listed.timestamp(), decided.timestamp() if decided else None),
            *(state, json.dumps([one.to_json() for one in messages]), json.dumps(asdict(showing))),
        )
        names = "clave, name, numero, cod_doc, content, received, listed, decided, state, messages, showing"
        self._database.execute(f"insert into document ({names}) values ({','.join('?' * 11)})", values)  # noqa: S608

    def note(self, received: Received) -> None:
        """Keep a receipt for the audit."""
        self._database.execute(
            "insert into receipt (at, clave, numero, digest, estado, codes) values (?, ?, ?, ?, ?, ?)",
            (
                *(received.at.timestamp(), received.clave, received.numero, received.digest, received.estado),
                json.dumps(received.codes),
            ),
        )

    def decide(self, document: Document, state: str, at: datetime, messages: tuple[Mensaje, ...]) -> None:
        """Set the fate of a document by hand."""
        self._database.execute(
            "update document set state = ?, decided = ?, listed = min(listed, ?), messages = ? where id = ?",
            (
                *(state, at.timestamp(), at.timestamp()),
                *(json.dumps([one.to_json() for one in messages]), document.id),
            ),
        )

    def show(self, document: Document, showing: Showing) -> None:
        """Set how answers about a document look."""
        self._database.execute(
            "update document set showing = ? where id = ?", (json.dumps(asdict(showing)), document.id)
        )

    def of_clave(self, clave: str) -> list[Document]:
        """Return what was received under a clave, oldest first."""
        return list(self._select("where clave = ?", clave))

    def of_name(self, name: str) -> list[Document]:
        """Return what was received under a number (`Filing.name`), oldest first."""
        return list(self._select("where name = ?", name))

    def documents(self) -> list[Document]:
        """Return all that was received, oldest first."""
        return list(self._select(""))

    def receipts(self) -> list[Received]:
        """Return every call of reception, oldest first."""
        rows = self._database.execute("select at, clave, numero, digest, estado, codes from receipt order by id")
        return [
            Received(_moment(at), clave, numero, digest, estado, tuple(json.loads(codes)))
            for at, clave, numero, digest, estado, codes in rows
        ]

    def _select(self, where: str, *values: Any) -> Iterator[Document]:
        columns = "id, clave, name, numero, cod_doc, content, received, listed, decided, state, messages, showing"
        rows = self._database.execute(f"select {columns} from document {where} order by id", values)  # noqa: S608
        for row in rows:
            messages = tuple(Mensaje(**one) for one in json.loads(row[10]))
            decided = None if row[8] is None else _moment(row[8])
            showing = Showing(**json.loads(row[11]))
            number, clave, name, numero, cod_doc, content = row[:6]
            yield Document(
                *(number, clave, name, numero, cod_doc, content),
                *(_moment(row[6]), _moment(row[7]), decided, row[9], messages, showing),
            )


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


__all__ = ["AUTHORISED", "REFUSED", "Document", "Received", "Register"]
