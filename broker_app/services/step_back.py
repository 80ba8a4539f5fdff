"""Taking back the last step of a visit, a need or a match, as long as nothing came after it.

A step is more than its state: a consent has its date, a need that waits has the day to look again. All of it goes
back, and the log keeps both, the step and that it was taken back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.db.models import Match, Need, StateMove, Visit
from broker_app.db.models.base import ENVELOPE
from broker_app.errors import IllegalMoveError
from broker_app.i18n import _
from broker_app.rules.states import OPEN_NOTE_STATES
from broker_app.services.public_record import STAYS_PUBLIC
from broker_app.services.records import live

_KINDS: Mapping[str, type[Visit | Need | Match]] = {"visit": Visit, "need": Need, "match": Match}
_NOT_FIELDS = ENVELOPE | {"edited_at"}


@dataclass(frozen=True)
class Step:
    """A step that was taken: which fields of which record it changed, ``{field: (before, after)}``."""

    kind: str
    record_id: UUID
    changes: Mapping[str, tuple[Any, Any]]

    @property
    def can_go_back(self) -> bool:
        """Whether :func:`step_back` may undo it.

        A note that became final stays final (reliability.md, P3), and what everybody could read, or can read no
        more, is a matter of publishing and withdrawing, not of undoing.
        """
        before, after = self.changes.get("state", ("", ""))
        if self.kind == "visit":
            return (before in OPEN_NOTE_STATES) == (after in OPEN_NOTE_STATES) or after == "cancelled"
        if self.kind == "need":
            return before not in STAYS_PUBLIC and after not in STAYS_PUBLIC
        return True


def take_step(session: Session, kind: str, record_id: UUID, act: Callable[[], object]) -> Step:
    """Do ``act``, which takes one or more steps of the record, and return what it changed.

    Raises:
        NotFoundError: if the record is not here; whatever ``act`` raises passes through.
    """
    row = live(session, _KINDS[kind], record_id)
    before = _fields(row)
    act()
    session.flush()
    after = _fields(row)
    return Step(kind, record_id, {name: (before[name], after[name]) for name in before if before[name] != after[name]})


def step_back(session: Session, step: Step) -> None:
    """Set what the step changed back to what it was, and write that into the log.

    Raises:
        IllegalMoveError: if something changed after the step, or the step is one that stays; nothing is changed.
        NotFoundError: if the record is gone.
    """
    row = live(session, _KINDS[step.kind], step.record_id)
    if not step.can_go_back:
        raise IllegalMoveError(_("这一步不能撤销。记录没有改动。"))
    if any(getattr(row, name) != after for name, (_before, after) in step.changes.items()):
        raise IllegalMoveError(_("后来又有改动，这一步不能撤销了。记录没有改动。"))
    for name, (before, _after) in step.changes.items():
        setattr(row, name, before)
    if "state" in step.changes:
        before, after = step.changes["state"]
        session.add(
            StateMove(
                scope=row.scope,
                record_kind=step.kind,
                record_id=row.id,
                from_state=after,
                to_state=before,
                why=_("撤销上一步"),
            )
        )
    session.flush()


def _fields(row: Visit | Need | Match) -> dict[str, Any]:
    return {
        column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs if column.key not in _NOT_FIELDS
    }
