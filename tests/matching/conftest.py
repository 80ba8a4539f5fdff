"""Stores for matching: plain SQLite and the encrypted one the program uses."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event

from broker_app.matching import index, search
from broker_app.matching.terms import TermTable
from tests.matching.pools import documents

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def engine_on(path: Path, module: ModuleType) -> Engine:
    """Return an engine on a file, keyed when the module is SQLCipher, with the pragmas the store uses."""
    engine = create_engine(f"sqlite+pysqlite:///{path}", module=module)

    @event.listens_for(engine, "connect")
    def _key(connection: Any, _record: object) -> None:
        if module is not sqlite3:
            connection.execute(f"PRAGMA key = \"x'{'7a' * 32}'\"")
        for pragma in ("journal_mode = WAL", "trusted_schema = OFF", "secure_delete = ON", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@pytest.fixture(autouse=True)
def _without_shipped_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped table grows; what these tests say of ranking and explaining must not depend on its entries."""
    monkeypatch.setattr(search, "shipped_table", lambda: TermTable(()))


@pytest.fixture(params=[sqlite3, sqlcipher3.dbapi2], ids=["plain", "cipher"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a new file, once plain and once encrypted."""
    made = engine_on(tmp_path / "store.db", request.param)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction on a store with an empty index."""
    with engine.begin() as opened:
        index.create(opened)
        yield opened


@pytest.fixture
def filled(connection: Connection) -> Connection:
    """The same with the small pool of achievements."""
    index.put(connection, "achievement", documents())
    return connection


@pytest.fixture(scope="session")
def shared_matching() -> Path:
    """The folder of the judged needs; tests that need it are skipped without."""
    folder = SHARED / "matching"
    if not folder.is_dir():
        pytest.skip("the judged needs are not on this machine")
    return folder


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
