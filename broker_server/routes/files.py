"""Files: announced, sent in pieces, fetched in parts."""

from typing import Annotated

from fastapi import Header, Request, Response
from fastapi.responses import FileResponse
from fastapi.routing import APIRouter
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from broker_app.sync import protocol
from broker_server import blobs, wire
from broker_server.bodies import UnpackedRoute, too_large
from broker_server.database import reading
from broker_server.problems import Problem
from broker_server.request import Here, OfScope, Token, problems_of, readable, writable

routes = APIRouter(prefix="/v1", route_class=UnpackedRoute)


@routes.post("/blobs/{digest}", status_code=201, responses=problems_of(400, 401, 404, 413))
def begin_blob(
    digest: wire.Sha256, scope: OfScope, body: wire.BlobIn, token: Token, server: Here, response: Response
) -> None:
    """Announce a file."""

    def work(connection: Connection) -> int:
        writable(connection, server, token, scope)
        return blobs.begin(connection, scope, digest, body.size, server.clock())

    response.headers[protocol.OFFSET_HEADER] = str(server.write(work))


@routes.head("/blobs/{digest}", responses=problems_of(401, 404))
def blob_state(digest: wire.Sha256, scope: OfScope, token: Token, server: Here, response: Response) -> None:
    """How much of a file is here."""
    with reading(server.engine) as connection:
        readable(connection, server, token, scope)
        stored, size = blobs.state(connection, scope, digest)
    response.headers[protocol.OFFSET_HEADER] = str(stored)
    response.headers[protocol.LENGTH_HEADER] = str(size)


_PIECE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@routes.patch(
    "/blobs/{digest}",
    status_code=204,
    responses=problems_of(400, 401, 404, 409, 413),
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
        writable(connection, server, token, scope)
        return blobs.append(connection, server.settings, scope, digest, offset, piece, server.clock())

    stored = await run_in_threadpool(server.write, work)
    if isinstance(stored, Problem):
        raise stored
    response.headers[protocol.OFFSET_HEADER] = str(stored)


@routes.get("/blobs/{digest}", response_class=FileResponse, responses=problems_of(401, 404))
def blob(digest: wire.Sha256, scope: OfScope, token: Token, server: Here) -> FileResponse:
    """A file, or the part of it that ``Range`` asks for."""
    with reading(server.engine) as connection:
        readable(connection, server, token, scope)
        path = blobs.whole(connection, server.settings, scope, digest)
    return FileResponse(path, media_type="application/octet-stream", headers={"Cache-Control": "private, no-store"})
