"""What every form of one record has: it tells what was typed, and shows a refusal beside the field it speaks of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.ui.shell.cards import Card
from broker_app.ui.shell.fields import Field, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, ImeAwareTextEdit

_TITLE_LENGTH = 24


class ShowsProblem(Protocol):
    """Rows of their own inside a form, which say under themselves what is wrong."""

    def show_problem(self, message: str) -> None:
        """Show what is wrong; "" takes it away."""


class RecordForm(QWidget):
    """Cards of fields under each other. Subclasses fill ``_fields``, and ``_rows`` for what is a table of its own."""

    changed = Signal()
    """Something was typed or chosen by a person."""

    name: ImeAwareLineEdit
    """What the record is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, Field] = {}
        self._rows: dict[str, ShowsProblem] = {}
        self._is_filling = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)

    @property
    def fields(self) -> Mapping[str, Field]:
        """Fields by the name a refusal uses."""
        return self._fields

    @property
    def draft(self) -> object:
        """The record as it was last read from the fields, or filled in."""
        return None

    @property
    def has_leftovers(self) -> bool:
        """Whether something stands in a field that could not be kept: only here, so it must not be overwritten."""
        return False

    def show_refusal(self, error: BrokerError) -> bool:
        """Show a refusal beside its field; False if it speaks of no field here. The keyboard stays where it is."""
        if not isinstance(error, InvalidInputError):
            return False
        if error.field in self._rows:
            self._rows[error.field].show_problem(error.message)
            return True
        field = self._fields.get(error.field)
        if field is None:
            return False
        focus = QApplication.focusWidget()
        field.show_error(error.message)
        if focus is not None and focus is not field.control:
            focus.setFocus()
        return True

    def clear_errors(self) -> None:
        """Take all errors away."""
        for field in self._fields.values():
            if field.error:
                field.show_error("")
            else:
                field.show_hint("")
        for rows in self._rows.values():
            rows.show_problem("")

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """While a record is put into the fields nothing counts as typed; of long values the beginning is seen."""
        self._is_filling = True
        try:
            yield
            for line in self.findChildren(ImeAwareLineEdit):
                if not line.hasFocus():
                    line.setCursorPosition(0)
            self.clear_errors()
        finally:
            self._is_filling = False

    def _touch(self) -> None:
        if not self._is_filling:
            self.changed.emit()

    def _name_or_first_words(self, told: ImeAwareTextEdit, name_before: str) -> str:
        """The typed name. A record nobody has named yet is named by its first words; one taken away is asked for."""
        first_words = "" if name_before else " ".join(told.toPlainText().split())[:_TITLE_LENGTH]
        return self.name.text().strip() or first_words

    def _add_card(self, title: str) -> Card:
        card = Card()
        card.column.setSpacing(10)
        card.add_heading(title)
        self._column.addWidget(card)
        return card


def fixed_area(placeholder: str, lines: int) -> ImeAwareTextEdit:
    """A text area that stays ``lines`` lines high."""
    area = text_area(placeholder, lines)
    area.setMaximumHeight(area.minimumHeight())
    return area


def field_row(*cells: tuple[QWidget, int]) -> QGridLayout:
    """Fields side by side with their shares of the width; what has no label stands at the height of the inputs."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    for number, (widget, share) in enumerate(cells):
        at = Qt.AlignmentFlag.AlignTop if isinstance(widget, Field) else Qt.AlignmentFlag.AlignBottom
        grid.addWidget(widget, 0, number, at)
        grid.setColumnStretch(number, share)
    return grid
