"""What is asked when values are sealed anew, as SQLAlchemy sees it; see `statements.py`."""

import sqlalchemy as sa

from caravana.journal import tables as t
from caravana.journal.definition import Definition, values

_p = sa.bindparam
MARK_BYTES, TEXT_MARK_LENGTH = 5, 16
"""How much of a sealed value says with which key it is sealed (`caravana.journal.sealing`)."""


def _sealed(table: sa.Table) -> list[sa.Column[object]]:
    return [column for column in table.c if isinstance(column.type, t.Sealed | t.SealedText)]


def _begins(column: sa.Column[object]) -> sa.ColumnElement[bool]:
    """The value is sealed with the key of `mark` and `text_mark`."""
    is_text = isinstance(column.type, t.SealedText)
    mark = _p("text_mark", type_=sa.Text()) if is_text else _p("mark", type_=sa.LargeBinary())
    length: sa.ColumnElement[int] = sa.literal_column(str(TEXT_MARK_LENGTH if is_text else MARK_BYTES))
    return sa.func.substr(column, sa.literal_column("1"), length) == mark


def _stale(table: sa.Table) -> Definition:
    """Rows behind a place of which something is not sealed with the present key."""
    keys, sealed = list(table.primary_key.columns), _sealed(table)
    place = sa.tuple_(*[_p(f"after_{key.name}", type_=key.type) for key in keys])
    stale = sa.or_(*[sa.and_(one.is_not(None), sa.not_(_begins(one))) for one in sealed])
    query = sa.select(*keys, *sealed).where(sa.tuple_(*keys) > place, stale).order_by(*keys)
    return Definition(f"stale_{table.name}", query.limit(_p("most", type_=sa.Integer)).with_for_update(), returns=True)


def _reseal(table: sa.Table) -> Definition:
    """Write the sealed columns of one row."""
    here = [key == _p(f"the_{key.name}", type_=key.type) for key in table.primary_key.columns]
    change = table.update().where(*here).values(values(table, *[one.name for one in _sealed(table)]))
    return Definition(f"reseal_{table.name}", change, returns=False)


COUNT_SEALED = Definition(
    "count_sealed",
    sa.union_all(
        *[
            sa.select(sa.literal_column(f"'{column}'"), sa.func.count()).select_from(table).where(_begins(column))
            for table in t.metadata.sorted_tables
            for column in _sealed(table)
        ]
    ),
    returns=True,
)
STALE_EXCHANGE, RESEAL_EXCHANGE = _stale(t.exchange), _reseal(t.exchange)
STALE_RECORD, RESEAL_RECORD = _stale(t.record), _reseal(t.record)
STALE_ATTEMPT, RESEAL_ATTEMPT = _stale(t.attempt), _reseal(t.attempt)
STALE_PAYLOAD, RESEAL_PAYLOAD = _stale(t.payload), _reseal(t.payload)
STALE_DEAD_LETTER, RESEAL_DEAD_LETTER = _stale(t.dead_letter), _reseal(t.dead_letter)
STALE_STATE, RESEAL_STATE = _stale(t.state), _reseal(t.state)
STALE_CURSOR, RESEAL_CURSOR = _stale(t.cursor), _reseal(t.cursor)
STALE_AUDIT, RESEAL_AUDIT = _stale(t.audit), _reseal(t.audit)
