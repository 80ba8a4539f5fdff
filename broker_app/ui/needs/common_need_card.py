"""What a common need was put together from, and where a need went that was merged; both lead there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.rules.states import NeedState
from broker_app.services.needs import get_need
from broker_app.services.needs_merge import NeedSource, can_take_apart, common_of, sources_of
from broker_app.services.sessions import Session
from broker_app.ui.needs.tab_order import tab_before
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.text_blocks import Facts, Paragraph, Words


@dataclass(frozen=True)
class MergedView:
    """How a need stands to a merge: what went into it, or what it went into; ``apart`` if that can be undone."""

    is_merged: bool
    common: NeedSource | None
    sources: tuple[NeedSource, ...]
    apart: bool


def read_merged(session: Session, need_id: UUID) -> MergedView:
    """What the card shows of a need; raises NotFoundError."""
    need = get_need(session, need_id)
    common = common_of(session, need_id)
    sources = tuple(sources_of(session, need_id))
    state = common.state if common is not None else need.state
    return MergedView(
        need.state == NeedState.MERGED, common, sources, bool(common or sources) and can_take_apart(state)
    )


class CommonNeedCard(Card):
    """Hidden for a need that has nothing to do with a merge."""

    open_wanted = Signal(object)
    apart_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._view: MergedView | None = None
        self._heading, self._count = Words("", "body", "text", strong=True), Words("", "meta", "text3")
        self.column.addLayout(row_of(self._heading, self._count, None))
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.column.addLayout(self._list)
        self.apart_button = Button(
            _("撤销合并"), "quiet", icon="arrow-counter-clockwise", small=True, on_click=self.apart_wanted.emit
        )
        self.apart_button.setToolTip(_("共性需求移到回收站，原来的几条各回各位"))
        self.column.addLayout(row_of(self.apart_button, None))
        self.hide()

    def forget(self) -> None:
        """Another need is shown."""
        self._view = None
        self.hide()

    def show_merged(self, view: MergedView) -> None:
        """Show where a need stands in a merge; nothing moves if that stands there already."""
        if view == self._view:
            return
        self._view = view
        clear_layout(self._list)
        self.setVisible(view.is_merged or bool(view.sources))
        if view.is_merged:
            self._show_common(view.common)
        else:
            self._show_sources(view.sources)
        tab_before(self.apart_button, self._list)
        self.apart_button.setVisible(view.apart)

    def _show_common(self, common: NeedSource | None) -> None:
        if common is None:
            self._heading.setText(_("已并入"))
            self._count.setText("")
            self._list.addWidget(Paragraph(_("并到了哪一条共性需求，本机没有记录。"), "body", "text2"))
            return
        self._heading.setText(_("已并入共性需求"))
        self._count.setText("")
        self._list.addLayout(self._line(common))

    def _show_sources(self, sources: Sequence[NeedSource]) -> None:
        self._heading.setText(_("由这几条并成"))
        self._count.setText(str(len(sources)))
        for number, one in enumerate(sources):
            if number:
                self._list.addWidget(Hairline())
            self._list.addLayout(self._line(one))

    def _line(self, one: NeedSource) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(1)
        lines.addWidget(Paragraph(one.title, "body", "text", max_lines=2))
        if one.enterprise:
            lines.addWidget(Facts([one.enterprise]))
        lines.addWidget(Facts([one.number]))
        look = Button(_("打开"), "quiet", small=True, on_click=partial(self.open_wanted.emit, one.id))
        look.setAccessibleName(_("打开需求「{title}」").format(title=one.title))
        lines.addLayout(row_of(look, None))
        return lines


def other_end(view: MergedView, need_id: UUID) -> tuple[UUID, UUID] | None:
    """The common need of a merge, and the need to stand at once it is undone; None where there is no merge."""
    if view.common is not None:
        return view.common.id, need_id
    if view.sources:
        return need_id, view.sources[0].id
    return None
