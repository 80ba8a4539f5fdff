"""Runs the schema steps on an open connection."""

from pathlib import Path

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest schema, within the transaction of ``connection``."""
    config = _config()
    config.attributes["connection"] = connection
    alembic_upgrade(config, "head")


def is_at_head(connection: Connection) -> bool:
    """Whether the database has the schema this program writes."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return tuple(MigrationContext.configure(connection).get_current_heads()) == tuple(heads)
