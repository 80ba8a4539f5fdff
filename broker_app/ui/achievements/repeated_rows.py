"""Rows of a form that repeat: rights, and the people who made an achievement."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.fields import Choice, Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.text_blocks import Paragraph, Words


@dataclass(frozen=True)
class Cell:
    """One input of a row: its title, an example, its share of the width; with ``choices`` it is a choice of codes."""

    title: str
    example: str = ""
    share: int = 3
    choices: tuple[Choice, ...] = ()


class RepeatedRows(QWidget):
    """Rows of text and codes; an empty row is not kept."""

    changed = Signal()

    def __init__(self, cells: Sequence[Cell], add_words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = tuple(cells)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(6)
        self._titles = [Words(cell.title, "meta", "text2") for cell in self._cells]
        for number, cell in enumerate(self._cells):
            self._grid.setColumnStretch(number, cell.share)
        column.addLayout(self._grid)
        self.add_button = Button(add_words, "quiet", icon="plus", small=True, on_click=self._add_empty)
        column.addLayout(row_of(self.add_button, None))
        self._problem = Paragraph("", "meta", "bad_text")
        self._problem.hide()
        column.addWidget(self._problem)
        self._rows: list[tuple[tuple[ImeAwareLineEdit | Combo, ...], Button]] = []
        self._place()

    @property
    def values(self) -> tuple[tuple[str, ...], ...]:
        """The rows in which a text was typed, cell by cell."""
        typed = (tuple(_value(control) for control in controls) for controls, _remove in self._rows)
        return tuple(
            row for row in typed if any(value for value, cell in zip(row, self._cells, strict=True) if not cell.choices)
        )

    @property
    def controls(self) -> tuple[tuple[ImeAwareLineEdit | Combo, ...], ...]:
        """The inputs row by row."""
        return tuple(controls for controls, _remove in self._rows)

    def set_values(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Show these rows; nothing moves if they stand there already."""
        if tuple(rows) == self.values:
            return
        while self._rows:
            self._take_out(0)
        for row in rows:
            self._add(row)
        self._place()

    def show_problem(self, message: str) -> None:
        """Say under the rows what is wrong; "" takes it away."""
        self._problem.set_text(message)
        self._problem.setVisible(bool(message))

    def _add_empty(self) -> None:
        self._add(("",) * len(self._cells))
        self._place()
        self._rows[-1][0][0].setFocus()

    def _add(self, row: tuple[str, ...]) -> None:
        controls = tuple(self._control(cell, value) for cell, value in zip(self._cells, row, strict=True))
        remove = tool_button("x", _("去掉这一行"))
        self._rows.append((controls, remove))
        remove.clicked.connect(lambda: self._remove(controls))

    def _control(self, cell: Cell, value: str) -> ImeAwareLineEdit | Combo:
        if cell.choices:
            choice = Combo(cell.choices)
            if value:
                choice.set_code(value)
            choice.setAccessibleName(cell.title)
            choice.currentIndexChanged.connect(lambda _index: self.changed.emit())
            return choice
        line = ImeAwareLineEdit(value, placeholder=cell.example)
        line.setAccessibleName(cell.title)
        line.setToolTip(value)
        line.setCursorPosition(0)
        line.committed.connect(lambda _text: self.changed.emit())
        return line

    def _remove(self, controls: tuple[ImeAwareLineEdit | Combo, ...]) -> None:
        self._take_out(next(number for number, (one, _button) in enumerate(self._rows) if one is controls))
        self._place()
        self.changed.emit()

    def _take_out(self, at: int) -> None:
        controls, remove = self._rows.pop(at)
        for widget in (*controls, remove):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _place(self) -> None:
        for number, title in enumerate(self._titles):
            self._grid.addWidget(title, 0, number)
            title.setVisible(bool(self._rows))
        before: QWidget | None = None
        for at, (controls, remove) in enumerate(self._rows, start=1):
            for number, widget in enumerate((*controls, remove)):
                self._grid.addWidget(widget, at, number)
                widget.setVisible(True)
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget


def _value(control: ImeAwareLineEdit | Combo) -> str:
    return control.code if isinstance(control, Combo) else control.text().strip()
