"""What happened to one record: who changed which field from what to what, and when."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, select

from broker_server import tables

_MOST = 200


def history_of(connection: Connection, scope: str, record: UUID) -> list[dict[str, Any]]:
    """The newest operations on a record in ``scope``; the caller has checked that it may be read."""
    history, account = tables.history, tables.account
    rows = connection.execute(
        select(history.c.received_at, history.c.status, history.c.changed, account.c.name, account.c.login)
        .join(account, account.c.id == history.c.account)
        .where(history.c.scope == scope, history.c.id == record)
        .order_by(history.c.received_at.desc())
        .limit(_MOST)
    )
    return [
        {
            "at": row.received_at,
            "name": row.name or row.login,
            "status": row.status,
            "changed": orjson.loads(row.changed),
        }
        for row in rows
    ]
