"""What only operators ask, as SQLAlchemy sees it; see `statements.py`."""

import sqlalchemy as sa

from caravana.journal import tables as t
from caravana.journal.admin import HEAD, LETTER
from caravana.journal.definition import Definition
from caravana.journal.model import LIFE

_p = sa.bindparam

FIND_ID = Definition(
    "find_id",
    sa.select(t.exchange.c.seq, t.exchange.c.id)
    .where(t.exchange.c.id >= _p("low"), t.exchange.c.id < _p("high"))
    .order_by(t.exchange.c.id)
    .limit(sa.literal_column("2")),
    returns=True,
)
GET_HEAD = Definition(
    "get_head",
    sa.select(*[t.exchange.c[name] for name in HEAD], t.exchange.c.reply).where(t.exchange.c.seq == _p("seq")),
    returns=True,
)
GET_KEYS = Definition(
    "get_keys",
    sa.select(t.business_key.c.kind, t.business_key.c.value).where(t.business_key.c.exchange == _p("seq")),
    returns=True,
)
GET_LETTERS = Definition(
    "get_letters",
    sa.select(*[t.dead_letter.c[name] for name in LETTER])
    .where(t.dead_letter.c.exchange == _p("id"))
    .order_by(t.dead_letter.c.seq),
    returns=True,
)
GET_LETTER = Definition(
    "get_letter",
    sa.select(*[t.dead_letter.c[name] for name in LETTER]).where(t.dead_letter.c.seq == _p("seq")),
    returns=True,
)
DELETE_LETTER = Definition(
    "delete_letter", t.dead_letter.delete().where(t.dead_letter.c.exchange == _p("id"), t.dead_letter.c.path == _p("at_path")),
    returns=False,
)  # fmt: skip
CLOSE_LETTERS = Definition(
    "close_letters",
    t.dead_letter.update().where(t.dead_letter.c.exchange == _p("id")).values({t.dead_letter.c.state: _p("new_state")}),
    returns=False,
)
GET_CHILDREN = Definition(
    "get_children",
    sa.select(t.exchange.c.id, t.exchange.c.route, t.exchange.c.state)
    .where(sa.or_(t.exchange.c.parent == _p("id"), t.exchange.c.origin == _p("id")))
    .order_by(t.exchange.c.seq),
    returns=True,
)
GET_AUDIT = Definition(
    "get_audit",
    sa.select(t.audit.c.at, t.audit.c.actor, t.audit.c.action, t.audit.c.subject, t.audit.c.detail)
    .where(t.audit.c.subject == _p("subject"))
    .order_by(t.audit.c.seq),
    returns=True,
)
SET_ATTEMPTS_BACK = Definition(
    "set_attempts_back",
    t.attempt.update()
    .where(t.attempt.c.exchange == _p("seq"), t.attempt.c.path == _p("at_path"))
    .values({t.attempt.c.number: t.attempt.c.number - sa.literal_column(str(LIFE))}),
    returns=False,
)
"""Attempts before a retry keep their place in the record, as those of an earlier life."""
GET_CURSORS = Definition(
    "get_cursors",
    sa.select(t.cursor.c.name, t.cursor.c.value, t.cursor.c.updated_at).order_by(t.cursor.c.name),
    returns=True,
)
