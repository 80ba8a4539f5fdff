"""Opening the encrypted store, and the sessions that read and write it.

One store, one program: the profile is locked while a store is open. Writes are taken one at a time
with ``BEGIN IMMEDIATE``; a transaction either lands whole or leaves nothing.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker
from sqlcipher3 import dbapi2 as driver

from broker_app.db.actor import Actor
from broker_app.db.outbox import record_changes
from broker_app.errors import (
    DamagedStoreError,
    DiskFullError,
    NewerSchemaError,
    ProfileInUseError,
    StoreError,
)
from broker_app.i18n import _
from broker_app.paths import ProfilePaths

SCHEMA = 7
"""The schema this program writes; migrations set it as ``user_version``."""

_OLDEST_SQLITE = (3, 51, 3)  # before it a reset WAL could be lost (reliability.md 1.1)
_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", 2),  # FULL
    ("foreign_keys", 1),
    ("trusted_schema", 0),
    ("secure_delete", 1),
    ("temp_store", 2),  # MEMORY
    ("cell_size_check", 1),
    ("mmap_size", 0),
    ("busy_timeout", 5000),
)
_CACHE_KIB = 16384


class Store:
    """An open profile. Make sessions with :meth:`read` and :meth:`write`; call :meth:`close` at the end."""

    def __init__(self, paths: ProfilePaths, engine: Engine, lock: FileLock, data_key: bytes) -> None:
        self.paths = paths
        self.data_key = data_key  # attachments and backups are sealed with it too; it is written nowhere
        self.engine = engine
        self.actor = Actor()
        self._lock = lock
        self._closed = False
        self._writing = Lock()
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._reader = sessionmaker(engine, expire_on_commit=False)
        self.writer = sessionmaker(engine.execution_options(broker_begin="IMMEDIATE"), expire_on_commit=False)
        record_changes(self.writer)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the store and writes nothing."""
        with _translated(), self._reader() as session:
            session.info["actor"] = self.actor
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction; it is committed at the end or taken back whole.

        Raises:
            DiskFullError: when there is no room; nothing of the transaction stays.
        """
        with self._writing, _translated(), self.writer() as session:
            session.info["actor"] = self.actor
            yield session
            session.commit()
            changed: frozenset[str] = frozenset(session.info.get("changed", ()))
        if changed:
            for listener in self._listeners:
                listener(changed)

    def on_change(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call ``listener`` with the class names of what each commit has touched (in the writing thread)."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Fold the write-ahead log into the file, close every connection and free the profile; once is enough."""
        if self._closed:
            return
        self._closed = True
        try:
            # On a full disk the log stays beside the file; nothing is lost, the next opening folds it in.
            with suppress(DiskFullError), _translated(), self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.engine.dispose()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_store(paths: ProfilePaths, data_key: bytes) -> Store:
    """Make an empty store in a profile that has none.

    Raises:
        StoreError: there is one already, or the folder cannot be written; what is there stays as it is.
        ProfileInUseError: another program works on it.
    """
    lock = _locked(paths)
    if paths.database.exists():
        lock.release()
        raise StoreError(_("这个资料夹里已经有资料，没有改动它。"))
    return _opened(paths, data_key, lock, new=True)


def open_store(paths: ProfilePaths, data_key: bytes) -> Store:
    """Open a profile: lock, check, back up and migrate where needed.

    Raises:
        ProfileInUseError: another program works on it.
        NewerSchemaError: a newer program wrote it; the file is left as it is.
        DamagedStoreError: it fails its checks.
    """
    if not paths.database.exists():
        raise StoreError(_("这里还没有资料：{folder}。先用 broker init 建立。").format(folder=paths.folder))
    lock = _locked(paths)
    try:
        check_untouched(paths, data_key)
    except BaseException:
        lock.release()
        raise
    return _opened(paths, data_key, lock)


def verified_copy(store: Store, name: str) -> Path:
    """Copy the store into the backups folder through SQLite and check the copy; returns its path.

    Raises:
        DiskFullError: no room; no half of a copy stays.
    """
    return _copied(store.paths, store.data_key, name)


@contextmanager
def profile_lock(paths: ProfilePaths) -> Iterator[None]:
    """Keep every other program away from a profile whose files are about to be moved; raises ProfileInUseError."""
    lock = _locked(paths)
    try:
        yield
    finally:
        lock.release()


def integrity_faults(store: Store) -> list[str]:
    """What SQLCipher's page check and SQLite's own check find wrong; empty when all is well."""
    with store.engine.connect() as connection:
        faults = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
        faults += [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check") if row[0] != "ok"]
        return faults + [str(tuple(row)) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]


def _copied(paths: ProfilePaths, data_key: bytes, name: str) -> Path:
    paths.backups.mkdir(exist_ok=True, mode=0o700)
    copy = paths.backups / f"{name}-{secrets.token_hex(4)}.db"
    try:
        with _translated():
            connection = _connect(paths.database, data_key)
            try:
                connection.execute("VACUUM INTO ?", (str(copy),))
            finally:
                connection.close()
            _check_integrity(copy, data_key)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _locked(paths: ProfilePaths) -> FileLock:
    lock = FileLock(paths.lock)
    try:
        paths.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire(timeout=0)
    except Timeout:
        raise ProfileInUseError(_("这份资料正在另一个窗口里使用。请先关掉那个窗口；资料没有受影响。")) from None
    except OSError as error:
        raise StoreError(
            _("资料夹 {folder} 读写不了，没有打开。请检查磁盘和权限。").format(folder=paths.folder)
        ) from error
    return lock


def _opened(paths: ProfilePaths, data_key: bytes, lock: FileLock, *, new: bool = False) -> Store:
    if driver.sqlite_version_info < _OLDEST_SQLITE:
        lock.release()
        raise StoreError(
            _("加密数据库的程序库太旧（{version}），为免丢资料不打开。").format(version=driver.sqlite_version)
        )
    engine = _engine(paths.database, data_key)
    try:
        with _translated():
            _migrate(paths, data_key, engine)
            _assert_pragmas(engine)
    except BaseException:
        engine.dispose()
        if new:  # half a store would be in the way of the next try
            remove_store(paths)
        lock.release()
        raise
    return Store(paths, engine, lock, data_key)


def remove_store(paths: ProfilePaths) -> None:
    for tail in ("", "-wal", "-shm"):
        (paths.folder / f"{paths.database.name}{tail}").unlink(missing_ok=True)


def _engine(database: Path, data_key: bytes) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{database}",
        module=driver,
        connect_args={"isolation_level": None, "check_same_thread": False},
        pool_size=6,
        hide_parameters=True,  # an error message may reach the log; what people typed may not
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: object) -> None:
        _unlock(connection, data_key)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('broker_begin', 'DEFERRED')}")

    return engine


def _connect(database: Path, data_key: bytes, *, read_only: bool = False) -> DBAPIConnection:
    mode = "ro" if read_only else "rw"
    connection: DBAPIConnection = driver.connect(
        f"{database.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None
    )
    _unlock(connection, data_key, pragmas=not read_only)
    return connection


def _unlock(connection: DBAPIConnection, data_key: bytes, *, pragmas: bool = True) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA cipher_log_level = NONE")
    cursor.execute(f"PRAGMA key = \"x'{data_key.hex()}'\"")
    if pragmas:
        for name, value in _PRAGMAS:
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    cursor.close()


def _assert_pragmas(engine: Engine) -> None:
    with engine.connect() as connection:
        for name, wanted in _PRAGMAS:
            actual = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            if actual != wanted:
                raise StoreError(_("加密数据库的保护设置没有生效（{name}），为免丢资料不打开。").format(name=name))


def check_untouched(paths: ProfilePaths, data_key: bytes) -> None:
    """Look at the file without writing a byte of it: is it whole, and is it one of ours?

    Raises:
        NewerSchemaError: a newer program wrote it.
        DamagedStoreError: a page fails its check, or there is nothing in it.
    """
    with _translated():
        connection = _connect(paths.database, data_key, read_only=True)
        try:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
        finally:
            connection.close()
    if found > SCHEMA:
        raise NewerSchemaError(
            _(
                "这份资料是更新的程序写的（格式 {found}，本程序只懂 {known}）。资料没有被改动，请升级程序后再打开。"
            ).format(found=found, known=SCHEMA)
        )
    if not found:  # a file cut to nothing opens as an empty store and must not pass for one
        raise DamagedStoreError(_damaged())
    with _translated():
        _check_integrity(paths.database, data_key)


def _check_integrity(database: Path, data_key: bytes) -> None:
    connection = _connect(database, data_key, read_only=True)
    try:
        faults = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    finally:
        connection.close()
    if faults:
        raise DamagedStoreError(
            _("资料文件有 {n} 处损坏，没有打开，也没有改动它。请从备份恢复。").format(n=len(faults))
        )


def _migrate(paths: ProfilePaths, data_key: bytes, engine: Engine) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar()
    if found == SCHEMA:
        return
    if found:
        _copied(paths, data_key, f"before-schema-{SCHEMA}")
    # alembic is slow to import and needed once per schema
    import_module("broker_app.db.migrations.upgrade").upgrade(engine)
    with engine.connect() as connection:
        if connection.execute(text("PRAGMA user_version")).scalar() != SCHEMA:
            raise StoreError(_("资料没能升到新格式，已保持原样。"))


@contextmanager
def _translated() -> Iterator[None]:
    """Say a driver's error in words for people; what is not the disk's or the file's fault stays as it is."""
    try:
        yield
    except (DatabaseError, driver.DatabaseError) as error:
        sentence = _sentence(str(getattr(error, "orig", error)))
        if sentence is None:
            raise
        raise sentence from error


def _sentence(words: str) -> StoreError | None:
    """The error for people behind SQLite's own words (the driver hands out no error number)."""
    if words == "database or disk is full":
        return DiskFullError(_("磁盘满了，这一步没有保存，之前的资料都在。请腾出空间再试。"))
    if "not a database" in words or "malformed" in words or "hmac" in words:
        return DamagedStoreError(_damaged())
    if "disk I/O" in words or "readonly" in words or "unable to open" in words:
        return StoreError(_("磁盘读写出错，这一步没有保存，之前的资料都在。请检查磁盘后重新打开程序。"))
    if words.startswith("database is locked") or words.startswith("database table is locked"):
        return StoreError(_("资料正被另一个程序占用，这一步没有保存。请稍后再试。"))
    return None


def _damaged() -> str:
    return _("打不开资料文件：它损坏了，或者钥匙文件不是它的。没有改动它。请从备份恢复。")
