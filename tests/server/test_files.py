"""Files in pieces, and snapshots: cut anywhere, they go on; broken, they are refused."""

import json
from hashlib import sha256
from uuid import uuid4

import pytest
import zstandard

from broker_app.sync.protocol import Change, record_hash, sum_text
from broker_server import admin
from broker_server.blobs import path_of
from broker_server.database import writing
from tests.server_under_test import Device, ServerUnderTest, put

TEAM = "team:12"
PHOTO = bytes(range(256)) * 1024  # 256 KiB
DIGEST = sha256(PHOTO).hexdigest()
PATH = f"/v1/blobs/{DIGEST}?scope={TEAM}"


def piece(device: Device, offset: int, content: bytes, path: str = PATH) -> int:
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
    return device.request("PATCH", path, content=content, headers=headers).status_code


@pytest.mark.parametrize("cut", [1, 65_536, 100_000, len(PHOTO) - 1])
def test_an_upload_goes_on_where_it_was_cut(server: ServerUnderTest, chen: Device, lin: Device, cut: int) -> None:
    assert chen.request("HEAD", PATH).status_code == 404
    assert chen.request("POST", PATH, json={"size": len(PHOTO)}).headers["upload-offset"] == "0"
    assert piece(chen, 0, PHOTO[:cut]) == 204
    state = chen.request("HEAD", PATH)
    assert (state.headers["upload-offset"], state.headers["upload-length"]) == (str(cut), str(len(PHOTO)))
    assert lin.request("GET", PATH).status_code == 404  # not before all of it is here
    answer = chen.request("PATCH", PATH, content=PHOTO, headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["offset"], answer.headers["upload-offset"]) == (409, cut, str(cut))
    assert piece(chen, cut, PHOTO[cut:]) == 204
    assert lin.request("GET", PATH).content == PHOTO
    part = lin.request("GET", PATH, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, PHOTO[100:200])


def test_two_devices_with_the_same_photo(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    for device in (chen, lin):
        assert device.request("POST", PATH, json={"size": len(PHOTO)}).status_code == 201
    assert piece(chen, 0, PHOTO) == 204
    assert lin.request("POST", PATH, json={"size": len(PHOTO)}).headers["upload-offset"] == str(len(PHOTO))


def test_wrong_bytes_are_refused_and_can_be_sent_again(server: ServerUnderTest, chen: Device) -> None:
    chen.request("POST", PATH, json={"size": len(PHOTO)})
    headers = {"Upload-Offset": "0"}
    answer = chen.request("PATCH", PATH, content=b"x" + PHOTO[1:], headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:broker:problem:digest-mismatch")
    assert chen.request("HEAD", PATH).headers["upload-offset"] == "0"
    assert piece(chen, 0, PHOTO) == 204
    assert chen.request("GET", PATH).content == PHOTO


def test_pieces_have_their_limits(server: ServerUnderTest, chen: Device) -> None:
    chen.request("POST", PATH, json={"size": 10})
    assert piece(chen, 0, PHOTO) == 409  # more than was announced
    assert piece(chen, 0, b"0" * (4 * 1024 * 1024 + 1)) == 413
    for size in (0, -1, 201 * 1024 * 1024, "10", 1.5):
        assert chen.request("POST", f"/v1/blobs/{'0' * 64}?scope={TEAM}", json={"size": size}).status_code == 422
    for digest in ("..%2f..%2fserver.db", "A" * 64, "0" * 63):
        assert chen.request("GET", f"/v1/blobs/{digest}?scope={TEAM}").status_code in (404, 422)


def test_a_file_of_one_team_is_not_there_for_another(server: ServerUnderTest, chen: Device, zhou: Device) -> None:
    chen.request("POST", PATH, json={"size": len(PHOTO)})
    piece(chen, 0, PHOTO)
    theirs = PATH.replace("team:12", "team:99")
    assert zhou.request("GET", theirs).status_code == 404
    assert zhou.request("POST", theirs, json={"size": len(PHOTO)}).headers["upload-offset"] == "0"


def test_files_nobody_names_go_after_thirty_days(server: ServerUnderTest, chen: Device) -> None:
    other = sha256(b"other").hexdigest()
    for digest, content in ((DIGEST, PHOTO), (other, b"other")):
        path = f"/v1/blobs/{digest}?scope={TEAM}"
        chen.request("POST", path, json={"size": len(content)})
        assert piece(chen, 0, content, path) == 204
    chen.sync(put(TEAM, "attachment", sha256=DIGEST, name="焊点.jpg", size=len(PHOTO), parent_id=str(uuid4())))
    for days, left in ((29, True), (2, False)):
        server.clock.go_on(days=days)
        with writing(server.engine) as connection:
            admin.tidy(connection, server.settings, server.clock())
        assert path_of(server.settings, other).exists() is left
    assert path_of(server.settings, DIGEST).exists()


def test_a_moved_photo_takes_its_bytes_along(server: ServerUnderTest, chen: Device, zhou: Device) -> None:
    server.give("chen", "team:99=broker")
    chen.request("POST", PATH, json={"size": len(PHOTO)})
    piece(chen, 0, PHOTO)
    photo = put(TEAM, "attachment", sha256=DIGEST, name="焊点.jpg", size=len(PHOTO))
    move = put(TEAM, "attachment", photo.id)
    chen.sync(photo)
    chen.sync(push=[{**move.as_wire(), "move": "team:99"}])
    assert zhou.request("GET", PATH.replace("team:12", "team:99")).content == PHOTO


def test_a_snapshot_is_what_pulling_gives(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    object.__setattr__(server.settings, "snapshot_rows", 40)  # several chunks without 50,000 records
    chen.sync(*[put(TEAM, "need", title=f"需求 {number}") for number in range(100)])
    answer = lin.request("GET", f"/v1/snapshot/{TEAM}").json()
    assert [chunk["rows"] for chunk in answer["chunks"]] == [40, 40, 20]
    bodies = {}
    total = 0
    for chunk in answer["chunks"]:
        packed = lin.request("GET", f"/v1/blobs/{chunk['sha256']}?scope={TEAM}").content
        assert (sha256(packed).hexdigest(), len(packed)) == (chunk["sha256"], chunk["size"])
        for line in zstandard.decompress(packed, max_output_size=1 << 26).split(b"\n"):
            change = Change.from_wire(json.loads(line))
            bodies[change.scope, change.id] = dict(change.body)
            total += record_hash(change.id, change.rev)
    assert bodies == lin.pull_all()
    lin.cursors = {TEAM: answer["cursor"]}
    reply = lin.sync()
    assert not reply.changes
    assert reply.heads[TEAM].sum == sum_text(total)
    # It is not made again for a few changes, and those come by pulling.
    chen.sync(put(TEAM, "need", title="新"))
    assert lin.request("GET", f"/v1/snapshot/{TEAM}").json()["rev"] == answer["rev"]
    assert [change.body["title"] for change in lin.sync().changes] == ["新"]
