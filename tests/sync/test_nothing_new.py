"""A round in which nothing is new: one small request, and yet every count and sum has been compared."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import update

from broker_app.db.models import SyncScope
from broker_app.errors import NotTheServerError
from broker_app.sync.client import Connection
from broker_app.sync.session_store import SignIn
from tests.server_under_test import ServerUnderTest, put
from tests.sync.computers import Computer


class Seen(httpx.BaseTransport):
    """Keeps every request and answer; ``instead`` answers in the server's place."""

    def __init__(self, instead: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None) -> None:
        self.pairs: list[tuple[httpx.Request, httpx.Response]] = []
        self._instead = instead
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._instead(request) or self._inner.handle_request(request)
        answer.read()
        self.pairs.append((request, answer))
        return answer

    def close(self) -> None:
        self._inner.close()

    def connect(self, sign_in: SignIn, save: Callable[[SignIn], object] = lambda _sign_in: None) -> Connection:
        return Connection(sign_in, save, transport=self)

    def bytes_of(self, at: int) -> int:
        """Everything on the wire: lines, headers and bodies both ways."""
        request, answer = self.pairs[at]
        lines = len(f"{request.method} {request.url.raw_path.decode()} HTTP/1.1\r\n\r\n")
        lines += len(f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n\r\n")
        headers = [*request.headers.raw, *answer.headers.raw]
        return lines + sum(len(a) + len(b) + 4 for a, b in headers) + len(request.content) + len(answer.content)


def test_nothing_new_is_one_request_of_six_hundred_bytes(server: ServerUnderTest, chen: Computer) -> None:
    chen.add_need("焊点空洞率偏高")
    chen.sync()
    chen.sync()
    seen = Seen()
    outcome = chen.sync(connect=seen.connect)
    assert [answer.status_code for _request, answer in seen.pairs] == [204]
    assert seen.bytes_of(0) <= 600
    assert (outcome.report.sent, outcome.report.received) == (0, 0)
    server.sign_in("lin").sync(put("team:12", "need", title="又一个"), limit=0)
    assert chen.sync().report.received == 1, "what is new is told"
    with chen.store.read() as session:
        assert session.get_one(SyncScope, "team:12").records == 2


def test_a_sum_that_is_wrong_here_is_found_though_nothing_is_new(chen: Computer) -> None:
    chen.add_need("焊点空洞率偏高")
    chen.sync()
    with chen.store.write() as session:
        session.execute(update(SyncScope).where(SyncScope.scope == "team:12").values(sum="0" * 16))
    assert chen.sync().report.rebuilt == ("team:12",)
    seen = Seen()
    chen.sync(connect=seen.connect)
    assert seen.pairs[-1][1].status_code == 204


def test_rights_that_changed_are_told_though_nothing_is_new(server: ServerUnderTest, chen: Computer) -> None:
    chen.sync()
    server.add_scope("county:330302")
    server.give("chen", "county:330302=broker")
    seen = Seen()
    chen.sync(connect=seen.connect)
    with chen.store.read() as session:
        assert session.get_one(SyncScope, "county:330302").writable


def test_nothing_from_somebody_else_is_not_nothing_new(chen: Computer) -> None:
    chen.sync()
    portal = Seen(lambda _request: httpx.Response(204))
    with pytest.raises(NotTheServerError):
        chen.sync(connect=portal.connect)


def test_an_access_token_that_ran_out_is_renewed(server: ServerUnderTest, chen: Computer) -> None:
    chen.sync()
    server.clock.go_on(minutes=16)
    seen = Seen()
    chen.sync(connect=seen.connect)
    assert [(request.url.path, answer.status_code) for request, answer in seen.pairs] == [
        ("/v1/sync", 401),
        ("/v1/auth/refresh", 200),
        ("/v1/sync", 204),
    ]
