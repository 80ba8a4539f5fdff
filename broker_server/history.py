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


class Authors:
    """Who gave records what stands in them, for the conflicts of one push."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: dict[UUID, str] = {}

    def who_changed(self, scope: str, record: UUID, name: str) -> dict[str, Any]:
        """Whoever last changed field ``name`` (for "" anything) of a record; nothing where that is not known."""
        table = tables.history
        rows = self._connection.execute(
            select(table.c.account, table.c.received_at, table.c.changed)
            .where(table.c.scope == scope, table.c.id == record)
            .order_by(table.c.received_at.desc())
            .limit(_MOST)
        )
        for account, at, changed in rows:
            fields = orjson.loads(changed)
            if name in fields if name else fields:
                return self.as_current(account, at)
        return {}

    def as_current(self, account: UUID, at: str) -> dict[str, Any]:
        """The part of a conflict that says whose value stands."""
        return {"current_user": str(account), "current_name": self.name_of(account), "current_at": at}

    def name_of(self, account: UUID) -> str:
        """What an account is called."""
        if account not in self._names:
            table = tables.account
            found = self._connection.execute(select(table.c.name, table.c.login).where(table.c.id == account))
            name, login = found.one_or_none() or ("", "")
            self._names[account] = name or login
        return self._names[account]
