"""The only place that speaks HTTP: requests of the engine out, answers in, every failure in words for people.

What does not answer in the server's own words is not the server (a hotel's portal answers too), and changes
nothing here. Redirects are not followed, certificates are always checked, plain http is for this computer only.
"""

import gzip
import random
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
import orjson
import truststore

from broker_app import __version__
from broker_app.errors import (
    DeviceRevokedError,
    ExchangeError,
    InvalidInputError,
    NotTheServerError,
    OfflineError,
    ServerBusyError,
    SignInError,
)
from broker_app.i18n import _
from broker_app.services.conflicts import moment_of
from broker_app.services.record_history import HistoryEntry
from broker_app.sync import protocol
from broker_app.sync.engine import (
    Exchange,
    GetChunk,
    GetSnapshot,
    Greeting,
    Hello,
    Refusal,
    Reply,
    Request,
    Snapshot,
    Unchanged,
)
from broker_app.sync.protocol import ProtocolError, SyncReply
from broker_app.sync.session_store import SignIn, public_key

_TIMEOUT = httpx.Timeout(connect=10, read=30, write=30, pool=10)
_TRIES = 3
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 5.0  # seconds, inside one round
_MAX_ANSWER = 96 * 1024 * 1024
_PACK_ABOVE = 400  # bytes
_OCTETS = "application/octet-stream"
_OUT_OF_TIME = {9, 10, 0x800B0101}
"""Not valid yet, expired (OpenSSL, x509_vfy.h); either of them on Windows (CERT_E_EXPIRED)."""

Saver = Callable[[SignIn], object]
ReadT = TypeVar("ReadT")


def checked_address(typed: str) -> str:
    """The address of a server as it was typed, made whole: ``https://host[:port]``.

    Raises:
        InvalidInputError: it is no address, or not one that is safe.
    """
    text = typed.strip()
    if text and "://" not in text:
        text = f"https://{text}"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if not url.host or url.userinfo or url.query or url.fragment or url.path not in ("", "/"):
        raise InvalidInputError("url", _("服务器地址写得不对，像这样：sync.example.cn"))
    if url.scheme == "http" and not _is_this_computer(url.host):
        raise InvalidInputError("url", _("服务器地址要以 https 开头，才不会被人偷看。"))
    if url.scheme not in ("http", "https"):
        raise InvalidInputError("url", _("服务器地址写得不对，像这样：sync.example.cn"))
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def why_closed(sign_in: SignIn) -> ExchangeError:
    """What a person is told whose sign-in has ended: to sign in again, or that this computer was shut out."""
    return _sign_in_error(Refusal(protocol.DEVICE_REVOKED if sign_in.is_revoked else protocol.TOKEN_EXPIRED, 401))


class Connection:
    """A connection to the server of ``sign_in``; ``save`` keeps the sign-in whenever it changes."""

    def __init__(
        self,
        sign_in: SignIn,
        save: Saver = lambda _sign_in: None,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.sign_in = sign_in
        self._save = save
        self._aborted = Event()
        self._sleep = sleep or self._aborted.wait
        self._sockets: set[socket.socket] = set()
        self._access = ""
        if sign_in.ca_file:
            verify = _trusting(Path(sign_in.ca_file))
        elif sign_in.certificate:
            verify = ssl.create_default_context(cadata=sign_in.certificate)
        else:
            verify = _trusting_the_system()
        self._http = httpx.Client(
            base_url=sign_in.url,
            timeout=_TIMEOUT,
            verify=verify,
            transport=transport,
            follow_redirects=False,
            trust_env=not _is_this_computer(httpx.URL(sign_in.url).host),
            headers={
                "User-Agent": f"broker/{__version__}",
                "Accept-Encoding": "zstd,gzip",
                protocol.PROTOCOL_HEADER: str(protocol.PROTOCOL),
                protocol.SCHEMA_HEADER: str(protocol.SCHEMA),
            },
        )

        for unsaid in ("Accept", "Connection"):  # what everybody takes for granted need not go with every request
            del self._http.headers[unsaid]

    @property
    def access(self) -> str:
        """The short-lived token of this sign-in, kept in memory from one connection to the next."""
        return self._access

    def resume(self, access: str) -> None:
        """Go on with the token of an earlier connection; if it has run out a new one is asked for."""
        self._access = access

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def abort(self) -> None:
        """Break off what is under way, from another thread: a window that closes does not wait for a silent server."""
        self._aborted.set()
        for held in tuple(self._sockets):
            with suppress(OSError):  # it has ended meanwhile
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    # --- the engine's questions ------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """Carry one request of the engine to the server.

        Raises:
            Refusal: the server's answer is that it will not.
            ExchangeError: there was no answer of the server.
        """
        match request:
            case Hello():
                return self.hello()
            case Exchange(request=body):
                wire = self._json("POST", "/v1/sync", body.as_wire())
                if wire is None and body.known:
                    return Unchanged()
                return _read(SyncReply.from_wire, wire)
            case GetSnapshot(scope=scope):
                return _read(_snapshot, self._json("GET", f"/v1/snapshot/{scope}"))
            case GetChunk(scope=scope, sha256=sha256, size=size):
                return self._file(scope, sha256, size)

    def hello(self) -> Greeting:
        """Who the server is; needs no sign-in."""
        return _read(_greeting, self._json("GET", "/v1/hello", signed=False))

    def history(self, scope: str, record: UUID) -> tuple[HistoryEntry, ...]:
        """What happened to a record, as the server has it, the newest first."""
        return _read(_history, self._json("GET", f"/v1/history/{scope}/{record}"))

    # --- signing in ------------------------------------------------------------------------------------------

    def log_in(self, login: str, password: str) -> tuple[SignIn, tuple[tuple[str, str], ...]]:
        """Sign in; gives the sign-in with its tokens, and what the person is where (scope, role).

        Raises:
            SignInError: name or password are wrong.
        """
        device = {"name": self.sign_in.device_name[:80], "key": public_key(self.sign_in.device_key)}
        if self.sign_in.device:
            device["id"] = self.sign_in.device
        body = {"login": login, "password": password, "device": device}
        try:
            wire = self._json("POST", "/v1/auth/login", body, signed=False)
        except Refusal as refusal:
            raise _sign_in_error(refusal) from None
        self._take_tokens(wire, login=login)
        grants = _read(_grants, wire)
        return self.sign_in, grants

    def log_out(self) -> None:
        """End the sign-in at the server; what is here stays."""
        self._json("POST", "/v1/auth/logout", {"refresh_token": self.sign_in.refresh_token}, signed=False)

    def _take_tokens(self, wire: Any, *, login: str = "") -> None:
        def read(answer: Any) -> SignIn:
            return replace(
                self.sign_in,
                refresh_token=str(answer["refresh_token"]),
                device=str(UUID(answer["device"])),
                user=str(UUID(answer["user"])),
                name=str(answer["name"]),
                scopes=tuple(map(str, answer["scopes"])),
                titles={**self.sign_in.titles, **_titles(answer)},
                login=login or self.sign_in.login,
                is_revoked=False,
            )

        self.sign_in = _read(read, wire)
        self._access = _read(lambda answer: str(answer["access_token"]), wire)
        self._save(self.sign_in)

    def _refresh(self) -> None:
        if not self.sign_in.is_open:
            raise why_closed(self.sign_in)
        body = {
            "refresh_token": self.sign_in.refresh_token,
            "device": self.sign_in.device,
            "proof": self.sign_in.proof(),
        }
        try:
            wire = self._json("POST", "/v1/auth/refresh", body, signed=False)
        except Refusal as refusal:
            raise self._ended(refusal) from None
        self._take_tokens(wire)

    def _ended(self, refusal: Refusal) -> ExchangeError:
        revoked = refusal.name == protocol.DEVICE_REVOKED
        if revoked or refusal.name in (protocol.TOKEN_REUSED, protocol.SIGN_IN_FAILED, protocol.TOKEN_EXPIRED):
            self.sign_in = replace(self.sign_in, refresh_token="", is_revoked=revoked)
            self._access = ""
            self._save(self.sign_in)
        if refusal.name == protocol.SIGN_IN_FAILED:
            return SignInError(_need_sign_in())
        return _sign_in_error(refusal)

    # --- files -----------------------------------------------------------------------------------------------

    def stored(self, scope: str, sha256: str) -> int | None:
        """How many bytes of a file the server has; None if it has never heard of it."""
        try:
            answer = self._ask("HEAD", f"/v1/blobs/{sha256}", params={"scope": scope})
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise
        return _number(answer, protocol.OFFSET_HEADER)

    def announce(self, scope: str, sha256: str, size: int) -> int:
        """Begin to upload a file; how many bytes are there already."""
        headers, content = _packed({"size": size})
        answer = self._ask("POST", f"/v1/blobs/{sha256}", params={"scope": scope}, headers=headers, content=content)
        return _number(answer, protocol.OFFSET_HEADER)

    def upload(self, scope: str, sha256: str, offset: int, piece: bytes) -> int:
        """Send a piece; the offset to go on from, which the server may know better."""
        headers = {protocol.OFFSET_HEADER: str(offset), "Content-Type": _OCTETS}
        answer = self._ask(
            "PATCH", f"/v1/blobs/{sha256}", params={"scope": scope}, headers=headers, content=piece, passes=(409,)
        )
        return _number(answer, protocol.OFFSET_HEADER)

    def download(self, scope: str, sha256: str, offset: int, length: int) -> bytes:
        """At most ``length`` bytes of a file, from ``offset`` on."""
        headers = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "identity"}
        answer = self._ask("GET", f"/v1/blobs/{sha256}", params={"scope": scope}, headers=headers)
        if answer.headers.get("content-type", "").partition(";")[0] != _OCTETS:
            raise NotTheServerError(_not_the_server())
        return answer.content[offset : offset + length] if answer.status_code == 200 else answer.content

    def _file(self, scope: str, sha256: str, size: int) -> bytes:
        pieces: list[bytes] = []
        at = 0
        while at < size:
            piece = self.download(scope, sha256, at, protocol.BLOB_CHUNK)
            if not piece:
                raise NotTheServerError(_not_the_server())
            pieces.append(piece)
            at += len(piece)
        return b"".join(pieces)

    # --- the wire --------------------------------------------------------------------------------------------

    def _json(self, method: str, path: str, body: Any = None, *, signed: bool = True) -> Any:
        headers, content = ({}, b"") if body is None else _packed(body)
        answer = self._ask(method, path, headers=headers, content=content, signed=signed)
        if answer.status_code == 204:
            if path == "/v1/sync" and protocol.PROTOCOL_HEADER not in answer.headers:
                raise NotTheServerError(_not_the_server())
            return None
        if answer.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise NotTheServerError(_not_the_server())
        try:
            return orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            raise NotTheServerError(_not_the_server()) from None

    def _ask(
        self,
        method: str,
        path: str,
        *,
        signed: bool = True,
        passes: tuple[int, ...] = (),
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        refreshed = False
        if signed and not self._access:
            self._refresh()
            refreshed = True
        for attempt in range(_TRIES):
            who = {"Authorization": f"Bearer {self._access}"} if signed else {}
            answer = self._send(method, path, headers={**(headers or {}), **who}, **options)
            refusal = _refusal(method, answer, passes)
            if refusal is None:
                return answer
            if signed and refusal.name == protocol.TOKEN_EXPIRED and not refreshed:
                self._refresh()
                refreshed = True
            elif refusal.name in (protocol.BUSY, protocol.TOO_MANY_REQUESTS):
                self._wait(answer, attempt)
            elif signed and answer.status_code == 401:
                raise self._ended(refusal)
            else:
                raise refusal
        raise ServerBusyError(_("服务器正忙，稍后自动再试。资料都在本机。"))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        self._go_on()
        try:
            answer = self._http.request(method, path, extensions={"trace": self._note_socket}, **options)
        except httpx.HTTPError as error:
            self._go_on()
            raise _in_words(error) from error
        if len(answer.content) > _MAX_ANSWER:
            raise NotTheServerError(_not_the_server())
        return answer

    def _go_on(self) -> None:
        if self._aborted.is_set():
            raise OfflineError(_("已停下，下次接着传。资料都在本机。"))

    def _note_socket(self, event: str, info: dict[str, Any]) -> None:
        """Remember the sockets as they are made, so that :meth:`abort` finds them (httpx, request extensions)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            made = info["return_value"].get_extra_info("socket")
            if isinstance(made, socket.socket):
                self._sockets = {one for one in self._sockets if one.fileno() >= 0} | {made}
                if self._aborted.is_set():
                    self.abort()

    def _wait(self, answer: httpx.Response, attempt: int) -> None:
        if attempt + 1 >= _TRIES:
            return
        asked = answer.headers.get("retry-after", "")
        least = float(asked) if asked.isascii() and asked.isdigit() else 0.0
        if least > _LONGEST_WAIT:
            raise ServerBusyError(_("服务器正忙，稍后自动再试。资料都在本机。"))
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients out, no secret
        self._sleep(max(least, min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt) * jitter))


def _in_words(error: httpx.HTTPError) -> ExchangeError:
    if isinstance(error, httpx.TimeoutException):
        return OfflineError(_("网络太慢，已停下，稍后自动再试。资料都在本机。"))
    if isinstance(error, httpx.ConnectError):
        if _is_out_of_time(error):
            return NotTheServerError(
                _(
                    "不能确认对方就是你的服务器：照这台电脑的日期，对方的证书过期了，或还没生效。什么都没有传，资料都在本机。"
                    "请先看电脑的日期和时间对不对；对的话告诉管理员，证书该换了。"
                )
            )
        if _is_certificate_fault(error):
            return NotTheServerError(
                _("不能确认对方就是你的服务器，什么都没有传。资料都在本机。请换个网络再试，还不行就告诉管理员。")
            )
        return OfflineError(_("连不上服务器，稍后自动再试。资料都在本机。"))
    return OfflineError(_("网络断了一下，稍后自动再试。资料都在本机。"))


def _trusting_the_system() -> ssl.SSLContext:
    """Trust what the system trusts: an office that gives out certificates puts them there once for every program."""
    context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _trusting(ca_file: Path) -> ssl.SSLContext:
    """Trust the certificate an organisation gave out, and no other."""
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError):
        raise InvalidInputError("ca_file", _("证书文件读不了：{name}").format(name=ca_file.name)) from None


def _refusal(method: str, answer: httpx.Response, passes: tuple[int, ...]) -> Refusal | None:
    """The problem the server tells, None if it did what was asked for.

    Raises:
        NotTheServerError: somebody else answered.
    """
    if answer.status_code in passes and protocol.OFFSET_HEADER in answer.headers:
        return None
    if answer.is_success:
        return None
    if method == "HEAD" and answer.status_code == 404:
        return Refusal(protocol.NOT_FOUND, 404)
    if method == "HEAD" and answer.status_code == 401:
        return Refusal(protocol.TOKEN_EXPIRED, 401)
    if answer.headers.get("content-type", "").partition(";")[0] != protocol.PROBLEM_TYPE:
        if answer.status_code in (502, 503, 504):
            raise ServerBusyError(_("服务器正忙，稍后自动再试。资料都在本机。"))
        if answer.status_code == 413:  # a proxy before the server has limits of its own
            return Refusal(protocol.BATCH_TOO_LARGE, 413)
        raise NotTheServerError(_not_the_server())
    try:
        name = protocol.problem_name(orjson.loads(answer.content))
    except orjson.JSONDecodeError:
        name = ""
    if not name:
        raise NotTheServerError(_not_the_server())
    return Refusal(name, answer.status_code)


def _sign_in_error(refusal: Refusal) -> ExchangeError:
    match refusal.name:
        case protocol.DEVICE_REVOKED:
            return DeviceRevokedError(
                _("管理员已停用这台电脑，不能再上传和下载。本机的资料还在，没上传的可以导出交给管理员。")
            )
        case protocol.TOKEN_REUSED:
            return SignInError(_("这份资料在另一台电脑上也登录过，请重新登录。资料都在本机，什么都没丢。"))
        case protocol.TOO_MANY_REQUESTS:
            return ServerBusyError(_("试得太多了，请过几分钟再登录。"))
        case protocol.SIGN_IN_FAILED:
            return SignInError(_("账号或密码不对，没有登录。"))
        case _:
            return SignInError(_need_sign_in())


def _need_sign_in() -> str:
    return _("要重新登录才能上传和下载。资料都在本机，什么都没丢。")


def _not_the_server() -> str:
    return _("这不是服务器的回答，可能是酒店、商场的上网登录页。先在浏览器里登录网络，再试一次。什么都没有改动。")


def _packed(body: Any) -> tuple[dict[str, str], bytes]:
    content = orjson.dumps(body)
    headers = {"Content-Type": "application/json"}
    if len(content) > _PACK_ABOVE:
        return {**headers, "Content-Encoding": "gzip"}, gzip.compress(content, 1)
    return headers, content


def _read(reader: Callable[[Any], ReadT], wire: Any) -> ReadT:
    try:
        return reader(wire)
    except (ProtocolError, KeyError, TypeError, ValueError, AttributeError):
        raise NotTheServerError(_not_the_server()) from None


def _greeting(wire: Any) -> Greeting:
    if protocol.PROTOCOL not in wire["protocols"]:
        raise ExchangeError(_("服务器比本程序新，请先升级程序。本机的资料没有受影响。"))
    return Greeting(str(wire["name"]), UUID(wire["epoch"]))


def _snapshot(wire: Any) -> Snapshot:
    chunks = tuple((str(chunk["sha256"]), int(chunk["size"])) for chunk in wire["chunks"])
    if wire["encoding"] != "zstd" or any(size > protocol.MAX_BLOB_BYTES for _sha256, size in chunks):
        raise ProtocolError("no snapshot of ours")
    return Snapshot(UUID(wire["epoch"]), str(protocol.Cursor.parse(wire["cursor"])), chunks)


def _history(wire: Any) -> tuple[HistoryEntry, ...]:
    return tuple(
        HistoryEntry(str(one["name"]), moment_of(one["at"]), str(one["status"]), dict(one["changed"])) for one in wire
    )


def _grants(wire: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(grant["scope"]), str(grant["role"])) for grant in wire["grants"])


def _titles(wire: Any) -> dict[str, str]:
    return {str(grant["scope"]): str(grant["title"]) for grant in wire["grants"] if grant.get("title")}


def _number(answer: httpx.Response, header: str) -> int:
    return _read(partial(_whole_number, header), answer.headers)


def _whole_number(header: str, headers: httpx.Headers) -> int:
    return int(headers[header])


def _is_certificate_fault(error: BaseException) -> bool:
    return any(isinstance(one, ssl.SSLError) or "CERTIFICATE" in str(one).upper() for one in _causes(error))


def _is_out_of_time(error: BaseException) -> bool:
    """Whether a certificate is refused for its dates alone: then this computer's clock may as well be wrong."""
    return any(
        isinstance(one, ssl.SSLCertVerificationError) and getattr(one, "verify_code", 0) in _OUT_OF_TIME
        for one in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_this_computer(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
