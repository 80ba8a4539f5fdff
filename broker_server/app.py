"""The application: routes, the gate before them, and an answer for whatever goes wrong."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from broker_server import __version__, problems
from broker_server.database import Clock, open_engine, utc_now
from broker_server.gate import Gate
from broker_server.limits import Throttle
from broker_server.metrics import Metrics
from broker_server.problems import ProblemBody
from broker_server.request import Server
from broker_server.routes import exchange, files, operators, sign_in
from broker_server.settings import Settings, from_environment

__all__ = ["Server", "create_app", "from_env"]

_SIGN_INS = 10  # failures of one name from one address, before it has to wait


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
    for subject in (exchange, sign_in, files, operators):
        app.include_router(subject.routes)
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
