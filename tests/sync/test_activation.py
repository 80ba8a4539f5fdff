"""Activation codes from the server's command to a signed-in computer, whose certificate is believed, and hanging up."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from sqlalchemy import func, select

from broker_app.db.models import Enterprise
from broker_app.errors import ExchangeError, InvalidInputError, OfflineError
from broker_app.sync.activation_file import read_activation, read_activation_file
from broker_app.sync.client import Connection
from broker_app.sync.protocol import Activation
from broker_app.sync.rounds import LogIn, find_activated, find_server, log_in
from broker_app.sync.session_store import SignIn, read_sign_in
from broker_server import cli
from tests.server_under_test import PASSWORD, ServerUnderTest
from tests.sync.computers import Computer, new_computer
from tests.sync.test_trouble import tls_server


def activation(server: ServerUnderTest, *more: str) -> int:
    return cli.main(["--home", str(server.settings.home), "activation", "--address", server.url, *more])


def test_a_code_leads_from_the_administrator_to_a_signed_in_computer(
    server: ServerUnderTest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, file = tmp_path / "code.png", tmp_path / "code.txt"
    assert activation(server, "--user", "chen") == 0
    printed = capsys.readouterr().out
    assert activation(server, "--user", "chen", "-o", str(picture)) == 0
    assert activation(server, "--user", "chen", "-o", str(file)) == 0
    assert activation(server, "--user", "nobody") == 1
    found = [read_activation(f"请用这个：\n{printed}").activation, read_activation_file(picture).activation,
             read_activation_file(file).activation]  # fmt: skip
    assert found == [Activation(server.url, "试验服务器", "chen")] * 3
    address, name = find_activated(found[0])
    assert (address, name) == (server.url, "试验服务器")
    with new_computer(tmp_path, "chen", server, signed_in=False) as chen:
        log_in(chen.store, LogIn(address, found[0].login, PASSWORD))
        chen.sync()
        with chen.store.read() as session:
            assert read_sign_in(session).titles["team:12"] == "team:12", "what people call a scope comes with sign-in"


def test_somebody_else_at_that_address_is_not_signed_in_to(server: ServerUnderTest) -> None:
    with pytest.raises(ExchangeError, match="对方说自己是「试验服务器」"):
        find_activated(Activation(server.url, "瑞安市科技走访"))


def test_an_own_certificate_travels_in_the_file_and_is_the_only_one_believed(
    server: ServerUnderTest, tmp_path: Path
) -> None:
    ours, others = trustme.CA(), trustme.CA()
    ca_file, file, picture = tmp_path / "ca.pem", tmp_path / "code.txt", tmp_path / "code.png"
    ours.cert_pem.write_to_path(str(ca_file))
    for target in (file, picture):
        assert activation(server, "--ca-file", str(ca_file), "-o", str(target)) == 0
    found = read_activation_file(file)
    with tls_server(ours.issue_cert("127.0.0.1")) as url:
        here = Activation(url, "真的", "", found.activation.ca_fingerprint)
        assert find_activated(here, found.certificate) == (url, "真的")
        with pytest.raises(InvalidInputError, match="激活文件"):
            find_activated(here)
    with tls_server(others.issue_cert("127.0.0.1")) as url, pytest.raises(ExchangeError, match="不能确认"):
        find_activated(Activation(url, "真的"), found.certificate)
    assert read_activation_file(picture).activation.ca_fingerprint == found.activation.ca_fingerprint
    swapped = file.read_text("utf-8").partition("-----BEGIN")[0] + others.cert_pem.bytes().decode()
    with pytest.raises(InvalidInputError, match="不是同一个"):
        read_activation(swapped)


def test_what_the_system_trusts_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = trustme.CA()
    ours.cert_pem.write_to_path(str(tmp_path / "system.pem"))
    with tls_server(ours.issue_cert("127.0.0.1")) as url:
        with pytest.raises(ExchangeError, match="不能确认"):
            find_server(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
        assert find_server(url)[1] == "真的"


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n\0\0broken", b"kjzf1:o=x"])
def test_what_is_no_code_is_said_in_words(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "code"
    file.write_bytes(content)
    with pytest.raises(InvalidInputError):
        read_activation_file(file)


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_request_that_hangs_is_broken_off_at_once() -> None:
    with silent_server() as url, Connection(SignIn(url=url)) as connection:
        threading.Timer(0.3, connection.abort).start()
        began = time.monotonic()
        with pytest.raises(OfflineError, match="已停下"):
            connection.hello()
        assert time.monotonic() - began < 5, "the time-out is thirty seconds"
        with pytest.raises(OfflineError):
            connection.hello()


def test_breaking_off_changes_nothing_that_was_done(server: ServerUnderTest, chen: Computer) -> None:
    chen.add_firm("样例瓯越机电")
    chen.sync()
    with pytest.raises(OfflineError):
        chen.sync(begun=lambda abort: abort())
    chen.sync()
    with chen.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 1
