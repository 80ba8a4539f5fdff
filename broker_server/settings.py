"""Where the server keeps things and what it listens to; every choice comes from the command line or environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "BROKER_SERVER_"


@dataclass(frozen=True)
class Settings:
    """Choices of one server. ``requests_per_second`` is what one device may ask for in the long run."""

    home: Path = Path("broker-server")
    database: str = ""  # empty: SQLite in ``home``
    requests_per_second: float = 20.0
    burst: int = 200
    snapshot_rows: int = 50_000  # records in one chunk
    snapshot_after: int = 5_000  # smaller scopes are simply pulled
    threads: int = 8  # requests a worker does at once; more would only wait for each other, holding a scope's counter

    @property
    def database_url(self) -> str:
        """The database as SQLAlchemy names it; psycopg is the driver of every PostgreSQL URL."""
        if not self.database:
            return f"sqlite:///{self.home / 'server.db'}"
        for prefix in ("postgresql://", "postgres://"):
            if self.database.startswith(prefix):
                return "postgresql+psycopg://" + self.database.removeprefix(prefix)
        return self.database

    @property
    def blobs(self) -> Path:
        """Files and snapshot chunks, named by their hash; all workers must see the same folder."""
        return self.home / "blobs"

    @property
    def metrics(self) -> Path:
        """What each worker process has counted."""
        return self.home / "metrics"

    def as_environment(self) -> dict[str, str]:
        """What a worker process needs to find the same server."""
        return {f"{_PREFIX}HOME": str(self.home.resolve()), f"{_PREFIX}DATABASE": self.database}


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that ``BROKER_SERVER_HOME`` and ``BROKER_SERVER_DATABASE`` name."""
    home = environment.get(f"{_PREFIX}HOME", "broker-server")
    return Settings(home=Path(home), database=environment.get(f"{_PREFIX}DATABASE", ""))
