"""Backups count only once restored on trial; a restore begins a new epoch and nothing that clients keep is lost."""

import shutil
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from broker_server import backups
from broker_server.backups import BackupError
from broker_server.database import moment, writing
from tests.server_under_test import Device, ServerUnderTest, put, running_server, statuses

TEAM = "team:12"
PHOTO = b"photo" * 1000


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where backups lie."""
    return tmp_path / "backups"


def fill(device: Device) -> None:
    digest = sha256(PHOTO).hexdigest()
    path = f"/v1/blobs/{digest}?scope={TEAM}"
    device.request("POST", path, json={"size": len(PHOTO)})
    assert device.request("PATCH", path, content=PHOTO, headers={"Upload-Offset": "0"}).status_code == 204
    photo = put(TEAM, "attachment", sha256=digest, name="焊点.jpg", size=len(PHOTO))
    device.sync(photo, put(TEAM, "need", title="一"), put("county:330381", "enterprise", name="甲", credit_code="9133"))
    device.sync(put(TEAM, "need", title=("一", "二")))  # held
    device.pull_all()


def back_up(server: ServerUnderTest, place: Path) -> Path:
    return backups.back_up(server.engine, server.settings, place, server.clock())


def test_nothing_is_covered_before_a_backup_was_verified(server: ServerUnderTest, chen: Device, place: Path) -> None:
    need = put(TEAM, "need", title="一")
    received = chen.sync(need).results[0].at
    server.clock.go_on(minutes=11)
    folder = back_up(server, place)
    assert chen.sync().covered is None
    checked = backups.verify(folder)
    assert backups.mark_verified(server.engine, checked, server.clock())
    covered = chen.sync().covered
    assert covered is not None
    assert received < covered
    late = chen.sync(put(TEAM, "need", title="二")).results[0].at
    assert not late < covered


def test_what_was_received_while_a_backup_began_is_not_called_covered(
    server: ServerUnderTest, chen: Device, place: Path
) -> None:
    received = chen.sync(put(TEAM, "need", title="一")).results[0].at
    checked = backups.verify(back_up(server, place))
    assert not received < checked.covers_at


def test_a_clock_that_is_set_back_calls_nothing_covered_that_came_after_the_backup(
    server: ServerUnderTest, chen: Device, place: Path
) -> None:
    chen.sync(put(TEAM, "need", title="一"))
    assert backups.mark_verified(server.engine, backups.verify(back_up(server, place)), server.clock())
    server.clock.go_on(days=-400)
    reply = server.sign_in("chen").sync(put(TEAM, "need", title="二"))
    assert reply.covered is not None
    assert not reply.results[0].at < reply.covered


def test_a_server_that_went_back_in_time_loses_nothing(
    server: ServerUnderTest, chen: Device, lin: Device, place: Path
) -> None:
    fill(chen)
    folder = back_up(server, place)
    before = {**lin.pull_all()}
    late = put(TEAM, "need", title="备份之后写的")
    chen.sync(late)
    with pytest.raises(BackupError, match="--replace"):
        backups.restore(server.engine, server.settings, folder, server.clock())
    old_epoch = server.epoch()
    backups.restore(server.engine, server.settings, folder, server.clock(), replace=True)
    assert server.epoch() != old_epoch
    assert not server.faults()
    # Tokens of before are worth nothing; the device signs in again and keeps its id.
    assert chen.post_sync().status_code == 401
    assert chen.post_refresh().status_code == 401
    given = server.post_login("chen", chen.key, chen.id).json()
    assert given["device"] == str(chen.id)
    chen.access_token = given["access_token"]
    assert chen.post_sync(late).json()["type"] == "urn:broker:problem:epoch-changed"
    # It learns the new epoch and says again what it had been told was safe.
    chen.epoch, chen.cursors = server.epoch(), {}
    assert statuses(chen.sync(late)) == ["applied"]
    lin.access_token = server.post_login("lin", lin.key, lin.id).json()["access_token"]
    lin.epoch = server.epoch()
    assert lin.pull_all() == {**before, (TEAM, late.id): {"title": "备份之后写的"}}


def test_a_county_moves_from_one_file_to_postgresql(tmp_path: Path, postgres_database: str) -> None:
    with running_server(tmp_path / "small") as small:
        for scope in (TEAM, "county:330381"):
            small.add_scope(scope)
        small.add_user("chen", "team:12=broker", "county:330381=broker")
        chen = small.sign_in("chen")
        fill(chen)
        before = chen.pull_all()
        folder = back_up(small, tmp_path / "backups")
    with running_server(tmp_path / "large", postgres_database) as large:
        backups.restore(large.engine, large.settings, folder, large.clock())
        again = large.sign_in("chen")
        assert again.pull_all() == before
        digest = sha256(PHOTO).hexdigest()
        assert again.request("GET", f"/v1/blobs/{digest}?scope={TEAM}").content == PHOTO
        assert not large.faults()


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", ["table", "photo", "missing photo", "manifest", "missing table"])
def test_a_damaged_backup_is_noticed(server: ServerUnderTest, chen: Device, place: Path, what: str) -> None:
    fill(chen)
    folder = back_up(server, place)
    backups.verify(folder)  # the control: undamaged it is good
    photo = next((place / "files").rglob(sha256(PHOTO).hexdigest()))
    record = folder / "record.jsonl.zst"
    match what:
        case "table":
            content = bytearray(record.read_bytes())
            content[len(content) // 2] ^= 1
            record.write_bytes(content)
        case "photo":
            photo.write_bytes(PHOTO[:-1] + b"?")
        case "missing photo":
            photo.unlink()
        case "manifest":
            (folder / "manifest.json").unlink()
        case "missing table":
            record.unlink()
    with pytest.raises(BackupError):
        backups.verify(folder)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_server_whose_numbers_do_not_add_up_has_no_good_backup(
    server: ServerUnderTest, chen: Device, place: Path
) -> None:
    fill(chen)
    with writing(server.engine) as connection:
        connection.execute(text("UPDATE scope SET records = records + 1 WHERE scope = 'team:12'"))
    assert server.faults()
    with pytest.raises(BackupError, match="team:12"):
        backups.verify(back_up(server, place))


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_backup_of_a_former_life_covers_nothing(server: ServerUnderTest, chen: Device, place: Path) -> None:
    fill(chen)
    folder = back_up(server, place)
    backups.restore(server.engine, server.settings, folder, server.clock(), replace=True)
    assert not backups.mark_verified(server.engine, backups.verify(folder), server.clock())


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_backups_share_their_files_and_hold_no_secret(server: ServerUnderTest, chen: Device, place: Path) -> None:
    fill(chen)
    first = back_up(server, place)
    server.clock.go_on(days=1)
    second = back_up(server, place)
    assert len([path for path in (place / "files").rglob("*") if path.is_file()]) == 1
    shutil.rmtree(first)
    assert backups.verify(second).files == 1
    assert not (second / "refresh_token.jsonl.zst").exists()
    assert moment(server.clock() - timedelta(minutes=9)) > backups.verify(second).covers_at
