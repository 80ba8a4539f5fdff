"""Signing in: passwords, devices, short access tokens and rotating refresh tokens.

A refresh token works only with a signature of the device it was given to. Using it gives a successor; it
stays good itself until that successor is first used, because the answer may have been lost on the way
(RFC 9700, 4.14.2). Used again later than a minute after that, a copy of the device exists: the whole family
ends, and the next sign-in of either copy gets a device id of its own.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
import uuid_utils.compat
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, insert, or_, select, update

from broker_app.sync import protocol
from broker_app.sync.protocol import refresh_message
from broker_server import tables
from broker_server.audit import note
from broker_server.database import moment
from broker_server.problems import Problem, unauthorized
from broker_server.scopes import Access, Grant, Role, access_of

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=60)  # from the last use
GRACE = timedelta(seconds=60)  # two refreshes at once are one impatient client, not a copy

_PASSWORDS = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_ALGORITHM = "HS256"


@dataclass(frozen=True)
class Caller:
    """Who asks, from which device, and what is open to them."""

    account: UUID
    device: UUID
    administrator: bool
    grants: tuple[Grant, ...]
    access: Access


@dataclass(frozen=True)
class SignedIn:
    """What signing in or refreshing gives."""

    access_token: str
    expires_in: int
    refresh_token: str
    device: UUID
    user: UUID
    name: str
    administrator: bool
    grants: tuple[Grant, ...]

    @property
    def scopes(self) -> list[str]:
        """Every scope the user may read."""
        return sorted(access_of(self.user, self.grants).readable)


def hash_password(password: str) -> str:
    """The form in which a password is kept."""
    return _PASSWORDS.hash(password)


@cache
def _nobody() -> str:
    """A hash no password has: unknown names take as long as wrong passwords."""
    return _PASSWORDS.hash(secrets.token_hex(16))


def login(
    connection: Connection, name: str, password: str, device: tuple[UUID | None, str, str], now: datetime
) -> SignedIn:
    """Sign in from ``device`` (its former id, what people call it, its public key).

    Raises:
        Problem: sign-in-failed or device-revoked; which of name and password was wrong is not said.
    """
    table = tables.account
    account = connection.execute(select(table).where(table.c.login == name)).one_or_none()
    known = account is not None and account.closed_at is None
    if not _matches(account.password if account is not None and known else _nobody(), password) or account is None:
        raise unauthorized(protocol.SIGN_IN_FAILED, "name and password do not belong together")
    if not known:
        raise unauthorized(protocol.SIGN_IN_FAILED, "name and password do not belong together")
    _public_key(device[2])
    device_id = _device(connection, account.id, device, now)
    note(connection, account.id, device_id, "login", "", now)
    family = uuid_utils.compat.uuid7()
    return _issue(connection, account, device_id, family, None, now)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _PASSWORDS.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _device(connection: Connection, account: UUID, device: tuple[UUID | None, str, str], now: datetime) -> UUID:
    former, name, key = device
    table = tables.device
    if former is not None:
        row = connection.execute(select(table).where(table.c.id == former, table.c.account == account)).one_or_none()
        if row is not None and row.revoked_at:
            raise unauthorized(protocol.DEVICE_REVOKED, "this device was revoked")
        if row is not None and not row.cloned_at and row.key == key:
            connection.execute(update(table).where(table.c.id == former).values(seen_at=moment(now), name=name))
            return former
    new = uuid_utils.compat.uuid7()
    values = {"id": new, "account": account, "name": name, "key": key}
    connection.execute(insert(table).values(**values, created_at=moment(now), seen_at=moment(now)))
    return new


def refresh(connection: Connection, token: str, device: UUID, proof: str, now: datetime) -> SignedIn | Problem:
    """The successor of ``token``.

    A problem is returned, not raised, where the transaction has to be kept: a family that ends must stay ended.

    Raises:
        Problem: where nothing is to be kept.
    """
    table = tables.refresh_token
    row = connection.execute(select(table).where(table.c.hash == _hash(token)).with_for_update()).one_or_none()
    if row is None or row.device != device or row.expires_at <= moment(now):
        raise unauthorized(protocol.SIGN_IN_FAILED, "sign in again")
    holder = connection.execute(select(tables.device).where(tables.device.c.id == device)).one()
    account = connection.execute(select(tables.account).where(tables.account.c.id == row.account)).one()
    if holder.revoked_at or account.closed_at:
        raise unauthorized(protocol.DEVICE_REVOKED, "this device was revoked")
    _check_proof(holder.key, token, device, proof)
    if row.revoked_at:
        raise unauthorized(protocol.TOKEN_REUSED, "this sign-in has ended")
    if row.closed_at and row.closed_at <= moment(now - GRACE):
        _end_family(connection, row.family, now)
        connection.execute(update(tables.device).where(tables.device.c.id == device).values(cloned_at=moment(now)))
        note(connection, row.account, device, "token-reused", "", now)
        return unauthorized(protocol.TOKEN_REUSED, "a copy of this device has signed in too")
    if row.used_at is None:
        _close_parent(connection, row, now)
    connection.execute(update(tables.device).where(tables.device.c.id == device).values(seen_at=moment(now)))
    return _issue(connection, account, device, row.family, row.hash, now)


def _close_parent(connection: Connection, row: Row[Any], now: datetime) -> None:
    table = tables.refresh_token
    connection.execute(update(table).where(table.c.hash == row.hash).values(used_at=moment(now)))
    if row.parent is None:
        return
    parent_and_siblings = or_(table.c.hash == row.parent, table.c.parent == row.parent)
    connection.execute(
        update(table)
        .where(table.c.family == row.family, parent_and_siblings, table.c.hash != row.hash, table.c.closed_at.is_(None))
        .values(closed_at=moment(now))
    )


def _end_family(connection: Connection, family: UUID, now: datetime) -> None:
    table = tables.refresh_token
    connection.execute(
        update(table).where(table.c.family == family, table.c.revoked_at.is_(None)).values(revoked_at=moment(now))
    )


def logout(connection: Connection, token: str, now: datetime) -> None:
    """End the sign-in that ``token`` belongs to; an unknown token is no news."""
    table = tables.refresh_token
    family = connection.scalar(select(table.c.family).where(table.c.hash == _hash(token)))
    if family is not None:
        _end_family(connection, family, now)


def revoke_device(connection: Connection, device: UUID, by: UUID | None, now: datetime) -> bool:
    """End everything a device may do; False if there is no such device or it was revoked before."""
    table = tables.device
    found = connection.execute(
        update(table).where(table.c.id == device, table.c.revoked_at.is_(None)).values(revoked_at=moment(now))
    )
    tokens = tables.refresh_token
    connection.execute(
        update(tokens).where(tokens.c.device == device, tokens.c.revoked_at.is_(None)).values(revoked_at=moment(now))
    )
    if found.rowcount:
        note(connection, by, device, "device-revoked", "", now)
    return bool(found.rowcount)


def _issue(
    connection: Connection, account: Row[Any], device: UUID, family: UUID, parent: str | None, now: datetime
) -> SignedIn:
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(tables.refresh_token).values(
            hash=_hash(token),
            family=family,
            account=account.id,
            device=device,
            parent=parent,
            issued_at=moment(now),
            expires_at=moment(now + REFRESH_LIFE),
        )
    )
    expires = now + ACCESS_LIFE
    # It goes with every request, so it is short: account and device as their bytes, and no more than is read again.
    claims = {"sub": _short(account.id, device), "exp": int(expires.timestamp())}
    return SignedIn(
        access_token=jwt.encode(claims, _signing_key(connection), _ALGORITHM, headers={"typ": None}),
        expires_in=int(ACCESS_LIFE.total_seconds()),
        refresh_token=token,
        device=device,
        user=account.id,
        name=account.name,
        administrator=account.administrator,
        grants=grants_of(connection, account.id),
    )


def authenticate(connection: Connection, token: str, now: datetime) -> Caller:
    """Who holds the access token.

    Raises:
        Problem: token-expired, device-revoked.
    """
    try:
        # Time is judged below by our own clock; the library would use the process's.
        options = {"require": ["sub", "exp"], "verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, _signing_key(connection), algorithms=[_ALGORITHM], options=options)  # type: ignore[arg-type]
        (account_id, device_id), expires = _long(claims["sub"]), float(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise unauthorized(protocol.TOKEN_EXPIRED, "sign in, or refresh") from None
    if expires <= now.timestamp():
        raise unauthorized(protocol.TOKEN_EXPIRED, "refresh")
    device, account = tables.device, tables.account
    row = connection.execute(
        select(device.c.revoked_at, account.c.closed_at, account.c.administrator)
        .join(account, account.c.id == device.c.account)
        .where(device.c.id == device_id, account.c.id == account_id)
    ).one_or_none()
    if row is None:
        raise unauthorized(protocol.TOKEN_EXPIRED, "sign in")
    if row.revoked_at or row.closed_at:
        raise unauthorized(protocol.DEVICE_REVOKED, "this device was revoked")
    grants = grants_of(connection, account_id)
    return Caller(account_id, device_id, row.administrator, grants, access_of(account_id, grants))


def grants_of(connection: Connection, account: UUID) -> tuple[Grant, ...]:
    """The roles of an account, by scope."""
    table = tables.membership
    rows = connection.execute(
        select(table.c.scope, table.c.role).where(table.c.account == account).order_by(table.c.scope, table.c.role)
    )
    return tuple(Grant(scope, Role(role)) for scope, role in rows)


def _signing_key(connection: Connection) -> bytes:
    table = tables.server
    return bytes.fromhex(connection.execute(select(table.c.value).where(table.c.key == "signing_key")).scalar_one())


def _short(account: UUID, device: UUID) -> str:
    return base64.urlsafe_b64encode(account.bytes + device.bytes).rstrip(b"=").decode()


def _long(text: str) -> tuple[UUID, UUID]:
    both = base64.urlsafe_b64decode(text + "=")
    return UUID(bytes=both[:16]), UUID(bytes=both[16:])


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _public_key(text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise unauthorized(protocol.SIGN_IN_FAILED, "the device has no usable key") from None


def _check_proof(key: str, token: str, device: UUID, proof: str) -> None:
    try:
        _public_key(key).verify(base64.b64decode(proof, validate=True), refresh_message(token, device))
    except (InvalidSignature, binascii.Error, ValueError):
        raise unauthorized(protocol.SIGN_IN_FAILED, "this token belongs to another device") from None
