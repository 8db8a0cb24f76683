"""Keys that are looked up by how they begin sort by their bytes, whatever the database's language.

A language's order (`es_EC.UTF-8`, `en_US.UTF-8`, ICU) passes over punctuation and case: what begins with a prefix is no range in
it. SQLite sorts by bytes anyway. Only the indexes of these columns are built anew.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = {"state": ("scope", "key"), "setting": ("name",), "exchange": ("id",)}


def upgrade() -> None:
    """Give the columns the order of bytes."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in COLUMNS.items():
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"' for column in columns)
        op.execute(f'ALTER TABLE "{table}" {changes}')
