"""Bringing a database's schema up to date, by Alembic, which is imported only when there is something to do."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0001"
"""The newest version of the schema; a test compares it with the scripts."""
SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x0CA2A7AA


def upgrade(url: str) -> None:
    """Bring the schema at `url` (SQLAlchemy's form) to the newest version; does nothing when it is there already."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # processes that start together migrate one after the other
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if _version(connection) != NEWEST:
            from alembic import command

            command.upgrade(_config(connection), "head")
    engine.dispose()


def _version(connection: sa.Connection) -> str | None:
    """Return the schema's version, None in an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _config(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
