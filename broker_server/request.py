"""What every route is given: the server, who asks, and what is open to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, Engine

from broker_app.sync import protocol
from broker_server import wire
from broker_server.auth import Caller, authenticate
from broker_server.database import Clock, run, see
from broker_server.limits import Throttle
from broker_server.metrics import Metrics
from broker_server.problems import not_found, unauthorized
from broker_server.settings import Settings

ResultT = TypeVar("ResultT")


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


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers with a problem that a route can give, for the document."""
    content = {protocol.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    return {status: {"description": "problem", "content": content} for status in (*statuses, 422, 429, 503)}


def readable(connection: Connection, server: Server, token: str, scope: str) -> Caller:
    """Who asks, if the scope is open to them; the transaction sees nothing else.

    Raises:
        Problem: not-found, also for a scope that is there for others; token-expired, device-revoked.
    """
    caller = authenticate(connection, token, server.clock())
    if scope not in caller.access.readable:
        raise not_found()
    see(connection, [scope])
    return caller


def writable(connection: Connection, server: Server, token: str, scope: str) -> Caller:
    """The same for a scope they may write to.

    Raises:
        Problem: as :func:`readable`.
    """
    caller = authenticate(connection, token, server.clock())
    if scope not in caller.access.writable:
        raise not_found()
    see(connection, [scope], [scope])
    return caller
