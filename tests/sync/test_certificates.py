"""Whom a computer believes over TLS: only the server its certificate authority vouches for; else nothing is said."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from broker_app.errors import ExchangeError, NotTheServerError, OfflineError
from broker_app.sync.session_store import read_sign_in, save_sign_in
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import Computer

HOST = "127.0.0.1"
UNSURE = "不能确认对方就是你的服务器"


@contextmanager
def piped(port: int, context: ssl.SSLContext) -> Iterator[int]:
    """A door that speaks TLS and hands what it hears on to ``port``, one exchange of bytes after the other."""

    def serve(client: socket.socket) -> None:
        try:
            with (
                context.wrap_socket(client, server_side=True) as secure,
                socket.create_connection((HOST, port)) as inner,
            ):
                thread = threading.Thread(target=_hand_on, args=(inner, secure), daemon=True)
                thread.start()
                _hand_on(secure, inner)
                thread.join(10)
        except OSError:  # whoever did not believe us has hung up
            client.close()

    with _door(serve) as door:
        yield door


def _hand_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(1 << 16):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def torn_down() -> Iterator[int]:
    """A door that answers the first bytes of a handshake by resetting the connection."""

    def serve(client: socket.socket) -> None:
        client.recv(16)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    with _door(serve) as door:
        yield door


@contextmanager
def _door(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server((HOST, 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    client, _address = listening.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def issued(authority: trustme.CA, host: str = HOST, ended: datetime | None = None) -> ssl.SSLContext:
    """What a server shows whose certificate ``authority`` has made out to ``host``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    began = None if ended is None else ended - timedelta(days=9)
    authority.issue_cert(host, not_before=began, not_after=ended).configure_cert(context)
    return context


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server shows that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(9))
    file = folder / "self.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def go_by(computer: Computer, port: int, ca_file: Path) -> None:
    """From now on this computer's server is found at ``port``, and vouched for by ``ca_file``."""
    with computer.store.write() as session:
        sign_in = read_sign_in(session)
        save_sign_in(session, replace(sign_in, url=f"https://{HOST}:{port}", ca_file=str(ca_file)))


def test_an_exchange_by_a_certificate_that_is_trusted(
    server: ServerUnderTest, chen: Computer, lin: Computer, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    chen.add_firm("样例瓯越机电")
    with piped(int(server.url.rpartition(":")[2]), issued(authority)) as port:
        go_by(chen, port, tmp_path / "ca.pem")
        chen.sync()
    lin.sync()
    assert lin.firms() == ["样例瓯越机电"]


def wrong_ones(folder: Path, authority: trustme.CA) -> dict[str, Callable[[], ssl.SSLContext]]:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return {
        "another host": partial(issued, authority, "other.example.cn"),
        "run out": partial(issued, authority, ended=yesterday),
        "another authority": partial(issued, trustme.CA()),
        "its own word": partial(self_signed, folder),
    }


@pytest.mark.parametrize("wrong", ["another host", "run out", "another authority", "its own word", "reset"])
def test_who_cannot_prove_to_be_the_server_hears_and_changes_nothing(
    wrong: str, server: ServerUnderTest, chen: Computer, lin: Computer, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    lin.add_firm("样例别人的")
    lin.sync()
    chen.add_firm("样例瓯越机电")
    before = [(row.op, row.fields, row.sent_at) for row in chen.waiting()]
    port = int(server.url.rpartition(":")[2])
    door = torn_down() if wrong == "reset" else piped(port, wrong_ones(tmp_path, authority)[wrong]())
    error: tuple[type[ExchangeError], str] = (NotTheServerError, f"{UNSURE}，什么都没有传")
    if wrong == "run out":
        error = (NotTheServerError, f"{UNSURE}：.*先看电脑的日期和时间")
    if wrong == "reset":
        error = (OfflineError, r"连不上服务器|网络断了一下")
    with door as found:
        go_by(chen, found, tmp_path / "ca.pem")
        with pytest.raises(error[0], match=error[1]):
            chen.sync()
    assert [(row.op, row.fields, row.sent_at) for row in chen.waiting()] == before
    assert chen.firms() == ["样例瓯越机电"]
    with chen.store.write() as session:
        save_sign_in(session, replace(read_sign_in(session), url=server.url, ca_file=""))
    chen.sync()
    assert chen.firms() == ["样例别人的", "样例瓯越机电"]
