"""Bringing a database's schema up to date.

SQLAlchemy and Alembic, which do it, are imported only then: the drivers ask the version themselves first.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from caravana.journal.journal import Broken

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config

NEWEST = "0002"
"""The newest version of the schema; a test compares it with the scripts."""
VERSION = "SELECT version_num FROM alembic_version"
"""Asks for the version of the schema; an empty database does not have the table."""
SCRIPTS = Path(__file__).parent / "migrations"
LOCK = f"SELECT pg_advisory_xact_lock({0x0CA2A7AA})"
"""Held by a process that migrates PostgreSQL or looks at its keys: those that start together do so one after the other."""


def is_old(version: str | None) -> bool:
    """Whether a schema must be brought up to date; None: the database is empty. Raises `Broken` for one of a newer program."""
    if version is not None and version > NEWEST:
        reason = (
            f"the journal is of a newer Caravana: its schema is {version}, and this program knows {NEWEST}. Nothing was "
            "changed: start the newer program"
        )
        raise Broken(reason)
    return version != NEWEST


def upgrade(url: str) -> None:
    """Bring the schema at `url` (SQLAlchemy's form) to the newest version. Raises `Broken`."""
    import sqlalchemy as sa  # as the module says: only here
    from alembic import command

    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text(LOCK))
            command.upgrade(_config(connection), "head")
    except sa.exc.DBAPIError as error:
        raise Broken(str(error.orig)) from error
    finally:
        engine.dispose()


def _config(connection: "sa.Connection") -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
