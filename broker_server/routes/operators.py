"""For operators: does it live, can it work, what is it."""

import shutil

from fastapi import Response
from fastapi.routing import APIRouter
from sqlalchemy.exc import OperationalError

from broker_app.sync import protocol
from broker_server import __version__, meta, wire
from broker_server.database import reading
from broker_server.migrations.upgrade import is_at_head
from broker_server.request import Here, Server
from broker_server.routes.exchange import SCHEMAS

_FREE_DISK = 0.10

routes = APIRouter()


@routes.get("/livez")
def livez() -> wire.State:
    """The process answers."""
    return wire.State(status="ok")


@routes.get("/readyz", responses={503: {"model": wire.State}})
def readyz(server: Here, response: Response) -> wire.State:
    """It can take work: database, tables, key and disk."""
    detail = {"database": _database_state(server), "disk": _disk_state(server)}
    ready = all(state == "ok" for state in detail.values())
    response.status_code = 200 if ready else 503
    return wire.State(status="ok" if ready else "not ready", detail=detail)


@routes.get("/version")
def version() -> wire.Version:
    """What runs here."""
    return wire.Version(version=__version__, protocols=[protocol.PROTOCOL], schema=SCHEMAS)


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
