"""A proxy of our own between a computer and the server, on loopback, that spoils requests as it is told.

It speaks TCP and knows of HTTP only where a request and its answer end; each request has a connection of its own.
"""

import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

FAULTS = (
    "drop_request",  # it never arrives
    "drop_reply",  # it was carried out, and nobody heard
    "cut_request",  # its first bytes arrive
    "cut_reply",  # the first bytes of the answer arrive
    "reset",  # the connection is torn down while it is read
    "delay",
    "slow",  # the answer trickles
    "duplicate",  # delivered twice at once
    "late",  # delivered a second time after the next request
    "bad_gateway",  # 502 with HTML
    "portal",  # somebody else answers: 200 with HTML
)
_DELAY = 0.2  # seconds
_TRICKLE, _BYTES_PER_SECOND = 16, 1024
_PAGES = {
    "bad_gateway": (b"502 Bad Gateway", "<html><h1>502 Bad Gateway</h1></html>"),
    "portal": (b"200 OK", "<html><form action=/login>请先登录酒店网络</form></html>"),
}


@dataclass(frozen=True)
class Fault:
    """What happens to one request; ``at`` is the byte at which it is cut, or how many bytes trickle."""

    kind: str = ""
    at: int = 0


@dataclass
class FaultProxy:
    """Hands requests on to ``port``. ``plan`` says what happens to the next ones, the first first."""

    port: int
    plan: deque[Fault] = field(default_factory=deque)
    done: "Counter[str]" = field(default_factory=Counter)
    url: str = ""
    requests: list[str] = field(default_factory=list)
    _late: bytes = b""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def listening(self) -> Iterator["FaultProxy"]:
        """Listen on a free port of loopback."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.url = f"http://127.0.0.1:{door.getsockname()[1]}"
            thread = threading.Thread(target=self._accept, args=(door,), name="fault proxy", daemon=True)
            thread.start()
            try:
                yield self
            finally:
                door.shutdown(socket.SHUT_RDWR)
                thread.join(10)

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                client, _address = door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(60)
            request = _read_request(client)
            if not request:
                return
            with self._lock:
                fault = self.plan.popleft() if self.plan else Fault()
                late, self._late = self._late, request if fault.kind == "late" else b""
                self.requests.append(request.split(b"\r\n", 1)[0].decode("ascii", "replace"))
                self.done[fault.kind] += 1
            if late:
                self._ask(late)
            self._spoil(client, request, fault)

    def _spoil(self, client: socket.socket, request: bytes, fault: Fault) -> None:
        match fault.kind:
            case "drop_request":
                return
            case "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            case "cut_request":
                self._ask(request[: fault.at], whole=False)
                return
            case "bad_gateway" | "portal":
                client.sendall(_page(fault.kind))
                return
            case "delay":
                time.sleep(_DELAY)
            case "duplicate":
                self._ask(request)
        _answer(client, self._ask(request), fault)

    def _ask(self, request: bytes, *, whole: bool = True) -> bytes:
        """The server's whole answer; of a request that was cut there is none."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 10) as server:
            server.settimeout(60)
            first, _line, rest = request.partition(b"\r\n")
            server.sendall(first + b"\r\nConnection: close\r\n" + rest if whole else request)
            if not whole:
                return b""
            answer = b""
            while piece := server.recv(1 << 16):
                answer += piece
            return answer
        return b""


def _answer(client: socket.socket, reply: bytes, fault: Fault) -> None:
    match fault.kind:
        case "drop_reply":
            return
        case "cut_reply":
            client.sendall(reply[: fault.at])
        case "slow":
            trickle = range(0, fault.at, _TRICKLE)
            for start in trickle:
                client.sendall(reply[start : start + _TRICKLE])
                time.sleep(_TRICKLE / _BYTES_PER_SECOND)
            client.sendall(reply[len(trickle) * _TRICKLE :])
        case _:
            client.sendall(reply)


def _read_request(client: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        piece = client.recv(1 << 16)
        if not piece:
            return b""
        read += piece
    head, _end, body = read.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        piece = client.recv(1 << 16)
        if not piece:
            return b""
        read += piece
        body += piece
    return read


def _page(kind: str) -> bytes:
    status, html = _PAGES[kind]
    body = html.encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, len(body)) + body
