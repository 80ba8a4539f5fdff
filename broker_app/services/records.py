"""What services of every noun share: finding a live row, resolving what people call it, logging a move."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Achievement, Enterprise, Match, Need, StateMove, Synced, Visit
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.i18n import _
from broker_app.rules.states import StateMachine

RowT = TypeVar("RowT", bound=Synced)
MAX_NOTE = 200_000  # characters


def live(session: Session, model: type[RowT], record_id: UUID) -> RowT:
    """The row of that id.

    Raises:
        NotFoundError: if it is not on this computer or was put in the trash.
    """
    row = session.get(model, record_id)
    if row is None or row.deleted_at is not None:
        raise NotFoundError(_("这条记录不在本机了，可能已被移到回收站。"))
    return row


def trashed(session: Session, model: type[RowT], record_id: UUID) -> RowT:
    """The row of that id, in the trash or not; raises NotFoundError."""
    row = session.get(model, record_id)
    if row is None:
        raise NotFoundError(_("这条记录不在本机，没有可以恢复的。"))
    return row


def resolve(session: Session, model: type[RowT], reference: str) -> UUID:
    """The id of the live row that ``reference`` names: an id, a readable number, or the id of its source file.

    Raises:
        NotFoundError: if nothing, or more than one thing, is called that.
    """
    reference = plain_text(reference).strip()
    if not reference:  # records without a number of their own all have this one
        raise NotFoundError(_("请写编号或 ID。"))
    named: Any = model
    conditions = [getattr(named, column) == reference for column in ("number", "source_id") if hasattr(model, column)]
    with suppress(ValueError):
        conditions.insert(0, model.id == UUID(reference))
    for condition in conditions:
        found = session.scalars(select(model.id).where(condition, model.deleted_at.is_(None)).limit(2)).all()
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFoundError(_("「{reference}」对应不止一条记录，请用完整的编号。").format(reference=reference))
    raise NotFoundError(_("找不到「{reference}」。").format(reference=reference))


def log_move(session: Session, row: Visit | Need | Match, machine: StateMachine, wanted: str, why: str = "") -> None:
    """Move ``row`` to the state ``wanted`` and write down who did it, when and why.

    Raises:
        IllegalMoveError: if the machine does not allow it; the row is unchanged.
    """
    machine.check(row.state, wanted, why)
    session.add(
        StateMove(
            scope=row.scope,
            record_kind=machine.noun,
            record_id=row.id,
            from_state=row.state,
            to_state=wanted,
            why=why.strip(),
        )
    )
    row.state = wanted


def text_field(field: str, value: str, limit: int, *, required: str = "") -> str:
    """``value`` without blanks around it, refused when too long, or when empty and ``required`` is the reason."""
    value = plain_text(value).strip()
    if required and not value:
        raise InvalidInputError(field, required)
    if len(value) > limit:
        raise InvalidInputError(
            field, _("太长了：最多 {limit} 个字，现在有 {n} 个。").format(limit=limit, n=len(value))
        )
    return value


def text_list(field: str, values: Iterable[str], limit: int) -> list[str]:
    """Each of ``values`` by :func:`text_field`; blank ones are left out."""
    return [text for value in values if (text := text_field(field, value, limit))]


def plain_text(text: str) -> str:
    """``text`` without what no file format can carry: NUL, and half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


NOUNS: dict[str, type[Synced]] = {
    "enterprise": Enterprise,
    "visit": Visit,
    "need": Need,
    "achievement": Achievement,
    "match": Match,
}
