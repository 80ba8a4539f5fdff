"""Problems as RFC 9457 tells them: always about a request as a whole, never about what one operation says."""

from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException as StarletteHTTPException

from broker_app.sync import protocol


class Problem(HTTPException):
    """A request that is not carried out, and why."""

    def __init__(self, name: str, status: int, detail: str, headers: dict[str, str] | None = None, **members: Any):
        super().__init__(status, detail, headers)
        self.name = name
        self.members = members


class ProblemBody(BaseModel):
    """application/problem+json"""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


def epoch_changed(epoch: str) -> Problem:
    """The database has begun another life, or the client remembers more than it knows."""
    return Problem(protocol.EPOCH_CHANGED, 409, "say again what you have told this server", epoch=epoch)


def not_found() -> Problem:
    """Nothing of that name is there for this caller; whether it is there for another one is not said."""
    return Problem(protocol.NOT_FOUND, 404, "there is nothing of that name for you")


def busy(seconds: int = 2) -> Problem:
    """Somebody else holds what this request needs."""
    return Problem(protocol.BUSY, 503, "try again in a moment", {"Retry-After": str(seconds)})


def too_many(wait: float) -> Problem:
    """Whoever asks has to wait so many seconds."""
    return Problem(protocol.TOO_MANY_REQUESTS, 429, "ask less often", {"Retry-After": str(int(wait) + 1)})


def invalid(detail: str, status: int = 422) -> Problem:
    """The request itself has no meaning."""
    return Problem(protocol.INVALID_REQUEST, status, detail)


def unauthorized(name: str, detail: str) -> Problem:
    """Who asks is not known, or no longer."""
    return Problem(name, 401, detail, {"WWW-Authenticate": "Bearer"})


_NAMES = {400: protocol.INVALID_REQUEST, 404: protocol.NOT_FOUND, 405: protocol.INVALID_REQUEST}


def answer_fault(_request: Request, error: Exception) -> JSONResponse:
    """The answer where the server itself failed: what was asked for has not been done."""
    if isinstance(error, OperationalError):
        return answer(_request, busy(5))
    # The connection goes with it: what else stands in its buffers is not known.
    headers = {"Connection": "close"}
    return answer(_request, Problem(protocol.SERVER_FAULT, 500, "the server failed; nothing was carried out", headers))


def answer(_request: Request, error: Exception) -> JSONResponse:
    """The answer for any exception that Starlette and FastAPI raise on purpose."""
    if isinstance(error, RequestValidationError):
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        error = invalid(where)
    if not isinstance(error, StarletteHTTPException):
        raise error
    name = error.name if isinstance(error, Problem) else _NAMES.get(error.status_code, protocol.INVALID_REQUEST)
    members = error.members if isinstance(error, Problem) else {}
    body = {
        "type": protocol.PROBLEM_PREFIX + name,
        "title": name.replace("-", " "),
        "status": error.status_code,
        "detail": str(error.detail),
        **members,
    }
    return JSONResponse(body, error.status_code, dict(error.headers or {}), protocol.PROBLEM_TYPE)
