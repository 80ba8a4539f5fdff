"""When things go wrong between computer and server: what is told, and that nothing changes or is lost."""

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import httpx
import orjson
import pytest
import trustme
from sqlalchemy import func, select

from broker_app.db.models import Attachment, Enterprise, ServerRecord, SyncScope
from broker_app.errors import (
    DeviceRevokedError,
    ExchangeError,
    InvalidInputError,
    NotTheServerError,
    OfflineError,
    ServerBusyError,
    SignInError,
)
from broker_app.services.profile import Profile, read_profile, save_profile
from broker_app.services.sealed_files import has_file, read_file, write_file
from broker_app.services.sync_state import Transfer, sync_board
from broker_app.sync import engine, protocol
from broker_app.sync.client import Connection, checked_address
from broker_app.sync.rounds import LogIn, find_server, log_in
from broker_app.sync.session_store import SignIn, read_sign_in, save_sign_in
from tests.server_under_test import PASSWORD, ServerUnderTest, running_server
from tests.sync.computers import Computer, new_computer

Answer = Callable[[httpx.Request, httpx.BaseTransport], httpx.Response]


class Between(httpx.BaseTransport):
    """Something between computer and server that answers as it likes."""

    def __init__(self, answer: Answer) -> None:
        self.inner = httpx.HTTPTransport()
        self.answer = answer
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(f"{request.method} {request.url.path}")
        return self.answer(request, self.inner)

    def close(self) -> None:
        self.inner.close()


def put_between(computer: Computer, answer: Answer) -> Between:
    between = Between(answer)

    def connect(sign_in: SignIn, save: Callable[[SignIn], object] = lambda _sign_in: None) -> Connection:
        return Connection(sign_in, save, transport=between, sleep=lambda _seconds: None)

    computer.connect = {"connect": connect}
    return between


def passing(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
    return inner.handle_request(request)


def is_sync(request: httpx.Request) -> bool:
    return request.url.path == "/v1/sync"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (lambda: httpx.Response(200, html="<html>请登录</html>"), NotTheServerError, "这不是服务器的回答"),
        (lambda: httpx.Response(302, headers={"Location": "http://portal"}), NotTheServerError, "这不是服务器的回答"),
        (lambda: httpx.Response(200, json={"epoch": 1}), NotTheServerError, "这不是服务器的回答"),
        (lambda: httpx.Response(200, json=[]), NotTheServerError, "这不是服务器的回答"),
        (lambda: httpx.Response(502, html="bad gateway"), ServerBusyError, "稍后自动再试"),
        (lambda: httpx.Response(404, html="nothing"), NotTheServerError, "这不是服务器的回答"),
    ],
)  # fmt: skip
def test_somebody_elses_answer_changes_nothing(
    answer: Callable[[], httpx.Response], error: type[ExchangeError], words: str, chen: Computer, lin: Computer
) -> None:
    lin.add_firm("样例别人的")
    lin.sync()
    firm = chen.add_firm("样例瓯越机电")
    chen.sync()
    chen.edit_firm(firm, address="塘下")
    before = [(row.op, row.fields) for row in chen.waiting()]
    put_between(chen, lambda request, inner: answer() if is_sync(request) else inner.handle_request(request))
    with pytest.raises(error, match=words):
        chen.sync()
    assert [(row.op, row.fields) for row in chen.waiting()] == before
    assert chen.firms() == ["样例别人的", "样例瓯越机电"]
    chen.connect = {}
    chen.sync()
    assert chen.waiting() == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (httpx.ConnectError("refused"), "连不上服务器"),
        (httpx.ReadTimeout("slow"), "网络太慢，已停下，稍后自动再试"),
        (httpx.RemoteProtocolError("cut"), "网络断了一下"),
    ],
)
def test_a_lost_network_is_told_in_words(fault: httpx.HTTPError, words: str, chen: Computer) -> None:
    chen.add_firm("样例瓯越机电")

    def fail(request: httpx.Request, _inner: httpx.BaseTransport) -> httpx.Response:
        raise fault

    put_between(chen, fail)
    with pytest.raises(OfflineError, match=words):
        chen.sync()
    assert len(chen.waiting()) == 1


def test_a_lost_reply_is_no_second_record(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电")
    lost = iter([True])

    def lose(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        answer = inner.handle_request(request)
        if (
            is_sync(request)
            and request.content != b""
            and request.headers.get("content-encoding")
            and next(lost, False)
        ):
            answer.read()
            raise httpx.ReadError("cut")
        return answer

    put_between(chen, lose)
    with pytest.raises(OfflineError):
        chen.sync()
    chen.edit_firm(firm, address="塘下")  # typed while the first is under way
    assert len(chen.waiting()) == 2
    chen.sync()
    lin.sync()
    assert lin.firm(firm).address == "塘下"
    assert lin.differences() == ()


def test_an_operation_the_server_cannot_take_is_set_aside_and_the_rest_flows(chen: Computer, lin: Computer) -> None:
    firms = [chen.add_firm(f"样例 {number}") for number in range(9)]

    def stumble(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        if is_sync(request):
            body = orjson.loads(gunzipped(request))
            if any(operation["id"] == str(firms[4]) for operation in body.get("push", ())):
                problem = {"type": protocol.PROBLEM_PREFIX + protocol.SERVER_FAULT, "status": 500}
                return httpx.Response(
                    500, content=orjson.dumps(problem), headers={"Content-Type": protocol.PROBLEM_TYPE}
                )
        return inner.handle_request(request)

    put_between(chen, stumble)
    outcome = chen.sync()
    assert (outcome.report.sent, outcome.report.parked) == (8, 1)
    lin.sync()
    assert len(lin.firms()) == 8
    (back,) = chen.board().returned
    assert back.title == "样例 4"
    assert chen.board().pending == 0
    chen.connect = {}
    chen.edit_firm(firms[4], address="改过了")  # whoever mends it sends it again
    assert chen.board().returned == ()
    chen.sync()
    lin.sync()
    assert lin.firm(firms[4]).address == "改过了"


def gunzipped(request: httpx.Request) -> bytes:

    return gzip.decompress(request.content) if request.headers.get("content-encoding") == "gzip" else request.content


def test_a_server_that_refuses_everything_sets_nothing_aside(chen: Computer) -> None:
    for number in range(12):
        chen.add_firm(f"样例 {number}")
    chen.sync(with_files=False)
    for number in range(12):
        chen.add_firm(f"样例 B{number}")

    def refuse(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        if is_sync(request):
            problem = {"type": protocol.PROBLEM_PREFIX + protocol.SERVER_FAULT, "status": 500}
            return httpx.Response(500, content=orjson.dumps(problem), headers={"Content-Type": protocol.PROBLEM_TYPE})
        return inner.handle_request(request)

    put_between(chen, refuse)
    with pytest.raises(ServerBusyError, match="服务器出了毛病"):
        chen.sync()
    assert chen.board().returned == ()
    assert chen.board().pending == 12


def test_a_server_that_takes_much_away_is_not_believed_without_asking(
    server: ServerUnderTest, chen: Computer, lin: Computer
) -> None:
    firms = [lin.add_firm(f"样例 {number:02}") for number in range(40)]
    lin.sync()
    chen.sync()
    for firm in firms[:30]:
        lin.edit_firm(firm, deleted_at=datetime.now(UTC))
    lin.sync()
    mine = chen.add_firm("样例我的")
    outcome = chen.sync()
    assert outcome.asked == 30
    assert len(chen.firms()) == 41
    assert chen.waiting() == [], "what went up is safe whatever people decide"
    assert chen.board().ask is not None
    outcome = chen.sync(allow_removals=True)
    assert outcome.asked == 0
    assert len(chen.firms()) == 11
    assert chen.firm(mine).name == "样例我的"
    assert chen.board().ask is None


def test_files_go_up_in_pieces_and_come_down_sealed(
    chen: Computer, lin: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "BLOB_CHUNK", 1_000)
    content = b"".join(number.to_bytes(4, "big") for number in range(1_000))
    firm = chen.add_firm("样例瓯越机电")
    sha256 = write_file(chen.store.paths, chen.store.data_key, content)
    with chen.store.write() as session:
        session.add(Attachment(scope="team:12", parent_kind="enterprise", parent_id=firm, name="照片.jpg",
                               sha256=sha256, size=len(content), mime="image/jpeg"))  # fmt: skip
    cut = iter([False, False, True])

    def lose(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        if request.method == "PATCH" and next(cut, False):
            raise httpx.WriteError("cut")
        return inner.handle_request(request)

    put_between(chen, lose)
    with pytest.raises(OfflineError):
        chen.sync()
    assert [file.name for file in chen_board_files(chen)] == ["照片.jpg"]
    between = put_between(chen, passing)
    outcome = chen.sync()
    assert outcome.files.up == 1
    assert sum(line.startswith("PATCH") for line in between.seen) == 2, "it goes on where it was cut"
    stop = iter([False, True])

    def lose_down(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        if request.method == "GET" and "/blobs/" in request.url.path and next(stop, False):
            raise httpx.ReadError("cut")
        return inner.handle_request(request)

    put_between(lin, lose_down)
    with pytest.raises(OfflineError):
        lin.sync()
    between = put_between(lin, passing)
    assert lin.sync().files.down == 1
    assert sum("/blobs/" in line for line in between.seen) == 3, "the first piece is not fetched again"
    assert read_file(lin.store.paths, lin.store.data_key, sha256) == content
    for path in lin.store.paths.attachments.iterdir():
        assert content[:64] not in path.read_bytes()
    assert len(list(lin.store.paths.attachments.iterdir())) == 1, "pieces are gone when the whole is here"
    assert has_file(lin.store.paths, sha256)


def chen_board_files(chen: Computer) -> list[Transfer]:

    with chen.store.read() as session:
        return list(sync_board(session, lambda sha256: has_file(chen.store.paths, sha256)).uploads)


def test_a_large_first_download_comes_in_pieces_and_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    with running_server(tmp_path / "server", snapshot_rows=100) as server:
        server.add_scope("team:12")
        server.add_user("chen", "team:12=broker")
        server.add_user("lin", "team:12=broker")
        with new_computer(tmp_path, "chen", server) as chen, new_computer(tmp_path, "lin", server) as lin:
            for number in range(350):
                chen.add_need(f"需求 {number}")
            chen.sync()
            with patch.object(engine, "SNAPSHOT_ABOVE", 200):
                chunks = iter([False, False, True])

                def cut(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
                    if "/blobs/" in request.url.path and next(chunks, False):
                        raise httpx.ReadError("cut")
                    return inner.handle_request(request)

                put_between(lin, cut)
                with pytest.raises(OfflineError):
                    lin.sync()
                lin.reopen()
                assert 0 < rows(lin) < 350, "what is here can be used"
                between = put_between(lin, passing)
                lin.sync()
                assert sum("/blobs/" in line for line in between.seen) == 2
                assert rows(lin) == 350
                assert lin.sync().report.rebuilt == ()


def rows(computer: Computer) -> int:
    with computer.store.read() as session:
        return session.scalar(select(func.count()).select_from(ServerRecord)) or 0


def test_sums_that_do_not_agree_are_read_anew(chen: Computer) -> None:
    chen.add_firm("样例瓯越机电")
    chen.sync()
    with chen.store.write() as session:
        record = session.scalars(select(ServerRecord)).first()
        assert record is not None
        session.delete(record)
        session.execute(Enterprise.__table__.update().values(address="谁也没说过的"))  # type: ignore[attr-defined]

        for scope in session.scalars(select(SyncScope)):
            scope.records, scope.sum = 7, "00000000000000ff"
    report = chen.sync().report
    assert report.rebuilt
    with chen.store.read() as session:
        assert session.scalar(select(Enterprise.address)) == ""


def test_sign_in_ends_and_devices_are_shut_out(server: ServerUnderTest, chen: Computer) -> None:
    chen.add_firm("样例瓯越机电")
    with chen.store.read() as session:
        device = read_sign_in(session).device

    server.revoke(UUID(device))
    with pytest.raises(DeviceRevokedError, match="管理员已停用这台电脑"):
        chen.sync()
    assert len(chen.waiting()) == 1
    assert chen.board().account.is_revoked
    with pytest.raises(DeviceRevokedError, match="管理员已停用这台电脑"):
        chen.sync()  # and it is not told to sign in again, which would be refused


def test_a_profile_belongs_to_one_account_for_good(server: ServerUnderTest, chen: Computer) -> None:
    with pytest.raises(ExchangeError, match="不能换到别的服务器或别的账号"):
        log_in(chen.store, LogIn(server.url, "lin", PASSWORD))
    with chen.store.read() as session:
        assert read_sign_in(session).login == "chen"
    chen.sync()


def test_made_up_data_is_never_uploaded(server: ServerUnderTest, tmp_path: Path) -> None:
    with new_computer(tmp_path, "chen", server, signed_in=False) as chen:
        with chen.store.write() as session:
            save_profile(session, Profile(is_sample=True))
        with pytest.raises(ExchangeError, match="样例资料"):
            chen.sign_in()
        with chen.store.read() as session:
            assert read_profile(session).is_sample


def test_the_server_is_only_asked_safely() -> None:
    assert checked_address(" sync.example.cn/ ") == "https://sync.example.cn"
    assert checked_address("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    for wrong in (
        "",
        "http://sync.example.cn",
        "https://u:p@sync.example.cn",
        "file:///x",
        "https://a.cn/x?y",
        "https://",
    ):
        with pytest.raises(InvalidInputError):
            checked_address(wrong)


@contextmanager
def tls_server(certificate: trustme.LeafCert) -> Iterator[str]:
    """Something that speaks TLS and would say hello."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = orjson.dumps({"name": "真的", "protocols": [1], "epoch": "6f2c1f5e-0000-4000-8000-000000000000"})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    listening = HTTPServer(("127.0.0.1", 0), Hello)
    listening.handle_error = lambda _request, _address: None  # type: ignore[method-assign,assignment]
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(5)


def test_only_a_certificate_that_is_trusted_is_believed(tmp_path: Path) -> None:
    ours, others = trustme.CA(), trustme.CA()
    ca_file = tmp_path / "ca.pem"
    ours.cert_pem.write_to_path(str(ca_file))
    with tls_server(ours.issue_cert("127.0.0.1")) as url:
        assert find_server(url, str(ca_file))[1] == "真的"
        with pytest.raises(NotTheServerError, match="不能确认对方就是你的服务器"):
            find_server(url)
    for certificate in (others.issue_cert("127.0.0.1"), ours.issue_cert("other.example.cn")):
        with tls_server(certificate) as url, pytest.raises(NotTheServerError, match="不能确认"):
            find_server(url, str(ca_file))


def test_a_lost_refresh_is_made_good(server: ServerUnderTest, chen: Computer) -> None:
    def lose(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        answer = inner.handle_request(request)
        if request.url.path == "/v1/auth/refresh":
            answer.read()
            raise httpx.ReadError("cut")
        return answer

    put_between(chen, lose)
    with pytest.raises(OfflineError):
        chen.sync()
    chen.connect = {}
    chen.sync()
    assert chen.board().last is not None


def test_an_old_copy_of_the_profile_signs_in_again(chen: Computer) -> None:
    with chen.store.read() as session:
        old = read_sign_in(session)
    chen.sync()
    chen.server.clock.go_on(minutes=16)  # an access token is good for a quarter of an hour
    chen.sync()
    chen.server.clock.go_on(minutes=10)
    with chen.store.write() as session:
        save_sign_in(session, old)
    with pytest.raises(SignInError):
        chen.sync()
    chen.sign_in()
    chen.sync()


def test_words_added_on_an_older_copy_of_the_disk_are_not_taken_for_those_already_sent(
    chen: Computer, lin: Computer
) -> None:
    """The copy still has as unsent what was sent since; what is typed there now must not travel under its name."""
    firm = chen.add_firm("样例瓯越机电")
    chen.sync()
    chen.edit_firm(firm, address="塘下")
    copy = chen.copy_disk()
    chen.sync()
    chen.go_back_to(copy)
    chen.edit_firm(firm, website="www.example.cn")
    chen.sync()
    lin.sync()
    found = lin.firm(firm)
    assert (found.address, found.website) == ("塘下", "www.example.cn")


def test_an_exchange_that_is_stopped_goes_on_next_time(chen: Computer, lin: Computer) -> None:
    for number in range(30):
        chen.add_firm(f"样例 {number:02}")
    with patch("broker_app.sync.journal.MAX_OPERATIONS", 10):
        turns = iter([False, False, False, True])
        with pytest.raises(OfflineError, match="已停下"):
            chen.sync(stopped=lambda: next(turns, True))
        assert 0 < len(chen.waiting()) < 30
        chen.sync()
    lin.sync()
    assert len(lin.firms()) == 30
