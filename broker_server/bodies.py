"""Bodies: packed with gzip or zstd or not at all, never larger than they may be, and strict JSON."""

import gzip
import io
import zlib
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import zstandard
from fastapi import Request, Response
from fastapi.routing import APIRoute

from broker_app.sync import protocol
from broker_server.problems import Problem, invalid

_ROOM = 8  # levels of lists a value may be wrapped in before it is written again
_SMALL = 400  # bytes below which packing is not worth it


class UnpackedRequest(Request):
    """A request whose body is read once, limited, and unpacked."""

    async def body(self) -> bytes:
        """The unpacked body.

        Raises:
            Problem: batch-too-large; invalid-request, if it cannot be unpacked.
        """
        if not hasattr(self, "_body"):
            pieces, size = [], 0
            async for piece in self.stream():
                size += len(piece)
                if size > protocol.MAX_BODY_BYTES:
                    raise too_large()
                pieces.append(piece)
            self._body = unpack(b"".join(pieces), self.headers.get("content-encoding", "identity"))
        return self._body

    async def json(self) -> Any:
        """The body as JSON: no NaN, no broken text, not nested deeper than it can be written again."""
        value = orjson.loads(await self.body())
        try:
            wrapped = value
            for _level in range(_ROOM):
                wrapped = [wrapped]
            orjson.dumps(wrapped)
        except TypeError:
            raise invalid("nested too deeply") from None
        return value


class UnpackedRoute(APIRoute):
    """A route that gets an :class:`UnpackedRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler around our request."""
        handler = super().get_route_handler()

        async def unpacked(request: Request) -> Response:
            return await handler(UnpackedRequest(request.scope, request.receive))

        return unpacked


def unpack(packed: bytes, encoding: str) -> bytes:
    """The bytes behind ``encoding``, at most 64 MiB of them.

    Raises:
        Problem: batch-too-large, invalid-request.
    """
    limit = protocol.MAX_UNPACKED_BYTES
    try:
        match encoding:
            case "identity" | "":
                return packed
            case "gzip":
                unpacked = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(limit + 1)
            case "zstd":
                with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
                    unpacked = reader.read(limit + 1)
            case _:
                raise invalid("unknown Content-Encoding", 415)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        raise invalid("the body cannot be unpacked", 400) from None
    if len(unpacked) > limit:
        raise too_large()
    return unpacked


def packed_response(body: bytes, accepted: str) -> Response:
    """``body`` as JSON, packed as the client accepts it."""
    headers = {"Vary": "Accept-Encoding"}
    if len(body) >= _SMALL and "zstd" in accepted:
        headers["Content-Encoding"] = "zstd"
        body = zstandard.ZstdCompressor(level=3).compress(body)
    elif len(body) >= _SMALL and "gzip" in accepted:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, 1)
    return Response(body, headers=headers, media_type="application/json")


def too_large() -> Problem:
    """More than one request may hold."""
    return Problem(protocol.BATCH_TOO_LARGE, 413, "send less at once")
