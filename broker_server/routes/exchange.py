"""The exchange itself: hello, push and pull, snapshots, the past of a record."""

from collections import Counter
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request, Response
from fastapi.routing import APIRouter

from broker_app.sync import protocol
from broker_server import meta, snapshots, wire
from broker_server.bodies import UnpackedRoute, packed_response
from broker_server.database import reading
from broker_server.exchange import exchange
from broker_server.history import history_of
from broker_server.problems import Problem
from broker_server.request import Here, Token, problems_of, readable

routes = APIRouter(prefix="/v1", route_class=UnpackedRoute)
SCHEMAS = wire.SchemaRange(min=protocol.SCHEMA_MIN, current=protocol.SCHEMA)
_NO_NEWS: dict[int | str, dict[str, Any]] = {204: {"description": "the caller knows all there is (`known`)"}}


@routes.get("/hello", responses=problems_of())
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
        schema=SCHEMAS,
        epoch=UUID(facts[meta.EPOCH]),
        limits=limits,
    )


@routes.post("/sync", response_model=wire.SyncOut, responses=_NO_NEWS | problems_of(400, 401, 409, 413, 426))
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


@routes.get("/snapshot/{scope}", responses=problems_of(401, 404))
def snapshot(scope: wire.ScopeName, token: Token, server: Here) -> wire.SnapshotOut:
    """All live records of a scope at one revision, as files to fetch."""
    with reading(server.engine) as connection:
        readable(connection, server, token, scope)
        epoch = UUID(meta.facts(connection)[meta.EPOCH])
    rev, chunks = snapshots.snapshot_of(server.engine, server.settings, scope, server.clock())
    parts = [wire.ChunkOut(**chunk) for chunk in chunks]
    cursor = snapshots.cursor_of(rev)
    return wire.SnapshotOut(epoch=epoch, scope=scope, rev=rev, cursor=cursor, encoding="zstd", chunks=parts)


@routes.get("/history/{scope}/{record}", responses=problems_of(401, 404))
def history(scope: wire.ScopeName, record: UUID, token: Token, server: Here) -> list[wire.HistoryOut]:
    """What happened to a record in a scope, the newest first."""
    with reading(server.engine) as connection:
        readable(connection, server, token, scope)
        return [wire.HistoryOut(**entry) for entry in history_of(connection, scope, record)]
