"""The schema by its versions: every version leads to the next, and the last is what the code means by its tables."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from caravana.journal.migration import NEWEST, _config, upgrade
from caravana.journal.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address (SQLAlchemy's form) of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    url: str = request.getfixturevalue("postgres_database")
    return url.replace("postgresql://", "postgresql+psycopg://")


def test_versions_make_the_tables_of_the_code(database: str) -> None:
    """A database brought up from nothing through all versions has exactly the tables, columns and indexes that the code uses."""
    upgrade(database)
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_each_version_leads_to_the_next(database: str) -> None:
    """Step by step, as a journal lives through releases, the last version is reached; once more changes nothing."""
    engine = sa.create_engine(database, poolclass=sa.NullPool)
    with engine.begin() as connection:
        config = _config(connection)
        for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
            command.upgrade(config, script.revision)
    upgrade(database)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [NEWEST]
    engine.dispose()
