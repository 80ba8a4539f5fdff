"""Conflict records as the server wrote them, with what was decided here and is not sent yet laid over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import OutboxOperation, ServerRecord


@dataclass(frozen=True)
class Conflict:
    """One question to people. ``changes`` is what a held operation wanted, ``{field: [old, new]}``."""

    id: UUID
    kind: str
    reason: str
    status: str
    resolution: str
    user_name: str
    at: datetime | None
    changes: Mapping[str, Any]


def conflict_body(session: Session, row: ServerRecord) -> dict[str, Any]:
    """A conflict as a person sees it."""
    body = dict(row.body or {})
    for fields in session.scalars(
        select(OutboxOperation.fields).where(OutboxOperation.record_id == row.id).order_by(OutboxOperation.seq)
    ):
        body.update({name: change[1] for name, change in fields.items()})
    return body


def conflicts_about(session: Session, record: UUID) -> tuple[Conflict, ...]:
    """Every question about a record there ever was here, the newest first."""
    rows = session.scalars(
        select(ServerRecord).where(
            ServerRecord.kind == "conflict", ServerRecord.body["record"].as_string() == str(record)
        )
    )
    found = [(row.id, conflict_body(session, row)) for row in rows]
    found.sort(key=lambda each: str(each[1].get("at") or ""), reverse=True)
    return tuple(
        Conflict(
            id=conflict,
            kind=str(body.get("kind") or ""),
            reason=str(body.get("reason") or ""),
            status=str(body.get("status") or ""),
            resolution=str(body.get("resolution") or ""),
            user_name=str(body.get("user_name") or ""),
            at=moment_of(body.get("at")),
            changes=(body.get("operation") or {}).get("set") or {},
        )
        for conflict, body in found
    )


def moment_of(text: Any) -> datetime | None:
    """A moment as the wire has it, if it is one."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
