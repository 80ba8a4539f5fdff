"""One exchange: what a device pushes is taken in, and what is new to it is given out."""

from sqlalchemy import Engine

from broker_app.sync.protocol import Cursor
from broker_server.database import Clock, reading
from broker_server.pull import pull
from broker_server.push import Taken, push
from broker_server.wire import SyncIn


def exchange(engine: Engine, token: str, body: SyncIn, clock: Clock) -> tuple[bytes, Taken]:
    """The answer to ``body`` as JSON (empty: the caller knows it all), and what became of its operations.

    The push is one transaction and stays whatever becomes of the pull after it: the operations' ids make sending
    them again harmless.

    Raises:
        Problem: epoch-changed, token-expired, device-revoked, busy.
    """
    cursors = {scope: Cursor.parse(cursor) for scope, cursor in body.cursors.items()}
    taken = Taken()
    if body.push:
        operations = [operation.as_operation() for operation in body.push]
        taken = push(engine, token, body.epoch, operations, clock(), cursors)
        if body.echo:
            taken = Taken(taken.results)
    with reading(engine) as connection:
        known = None if body.push else body.known
        return pull(connection, token, body.epoch, cursors, body.limit, taken, clock(), known), taken
