"""The schema's version."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from caravana.journal.migration import NEWEST, SCRIPTS


def test_newest_version_is_that_of_the_scripts() -> None:
    """The version that spares a start the import of Alembic is the newest script's."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST
