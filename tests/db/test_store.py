"""The encrypted store: what opens it, what is noticed, what stays untouched, and what can be read from outside."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlcipher3 import dbapi2 as driver

from broker_app.db import session as db_session
from broker_app.db.migrations import upgrade as migrations
from broker_app.db.models import Enterprise
from broker_app.db.session import SCHEMA, Store, create_store, integrity_faults, open_store, verified_copy
from broker_app.errors import DamagedStoreError, InvalidInputError, NewerSchemaError, ProfileInUseError, StoreError
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import utc_now
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.enterprises import ContactDraft, EnterpriseDraft, save_enterprise
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.profile import open_profile
from broker_app.services.visits import VisitDraft, record_visit, save_visit
from tests.db.conftest import DATA_KEY

WANTED_PRAGMAS = {  # architecture.md section 4
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "secure_delete": 1,
    "temp_store": 2,
    "cell_size_check": 1,
    "mmap_size": 0,
    "busy_timeout": 5000,
}


def firms(store: Store) -> list[str]:
    with store.read() as session:
        return [row.name for row in session.query(Enterprise).order_by(Enterprise.name)]


def add_firm(store: Store, name: str) -> None:
    with store.write() as session:
        save_enterprise(session, EnterpriseDraft(name))


@pytest.fixture
def closed(store: Store) -> ProfilePaths:
    """A profile with one firm in it, and nobody working on it."""
    add_firm(store, "甲样例厂")
    store.close()
    return store.paths


@contextmanager
def unchanged(paths: ProfilePaths) -> Iterator[None]:
    before = paths.database.read_bytes()
    yield
    assert paths.database.read_bytes() == before


@contextmanager
def raw(paths: ProfilePaths) -> Iterator[driver.Connection]:
    connection = driver.connect(str(paths.database), isolation_level=None)
    try:
        connection.execute(f"PRAGMA key = \"x'{DATA_KEY.hex()}'\"")
        yield connection
    finally:
        connection.close()


def test_the_pragmas_hold_on_every_connection(store: Store) -> None:
    with store.read() as one, store.read() as two, store.write() as three:
        for session in (one, two, three):
            found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in WANTED_PRAGMAS}
            assert found == WANTED_PRAGMAS


def test_a_protection_that_does_not_take_effect_closes_the_store(
    closed: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_session, "_PRAGMAS", (*db_session._PRAGMAS, ("max_page_count", 7)))
    with pytest.raises(StoreError, match="max_page_count"):
        open_store(closed, DATA_KEY)
    monkeypatch.undo()
    with open_store(closed, DATA_KEY) as store:
        assert firms(store) == ["甲样例厂"]


def test_a_driver_that_may_lose_data_is_refused(closed: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StoreError, match="太旧"), unchanged(closed):
        open_store(closed, DATA_KEY)


def test_another_key_opens_nothing(closed: ProfilePaths) -> None:
    with pytest.raises(DamagedStoreError, match="没有改动它"), unchanged(closed):
        open_store(closed, bytes(32))
    with open_store(closed, DATA_KEY) as store:
        assert firms(store) == ["甲样例厂"]


def test_one_changed_bit_on_any_page_is_noticed(closed: ProfilePaths) -> None:
    whole = closed.database.read_bytes()
    pages = len(whole) // 4096
    assert pages > 50
    for page in range(0, pages, 9):
        at = page * 4096 + 16 + (page * 613) % 4000
        closed.database.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(DamagedStoreError, match="备份"), unchanged(closed):
            open_store(closed, DATA_KEY)
    closed.database.write_bytes(whole)
    with open_store(closed, DATA_KEY) as store:  # the same path with a whole file: the check can also pass
        assert firms(store) == ["甲样例厂"]


@pytest.mark.parametrize("size", [0, 1, 4096, 5000, 4096 * 20])
def test_a_file_cut_short_is_noticed(size: int, closed: ProfilePaths) -> None:
    closed.database.write_bytes(closed.database.read_bytes()[:size])
    with pytest.raises(DamagedStoreError), unchanged(closed):
        open_store(closed, DATA_KEY)


def test_a_newer_schema_is_refused_and_not_a_byte_changes(closed: ProfilePaths) -> None:
    with raw(closed) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(NewerSchemaError, match="请升级程序"), unchanged(closed):
        open_store(closed, DATA_KEY)


def test_an_older_schema_is_copied_before_it_is_migrated(closed: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def to_next(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE novelty (id INTEGER PRIMARY KEY)")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA + 1}")

    monkeypatch.setattr(db_session, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(migrations, "upgrade", to_next)
    with open_store(closed, DATA_KEY) as store:
        assert firms(store) == ["甲样例厂"]
    monkeypatch.undo()
    (copy,) = closed.backups.iterdir()
    closed.database.unlink()
    shutil.copy(copy, closed.database)
    with open_store(closed, DATA_KEY) as store:
        assert firms(store) == ["甲样例厂"]


def test_a_migration_that_fails_leaves_the_old_schema(closed: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE novelty (id INTEGER PRIMARY KEY)")
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(db_session, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(migrations, "upgrade", breaks)
    with pytest.raises(DatabaseError, match="nowhere"):
        open_store(closed, DATA_KEY)
    monkeypatch.undo()
    with open_store(closed, DATA_KEY) as store:
        assert firms(store) == ["甲样例厂"]
        assert integrity_faults(store) == []
        with store.read() as session:
            assert session.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'novelty'")).scalar() == 0


def test_a_second_program_is_turned_away_and_a_killed_one_is_not_in_the_way(closed: ProfilePaths) -> None:
    program = (
        "import sys, time; from pathlib import Path; from broker_app.paths import ProfilePaths;"
        "from broker_app.services.profile import open_profile;"
        "from broker_app.services.enterprises import EnterpriseDraft, save_enterprise\n"
        "store = open_profile(ProfilePaths(Path(sys.argv[1])), bytes(range(32)))\n"
        "with store.write() as session: save_enterprise(session, EnterpriseDraft('乙样例厂'))\n"
        "print('saved', flush=True); time.sleep(100)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(closed.folder)], stdout=subprocess.PIPE, text=True
    ) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "saved\n"
            with pytest.raises(ProfileInUseError, match="资料没有受影响"), unchanged(closed):
                open_store(closed, DATA_KEY)
        finally:
            other.kill()
    with open_profile(closed, DATA_KEY) as store:
        assert firms(store) == ["乙样例厂", "甲样例厂"]
        assert integrity_faults(store) == []


def test_a_refused_transaction_leaves_nothing_and_the_next_one_works(store: Store) -> None:
    def fails() -> None:
        with store.write() as session:
            save_enterprise(session, EnterpriseDraft("甲样例厂"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="middle"):
        fails()
    assert firms(store) == []
    add_firm(store, "乙样例厂")
    assert firms(store) == ["乙样例厂"]


def test_what_was_touched_is_told_after_the_commit_only(store: Store) -> None:
    heard: list[frozenset[str]] = []
    store.on_change(heard.append)
    add_firm(store, "甲样例厂")
    with pytest.raises(InvalidInputError), store.write() as session:
        save_enterprise(session, EnterpriseDraft("乙样例厂", contacts=(ContactDraft(""),)))
    assert firms(store) == ["甲样例厂"]
    assert heard == [frozenset({"Enterprise"})]


def test_closing_leaves_one_whole_file(store: Store) -> None:
    add_firm(store, "甲样例厂")
    store.close()
    assert sorted(each.name for each in store.paths.folder.iterdir() if "broker.db" in each.name) == ["broker.db"]


def test_the_file_itself_guards_the_note_of_a_recorded_visit(store: Store) -> None:
    with store.write() as session:
        firm = save_enterprise(session, EnterpriseDraft("甲样例厂"))
        visit = save_visit(session, VisitDraft(utc_now(), firm, role="other", note="原话"))
        record_visit(session, visit)
    with pytest.raises(IntegrityError, match="never changes"), store.write() as session:
        session.execute(text("UPDATE visit SET note = '改过的话'"))
    with store.write() as session:
        session.execute(text("UPDATE visit SET note = note, findings = '别的可以改'"))
        assert session.execute(text("SELECT note, findings FROM visit")).one() == ("原话", "别的可以改")


def test_there_is_never_a_second_store_in_a_profile(store: Store) -> None:
    add_firm(store, "甲样例厂")
    store.close()
    with pytest.raises(StoreError, match="没有改动它"), unchanged(store.paths):
        create_store(store.paths, DATA_KEY)


def test_a_store_that_could_not_be_made_is_not_in_the_way_of_the_next_try(
    paths: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_engine: Engine) -> None:
        raise driver.OperationalError("database or disk is full")

    monkeypatch.setattr(migrations, "upgrade", breaks)
    with pytest.raises(StoreError, match="磁盘满了"):
        create_store(paths, DATA_KEY)
    monkeypatch.undo()
    create_store(paths, DATA_KEY).close()


def test_a_copy_is_checked_and_encrypted_with_the_same_key(store: Store) -> None:
    add_firm(store, "甲样例厂")
    copy = verified_copy(store, "copy")
    other = ProfilePaths(store.paths.folder / "other")
    other.folder.mkdir()
    shutil.copy(copy, other.database)
    with open_store(other, DATA_KEY) as copied:
        assert firms(copied) == ["甲样例厂"]


CANARIES = ("鸬鹚秘密厂", "13757012345", "缬草提取物配方", "螭龙牌耐磨涂层", "金丝猴供应商")


def test_nothing_that_was_typed_can_be_read_from_outside(store: Store) -> None:
    with store.write() as session:
        firm = save_enterprise(
            session, EnterpriseDraft(CANARIES[0], contacts=(ContactDraft("王样例", phone=CANARIES[1]),))
        )
        visit = save_visit(session, VisitDraft(utc_now(), firm, role="other", note=f"用{CANARIES[4]}的料"))
        save_need(session, NeedDraft(CANARIES[2], CANARIES[2] * 40, firm, visit))
        save_achievement(session, AchievementDraft(CANARIES[3], CANARIES[3] * 40))
    wal = store.paths.folder / "broker.db-wal"
    assert wal.stat().st_size > 0
    assert _leaks(store.paths.folder) == []
    verified_copy(store, "copy")
    store.close()
    assert _leaks(store.paths.folder) == []
    assert not store.paths.database.read_bytes().startswith(b"SQLite format 3")
    # The scan itself finds what is there to be found.
    (store.paths.folder / "note.txt").write_bytes(CANARIES[2].encode("gbk"))
    assert _leaks(store.paths.folder) == [("note.txt", CANARIES[2])]


def _leaks(folder: Path) -> list[tuple[str, str]]:
    found = []
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = file.read_bytes()
        found += [
            (file.name, canary)
            for canary in (*CANARIES, "CREATE TABLE")
            if any(canary.encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "gbk"))
        ]
    return found
