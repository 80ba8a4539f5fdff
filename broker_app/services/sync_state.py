"""What the sync centre shows: what waits, what needs a person, what came back, what happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.db.models import (
    Achievement,
    Attachment,
    Contact,
    Enterprise,
    Match,
    Need,
    OutboxOperation,
    ProfileValue,
    ServerRecord,
    SnapshotChunk,
    SyncRound,
    Visit,
)
from broker_app.db.outbox import wire_value
from broker_app.i18n import _
from broker_app.services.conflicts import conflict_body, moment_of
from broker_app.services.field_words import can_keep_both, field_word, record_word, value_words
from broker_app.services.lost_scopes import LostScope, lost_scopes
from broker_app.services.record_titles import OTHERS, record_title
from broker_app.services.records import NOUNS

ASK = "sync.ask"
LAST = "sync.last"
SIGN_IN = "sync.sign_in"

_HISTORY = 30
_LISTED = 200


@dataclass(frozen=True)
class Ask:
    """The server wants to take that many records off this computer; a person has to agree."""

    count: int


@dataclass(frozen=True)
class Account:
    """The sign-in as people see it. ``name`` is the person's, ``server`` the organisation's."""

    server: str = ""
    url: str = ""
    login: str = ""
    name: str = ""
    device: str = ""
    is_open: bool = False
    is_revoked: bool = False

    @property
    def is_known(self) -> bool:
        """Whether this profile has ever signed in."""
        return bool(self.login)


@dataclass(frozen=True)
class Side:
    """One of the values somebody can choose: how it reads, who wrote it and when (None: not known)."""

    words: str
    who: str = ""
    at: datetime | None = None
    is_here: bool = False
    """It was typed on this computer."""


@dataclass(frozen=True)
class Difference:
    """两处被改过: a field, a deletion or a pair of twins that people have to decide about.

    ``kind`` is value, text, delete or duplicate; ``mine`` is the value that does not stand, ``theirs`` the one
    that does. ``keeps_both``: both can stand in the field.
    """

    id: UUID
    kind: str
    record: UUID
    record_kind: str
    title: str
    field: str
    base: str
    mine: Side
    theirs: Side
    keeps_both: bool
    twin: UUID | None = None


@dataclass(frozen=True)
class Returned:
    """被退回: a change the server keeps apart or could not take in.

    ``conflict`` is set where the server keeps it, ``operation`` where it still lies here.
    """

    title: str
    reason: str
    record: UUID
    record_kind: str
    at: datetime
    conflict: UUID | None = None
    operation: UUID | None = None
    who: str = ""
    is_here: bool = False
    """The record is still on this computer."""

    is_mine: bool = True
    """It was written here or by this person; else whoever reads it leads that scope, and takes it in or not."""

    is_asked: bool = False
    """A wish to publish or to withdraw that the curator decides about: nothing came back, and nobody here need act."""


@dataclass(frozen=True)
class Transfer:
    """A file that is not at the server yet, or not here."""

    name: str
    size: int
    sha256: str
    is_upload: bool


@dataclass(frozen=True)
class HistoryRow:
    """One exchange with the server."""

    at: datetime
    seconds: float
    sent: int
    received: int
    files: int
    outcome: str
    receipt: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SyncBoard:
    """Everything of the page."""

    account: Account
    pending: int
    files: tuple[Transfer, ...]
    differences: tuple[Difference, ...]
    returned: tuple[Returned, ...]
    received: int
    receipt: str
    last: datetime | None
    ask: Ask | None
    history: tuple[HistoryRow, ...]
    missing: int = 0
    """Records that name another one which has not come to this computer yet."""

    lost: tuple[LostScope, ...] = ()
    """Places that are no longer this person's, until they have seen what went."""

    @property
    def to_confirm(self) -> int:
        """How many things wait for a person's word."""
        return len(self.differences) + (1 if self.ask else 0) + sum(not one.is_mine for one in self.returned)

    @property
    def sent_back(self) -> int:
        """How many changes of this person's came back."""
        return sum(one.is_mine and not one.is_asked for one in self.returned)

    @property
    def uploads(self) -> tuple[Transfer, ...]:
        """The files that still have to go up."""
        return tuple(file for file in self.files if file.is_upload)


@dataclass(frozen=True)
class SyncStatus:
    """What the status bar and the navigation say."""

    account: Account
    needs_person: int
    last: datetime | None


def sync_board(session: Session, has_file: Callable[[str], bool]) -> SyncBoard:
    """Read everything of the page; ``has_file`` says whether the bytes of a file are here."""
    account = account_of(session)
    last_round = session.scalar(
        select(SyncRound).where(SyncRound.receipt != "").order_by(SyncRound.started_at.desc()).limit(1)
    )
    return SyncBoard(
        account=account,
        pending=_pending(session),
        files=_files(session, has_file),
        differences=differences(session),
        returned=returned(session),
        received=session.scalar(select(func.sum(SyncRound.sent))) or 0,
        receipt="" if last_round is None else last_round.receipt,
        last=last_success(session),
        ask=_ask(session),
        history=_history(session),
        missing=missing_partners(session),
        lost=lost_scopes(session),
    )


def sync_status(session: Session) -> SyncStatus:
    """Count what needs a person."""
    needs = len(differences(session)) + (1 if _ask(session) else 0)
    needs += sum(not one.is_asked for one in returned(session))
    needs += len(lost_scopes(session))
    return SyncStatus(account_of(session), needs, last_success(session))


def account_of(session: Session) -> Account:
    """The sign-in of this profile, without its secrets."""
    row = session.get(ProfileValue, SIGN_IN)
    if row is None:
        return Account()
    value = row.value
    return Account(
        server=value.get("server_name", "") or value.get("url", ""),
        url=value.get("url", ""),
        login=value.get("login", ""),
        name=value.get("name", ""),
        device=value.get("device_name", ""),
        is_open=bool(value.get("refresh_token")) and not value.get("is_revoked"),
        is_revoked=bool(value.get("is_revoked")),
    )


def last_success(session: Session) -> datetime | None:
    """When an exchange last ended well."""
    row = session.get(ProfileValue, LAST)
    return None if row is None else datetime.fromisoformat(row.value["at"])


def differences(session: Session) -> tuple[Difference, ...]:
    """What was changed in two places and nobody has decided about, newest first."""
    found = [
        _difference(session, row.id, body)
        for row, body in _open_conflicts(session)
        if body.get("kind") in ("value", "text", "delete", "duplicate")
    ]
    return tuple(one for one in found if one is not None)


def returned(session: Session) -> tuple[Returned, ...]:
    """What came back: kept apart by the server, or set aside here."""
    held = [_held(session, row.id, body) for row, body in _open_conflicts(session) if body.get("kind") == "held"]
    parked = session.scalars(
        select(OutboxOperation).where(OutboxOperation.parked.is_not(None)).order_by(OutboxOperation.seq)
    )
    return (*held, *(_parked(session, row) for row in parked))


_PARTNERS: tuple[tuple[Any, Any, Any], ...] = (
    (Contact, Contact.enterprise_id, Enterprise),
    (Visit, Visit.enterprise_id, Enterprise),
    (Need, Need.enterprise_id, Enterprise),
    (Need, Need.visit_id, Visit),
    (Match, Match.need_id, Need),
    (Match, Match.achievement_id, Achievement),
)


def _open_conflicts(session: Session) -> list[tuple[ServerRecord, dict[str, Any]]]:
    rows = session.scalars(
        select(ServerRecord).where(ServerRecord.kind == "conflict", ServerRecord.body.is_not(None)).limit(_LISTED * 5)
    )
    found = [(row, conflict_body(session, row)) for row in rows]
    still_open = [(row, body) for row, body in found if body.get("status") == "open"]
    return sorted(still_open, key=lambda each: str(each[1].get("at", "")), reverse=True)[:_LISTED]


def _difference(session: Session, conflict: UUID, body: dict[str, Any]) -> Difference | None:
    kind, field, record_kind = str(body["kind"]), str(body.get("field") or ""), str(body.get("record_kind") or "")
    record = _id(body.get("record"))
    if record is None:
        return None
    stands, other = body.get("current"), body.get("other")
    row = _row(session, record_kind, record)
    if row is not None and kind in ("value", "text") and hasattr(row, field):
        stands = wire_value(getattr(row, field))
    mine_here = body.get("device") == _device(session)
    who = "" if mine_here else _who(session, body, "user")
    their_at = moment_of(body.get("current_at"))
    theirs_who = _who(session, body, "current_user") if body.get("current_user") else ""
    if body.get("current_user") == _user(session) and theirs_who:
        theirs_who = _("你自己")
    mine = Side(value_words(record_kind, field, other), who, moment_of(body.get("at")), mine_here)
    twin = None
    if kind == "delete":
        mine = Side(_("删掉"), who, moment_of(body.get("at")), mine_here)
        theirs = Side(_("留着，别人刚改过"), theirs_who, their_at)
        if other is not None:
            mine, theirs = (
                Side(_("删掉，之前有人删过"), theirs_who, their_at),
                Side(_("留着，后来又改过"), who, moment_of(body.get("at")), mine_here),
            )
    elif kind == "duplicate":
        twin = _id(other)
        theirs = Side(record_title(session, record_kind, twin) if twin else "")
        mine = Side(record_title(session, record_kind, record), who, moment_of(body.get("at")), mine_here)
    else:
        theirs = Side(value_words(record_kind, field, stands), theirs_who, their_at)
    return Difference(
        id=conflict, kind=kind, record=record, record_kind=record_kind,
        title=record_title(session, record_kind, record),
        field=field_word(record_kind, field) if field else "",
        base=value_words(record_kind, field, body.get("base")) if kind in ("value", "text") else "",
        mine=mine, theirs=theirs,
        keeps_both=kind in ("value", "text") and can_keep_both(record_kind, field), twin=twin,
    )  # fmt: skip


def _held(session: Session, conflict: UUID, body: dict[str, Any]) -> Returned:
    record_kind, record = str(body.get("record_kind") or ""), _id(body.get("record")) or conflict
    operation = body.get("operation") or {}
    title = record_title(session, record_kind, record)
    changes = operation.get("set") or {}
    for name in ("name", "title"):
        if title == record_word(record_kind) and isinstance(changes.get(name), list):
            title = str(changes[name][1])
    reasons = {
        "no-access": _("这条已不归你管，改动先放在服务器上，请团队负责人处理"),
        "unknown-record": _("服务器上没有这条记录，改动先放在服务器上"),
        "not-public": _("有不能公开的内容，没有放到公开的资料里"),
        "purged": _("这条已被彻底删除，改动先放在服务器上"),
    }
    reason = reasons.get(str(body.get("reason")), _("服务器没有收，先放在服务器上"))
    is_mine = str(body.get("user") or "") == _user(session)
    is_asked = record_kind == "published_need" and body.get("reason") == "no-access"
    if is_asked:
        withdraws = isinstance(changes.get("withdrawn_on"), list) and changes["withdrawn_on"][1] is not None
        reason = _asked_words(is_mine=is_mine, withdraws=withdraws)
    elif not is_mine:
        reason = _("他不能直接改这条，等你定：收下就照他的改")
    who = "" if is_mine else _who(session, body, "user")
    is_here = _row(session, record_kind, record) is not None
    at = moment_of(body.get("at")) or _nothing()
    return Returned(
        title, reason, record, record_kind, at, conflict, None, who, is_here, is_mine, is_asked=is_mine and is_asked
    )


def _asked_words(*, is_mine: bool, withdraws: bool) -> str:
    if is_mine:
        return _("撤回已送成果管理员，等他照办") if withdraws else _("已送成果管理员，等他收下就公开")
    return _("要撤回这条公开的需求，收下就撤回") if withdraws else _("要公开这条需求，收下以后大家都能看到")


def _pending(session: Session) -> int:
    # Two counts of indexes; counting the rows that are not set aside would read every one of them.
    waiting = session.scalar(select(func.count()).select_from(OutboxOperation)) or 0
    return waiting - (session.scalar(select(func.count()).where(OutboxOperation.parked.is_not(None))) or 0)


def _parked(session: Session, row: OutboxOperation) -> Returned:
    title = record_title(session, row.kind, row.record_id)
    reason = _("服务器收不下这一条，先放在一边，别的照常上传")
    return Returned(title, reason, row.record_id, row.kind, row.at, None, row.op, is_here=True)


def _files(session: Session, has_file: Callable[[str], bool]) -> tuple[Transfer, ...]:
    there = (
        select(SnapshotChunk.sha256)
        .where(SnapshotChunk.sha256 == Attachment.sha256, SnapshotChunk.scope == "file:" + Attachment.scope)
        .exists()
    )
    rows = session.execute(
        select(Attachment.name, Attachment.size, Attachment.sha256, there.label("there"))
        .where(Attachment.deleted_at.is_(None))
        .order_by(Attachment.size)
    )
    found: list[Transfer] = []
    for name, size, sha256, is_there in rows:
        here = has_file(sha256)
        if here != bool(is_there):
            found.append(Transfer(name, size, sha256, is_upload=here))
    return tuple(found[:_LISTED])


def _history(session: Session) -> tuple[HistoryRow, ...]:
    rows = session.scalars(select(SyncRound).order_by(SyncRound.started_at.desc()).limit(_HISTORY))
    return tuple(
        HistoryRow(
            row.ended_at, (row.ended_at - row.started_at).total_seconds(), row.sent, row.received, row.files,
            row.outcome, row.receipt, tuple(row.detail.splitlines()),
        )
        for row in rows
    )  # fmt: skip


def missing_partners(session: Session) -> int:
    """How many live records name a record that is not here (尚未同步到本机): never an error, but worth knowing."""
    total = 0
    for model, partner_id, partner in _PARTNERS:
        here = select(partner.id).where(partner.id == partner_id).exists()
        query = (
            select(func.count()).select_from(model).where(model.deleted_at.is_(None), partner_id.is_not(None), ~here)
        )
        total += session.scalar(query) or 0
    return total


def _ask(session: Session) -> Ask | None:
    row = session.get(ProfileValue, ASK)
    return None if row is None else Ask(int(row.value["count"]))


def _row(session: Session, kind: str, record_id: UUID) -> Any:
    model = NOUNS.get(kind) or OTHERS.get(kind)
    return None if model is None else session.get(model, record_id)


def _device(session: Session) -> str:
    row = session.get(ProfileValue, SIGN_IN)
    return "" if row is None else str(row.value.get("device", ""))


def _user(session: Session) -> str:
    row = session.get(ProfileValue, SIGN_IN)
    return "" if row is None else str(row.value.get("user", ""))


def _who(session: Session, body: dict[str, Any], part: str) -> str:
    """The name of whoever ``part`` (user, current_user) of a conflict is; older servers only tell the id."""
    named = str(body.get("user_name" if part == "user" else "current_name") or "")
    return named or _name_of(session, str(body.get(part) or ""))


def _name_of(session: Session, user: str) -> str:
    """What the author of a change is called, if a record of theirs is here."""
    models: Sequence[Any] = (Visit, Enterprise, Contact)
    for model in models:
        name = session.scalar(select(model.author_name).where(model.author_id == user).limit(1))
        if name:
            return str(name)
    return _("同事")


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _nothing() -> datetime:
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00")
