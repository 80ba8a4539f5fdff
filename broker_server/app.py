"""Routes. Each reads its request, opens a transaction, calls one function and answers."""

import os
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from uuid import UUID

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from fastapi.routing import APIRouter
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broker_app.sync import protocol
from broker_server import __version__, auth, blobs, meta, problems, snapshots, tables, wire
from broker_server.auth import Caller, SignedIn, authenticate
from broker_server.bodies import UnpackedRoute, packed_response, too_large
from broker_server.database import Clock, open_engine, reading, run, see, utc_now
from broker_server.exchange import exchange
from broker_server.history import history_of
from broker_server.limits import Throttle
from broker_server.metrics import Metrics
from broker_server.migrations.upgrade import is_at_head
from broker_server.problems import Problem, ProblemBody, not_found, unauthorized
from broker_server.settings import Settings, from_environment

ResultT = TypeVar("ResultT")

_SIGN_INS = 10  # failures of one name from one address, before it has to wait
_FREE_DISK = 0.10


@dataclass
class Server:
    """What one worker process holds: nothing that another one would need to know."""

    settings: Settings
    engine: Engine
    metrics: Metrics
    throttle: Throttle
    sign_ins: Throttle
    clock: Clock

    def write(self, work: Callable[[Connection], ResultT]) -> ResultT:
        """Do ``work`` in one writing transaction."""
        return run(self.engine, work)


def _server(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


_BEARER = HTTPBearer(auto_error=False, description="access token")


def _token(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
    if given is None:
        raise unauthorized(protocol.TOKEN_EXPIRED, "sign in")
    return given.credentials


Here = Annotated[Server, Depends(_server)]
Token = Annotated[str, Depends(_token)]
OfScope = Annotated[wire.ScopeName, Query(alias="scope")]


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {protocol.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    return {status: {"description": "problem", "content": content} for status in (*statuses, 422, 429, 503)}


v1 = APIRouter(prefix="/v1", route_class=UnpackedRoute)
_RANGE = wire.SchemaRange(min=protocol.SCHEMA_MIN, current=protocol.SCHEMA)


@v1.get("/hello", responses=_problems())
def hello(server: Here) -> wire.Hello:
    """What a client has to know before its first push."""
    with reading(server.engine) as connection:
        facts = meta.facts(connection)
    limits = wire.Limits(
        ops=protocol.MAX_OPERATIONS, bytes=protocol.MAX_PUSH_BYTES, page=protocol.MAX_PAGE,
        blob_chunk=protocol.BLOB_CHUNK, blob_bytes=protocol.MAX_BLOB_BYTES,
    )  # fmt: skip
    return wire.Hello(
        name=facts[meta.NAME],
        protocols=[protocol.PROTOCOL],
        schema=_RANGE,
        epoch=UUID(facts[meta.EPOCH]),
        limits=limits,
    )


@v1.post("/auth/login", responses=_problems(400, 401, 413))
def login(body: wire.LoginIn, request: Request, server: Here) -> wire.SignedInOut:
    """Sign in with name and password."""
    who = sha256(f"{body.login}\n{_address(request)}".encode()).hexdigest()
    wait = server.sign_ins.peek(who)
    if wait:
        raise _too_many(wait)
    device = (body.device.id, body.device.name, body.device.key)
    try:
        signed_in = server.write(lambda one: auth.login(one, body.login, body.password, device, server.clock()))
    except Problem:
        server.sign_ins.take(who)
        server.metrics.count("broker_sign_in_failures_total")
        raise
    return _signed_in(server, signed_in)


@v1.post("/auth/refresh", responses=_problems(400, 401, 413))
def refresh(body: wire.RefreshIn, server: Here) -> wire.SignedInOut:
    """A new access token and the successor of the refresh token."""
    answer = server.write(
        lambda one: auth.refresh(one, body.refresh_token, body.device, body.proof, server.clock())
    )  # fmt: skip
    if isinstance(answer, Problem):
        server.metrics.count("broker_tokens_reused_total")
        raise answer
    return _signed_in(server, answer)


@v1.post("/auth/logout", status_code=204, responses=_problems(400, 413))
def logout(body: wire.LogoutIn, server: Here) -> None:
    """End a sign-in."""
    server.write(lambda one: auth.logout(one, body.refresh_token, server.clock()))


@v1.get("/devices", responses=_problems(401))
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


@v1.delete("/devices/{device_id}", status_code=204, responses=_problems(401, 404))
def revoke(device_id: UUID, token: Token, server: Here) -> None:
    """End everything a device may do, at once."""

    def work(connection: Connection) -> None:
        caller = authenticate(connection, token, server.clock())
        owner = connection.scalar(select(tables.device.c.account).where(tables.device.c.id == device_id))
        if owner is None or not (caller.administrator or owner == caller.account):
            raise not_found()
        auth.revoke_device(connection, device_id, caller.account, server.clock())

    server.write(work)


_NO_NEWS: dict[int | str, dict[str, Any]] = {204: {"description": "the caller knows all there is (`known`)"}}


@v1.post("/sync", response_model=wire.SyncOut, responses=_NO_NEWS | _problems(400, 401, 409, 413, 426))
def sync(
    body: wire.SyncIn,
    request: Request,
    token: Token,
    server: Here,
    speaks: Annotated[int, Header(alias=protocol.PROTOCOL_HEADER)] = protocol.PROTOCOL,
    schema: Annotated[int, Header(alias=protocol.SCHEMA_HEADER)] = protocol.SCHEMA,
) -> Response:
    """Push operations and pull changes."""
    if speaks != protocol.PROTOCOL or (schema < protocol.SCHEMA_MIN and body.limit):
        raise Problem(protocol.CLIENT_TOO_OLD, 426, "install the newest program; what you wrote can still be pushed")
    try:
        answer, taken = exchange(server.engine, token, body, server.clock)
        for status, count in Counter(result["status"] for result in taken.results).items():
            server.metrics.count("broker_operations_total", count, status=status)
    except Problem as problem:
        if problem.members.get("epoch") == str(body.epoch):  # this epoch, and yet a cursor beyond its head
            server.metrics.count("broker_rollbacks_suspected_total")
        raise
    if not answer:
        return Response(status_code=204, headers={protocol.PROTOCOL_HEADER: str(protocol.PROTOCOL)})
    return packed_response(answer, request.headers.get("accept-encoding", ""))


@v1.get("/snapshot/{scope}", responses=_problems(401, 404))
def snapshot(scope: wire.ScopeName, token: Token, server: Here) -> wire.SnapshotOut:
    """All live records of a scope at one revision, as files to fetch."""
    with reading(server.engine) as connection:
        _readable(connection, server, token, scope)
        epoch = UUID(meta.facts(connection)[meta.EPOCH])
    rev, chunks = snapshots.snapshot_of(server.engine, server.settings, scope, server.clock())
    parts = [wire.ChunkOut(**chunk) for chunk in chunks]
    cursor = snapshots.cursor_of(rev)
    return wire.SnapshotOut(epoch=epoch, scope=scope, rev=rev, cursor=cursor, encoding="zstd", chunks=parts)


@v1.get("/history/{scope}/{record}", responses=_problems(401, 404))
def history(scope: wire.ScopeName, record: UUID, token: Token, server: Here) -> list[wire.HistoryOut]:
    """What happened to a record in a scope, the newest first."""
    with reading(server.engine) as connection:
        _readable(connection, server, token, scope)
        return [wire.HistoryOut(**entry) for entry in history_of(connection, scope, record)]


@v1.post("/blobs/{digest}", status_code=201, responses=_problems(400, 401, 404, 413))
def begin_blob(
    digest: wire.Sha256, scope: OfScope, body: wire.BlobIn, token: Token, server: Here, response: Response
) -> None:
    """Announce a file."""

    def work(connection: Connection) -> int:
        _writable(connection, server, token, scope)
        return blobs.begin(connection, scope, digest, body.size, server.clock())

    response.headers[protocol.OFFSET_HEADER] = str(server.write(work))


@v1.head("/blobs/{digest}", responses=_problems(401, 404))
def blob_state(digest: wire.Sha256, scope: OfScope, token: Token, server: Here, response: Response) -> None:
    """How much of a file is here."""
    with reading(server.engine) as connection:
        _readable(connection, server, token, scope)
        stored, size = blobs.state(connection, scope, digest)
    response.headers[protocol.OFFSET_HEADER] = str(stored)
    response.headers[protocol.LENGTH_HEADER] = str(size)


_PIECE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@v1.patch(
    "/blobs/{digest}",
    status_code=204,
    responses=_problems(400, 401, 404, 409, 413),
    openapi_extra={"requestBody": {"required": True, **_PIECE}},
)
async def append_blob(
    digest: wire.Sha256,
    scope: OfScope,
    request: Request,
    token: Token,
    server: Here,
    response: Response,
    offset: Annotated[int, Header(alias=protocol.OFFSET_HEADER, ge=0, le=protocol.MAX_BLOB_BYTES)],
) -> None:
    """Take a piece of a file."""
    piece = await request.body()
    if len(piece) > protocol.BLOB_CHUNK:
        raise too_large()

    def work(connection: Connection) -> int | Problem:
        _writable(connection, server, token, scope)
        return blobs.append(connection, server.settings, scope, digest, offset, piece, server.clock())

    stored = await run_in_threadpool(server.write, work)
    if isinstance(stored, Problem):
        raise stored
    response.headers[protocol.OFFSET_HEADER] = str(stored)


@v1.get("/blobs/{digest}", response_class=FileResponse, responses=_problems(401, 404))
def blob(digest: wire.Sha256, scope: OfScope, token: Token, server: Here) -> FileResponse:
    """A file, or the part of it that ``Range`` asks for."""
    with reading(server.engine) as connection:
        _readable(connection, server, token, scope)
        path = blobs.whole(connection, server.settings, scope, digest)
    return FileResponse(path, media_type="application/octet-stream", headers={"Cache-Control": "private, no-store"})


operators = APIRouter()


@operators.get("/livez")
def livez() -> wire.State:
    """The process answers."""
    return wire.State(status="ok")


@operators.get("/readyz", responses={503: {"model": wire.State}})
def readyz(server: Here, response: Response) -> wire.State:
    """It can take work: database, tables, key and disk."""
    detail = {"database": _database_state(server), "disk": _disk_state(server)}
    ready = all(state == "ok" for state in detail.values())
    response.status_code = 200 if ready else 503
    return wire.State(status="ok" if ready else "not ready", detail=detail)


@operators.get("/version")
def version() -> wire.Version:
    """What runs here."""
    return wire.Version(version=__version__, protocols=[protocol.PROTOCOL], schema=_RANGE)


def _database_state(server: Server) -> str:
    try:
        with reading(server.engine) as connection:
            if not is_at_head(connection):
                return "run broker-server init"
            return "ok" if meta.SIGNING_KEY in meta.facts(connection) else "no signing key"
    except OperationalError:
        return "unreachable"


def _disk_state(server: Server) -> str:
    usage = shutil.disk_usage(server.settings.home)
    return "ok" if usage.free >= usage.total * _FREE_DISK else "nearly full"


def _readable(connection: Connection, server: Server, token: str, scope: str) -> Caller:
    caller = authenticate(connection, token, server.clock())
    if scope not in caller.access.readable:
        raise not_found()
    see(connection, [scope])
    return caller


def _writable(connection: Connection, server: Server, token: str, scope: str) -> Caller:
    caller = authenticate(connection, token, server.clock())
    if scope not in caller.access.writable:
        raise not_found()
    see(connection, [scope], [scope])
    return caller


def _signed_in(server: Server, answer: SignedIn) -> wire.SignedInOut:
    scopes = [grant.scope for grant in answer.grants]
    table = tables.scope
    with reading(server.engine) as connection:
        see(connection, scopes)
        found = connection.execute(select(table.c.scope, table.c.title).where(table.c.scope.in_(scopes)))
        titles = {scope: title for scope, title in found}
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


def _too_many(wait: float) -> Problem:
    return Problem(protocol.TOO_MANY_REQUESTS, 429, "ask less often", {"Retry-After": str(int(wait) + 1)})


class Gate:
    """Around every request: nobody asks too often, and what was asked is counted."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        wait = self._server.throttle.take(_asker(scope))
        if wait:
            await problems.answer(Request(scope), _too_many(wait))(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._server.metrics.count("broker_requests_total", route=route, status=f"{status // 100}xx")
            self._server.metrics.count("broker_request_seconds_total", time.perf_counter() - began, route=route)


def _asker(scope: Scope) -> str:
    """The device by its token, else the address."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return sha256(value).hexdigest()
    client = scope.get("client")
    return client[0] if client else ""


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """The server over ``settings``' database, which ``broker-server init`` has made."""
    engine = open_engine(settings)
    server = Server(
        settings=settings,
        engine=engine,
        metrics=Metrics(settings.metrics),
        throttle=Throttle(settings.requests_per_second, settings.burst),
        sign_ins=Throttle(1 / 60, _SIGN_INS),
        clock=clock,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = settings.threads
        yield
        server.metrics.write()
        engine.dispose()

    # The pages that draw the document load scripts from elsewhere, so there are none; the document itself is here.
    app = FastAPI(
        title="broker-server", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan,
        swagger_ui_oauth2_redirect_url=None,
    )  # fmt: skip
    app.state.server = server
    app.include_router(v1)
    app.include_router(operators)
    app.add_middleware(Gate, server=server)
    app.add_exception_handler(HTTPException, problems.answer)
    app.add_exception_handler(RequestValidationError, problems.answer)
    app.add_exception_handler(OperationalError, problems.answer_fault)
    app.add_exception_handler(Exception, problems.answer_fault)
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        document["components"]["schemas"]["ProblemBody"] = ProblemBody.model_json_schema()
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def from_env() -> FastAPI:
    """For a worker process: the server its parent has described in the environment."""
    return create_app(from_environment(os.environ))
