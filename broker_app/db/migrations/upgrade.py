"""Runs the schema steps on an open engine."""

from pathlib import Path

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Bring the store to the newest schema in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.execution_options(broker_begin="IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        alembic_upgrade(config, "head")
