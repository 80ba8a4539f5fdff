"""Entries of one's own as a table: saved for a colleague, and a colleague's taken in, with undo of the whole."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from broker_app.exchange.term_file import TermsTaken, give_back, take_terms, write_terms
from broker_app.i18n import _, counted
from broker_app.services.terms import TermRow
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import tell

_MOST_REASONS = 12


def keep(owner: QWidget, desk: Desk, path: Path, rows: Sequence[TermRow]) -> None:
    """Save ``rows`` as a table."""
    desk.tasks.run(
        owner,
        lambda: write_terms(path, rows),
        lambda count: desk.toast(counted("存了 {n} 条", "存了 {n} 条", count), icon="file-text"),
    )


def load(owner: QWidget, desk: Desk, path: Path) -> None:
    """Take the entries of a table in; what was left out is told line by line."""

    def done(taken: TermsTaken) -> None:
        if taken.added:
            words = counted("已导入 {n} 条术语对照", "已导入 {n} 条术语对照", taken.added)
            desk.toast(words, undo=lambda: desk.tasks.write(owner, lambda session: give_back(session, taken)))
        if taken.refused:
            tell(owner, _("有几行没有导入"), _reasons(taken))

    desk.tasks.write(owner, lambda session: take_terms(session, path), done)


def _reasons(taken: TermsTaken) -> list[str]:
    shown = [
        _("第 {line} 行：{reason}").format(line=one.line, reason=one.reason) for one in taken.refused[:_MOST_REASONS]
    ]
    rest = len(taken.refused) - len(shown)
    return [*shown, *([counted("还有 {n} 行", "还有 {n} 行", rest)] if rest else [])]
