"""A full disk: SQLite's own refusal, a sentence, nothing lost, and the program lives on."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from sqlalchemy import event

from broker_app.db.session import Store, integrity_faults, verified_copy
from broker_app.errors import DiskFullError, StoreError
from broker_app.exchange.import_run import run_import
from broker_app.exchange.mapping import guess_mapping
from broker_app.exchange.source import open_source
from broker_app.paths import ProfilePaths
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.backups import write_backup
from broker_app.services.enterprises import EnterpriseDraft, list_enterprises, save_enterprise
from broker_app.services.import_batches import list_batches, record_counts, undo_batch
from broker_app.services.profile import Profile, create_profile, open_profile
from broker_app.services.visits import VisitDraft, get_visit, save_visit
from tests.services.conftest import NINE

KEY = bytes(range(32))
ROWS = 900


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create_profile(ProfilePaths(tmp_path / "profile"), KEY, Profile(name="林样例")) as store:
        yield store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "achievements.jsonl"
    rows = ({"id": f"S{n}", "title": f"样例成果 {n}", "abstract": "断路器触点温升控制。" * 40} for n in range(ROWS))
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return file


@contextmanager
def room_for(store: Store, pages: int) -> Iterator[None]:
    """The database may grow by ``pages`` pages and no more: SQLite itself answers that the disk is full."""
    with store.read() as session:
        limit = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one() + pages

    def shrink(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit}")  # type: ignore[attr-defined]

    store.engine.dispose()  # every connection from here on is opened anew and has the limit
    event.listen(store.engine, "connect", shrink)
    try:
        yield
    finally:
        event.remove(store.engine, "connect", shrink)
        store.engine.dispose()


def import_file(store: Store, file: Path) -> None:
    source = open_source(file)
    run_import(store, source, guess_mapping("achievements", source.columns))


def counts(store: Store) -> int:
    with store.read() as session:
        return record_counts(session)["achievements"]


@pytest.mark.parametrize("pages", [0, 3, 40, 150, 400, 1200])
def test_an_import_on_a_full_disk_keeps_what_landed_and_goes_on_later(pages: int, store: Store, file: Path) -> None:
    with room_for(store, pages), pytest.raises(DiskFullError, match=r"磁盘满了.*之前的资料都在"):
        import_file(store, file)
    landed = counts(store)
    assert landed < ROWS
    assert landed % 200 == 0  # whole transactions only
    with store.read() as session:
        assert sum(batch.added for batch in list_batches(session)) == landed
    assert integrity_faults(store) == []
    import_file(store, file)
    assert counts(store) == ROWS
    with store.write() as session:
        for batch in list_batches(session):
            undo_batch(session, batch.id)
    assert counts(store) == 0


def _firm(store: Store) -> None:
    with store.write() as session:
        save_enterprise(session, EnterpriseDraft("样例" + "长" * 90, profile="简介" * 2000))


def _visit(store: Store) -> None:
    with store.write() as session:
        save_visit(session, VisitDraft(NINE, note="纪要" * 50_000))


def _achievement(store: Store) -> None:
    with store.write() as session:
        save_achievement(session, AchievementDraft("样例成果", "断路器触点温升控制。" * 1500))


def _write_on(store: Store, write: Callable[[Store], None]) -> None:
    for _attempt in range(20):
        write(store)


@pytest.mark.parametrize("write", [_firm, _visit, _achievement])
@pytest.mark.parametrize("pages", [0, 1, 4])
def test_every_writer_is_told_and_nothing_half_written_stays(
    write: Callable[[Store], None], pages: int, store: Store
) -> None:
    with store.write() as session:
        kept = save_visit(session, VisitDraft(NINE, note="先写下的"))
    with room_for(store, pages):
        with pytest.raises(DiskFullError, match="没有保存"):
            _write_on(store, write)
        with store.read() as session:  # what is there can still be read
            assert get_visit(session, kept).draft.note == "先写下的"
    before = counts(store)
    write(store)
    assert counts(store) - before == (1 if write is _achievement else 0)
    assert integrity_faults(store) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes, where this machine lets us have one."""
    place = tmp_path / "small disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)],  # noqa: S607 - found on the path on purpose
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this machine does not let a test mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)  # noqa: S607 - as above


def test_a_disk_that_really_is_full(small_disk: Path, file: Path) -> None:
    paths = ProfilePaths(small_disk / "profile")
    with create_profile(paths, KEY, Profile()) as store, store.write() as session:
        save_enterprise(session, EnterpriseDraft("甲样例厂"))
    store = open_profile(paths, KEY)
    with pytest.raises(DiskFullError, match="磁盘满了"):
        import_file(store, file)
    with pytest.raises(StoreError, match="磁盘"):
        verified_copy(store, "copy")
    with pytest.raises(StoreError, match="磁盘"):
        write_backup(store, small_disk / "backup")
    assert not list(small_disk.rglob("*.unfinished"))
    assert not list(paths.backups.glob("*.db"))
    with store.read() as session:
        assert [row.name for row in list_enterprises(session)] == ["甲样例厂"]
    store.close()
    with open_profile(paths, KEY) as store:
        assert integrity_faults(store) == []
