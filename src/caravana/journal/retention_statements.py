"""What is deleted by age, as SQLAlchemy sees it; see `statements.py`."""

import sqlalchemy as sa

from caravana.journal import tables as t
from caravana.journal.definition import Definition

_p = sa.bindparam

_EXPIRED = sa.select(t.exchange.c.seq).where(
    t.exchange.c.state == _p("state"), t.exchange.c.finished_at.is_not(None), t.exchange.c.finished_at < _p("before")
).order_by(t.exchange.c.finished_at).limit(_p("most", type_=sa.Integer))  # fmt: skip
EXPIRED = Definition("expired", _EXPIRED, returns=True)
DELETE_EXCHANGE = Definition("delete_exchange", t.exchange.delete().where(t.exchange.c.seq == _p("seq")), returns=False)
DELETE_RECORDS = Definition("delete_records", t.record.delete().where(t.record.c.exchange == _p("seq")), returns=False)
DELETE_ATTEMPTS = Definition(
    "delete_attempts", t.attempt.delete().where(t.attempt.c.exchange == _p("seq")), returns=False
)
DELETE_PAYLOADS = Definition(
    "delete_payloads", t.payload.delete().where(t.payload.c.exchange == _p("seq")), returns=False
)
DELETE_KEYS = Definition(
    "delete_keys", t.business_key.delete().where(t.business_key.c.exchange == _p("seq")), returns=False
)
_OLD_CLAIM = sa.and_(
    t.ledger.c.created_at < _p("before", type_=sa.BigInteger), t.ledger.c.confirmed == sa.literal_column("1")
)
OLD_CLAIMS = Definition(
    "old_claims",
    sa.select(t.ledger.c.scope, t.ledger.c.key).where(_OLD_CLAIM).limit(_p("most", type_=sa.Integer)),
    returns=True,
)
DROP_OLD_CLAIM = Definition(
    "drop_old_claim",
    t.ledger.delete().where(t.ledger.c.scope == _p("scope"), t.ledger.c.key == _p("key"), _OLD_CLAIM),
    returns=False,
)
