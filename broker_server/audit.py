"""Who signed in, which device was revoked, what an administrator changed: kept apart from the records.

Entries hold ids and names of actions, no text of any record. What happened to records stands in ``history``.
"""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Connection, insert

from broker_app.sync.protocol import user_scope
from broker_server import tables
from broker_server.database import moment, see_all

SERVER = "server"
"""The scope of entries that belong to nobody in particular."""


def note(
    connection: Connection, account: UUID | None, device: UUID | None, action: str, detail: str, now: datetime
) -> None:
    """Write down one event."""
    see_all(connection)
    connection.execute(
        insert(tables.audit).values(
            scope=SERVER if account is None else user_scope(account),
            id=uuid_utils.compat.uuid7(),
            at=moment(now),
            account=account,
            device=device,
            action=action,
            detail=detail,
        )
    )
