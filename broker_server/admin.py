"""What whoever runs the server does: make the database, accounts, scopes and roles; count and tidy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from broker_app.sync.protocol import PUBLIC, held_scope, record_hash, sum_text, user_scope
from broker_server import auth, blobs, meta, snapshots, tables
from broker_server.audit import SERVER, note
from broker_server.database import (
    citus_statements,
    has_citus,
    insert_new,
    moment,
    security_statements,
    see_all,
    writing,
)
from broker_server.migrations.upgrade import upgrade
from broker_server.scopes import Grant, Role, is_possible
from broker_server.settings import Settings

_UNNAMED = timedelta(days=30)


class AdminError(Exception):
    """What an administrator asked for makes no sense; the sentence says why."""


def init(engine: Engine, name: str, now: datetime) -> None:
    """Make the tables or bring them to the newest schema; a database that has an epoch keeps it."""
    with writing(engine) as connection:
        upgrade(connection)
        if connection.dialect.name == "postgresql":
            _distribute(connection)
            for statement in security_statements():
                connection.execute(text(statement))
        see_all(connection)
        known = meta.facts(connection)
        if meta.EPOCH not in known:
            meta.begin_life(connection)
        if name or meta.NAME not in known:
            meta.put_fact(connection, meta.NAME, name or "broker-server")
        for scope, title in ((PUBLIC, "公共"), (held_scope(PUBLIC), "公共：待处理")):
            _make_scope(connection, scope, title, now)


def _distribute(connection: Connection) -> None:
    if not has_citus(connection):
        return
    done = set(connection.scalars(text("SELECT logicalrelid::text FROM pg_dist_partition")))
    for table, statement in citus_statements():
        if table not in done:
            connection.execute(text(statement))


def bypasses_security(connection: Connection) -> bool:
    """Whether row-level security does not bind whoever runs the server (a superuser)."""
    if connection.dialect.name != "postgresql":
        return False
    query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(connection.scalar(query))


def add_user(
    connection: Connection, login: str, name: str, password: str, now: datetime, *, administrator: bool = False
) -> UUID:
    """Make an account and the scope that is only theirs; returns its id.

    Raises:
        AdminError: the name is taken, or the password is too short.
    """
    if len(password) < 10:
        raise AdminError("密码至少 10 个字符。")
    see_all(connection)
    account = uuid_utils.compat.uuid7()
    row = {"id": account, "login": login, "name": name, "password": auth.hash_password(password)}
    try:
        connection.execute(insert(tables.account).values(**row, administrator=administrator, created_at=moment(now)))
    except IntegrityError:
        raise AdminError(f"账号「{login}」已经有了。") from None
    _make_scope(connection, user_scope(account), name, now)
    note(connection, None, None, "account-added", str(account), now)
    return account


def set_password(connection: Connection, login: str, password: str, now: datetime) -> None:
    """Give an account a new password.

    Raises:
        AdminError: no such account, or the password is too short.
    """
    if len(password) < 10:
        raise AdminError("密码至少 10 个字符。")
    account = account_of(connection, login)
    table = tables.account
    connection.execute(update(table).where(table.c.id == account).values(password=auth.hash_password(password)))
    note(connection, None, None, "password-set", str(account), now)


def close_account(connection: Connection, login: str, now: datetime) -> None:
    """Nobody signs in as ``login`` any more; what they wrote stays.

    Raises:
        AdminError: no such account.
    """
    account = account_of(connection, login)
    table = tables.account
    connection.execute(update(table).where(table.c.id == account).values(closed_at=moment(now)))
    note(connection, None, None, "account-closed", str(account), now)


def account_of(connection: Connection, login: str) -> UUID:
    """The id of an account.

    Raises:
        AdminError: there is none of that name.
    """
    account: UUID | None = connection.scalar(select(tables.account.c.id).where(tables.account.c.login == login))
    if account is None:
        raise AdminError(f"没有账号「{login}」。")
    return account


def add_scope(connection: Connection, scope: str, title: str, now: datetime) -> None:
    """Make a team or county, and the place where its lead sees held operations.

    Raises:
        AdminError: it is neither a team nor a county.
    """
    kind, colon, name = scope.partition(":")
    if (
        kind not in ("team", "county")
        or not colon
        or not all(one.isalnum() or one in "._-" for one in name)
        or not name
    ):
        raise AdminError("范围写作 team:编号 或 county:六位区划代码。")
    see_all(connection)
    _make_scope(connection, scope, title, now)
    _make_scope(connection, held_scope(scope), f"{title}：待处理"[:80], now)
    note(connection, None, None, "scope-added", scope, now)


def _make_scope(connection: Connection, scope: str, title: str, now: datetime) -> None:
    row = {"scope": scope, "title": title[:80], "rev": 0, "records": 0, "sum": sum_text(0), "created_at": moment(now)}
    connection.execute(insert_new(connection, tables.scope), row)


def give(connection: Connection, login: str, grant: Grant, now: datetime) -> None:
    """Give an account a role in a scope.

    Raises:
        AdminError: no such account or scope, or that role does not exist there.
    """
    account = account_of(connection, login)
    if not is_possible(grant):
        raise AdminError(f"「{grant.scope}」里没有角色 {grant.role}。")
    see_all(connection)
    if connection.scalar(select(tables.scope.c.scope).where(tables.scope.c.scope == grant.scope)) is None:
        raise AdminError(f"没有范围「{grant.scope}」，先用 scope add 或 team add 建立。")
    row = {"account": account, "scope": grant.scope, "role": str(grant.role)}
    connection.execute(insert_new(connection, tables.membership), row)
    note(connection, None, None, "role-given", f"{account} {grant.scope} {grant.role}", now)


def take(connection: Connection, login: str, scope: str, now: datetime) -> int:
    """Take every role in ``scope`` from an account; returns how many there were.

    Raises:
        AdminError: no such account.
    """
    account = account_of(connection, login)
    table = tables.membership
    gone = connection.execute(delete(table).where(table.c.account == account, table.c.scope == scope)).rowcount
    note(connection, None, None, "roles-taken", f"{account} {scope}", now)
    return gone


def roles() -> list[str]:
    """Every role there is."""
    return [str(role) for role in Role]


@dataclass(frozen=True)
class ScopeCount:
    """A scope, what its counter says, and what is wrong with it."""

    scope: str
    title: str
    rev: int
    count: int
    fault: str


def recount(connection: Connection) -> list[ScopeCount]:
    """Count every scope anew and compare with its counter and its records."""
    see_all(connection)
    scope, log, record = tables.scope, tables.log, tables.record
    counts = []
    for row in connection.execute(select(scope).order_by(scope.c.scope)).all():
        live = connection.execute(select(log.c.id, log.c.rev).where(log.c.scope == row.scope, log.c.op == "put")).all()
        total = sum(record_hash(record_id, rev) for record_id, rev in live)
        held = set(connection.scalars(select(record.c.id).where(record.c.scope == row.scope)))
        newest = connection.scalar(select(func.max(log.c.rev)).where(log.c.scope == row.scope)) or 0
        fault = ""
        if (len(live), sum_text(total)) != (row.records, row.sum):
            fault = "计数或校验和不符"
        elif newest > row.rev:
            fault = "日志比计数新"
        elif not {record_id for record_id, _rev in live} <= held:
            fault = "日志里有、记录里没有"
        counts.append(ScopeCount(row.scope, row.title, row.rev, row.records, fault))
    return counts


def tidy(connection: Connection, settings: Settings, now: datetime) -> tuple[int, int]:
    """Drop files no record has named for 30 days, and chunks of old snapshots; returns how many of each."""
    see_all(connection)
    files = chunks = 0
    for scope in connection.scalars(select(tables.scope.c.scope)).all():
        files += blobs.forget_unnamed(connection, settings, scope, now - _UNNAMED)
        for digest in snapshots.old_chunks(connection, scope, now):
            blobs.forget(connection, settings, scope, digest)
            chunks += 1
    return files, chunks


def audit_of(connection: Connection, scope: str = SERVER, limit: int = 100) -> list[tuple[str, str, str]]:
    """The newest entries of the audit of ``scope``: when, what, about what."""
    see_all(connection)
    table = tables.audit
    query = select(table.c.at, table.c.action, table.c.detail).where(table.c.scope == scope)
    return [
        (row.at, row.action, row.detail) for row in connection.execute(query.order_by(table.c.at.desc()).limit(limit))
    ]
