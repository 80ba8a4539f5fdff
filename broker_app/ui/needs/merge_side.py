"""Beside a need: the needs like it and the common need it belongs to, with merging and taking apart."""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import counted
from broker_app.services.needs_merge import merge_again, undo_merge
from broker_app.services.sessions import Session
from broker_app.ui.needs.common_need_card import CommonNeedCard, MergedView, other_end, read_merged
from broker_app.ui.needs.merge_dialog import MergeDialog, MergeQuestion, read_question
from broker_app.ui.needs.similar_card import SimilarCard, SimilarView, read_similar
from broker_app.ui.shell.desk import Desk


class MergeSide(QWidget):
    """Two cards. ``keep`` writes what is typed on the page, then goes on."""

    def __init__(self, desk: Desk, keep: Callable[[Callable[[], object]], object]) -> None:
        super().__init__()
        self._desk, self._keep = desk, keep
        self._need_id: UUID | None = None
        self._merged: MergedView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.common, self.similar = CommonNeedCard(), SimilarCard()
        for card in (self.common, self.similar):
            column.addWidget(card)
            card.open_wanted.connect(lambda need_id: desk.go("need", need_id))
        self.common.apart_wanted.connect(self.take_apart)
        self.similar.merge_wanted.connect(self.merge_with)
        self.hide()

    def forget(self) -> None:
        """Another need is shown, or none yet."""
        self._need_id, self._merged = None, None
        self.common.forget()
        self.similar.forget()
        self.hide()

    def read(self, need_id: UUID) -> None:
        """Read again what belongs to the need; nothing moves where nothing changed."""
        self._need_id = need_id
        # A need that is not here any more is said by the page itself.
        self._desk.tasks.read(self, partial(_read, need_id=need_id), partial(self._show, need_id), self._on_gone)

    def merge_with(self, others: Sequence[UUID]) -> None:
        """Ask how the need shown and ``others`` are merged."""
        need_id = self._need_id
        if need_id is None:
            return
        ids = (need_id, *others)

        def ask(question: MergeQuestion) -> None:
            dialog = MergeDialog(self, self._desk, question)
            dialog.merged.connect(partial(self._on_merged, need_id, len(ids)))
            dialog.open()

        self._keep(lambda: self._desk.tasks.read(self, lambda session: read_question(session, ids), ask))

    def take_apart(self) -> None:
        """撤销合并: the sources stand where they stood before; the toast puts it right again."""
        need_id = self._need_id
        ends = other_end(self._merged, need_id) if self._merged is not None and need_id is not None else None
        if need_id is None or ends is None:
            return
        common_id, stand_at = ends
        if stand_at != need_id:  # the page shown is about to be gone
            self._desk.go("need", stand_at)
        self._undo(common_id, back_to=need_id)

    def _undo(self, common_id: UUID, *, back_to: UUID | None) -> None:
        tasks = self._desk.tasks

        def done(sources: tuple[UUID, ...]) -> None:
            words = counted("已撤销合并，{n} 条需求各回各位", "已撤销合并，{n} 条需求各回各位", len(sources))
            undo = partial(self._merge_again, common_id, sources, back_to) if back_to is not None else None
            self._desk.toast(words, icon="arrow-counter-clockwise", undo=undo)

        tasks.write(self, lambda session: undo_merge(session, common_id), done)

    def _merge_again(self, common_id: UUID, sources: tuple[UUID, ...], back_to: UUID) -> None:
        self._desk.tasks.write(
            self,
            lambda session: merge_again(session, common_id, sources),
            lambda _none: self._desk.go("need", back_to),
        )

    def _on_merged(self, need_id: UUID, count: int, common_id: UUID) -> None:
        def undo() -> None:
            self._desk.go("need", need_id)
            self._undo(common_id, back_to=None)

        self._desk.go("need", common_id)
        words = counted("{n} 条需求并成了一条共性需求", "{n} 条需求并成了一条共性需求", count)
        self._desk.toast(words, icon="git-merge", undo=undo)

    def _show(self, need_id: UUID, views: tuple[MergedView, SimilarView]) -> None:
        if need_id != self._need_id:
            return
        self._merged, similar = views
        self.common.show_merged(self._merged)
        if self._merged.is_merged:
            self.similar.forget()
        else:
            self.similar.show_similar(similar)
        self.setVisible(not (self.common.isHidden() and self.similar.isHidden()))

    def _on_gone(self, _error: BrokerError) -> None:
        self.forget()


def _read(session: Session, need_id: UUID) -> tuple[MergedView, SimilarView]:
    return read_merged(session, need_id), read_similar(session, need_id)
