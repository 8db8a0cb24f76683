"""The journal's tables, the same on SQLite and PostgreSQL. Times are integer microseconds since 1970 UTC.

On PostgreSQL the columns that are searched by how they begin (`state.scope`, `state.key`, `setting.name`, `exchange.id`) are in
the order of bytes, COLLATE "C", by version 0002. It does not stand here, since every statement would repeat it at each value.
"""

import sqlalchemy as sa

metadata = sa.MetaData()


class Sealed(sa.LargeBinary):
    """Content of messages and records: encrypted where the journal has a key."""


class SealedText(sa.Text):
    """Text that may quote content: encrypted where the journal has a key."""


_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

exchange = sa.Table(
    "exchange",
    metadata,
    sa.Column("seq", _Id, sa.Identity(), primary_key=True, doc="order of acceptance"),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("shard", sa.Integer, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("key", sa.Text, doc="deduplication key, unique per source"),
    sa.Column("body_hash", sa.Text),
    sa.Column("lane", sa.Text),
    sa.Column("strict", sa.Integer, nullable=False),
    sa.Column("bulk", sa.Integer, nullable=False),
    sa.Column("pattern", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False, doc="live or shadow, fixed at accept"),
    sa.Column("branch", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("not_before", sa.BigInteger),
    sa.Column("error_class", sa.Text),
    sa.Column("error", SealedText),
    sa.Column("error_path", sa.Text),
    sa.Column("parent", sa.Text),
    sa.Column("origin", sa.Text, doc="the exchange that this one replays"),
    sa.Column("duplicates", sa.Integer, nullable=False, server_default="0"),
    sa.Column("message", Sealed, doc="the accepted message, when small"),
    sa.Column("reply", Sealed, doc="the recorded answer of a request-reply"),
    sa.Column("accepted_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger),
    sqlite_autoincrement=True,
)
sa.Index(
    "exchange_key",
    exchange.c.source,
    exchange.c.key,
    unique=True,
    postgresql_where=exchange.c.key.is_not(None),
    sqlite_where=exchange.c.key.is_not(None),
)
sa.Index(
    "exchange_open",
    exchange.c.shard,
    exchange.c.seq,
    postgresql_where=sa.text("state in ('ready','running','waiting','in_doubt')"),
    sqlite_where=sa.text("state in ('ready','running','waiting','in_doubt')"),
)
sa.Index(
    "exchange_attention",
    exchange.c.state,
    exchange.c.seq,
    postgresql_where=sa.text("state in ('dead','in_doubt','failed')"),
    sqlite_where=sa.text("state in ('dead','in_doubt','failed')"),
)
sa.Index(
    "exchange_finished",
    exchange.c.finished_at,
    postgresql_where=exchange.c.finished_at.is_not(None),
    sqlite_where=exchange.c.finished_at.is_not(None),
)

record = sa.Table(
    "record",
    metadata,
    sa.Column("exchange", sa.BigInteger, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("input_hash", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, doc="idempotency key; a new one after `again`"),
    sa.Column("intended_at", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("redeliveries", sa.Integer, nullable=False),
    sa.Column("next_at", sa.BigInteger),
    sa.Column("reply", Sealed),
    sa.Column("error", SealedText, doc="failure as JSON: class, cause chain, message, status, capped body"),
    sa.Column("reference", sa.Text),
    sa.Column("request", Sealed, doc="shadow only: the exact request that would have left"),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("duration", sa.BigInteger, doc="microseconds of the last attempt"),
    sa.PrimaryKeyConstraint("exchange", "path"),
    sqlite_with_rowid=False,
)
sa.Index(
    "record_reference",
    record.c.reference,
    postgresql_where=record.c.reference.is_not(None),
    sqlite_where=record.c.reference.is_not(None),
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("exchange", sa.BigInteger, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("error", SealedText, nullable=False),
    sa.PrimaryKeyConstraint("exchange", "path", "number"),
    sqlite_with_rowid=False,
)

payload = sa.Table(
    "payload",
    metadata,
    sa.Column("exchange", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("data", Sealed, nullable=False),
    sa.PrimaryKeyConstraint("exchange", "hash"),
)

business_key = sa.Table(
    "business_key",
    metadata,
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("exchange", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("kind", "value", "exchange"),
    sqlite_with_rowid=False,
)
sa.Index("business_key_exchange", business_key.c.exchange)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("scope", sa.Text, nullable=False, doc="repository of an idempotentConsumer"),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("exchange", sa.Text, nullable=False, doc="id of the owner"),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("input_hash", sa.Text),
    sa.Column("confirmed", sa.Integer, nullable=False),
    sa.Column("remove_on_failure", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("scope", "key"),
    sqlite_with_rowid=False,
)
sa.Index("ledger_owner", ledger.c.exchange)

dead_letter = sa.Table(
    "dead_letter",
    metadata,
    sa.Column("seq", _Id, sa.Identity(), primary_key=True),
    sa.Column("exchange", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("message", Sealed, nullable=False),
    sa.Column("error", SealedText, nullable=False),
    sa.Column("whole", sa.Integer, nullable=False, doc="whether the channel took the whole exchange"),
    sa.Column("state", sa.Text, nullable=False, doc="open, retried or discarded"),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("exchange", "path"),
    sqlite_autoincrement=True,
)

state = sa.Table(
    "state",
    metadata,
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("value", Sealed, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("scope", "key"),
    sqlite_with_rowid=False,
)

shard = sa.Table(
    "shard",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("owner", sa.Text),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
)

cursor = sa.Table(
    "cursor",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", Sealed, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)

breaker = sa.Table(
    "breaker",
    metadata,
    sa.Column("connection", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("open_until", sa.BigInteger),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)

revision = sa.Table(
    "revision",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("manifest", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", _Id, sa.Identity(), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("detail", SealedText),
    sqlite_autoincrement=True,
)
