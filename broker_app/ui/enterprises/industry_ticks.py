"""The 5+5+N industries as small boxes, the main ones first, the others on request."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.codes.industries import industries, industry, industry_label
from broker_app.i18n import _, speaks_english
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.fields import Tick

_PER_ROW, _PER_ROW_ENGLISH = 5, 3
_MAIN = ("traditional", "emerging")


class IndustryTicks(QWidget):
    """Several industries may be chosen; a code that is no longer in the list stays chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(0)
        column.addLayout(self._grid)
        self._ticks: dict[str, Tick] = {}
        self._more = Button(_("更多行业"), "quiet", small=True, on_click=self._show_all)
        column.addLayout(row_of(self._more, None))
        for one in industries():
            self._add(one.code, one.name)
        self._show_main()

    @property
    def codes(self) -> tuple[str, ...]:
        """The chosen codes in the order of the list."""
        return tuple(code for code, tick in self._ticks.items() if tick.isChecked())

    def set_codes(self, codes: Sequence[str]) -> None:
        """Choose these codes."""
        for code in codes:
            if code not in self._ticks:
                self._add(code, industry_label(code))
        for code, tick in self._ticks.items():
            tick.blockSignals(True)
            tick.setChecked(code in codes)
            tick.blockSignals(False)
        self._show_main()

    def _add(self, code: str, label: str) -> None:
        tick = Tick(label)
        tick.toggled.connect(lambda _on: self.changed.emit())
        self._ticks[code] = tick

    def _show_main(self) -> None:
        shown = [tick for code, tick in self._ticks.items() if tick.isChecked() or _is_main(code)]
        self._place(shown)
        self._more.setVisible(len(shown) < len(self._ticks))

    def _show_all(self) -> None:
        self._place(list(self._ticks.values()))
        self._more.hide()

    def _place(self, shown: Sequence[Tick]) -> None:
        for tick in self._ticks.values():
            tick.setVisible(False)
            self._grid.removeWidget(tick)
        across = _PER_ROW_ENGLISH if speaks_english() else _PER_ROW
        for number, tick in enumerate(shown):
            self._grid.addWidget(tick, number // across, number % across)
            tick.setVisible(True)


def _is_main(code: str) -> bool:
    found = industry(code)
    return found is not None and found.group in _MAIN
