"""Around every request: nobody asks too often, and what was asked is counted."""

import time
from hashlib import sha256

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broker_server import problems
from broker_server.problems import too_many
from broker_server.request import Server


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
            await problems.answer(Request(scope), too_many(wait))(scope, receive, send)
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
