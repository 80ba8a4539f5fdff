"""What was done with its way back: 撤销 in the toast, by Ctrl+Z too, as long as nothing came after it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject

from broker_app.i18n import _
from broker_app.services.sessions import Session
from broker_app.services.step_back import Step, step_back, take_step
from broker_app.ui.shell.desk import Desk


def stepping(kind: str, record_id: UUID, act: Callable[[Session], object]) -> Callable[[Session], Step]:
    """``act`` as work for the writer that tells what it changed."""
    return lambda session: take_step(session, kind, record_id, lambda: act(session))


def tell_step(
    owner: QObject,
    desk: Desk,
    step: Step,
    words: str,
    *,
    icon: str = "check-circle",
    on_back: Callable[[], object] | None = None,
) -> None:
    """Say what was done, and offer to undo it where that is possible; ``on_back`` runs after it was undone."""
    back = partial(step_back, step=step) if step.can_go_back else None
    tell_undoable(owner, desk, words, back, icon=icon, on_back=on_back)


def tell_undoable(
    owner: QObject,
    desk: Desk,
    words: str,
    back: Callable[[Session], object] | None,
    *,
    icon: str = "check-circle",
    on_back: Callable[[], object] | None = None,
) -> None:
    """Say ``words`` and offer ``back``, work for the writer; if it refuses, that is shown on the page."""

    def done(_none: object) -> None:
        desk.toast(_("已撤销，和原来一样"), icon="arrow-counter-clockwise")
        if on_back is not None:
            on_back()

    undo = partial(desk.tasks.write, owner, back, done, desk.complain) if back is not None else None
    desk.toast(words, icon=icon, undo=undo)
