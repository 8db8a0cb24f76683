"""The statements of a hub as SQLAlchemy sees them. Every one names its parameters; none has a value inside.

A hub does not import this: SQLAlchemy would be a third of its start and a quarter of its memory. What runs is
`compiled.py`, which `python tools/compile_statements.py` writes from here and from the other `*_statements.py`; a test
compares them.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from caravana.journal import tables as t
from caravana.journal.definition import Definition, values

_p = sa.bindparam
_OPEN = sa.text("state IN ('ready','running','waiting','in_doubt')")


_ENTRY = (
    "id", "shard", "route", "revision", "source", "key", "body_hash", "lane", "strict", "bulk", "pattern", "mode",
    "branch", "state", "parent", "origin", "message", "accepted_at",
)  # fmt: skip

INSERT_EXCHANGE = Definition(
    "insert_exchange",
    insert(t.exchange).values(values(t.exchange, *_ENTRY)).on_conflict_do_nothing().returning(t.exchange.c.seq),
    returns=True,
)
FIND_DUPLICATE = Definition(
    "find_duplicate",
    sa.select(t.exchange.c.seq, t.exchange.c.id, t.exchange.c.state, t.exchange.c.body_hash).where(
        sa.or_(
            sa.and_(t.exchange.c.source == _p("source"), t.exchange.c.key == _p("key")),
            t.exchange.c.id == _p("id"),
        )
    ),
    returns=True,
)
COUNT_DUPLICATE = Definition(
    "count_duplicate",
    t.exchange.update()
    .where(t.exchange.c.seq == _p("the_seq"))
    .values({t.exchange.c.duplicates: t.exchange.c.duplicates + sa.literal_column("1")}),
    returns=False,
)  # fmt: skip
INSERT_KEY = Definition(
    "insert_key",
    insert(t.business_key).values(values(t.business_key, "kind", "value", "exchange")).on_conflict_do_nothing(),
    returns=False,
)
INSERT_PAYLOAD = Definition(
    "insert_payload",
    insert(t.payload).values(values(t.payload, "exchange", "hash", "data")).on_conflict_do_nothing(),
    returns=False,
)
GET_PAYLOAD = Definition(
    "get_payload",
    sa.select(t.payload.c.data).where(t.payload.c.exchange == _p("exchange"), t.payload.c.hash == _p("hash")),
    returns=True,
)

_RECORD = (
    "exchange", "path", "kind", "endpoint", "input_hash", "state", "key", "intended_at", "attempts", "redeliveries",
    "next_at", "reply", "error", "reference", "request", "recorded_at", "duration",
)  # fmt: skip
_insert_record = insert(t.record).values(values(t.record, *_RECORD))
PUT_RECORD = Definition(
    "put_record",
    _insert_record.on_conflict_do_update(
        index_elements=["exchange", "path"],
        set_={
            name: _insert_record.excluded[name] for name in _RECORD if name not in ("exchange", "path", "intended_at")
        },
    ),
    returns=False,
)
GET_RECORDS = Definition(
    "get_records",
    sa.select(*[t.record.c[name] for name in _RECORD[1:]]).where(t.record.c.exchange == _p("seq")),
    returns=True,
)
DELETE_RECORD = Definition(
    "delete_record",
    t.record.delete().where(t.record.c.exchange == _p("seq"), t.record.c.path == _p("the_path")),
    returns=False,
)
INSERT_ATTEMPT = Definition(
    "insert_attempt",
    insert(t.attempt).values(values(t.attempt, "exchange", "path", "number", "at", "error")).on_conflict_do_nothing(),
    returns=False,
)
GET_ATTEMPTS = Definition(
    "get_attempts",
    sa.select(t.attempt.c.path, t.attempt.c.number, t.attempt.c.at, t.attempt.c.error)
    .where(t.attempt.c.exchange == _p("seq"))
    .order_by(t.attempt.c.at, t.attempt.c.number),
    returns=True,
)
INSERT_LETTER = Definition(
    "insert_letter",
    insert(t.dead_letter)
    .values(values(t.dead_letter, "exchange", "path", "endpoint", "message", "error", "whole", "state", "at"))
    .on_conflict_do_nothing(),
    returns=False,
)

END_EXCHANGE = Definition(
    "end_exchange",
    t.exchange.update()
    .where(t.exchange.c.seq == _p("the_seq"), t.exchange.c.state != sa.literal_column("'discarded'"))
    .values(values(t.exchange, "state", "not_before", "error_class", "error", "error_path", "reply", "finished_at")),
    returns=False,
)
MARK_RUNNING = Definition(
    "mark_running",
    t.exchange.update()
    .where(t.exchange.c.seq == _p("the_seq"), t.exchange.c.state == sa.literal_column("'ready'"))
    .values({t.exchange.c.state: sa.literal_column("'running'")}),
    returns=False,
)
SET_BRANCH = Definition(
    "set_branch",
    t.exchange.update().where(t.exchange.c.seq == _p("the_seq")).values(values(t.exchange, "branch")),
    returns=False,
)
_STORED = (
    "seq", "id", "route", "revision", "source", "lane", "strict", "bulk", "pattern", "mode", "branch", "state",
    "not_before", "message", "accepted_at", "shard",
)  # fmt: skip
GET_EXCHANGE = Definition(
    "get_exchange",
    sa.select(*[t.exchange.c[name] for name in _STORED]).where(t.exchange.c.seq == _p("seq")),
    returns=True,
)
_WAITING = ("seq", "id", "shard", "lane", "strict", "bulk", "state", "not_before")
OPEN_EXCHANGES = Definition(
    "open_exchanges",
    sa.select(*[t.exchange.c[name] for name in _WAITING])
    .where(
        _OPEN,
        t.exchange.c.seq > _p("after"),
        t.exchange.c.shard >= _p("low"),
        t.exchange.c.shard <= _p("high"),
        _p("mask", type_=sa.BigInteger).op(">>")(t.exchange.c.shard).op("&")(sa.literal_column("1"))
        == sa.literal_column("1"),
    )
    .order_by(t.exchange.c.seq)
    .limit(_p("most", type_=sa.Integer)),
    returns=True,
)
OPEN_OF_SOURCE = Definition(
    "open_of_source",
    sa.select(t.exchange.c.seq)
    .where(sa.text("state IN ('ready','running','waiting')"), t.exchange.c.source == _p("source"))
    .limit(sa.literal_column("1")),
    returns=True,
)
GET_REPLY = Definition(
    "get_reply",
    sa.select(
        t.exchange.c.seq,
        t.exchange.c.id,
        t.exchange.c.state,
        t.exchange.c.reply,
        t.exchange.c.error_class,
        t.exchange.c.error,
    ).where(t.exchange.c.id == _p("id")),
    returns=True,
)
CHANGE_STATE = Definition(
    "change_state",
    t.exchange.update()
    .where(t.exchange.c.seq == _p("the_seq"), t.exchange.c.state == _p("was"))
    .values(values(t.exchange, "state", "not_before", "finished_at", "revision"))
    .returning(t.exchange.c.seq),
    returns=True,
)
CLEAR_ERROR = Definition(
    "clear_error",
    t.exchange.update()
    .where(t.exchange.c.seq == _p("the_seq"))
    .values({t.exchange.c.error: sa.null(), t.exchange.c.error_class: sa.null(), t.exchange.c.error_path: sa.null()}),
    returns=False,
)

_insert_cursor = insert(t.cursor).values(values(t.cursor, "name", "value", "updated_at"))
PUT_CURSOR = Definition(
    "put_cursor",
    _insert_cursor.on_conflict_do_update(
        index_elements=["name"],
        set_={"value": _insert_cursor.excluded.value, "updated_at": _insert_cursor.excluded.updated_at},
    ),
    returns=False,
)
GET_CURSOR = Definition("get_cursor", sa.select(t.cursor.c.value).where(t.cursor.c.name == _p("name")), returns=True)

CLAIM = Definition(
    "claim",
    insert(t.ledger)
    .values(
        values(
            t.ledger, "scope", "key", "exchange", "path", "input_hash", "confirmed", "remove_on_failure", "created_at"
        )
    )
    .on_conflict_do_nothing()
    .returning(t.ledger.c.exchange),
    returns=True,
)
GET_CLAIM = Definition(
    "get_claim",
    sa.select(t.ledger.c.exchange, t.ledger.c.path, t.ledger.c.confirmed).where(
        t.ledger.c.scope == _p("scope"), t.ledger.c.key == _p("key")
    ),
    returns=True,
)
CONFIRM_CLAIMS = Definition(
    "confirm_claims",
    t.ledger.update()
    .where(t.ledger.c.exchange == _p("the_exchange"))
    .values({t.ledger.c.confirmed: sa.literal_column("1")}),
    returns=False,
)
CONFIRM_CLAIM = Definition(
    "confirm_claim",
    t.ledger.update()
    .where(t.ledger.c.scope == _p("the_scope"), t.ledger.c.key == _p("the_key"))
    .values({t.ledger.c.confirmed: sa.literal_column("1")}),
    returns=False,
)
REMOVE_CLAIMS = Definition(
    "remove_claims",
    t.ledger.delete().where(
        t.ledger.c.exchange == _p("the_exchange"),
        t.ledger.c.confirmed == sa.literal_column("0"),
        t.ledger.c.remove_on_failure == sa.literal_column("1"),
    ),
    returns=False,
)

_insert_state = insert(t.state).values(values(t.state, "scope", "key", "value", "updated_at"))
PUT_STATE = Definition(
    "put_state",
    _insert_state.on_conflict_do_update(
        index_elements=["scope", "key"],
        set_={"value": _insert_state.excluded.value, "updated_at": _insert_state.excluded.updated_at},
    ),
    returns=False,
)
DROP_STATE = Definition(
    "drop_state",
    t.state.delete().where(t.state.c.scope == _p("scope"), t.state.c.key == _p("key")),
    returns=False,
)
OLD_STATES = Definition(
    "old_states",
    sa.select(t.state.c.key)
    .where(t.state.c.scope == _p("scope"), t.state.c.updated_at < _p("before", type_=sa.BigInteger))
    .limit(_p("most", type_=sa.Integer)),
    returns=True,
)
DROP_OLD_STATE = Definition(
    "drop_old_state",
    t.state.delete().where(
        t.state.c.scope == _p("scope"),
        t.state.c.key == _p("key"),
        t.state.c.updated_at < _p("before", type_=sa.BigInteger),
    ),
    returns=False,
)
GET_STATE = Definition(
    "get_state",
    sa.select(t.state.c.value).where(t.state.c.scope == _p("scope"), t.state.c.key == _p("key")),
    returns=True,
)
GET_TURN = Definition(
    "get_turn",
    sa.select(t.state.c.updated_at).where(t.state.c.scope == _p("scope"), t.state.c.key == _p("key")),
    returns=True,
)
MOVE_TURN = Definition(
    "move_turn",
    _insert_state.on_conflict_do_update(
        index_elements=["scope", "key"],
        set_={"updated_at": _insert_state.excluded.updated_at},
        where=t.state.c.updated_at == _p("seen", type_=sa.BigInteger),
    ).returning(t.state.c.key),
    returns=True,
)
FIND_STATE = Definition(
    "find_state",
    sa.select(t.state.c.key, t.state.c.value)
    .where(t.state.c.scope == _p("scope"), t.state.c.key >= _p("low"), t.state.c.key < _p("high"))
    .order_by(t.state.c.key)
    .limit(_p("most", type_=sa.Integer)),
    returns=True,
)

PUT_REVISION = Definition(
    "put_revision",
    insert(t.revision).values(values(t.revision, "hash", "manifest", "created_at")).on_conflict_do_nothing(),
    returns=False,
)
GET_REVISION = Definition(
    "get_revision", sa.select(t.revision.c.manifest).where(t.revision.c.hash == _p("hash")), returns=True
)
INSERT_AUDIT = Definition(
    "insert_audit",
    insert(t.audit).values(values(t.audit, "at", "actor", "action", "subject", "detail")),
    returns=False,
)
_insert_setting = insert(t.setting).values(values(t.setting, "name", "value", "updated_at"))
PUT_SETTING = Definition(
    "put_setting",
    _insert_setting.on_conflict_do_update(
        index_elements=["name"],
        set_={"value": _insert_setting.excluded.value, "updated_at": _insert_setting.excluded.updated_at},
    ),
    returns=False,
)
FIND_SETTINGS = Definition(
    "find_settings",
    sa.select(t.setting.c.name, t.setting.c.value)
    .where(t.setting.c.name >= _p("low"), t.setting.c.name < _p("high"))
    .order_by(t.setting.c.name),
    returns=True,
)
DROP_SETTING = Definition("drop_setting", t.setting.delete().where(t.setting.c.name == _p("name")), returns=False)
_insert_breaker = insert(t.breaker).values(
    values(t.breaker, "connection", "state", "failures", "reason", "open_until", "changed_at")
)
PUT_BREAKER = Definition(
    "put_breaker",
    _insert_breaker.on_conflict_do_update(
        index_elements=["connection"],
        set_={
            name: _insert_breaker.excluded[name] for name in ("state", "failures", "reason", "open_until", "changed_at")
        },
        where=t.breaker.c.changed_at < _insert_breaker.excluded.changed_at,
    ),
    returns=False,
)
CLAIM_BREAKER = Definition(
    "claim_breaker",
    t.breaker.update()
    .where(t.breaker.c.connection == _p("the_connection"), t.breaker.c.changed_at == _p("seen"))
    .values(
        state=sa.literal_column("'probing'"),
        open_until=_p("until", type_=sa.BigInteger),
        changed_at=_p("now", type_=sa.BigInteger),
    )
    .returning(t.breaker.c.connection),
    returns=True,
)
_now = _p("now", type_=sa.BigInteger)
CLOSE_BREAKER = Definition(
    "close_breaker",
    t.breaker.update()
    .where(t.breaker.c.connection == _p("the_connection"))
    .values(
        state=sa.literal_column("'closed'"),
        failures=sa.literal_column("0"),
        open_until=sa.null(),
        changed_at=sa.case(
            (t.breaker.c.changed_at < _now, _now), else_=t.breaker.c.changed_at + sa.literal_column("1")
        ),
    ),
    returns=False,
)
GET_BREAKERS = Definition(
    "get_breakers",
    sa.select(
        t.breaker.c.connection,
        t.breaker.c.state,
        t.breaker.c.failures,
        t.breaker.c.reason,
        t.breaker.c.open_until,
        t.breaker.c.changed_at,
    ),
    returns=True,
)
