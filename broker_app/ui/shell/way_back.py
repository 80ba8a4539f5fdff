"""A step of a record with its way back: 撤销 in the toast, by Ctrl+Z too, as long as nothing came after it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject

from broker_app.errors import BrokerError
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

    def done(_none: object) -> None:
        desk.toast(_("已撤销，和原来一样"), icon="arrow-counter-clockwise")
        if on_back is not None:
            on_back()

    def refused(error: BrokerError) -> None:
        desk.complain(error)

    def go_back() -> None:
        desk.tasks.write(owner, partial(step_back, step=step), done, refused)

    desk.toast(words, icon=icon, undo=go_back if step.can_go_back else None)
