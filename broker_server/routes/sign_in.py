"""Signing in and out, and devices."""

from hashlib import sha256
from uuid import UUID

from fastapi import Request
from fastapi.routing import APIRouter
from sqlalchemy import Connection, select

from broker_server import auth, tables, wire
from broker_server.auth import SignedIn, authenticate
from broker_server.bodies import UnpackedRoute
from broker_server.database import reading, see
from broker_server.problems import Problem, not_found, too_many
from broker_server.request import Here, Server, Token, problems_of

routes = APIRouter(prefix="/v1", route_class=UnpackedRoute)


@routes.post("/auth/login", responses=problems_of(400, 401, 413))
def login(body: wire.LoginIn, request: Request, server: Here) -> wire.SignedInOut:
    """Sign in with name and password."""
    who = sha256(f"{body.login}\n{_address(request)}".encode()).hexdigest()
    wait = server.sign_ins.peek(who)
    if wait:
        raise too_many(wait)
    device = (body.device.id, body.device.name, body.device.key)
    try:
        signed_in = server.write(lambda one: auth.login(one, body.login, body.password, device, server.clock()))
    except Problem:
        server.sign_ins.take(who)
        server.metrics.count("broker_sign_in_failures_total")
        raise
    return _signed_in(server, signed_in)


@routes.post("/auth/refresh", responses=problems_of(400, 401, 413))
def refresh(body: wire.RefreshIn, server: Here) -> wire.SignedInOut:
    """A new access token and the successor of the refresh token."""
    answer = server.write(
        lambda one: auth.refresh(one, body.refresh_token, body.device, body.proof, server.clock())
    )  # fmt: skip
    if isinstance(answer, Problem):
        server.metrics.count("broker_tokens_reused_total")
        raise answer
    return _signed_in(server, answer)


@routes.post("/auth/logout", status_code=204, responses=problems_of(400, 413))
def logout(body: wire.LogoutIn, server: Here) -> None:
    """End a sign-in."""
    server.write(lambda one: auth.logout(one, body.refresh_token, server.clock()))


@routes.get("/devices", responses=problems_of(401))
def devices(token: Token, server: Here) -> list[wire.DeviceOut]:
    """One's own devices; an administrator sees everybody's."""
    with reading(server.engine) as connection:
        caller = authenticate(connection, token, server.clock())
        device, account = tables.device, tables.account
        query = select(device, account.c.login).join(account, account.c.id == device.c.account)
        if not caller.administrator:
            query = query.where(device.c.account == caller.account)
        rows = connection.execute(query.order_by(device.c.created_at)).all()
    return [
        wire.DeviceOut(
            id=row.id, user=row.account, login=row.login, name=row.name, created_at=row.created_at,
            seen_at=row.seen_at, revoked_at=row.revoked_at,
        )
        for row in rows
    ]  # fmt: skip


@routes.delete("/devices/{device_id}", status_code=204, responses=problems_of(401, 404))
def revoke(device_id: UUID, token: Token, server: Here) -> None:
    """End everything a device may do, at once."""

    def work(connection: Connection) -> None:
        caller = authenticate(connection, token, server.clock())
        owner = connection.scalar(select(tables.device.c.account).where(tables.device.c.id == device_id))
        if owner is None or not (caller.administrator or owner == caller.account):
            raise not_found()
        auth.revoke_device(connection, device_id, caller.account, server.clock())

    server.write(work)


def _signed_in(server: Server, answer: SignedIn) -> wire.SignedInOut:
    table, titles = tables.scope, {}
    with reading(server.engine) as connection:
        see(connection, [grant.scope for grant in answer.grants])
        for grant in answer.grants:  # one by one: on a cluster each lies somewhere else
            titles[grant.scope] = connection.scalar(select(table.c.title).where(table.c.scope == grant.scope)) or ""
    grants = [
        wire.GrantOut(scope=grant.scope, role=grant.role, title=titles.get(grant.scope, "")) for grant in answer.grants
    ]
    return wire.SignedInOut(
        access_token=answer.access_token, expires_in=answer.expires_in, refresh_token=answer.refresh_token,
        device=answer.device, user=answer.user, name=answer.name, administrator=answer.administrator,
        scopes=answer.scopes, grants=grants,
    )  # fmt: skip


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
