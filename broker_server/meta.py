"""Facts about this database as a whole: its epoch, its key for signing tokens, how far a backup covers it."""

import secrets
from uuid import UUID, uuid4

from sqlalchemy import Connection, select

from broker_server import tables
from broker_server.database import upsert
from broker_server.problems import epoch_changed

EPOCH = "epoch"
SIGNING_KEY = "signing_key"
COVERED = "covered"
NAME = "name"


def facts(connection: Connection) -> dict[str, str]:
    """Every fact, by name."""
    return {key: value for key, value in connection.execute(select(tables.server.c.key, tables.server.c.value))}


def put_fact(connection: Connection, key: str, value: str) -> None:
    """Set one fact."""
    connection.execute(upsert(connection, tables.server), {"key": key, "value": value})


def check_epoch(connection: Connection, epoch: UUID) -> dict[str, str]:
    """The facts, if ``epoch`` is this database's.

    Raises:
        Problem: epoch-changed.
    """
    known = facts(connection)
    if known[EPOCH] != str(epoch):
        raise epoch_changed(known[EPOCH])
    return known


def begin_life(connection: Connection) -> None:
    """A new epoch and a new signing key: clients say again what they told, and every sign-in is renewed."""
    put_fact(connection, EPOCH, str(uuid4()))
    put_fact(connection, SIGNING_KEY, secrets.token_hex(32))
