"""The engine, and transactions that read or write under the caller's scopes.

SQLite and PostgreSQL run the same statements. On PostgreSQL row-level security is the second wall: a
transaction sees only the scopes it was opened for, whatever its statements forget to say.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from time import sleep
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Dialect, Engine, Executable, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlcipher3 import dbapi2 as sqlite_driver  # used without a key: the bundled SQLite is newer than the system's

from broker_server.problems import busy
from broker_server.settings import Settings
from broker_server.tables import BY_SCOPE, SHARED

ResultT = TypeVar("ResultT")
Clock = Callable[[], datetime]

EVERY_SCOPE = "*"
_RETRIED = {"40001", "40P01"}  # serialization failure, deadlock
_LOCKED = {"55P03", "57014"}  # lock or statement time-out
_TRIES = 3
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "trusted_schema=OFF", "temp_store=MEMORY")


def utc_now() -> datetime:
    """The server's clock; tests bring their own."""
    return datetime.now(UTC)


def moment(at: datetime) -> str:
    """A moment as it is stored and sent: UTC with microseconds, so that text sorts as time does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def open_engine(settings: Settings) -> Engine:
    """The engine of the server's database."""
    url = settings.database_url
    if url.startswith("sqlite"):
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(url, module=sqlite_driver, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    limits = "-c lock_timeout=5000 -c statement_timeout=60000"
    # Values of records never stand in an exception's text, and so in no log.
    return create_engine(
        url, hide_parameters=True, pool_size=10, max_overflow=20, pool_pre_ping=True, connect_args={"options": limits}
    )


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.cursor().execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("broker_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; it lands whole or not at all."""
    with engine.connect().execution_options(broker_writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees a single moment."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    with connection, connection.begin():
        yield connection


def run(engine: Engine, work: Callable[[Connection], ResultT]) -> ResultT:
    """Do ``work`` in one writing transaction, again if the database asks for it.

    Raises:
        Problem: busy, if somebody else keeps what it needs.
    """
    for attempt in range(_TRIES):
        try:
            with writing(engine) as connection:
                return work(connection)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in _RETRIED and attempt + 1 < _TRIES:
                sleep(0.02 * (attempt + 1))
                continue
            if state in _RETRIED | _LOCKED or is_sqlite_lock(error):
                raise busy() from error
            raise
    raise busy()


def is_sqlite_lock(error: DBAPIError) -> bool:
    """Whether SQLite gave up waiting for another writer."""
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def see(connection: Connection, visible: Collection[str], writable: Collection[str] = (), account: str = "") -> None:
    """Show this transaction nothing but the scopes ``visible``, and let it write only ``writable`` (PostgreSQL)."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(_SEE, {"visible": ",".join(visible), "writable": ",".join(writable), "account": account})


_SEE = text(
    "SELECT set_config('broker.visible', :visible, true), set_config('broker.writable', :writable, true), "
    "set_config('broker.account', :account, true)"
)


def see_all(connection: Connection) -> None:
    """For administration: every scope."""
    see(connection, [EVERY_SCOPE], [EVERY_SCOPE])


_POLICIES = ("visible", "insert_allowed", "update_allowed", "delete_allowed")


def security_statements() -> list[str]:
    """Row-level security for every table that has a scope, made anew; it binds the owner of the tables too."""
    statements = []
    for table in BY_SCOPE:
        # An operation may be asked for by who sent it, also after the scope was taken away: it is not done twice.
        mine = " OR account::text = current_setting('broker.account', true)" if table.name == "operation" else ""
        statements += [
            f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table.name}" FORCE ROW LEVEL SECURITY',
            *(f'DROP POLICY IF EXISTS {name} ON "{table.name}"' for name in _POLICIES),
            f'CREATE POLICY visible ON "{table.name}" FOR SELECT USING ({_allowed("visible")}{mine})',
        ]
        statements += [
            f'CREATE POLICY {verb}_allowed ON "{table.name}" FOR {verb.upper()} {clause} ({_allowed("writable")})'
            for verb, clause in (("insert", "WITH CHECK"), ("update", "USING"), ("delete", "USING"))
        ]
    return statements


def _allowed(setting: str) -> str:
    value = f"coalesce(current_setting('broker.{setting}', true), '')"
    return f"{value} = '{EVERY_SCOPE}' OR scope = ANY (string_to_array({value}, ','))"


def citus_statements() -> list[tuple[str, str]]:
    """What spreads each table over a Citus cluster: scopes together, small tables everywhere."""
    first = BY_SCOPE[0].name
    statements = [(table.name, f"SELECT create_reference_table('{table.name}')") for table in SHARED]
    statements.append((first, f"SELECT create_distributed_table('{first}', 'scope')"))
    return statements + [
        (table.name, f"SELECT create_distributed_table('{table.name}', 'scope', colocate_with => '{first}')")
        for table in BY_SCOPE[1:]
    ]


def has_citus(connection: Connection) -> bool:
    """Whether this PostgreSQL is a Citus cluster."""
    if connection.dialect.name != "postgresql":
        return False
    return connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")) is not None


def upsert(connection: Connection, table: Table) -> Executable:
    """``INSERT`` of one row or many that replaces the rows of the same primary keys."""
    keys = [column.name for column in table.primary_key]
    insert = _insert(connection, table)
    values = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=values)


def insert_new(connection: Connection, table: Table) -> Executable:
    """``INSERT`` of one row or many that leaves rows of the same primary keys as they are."""
    return _insert(connection, table).on_conflict_do_nothing()


def write_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], *, replace: bool) -> None:
    """Write whole rows of ``table``, values in the order of its columns; those there stay or are replaced.

    The same statements as :func:`upsert` and :func:`insert_new`, for thousands of rows: the values go to the driver
    as they are, an id as it stands in the file.
    """
    if not rows:
        return
    statement = _whole_row(connection.dialect, table, replace)
    if connection.dialect.name != "postgresql":
        rows = [tuple([value.hex if type(value) is UUID else value for value in row]) for row in rows]
    connection.exec_driver_sql(statement, list(rows))


@cache
def _whole_row(dialect: Dialect, table: Table, replace: bool) -> str:
    quote, mark = dialect.identifier_preparer.quote, "%s" if dialect.name == "postgresql" else "?"
    names = [quote(column.name) for column in table.columns]
    keys = [quote(column.name) for column in table.primary_key]
    insert = f"INSERT INTO {quote(table.name)} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))}) "  # noqa: S608 - names of our own tables
    if not replace:
        return insert + "ON CONFLICT DO NOTHING"
    values = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return insert + f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {values}"


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
