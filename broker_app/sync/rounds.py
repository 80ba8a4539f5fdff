"""A whole exchange with the server, as the window and the command line ask for it: sign in, one round, files.

It blocks on the network, so it never runs in the UI thread; the store is only locked while an answer is taken in.
"""

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import delete
from sqlalchemy.orm import Session

from broker_app.db.models import ProfileValue, SyncRound
from broker_app.db.session import Store
from broker_app.errors import (
    ExchangeError,
    InvalidInputError,
    NotTheServerError,
    OfflineError,
    ServerBusyError,
    SignInError,
)
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.services.profile import read_profile
from broker_app.services.record_history import HistoryEntry, sent_scope
from broker_app.services.sessions import Sessions
from broker_app.services.sync_state import ASK, LAST
from broker_app.sync.blobs import Moved, collect_orphans, move_files
from broker_app.sync.client import Connection, checked_address, why_closed
from broker_app.sync.engine import Refusal, Report, Round, ServerTroubleError, sync_round
from broker_app.sync.local import Local
from broker_app.sync.protocol import CLIENT_TOO_OLD, Activation, ProtocolError
from broker_app.sync.records import Removals, TooManyRemovalsError
from broker_app.sync.session_store import (
    SignIn,
    check_same_server,
    new_device_key,
    read_sign_in,
    save_sign_in,
    take_over,
)

__all__ = [
    "FirstSignIn",
    "LogIn",
    "Outcome",
    "SignIn",
    "find_activated",
    "find_server",
    "keep_first",
    "log_in",
    "log_out",
    "run_round",
    "sign_in_first",
    "sign_in_of",
    "told_history",
]

_locks: "WeakKeyDictionary[Store, Lock]" = WeakKeyDictionary()
_locks_lock = Lock()
_tokens: "WeakKeyDictionary[Store, tuple[str, str]]" = WeakKeyDictionary()
"""The access token of each open store, by the refresh token it came with: nothing new is one request."""

MakeConnection = Callable[..., Connection]


@dataclass(frozen=True)
class LogIn:
    """What a person types to sign in."""

    url: str
    login: str
    password: str
    device_name: str = ""
    ca_file: str = ""
    certificate: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a round ended. ``asked``: the server wants to take that many records away, and a person has to agree."""

    report: Report
    files: Moved
    asked: int = 0


def sign_in_of(session: Session) -> SignIn:
    """The sign-in of this profile."""
    return read_sign_in(session)


def find_activated(
    activation: Activation, certificate: str = "", *, connect: MakeConnection = Connection
) -> tuple[str, str]:
    """:func:`find_server` for an activation code; whoever answers must call themselves what the code says.

    Raises:
        InvalidInputError: the address is none, or the certificate the code speaks of is not there.
        ExchangeError: nobody, or somebody else, answers there.
    """
    if activation.ca_fingerprint and not certificate:
        raise InvalidInputError("code", _("这个单位用自己的证书：请用管理员给的激活文件（.txt），二维码里放不下证书。"))
    address, name = find_server(activation.server, certificate=certificate, connect=connect)
    if name != activation.organisation:
        words = _("激活码里写的是「{wanted}」，对方说自己是「{found}」，没有继续。请向管理员要新的激活码。")
        raise ExchangeError(words.format(wanted=activation.organisation, found=name))
    return address, name


def find_server(
    url: str, ca_file: str = "", *, certificate: str = "", connect: MakeConnection = Connection
) -> tuple[str, str]:
    """The whole address of a server and the name of the organisation that runs it.

    Raises:
        InvalidInputError: the address is none.
        ExchangeError: nobody, or somebody else, answers there.
    """
    address = checked_address(url)
    with connect(SignIn(url=address, ca_file=ca_file, certificate=certificate)) as connection, _in_words():
        return address, connection.hello().name


def log_in(sessions: Sessions, wanted: LogIn, *, connect: MakeConnection = Connection) -> SignIn:
    """Sign this profile in; from now on it belongs to that account of that server.

    Raises:
        InvalidInputError: the address is none.
        SignInError: name or password are wrong, or the account has no team.
        ExchangeError: another account or server than before; sample data; no connection.
    """
    store = _store(sessions)
    address = checked_address(wanted.url)
    with store.read() as session:
        before, profile = read_sign_in(session), read_profile(session)
    if profile.is_sample:
        raise ExchangeError(_("这是样例资料，里面的企业和人都是编的，不能上传。请用自己的资料登录。"))
    name = wanted.device_name or before.device_name or platform.node() or _("这台电脑")
    start = replace(
        before,
        url=address,
        device_name=name,
        device_key=before.device_key or new_device_key(),
        ca_file=wanted.ca_file or before.ca_file,
        certificate=wanted.certificate or before.certificate,
    )
    with _one_at_a_time(store), connect(start) as connection, _in_words():
        _tokens.pop(store, None)
        greeting = connection.hello()
        signed_in, grants = connection.log_in(wanted.login.strip(), wanted.password)
        signed_in = replace(signed_in, server_name=greeting.name)
        check_same_server(before, signed_in)
        with store.write() as session:
            changed = take_over(session, signed_in, grants)
        store.actor = changed.actor
    return signed_in


@dataclass(frozen=True)
class FirstSignIn:
    """A sign-in made before there is a profile to keep it in, and what the person is where."""

    sign_in: SignIn
    grants: tuple[tuple[str, str], ...]

    @property
    def team_name(self) -> str:
        """What the person's first team is called, as far as the server says."""
        teams = [scope for scope, _role in self.grants if scope.startswith("team:")]
        return next((self.sign_in.titles[scope] for scope in teams if scope in self.sign_in.titles), "")


def sign_in_first(wanted: LogIn, *, connect: MakeConnection = Connection) -> FirstSignIn:
    """Sign in on the first run, before the passphrase of this computer is chosen.

    Raises:
        InvalidInputError: the address is none.
        SignInError: name or password are wrong, or the account has no team.
        ExchangeError: no connection.
    """
    start = SignIn(
        url=checked_address(wanted.url), device_name=wanted.device_name or platform.node() or _("这台电脑"),
        device_key=new_device_key(), ca_file=wanted.ca_file, certificate=wanted.certificate,
    )  # fmt: skip
    with connect(start) as connection, _in_words():
        greeting = connection.hello()
        signed_in, grants = connection.log_in(wanted.login.strip(), wanted.password)
    if not any(scope.startswith("team:") and role != "auditor" for scope, role in grants):
        raise SignInError(_("这个账号还没有分到团队，请联系管理员。本机的资料没有受影响。"))
    return FirstSignIn(replace(signed_in, server_name=greeting.name), grants)


def keep_first(sessions: Sessions, first: FirstSignIn) -> SignIn:
    """Give a profile that was just made the sign-in of its first run."""
    store = _store(sessions)
    with store.write() as session:
        changed = take_over(session, first.sign_in, first.grants)
    store.actor = changed.actor
    return first.sign_in


def log_out(sessions: Sessions, *, connect: MakeConnection = Connection) -> None:
    """End the sign-in; everything on this computer stays. Without a network it ends here only."""
    store = _store(sessions)
    with store.read() as session:
        sign_in = read_sign_in(session)
    _tokens.pop(store, None)
    if sign_in.is_open:
        with connect(sign_in) as connection:
            try:
                with _in_words():
                    connection.log_out()
            finally:
                with store.write() as session:
                    save_sign_in(session, replace(sign_in, refresh_token=""))


def told_history(
    sessions: Sessions, kind: str, record: UUID, *, connect: MakeConnection = Connection
) -> tuple[HistoryEntry, ...]:
    """What the server knows of a record's past, the newest first; nothing without a sign-in or before it was sent.

    Raises:
        ExchangeError: the server could not be asked.
    """
    store = _store(sessions)
    with store.read() as session:
        sign_in, scope = read_sign_in(session), sent_scope(session, kind, record)
    if not sign_in.is_open or not scope:
        return ()
    with (
        _one_at_a_time(store),
        connect(sign_in, lambda changed: _save(store, changed)) as connection,
        _in_words(),
    ):
        return connection.history(scope, record)


def run_round(
    sessions: Sessions,
    *,
    allow_removals: bool = False,
    with_files: bool = True,
    connect: MakeConnection = Connection,
    progress: Callable[[Report], object] = lambda _report: None,
    file_progress: Callable[[Any, int], object] = lambda _file, _bytes: None,
    stopped: Callable[[], bool] = lambda: False,
    begun: Callable[[Callable[[], None]], object] = lambda _abort: None,
) -> Outcome:
    """One exchange: everything that waits goes up, everything new comes down, then files.

    ``stopped`` is asked between two requests; ``begun`` is given what breaks off the one under way, for another thread.

    Raises:
        SignInError: name and password are needed.
        DeviceRevokedError: an administrator has shut this computer out.
        ExchangeError: it could not be done now; what was done stays done, and the rest is tried again.
    """
    store = _store(sessions)
    with _one_at_a_time(store):
        with store.read() as session:
            sign_in = read_sign_in(session)
        if not sign_in.is_open:
            raise why_closed(sign_in) if sign_in.user else SignInError(_("还没有登录服务器。资料都在本机。"))
        started, report, moved = utc_now(), Report(), Moved()
        local = Local(store, utc_now, sign_in.team, Removals(allowed=allow_removals))
        try:
            with connect(sign_in, lambda changed: _save(store, changed)) as connection, _in_words():
                begun(connection.abort)
                renewed_with, access = _tokens.pop(store, ("", ""))
                if renewed_with == sign_in.refresh_token:
                    connection.resume(access)
                _drive(sync_round(local, progress, report), connection, stopped)
                if with_files:
                    moved = move_files(store, connection, file_progress, stopped)
                _tokens[store] = connection.sign_in.refresh_token, connection.access
        except TooManyRemovalsError as asked:
            _write_down(store, started, report, moved, "ask", str(asked.count), ask=asked.count)
            return Outcome(report, moved, asked.count)
        except ExchangeError as error:
            _write_down(store, started, report, moved, "failed", error.message)
            raise
        _write_down(store, started, report, moved, "done", "")
        collect_orphans(store, utc_now())
    return Outcome(report, moved)


def _drive(round_: Round, connection: Connection, stopped: Callable[[], bool]) -> Report:
    """Carry the requests of a round to the server until it ends, or until somebody stops it between two of them."""
    try:
        request = next(round_)
        while True:
            if stopped():
                round_.close()
                raise OfflineError(_("已停下，下次接着传。资料都在本机。"))
            try:
                reply = connection.answer(request)
            except Refusal as refusal:
                request = round_.throw(refusal)
            else:
                request = round_.send(reply)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # what the generator returns


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what the server did not do in words for people."""
    try:
        yield
    except ProtocolError as error:
        raise NotTheServerError(_("服务器的回答不完整，没有改动任何资料，稍后自动再试。")) from error
    except ServerTroubleError as error:
        raise ServerBusyError(_("服务器出了毛病，稍后自动再试。资料都在本机，什么都没丢。")) from error
    except Refusal as refusal:
        if refusal.name == CLIENT_TOO_OLD:
            words = _("本程序太旧了，能上传，不能下载别人的新资料。请升级程序。")
        else:
            words = _("服务器没有照办，稍后自动再试。资料都在本机。")
        raise ExchangeError(words) from refusal


@contextmanager
def _one_at_a_time(store: Store) -> Iterator[None]:
    with _locks_lock:
        lock = _locks.setdefault(store, Lock())
    with lock:
        yield


def _save(store: Store, sign_in: SignIn) -> None:
    with store.write() as session:
        before = read_sign_in(session)
        save_sign_in(session, replace(sign_in, team=before.team, server_name=before.server_name))


def _write_down(
    store: Store, started: datetime, report: Report, moved: Moved, outcome: str, detail: str, *, ask: int = 0
) -> None:
    """Keep what happened for people; a round in which nothing happened only moves the clock of the last success."""
    ended = utc_now()
    with store.write() as session:
        if outcome == "done":
            session.merge(ProfileValue(key=LAST, value={"at": ended.isoformat()}))
        if ask:
            session.merge(ProfileValue(key=ASK, value={"count": ask}))
        elif outcome == "done":
            session.execute(delete(ProfileValue).where(ProfileValue.key == ASK))
        files = moved.up + moved.down
        if outcome == "done" and not (report.sent or report.received or report.removed or report.parked or files):
            return
        notes = [detail] if detail else []
        if report.told_again:
            notes.append("told_again")
        if report.lost:
            notes.append(f"lost:{report.lost}")
        if report.parked:
            notes.append(f"parked:{report.parked}")
        session.add(
            SyncRound(
                started_at=started, ended_at=ended, sent=report.sent, received=report.received, files=files,
                outcome=outcome, receipt=report.receipt, detail="\n".join(notes),
            )
        )  # fmt: skip


def _store(sessions: Sessions) -> Store:
    if not isinstance(sessions, Store):
        raise TypeError("the exchange needs the open store")
    return sessions
