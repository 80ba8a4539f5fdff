"""Acts on entries of the term table, each with its 撤销."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _
from broker_app.services.sessions import Session
from broker_app.services.term_book import TermChange, take_back, turn_term
from broker_app.services.terms import TermRow, delete_term, restore_term
from broker_app.ui.shell.desk import Desk


def tell_change(owner: QWidget, desk: Desk, change: TermChange, words: str) -> None:
    """Say what was written, and offer to take it back."""
    desk.toast(words, undo=lambda: desk.tasks.write(owner, lambda session: take_back(session, change)))


def switch(owner: QWidget, desk: Desk, row: TermRow, *, enabled: bool) -> None:
    """Use an entry, or stop using it."""
    words = _("又用起来了：{lay}") if enabled else _("已停用：{lay}。找成果时不再用它")
    desk.tasks.write(
        owner,
        lambda session: turn_term(session, row.id, enabled=enabled),
        lambda change: tell_change(owner, desk, change, words.format(lay=row.draft.lay)),
    )


def remove(owner: QWidget, desk: Desk, row: TermRow) -> None:
    """Put an entry of one's own into the trash, or give a shipped one back its original words."""
    sentence = _("已移到回收站：{lay}") if row.origin == "user" else _("已恢复随程序来的：{lay}")
    icon = "trash" if row.origin == "user" else "arrow-counter-clockwise"
    _write_with_undo(
        owner,
        desk,
        lambda session: delete_term(session, row.id),
        lambda session: restore_term(session, row.id),
        (sentence.format(lay=row.draft.lay), icon),
    )


def _write_with_undo(
    owner: QWidget,
    desk: Desk,
    work: Callable[[Session], None],
    back: Callable[[Session], None],
    said: tuple[str, str],
) -> None:
    words, icon = said
    tasks = desk.tasks
    tasks.write(owner, work, lambda _none: desk.toast(words, icon=icon, undo=lambda: tasks.write(owner, back)))
