"""Signing in: tokens that live shortly, refresh tokens that rotate, devices that can be revoked."""

import threading
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker_server import auth
from tests.server_under_test import Device, ServerUnderTest, put, statuses


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:broker:problem:")


def test_who_signs_in_learns_who_they_are(server: ServerUnderTest, chen: Device) -> None:
    answer = server.post_login("chen", chen.key, chen.id).json()
    assert answer["device"] == str(chen.id)
    assert answer["grants"] == [
        {"scope": "county:330381", "role": "broker", "title": "county:330381"},
        {"scope": "team:12", "role": "broker", "title": "team:12"},
    ]
    assert answer["scopes"] == ["county:330381", "public", "team:12", f"user:{chen.user}"]
    assert answer["expires_in"] == 900


@pytest.mark.parametrize("login", ["chen", "nobody", "closed"])
def test_what_was_wrong_is_not_said(server: ServerUnderTest, chen: Device, login: str) -> None:
    device = {"name": "x", "key": "A" * 43 + "="}
    body = {"login": login, "password": "wrong, but long", "device": device}
    answers = [server.http.post(f"{server.url}/v1/auth/login", json=body) for _ in range(11)]
    assert {problem(answer) for answer in answers[:10]} == {(401, "sign-in-failed")}
    assert {answer.content for answer in answers[:10]} == {answers[0].content}
    assert problem(answers[10]) == (429, "too-many-requests")
    assert int(answers[10].headers["retry-after"]) > 1


def test_an_access_token_ends(server: ServerUnderTest, chen: Device) -> None:
    server.clock.go_on(minutes=14)
    assert chen.post_sync().status_code == 200
    server.clock.go_on(minutes=2)
    assert problem(chen.post_sync()) == (401, "token-expired")
    chen.refresh()
    assert chen.post_sync().status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c", "forged", "unsigned"])
def test_a_token_that_is_not_ours(server: ServerUnderTest, chen: Device, token: str) -> None:
    claims = jwt.decode(chen.access_token, options={"verify_signature": False})
    if token == "forged":
        token = jwt.encode(claims, b"another key of thirty-two bytes.", "HS256")
    elif token == "unsigned":
        token = jwt.encode(claims, "", "none")
    answer = replace(chen, access_token=token).post_sync(put("team:12", "need", title="一"))
    assert problem(answer) == (401, "token-expired")


def test_a_lost_answer_to_a_refresh_is_no_harm_days_later(server: ServerUnderTest, chen: Device) -> None:
    assert chen.post_refresh().status_code == 200  # the answer never arrives
    server.clock.go_on(days=20)
    chen.refresh()
    chen.refresh()
    assert chen.post_sync().status_code == 200


def test_two_refreshes_at_once_both_work(server: ServerUnderTest, chen: Device) -> None:
    answers: list[httpx.Response] = []

    def refresh() -> None:
        with httpx.Client(trust_env=False) as http:
            answers.append(replace(chen, http=http).post_refresh())

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    for answer in answers:
        other = replace(chen, access_token=answer.json()["access_token"], refresh_token=answer.json()["refresh_token"])
        assert other.post_sync().status_code == 200
        assert other.post_refresh().status_code == 200  # within the minute both can still go on


def test_a_copied_laptop_ends_the_sign_in_and_gets_an_id_of_its_own(server: ServerUnderTest, chen: Device) -> None:
    copy = replace(chen)
    chen.refresh()
    chen.refresh()
    server.clock.go_on(minutes=2)
    assert problem(copy.post_refresh()) == (401, "token-reused")
    assert problem(chen.post_refresh()) == (401, "token-reused")
    first = server.post_login("chen", chen.key, chen.id).json()["device"]
    assert UUID(first) != chen.id


def test_a_refresh_token_needs_its_device(server: ServerUnderTest, chen: Device) -> None:
    thief = replace(chen, key=Ed25519PrivateKey.generate())
    assert problem(thief.post_refresh()) == (401, "sign-in-failed")
    assert problem(replace(chen, id=uuid4()).post_refresh()) == (401, "sign-in-failed")
    assert problem(chen.post_refresh("unknown")) == (401, "sign-in-failed")
    assert chen.post_refresh().status_code == 200


def test_a_refresh_token_ends_after_sixty_days_without_use(server: ServerUnderTest, chen: Device) -> None:
    server.clock.go_on(days=59)
    chen.refresh()
    server.clock.go_on(days=59)
    chen.refresh()
    server.clock.go_on(days=61)
    assert problem(chen.post_refresh()) == (401, "sign-in-failed")


def test_signing_out_ends_the_refresh_token(server: ServerUnderTest, chen: Device) -> None:
    for token in (chen.refresh_token, "unknown"):
        answer = server.http.post(f"{server.url}/v1/auth/logout", json={"refresh_token": token})
        assert answer.status_code == 204
    assert problem(chen.post_refresh()) == (401, "token-reused")


def test_a_revoked_device_does_nothing_more(server: ServerUnderTest, chen: Device) -> None:
    other = server.sign_in("chen")
    listed = {entry["id"]: entry["revoked_at"] for entry in other.request("GET", "/v1/devices").json()}
    assert listed == {str(chen.id): None, str(other.id): None}
    assert other.request("DELETE", f"/v1/devices/{chen.id}").status_code == 204
    assert problem(chen.post_sync()) == (401, "device-revoked")
    assert problem(chen.post_refresh()) == (401, "device-revoked")
    assert problem(server.post_login("chen", chen.key, chen.id)) == (401, "device-revoked")
    assert other.post_sync().status_code == 200


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_device_revoked_while_its_push_is_under_way_has_pushed_nothing(
    server: ServerUnderTest, chen: Device, lin: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request is read and begun; only then the revocation commits. Checked in the push's own transaction."""
    authenticate = auth.authenticate
    reached, go_on = threading.Event(), threading.Event()

    def slow(*arguments: object) -> object:
        monkeypatch.undo()
        reached.set()
        assert go_on.wait(10)
        return authenticate(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("broker_server.push.authenticate", slow)
    answers: list[httpx.Response] = []
    pushing = threading.Thread(target=lambda: answers.append(chen.post_sync(put("team:12", "need", title="一"))))
    pushing.start()
    assert reached.wait(10)
    server.revoke(chen.id)
    go_on.set()
    pushing.join(10)
    assert problem(answers[0]) == (401, "device-revoked")
    assert lin.pull_all() == {}


def test_revoked_between_two_batches_of_one_sync(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    assert statuses(chen.sync(put("team:12", "need", title="一"))) == ["applied"]
    server.revoke(chen.id)
    assert problem(chen.post_sync(put("team:12", "need", title="二"))) == (401, "device-revoked")
    assert [body["title"] for body in lin.pull_all().values()] == ["一"]


def test_somebody_elses_device_is_not_there(server: ServerUnderTest, chen: Device, zhou: Device) -> None:
    missing = zhou.request("DELETE", f"/v1/devices/{uuid4()}")
    foreign = zhou.request("DELETE", f"/v1/devices/{chen.id}")
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)
    assert [entry["login"] for entry in zhou.request("GET", "/v1/devices").json()] == ["zhou"]


def test_an_administrator_has_devices_but_no_records(server: ServerUnderTest, chen: Device) -> None:
    server.add_user("admin", administrator=True)
    admin = server.sign_in("admin")
    chen.sync(put("team:12", "need", title="一"))
    assert {entry["login"] for entry in admin.request("GET", "/v1/devices").json()} == {"chen", "admin"}
    assert admin.pull_all() == {}
    assert admin.request("DELETE", f"/v1/devices/{chen.id}").status_code == 204
    assert problem(chen.post_sync()) == (401, "device-revoked")
