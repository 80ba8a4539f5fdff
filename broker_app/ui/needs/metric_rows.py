"""Figures of a need as a small grid: name, now, wanted, unit, standard, and whether they must stay in the team."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.services.needs import Metric
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.fields import Tick
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.painting import plain_tip
from broker_app.ui.shell.text_blocks import Paragraph, Words

_SHARES = (5, 4, 4, 2, 5, 0, 0)


class _MetricRow:
    """The inputs of one figure."""

    def __init__(self, metric: Metric) -> None:
        self.name = _cell(metric.name, _("指标"), _("如 缺口冲击"))
        self.now = _cell(metric.now, _("现在"), _("如 18"))
        self.target = _cell(metric.target, _("要做到"), _("如 ≥30"))
        self.unit = _cell(metric.unit, _("单位"), _("kJ/m²"))
        self.standard = _cell(metric.standard, _("怎么测"), _("如 GB/T 1843"))
        self.confidential = Tick("")
        self.confidential.setAccessibleName(_("这个数字不得外传"))
        self.confidential.setToolTip(_("打勾之后，打印、推介和公开时都会隐去这个数字"))
        self.confidential.setChecked(metric.confidential)
        self.remove = tool_button("x", _("去掉这个指标"))

    @property
    def lines(self) -> tuple[ImeAwareLineEdit, ...]:
        """The text fields from left to right."""
        return (self.name, self.now, self.target, self.unit, self.standard)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """Everything of the row from left to right."""
        return (*self.lines, self.confidential, self.remove)

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed."""
        return any(line.text().strip() for line in self.lines)

    def typed(self) -> Metric:
        """The figure as typed."""
        name, now, target, unit, standard = (line.text().strip() for line in self.lines)
        return Metric(name, now, target, unit, standard, self.confidential.isChecked())


class MetricRows(QWidget):
    """Rows of figures; a row without a name is not kept, and that is said."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(6)
        for number, share in enumerate(_SHARES):
            self._grid.setColumnStretch(number, share)
        titles = (_("指标"), _("现在"), _("要做到"), _("单位"), _("怎么测"), _("不得外传"))
        self._titles = [Words(title, "meta", "text2") for title in titles]
        column.addLayout(self._grid)
        self.add_button = Button(_("加一个指标"), "quiet", icon="plus", small=True, on_click=self._add_empty)
        column.addLayout(row_of(self.add_button, None))
        self._problem = Paragraph("", "meta", "bad_text")
        self._problem.hide()
        column.addWidget(self._problem)
        self._rows: list[_MetricRow] = []
        self._editable = True

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The figures with a name."""
        return tuple(row.typed() for row in self._rows if row.name.text().strip())

    @property
    def nameless(self) -> bool:
        """Whether something was typed in a row without a name."""
        return any(row.is_filled and not row.name.text().strip() for row in self._rows)

    @property
    def problem(self) -> str:
        """What is wrong, or ""."""
        return self._problem.text if not self._problem.isHidden() else ""

    def set_metrics(self, metrics: Sequence[Metric]) -> None:
        """Show these figures; nothing moves if they stand there already."""
        if tuple(metrics) == self.metrics and self._rows:
            return
        for row in list(self._rows):
            self._take_out(row)
        for metric in metrics or ((Metric(""),) if self._editable else ()):
            self._add(metric)
        self._place()

    def set_editable(self, editable: bool) -> None:
        """Let the figures be changed, or only read."""
        self._editable = editable
        self.add_button.setVisible(editable)
        for row in self._rows:
            for line in row.lines:
                line.setReadOnly(not editable)
            row.confidential.setEnabled(editable)
            row.remove.setVisible(editable)

    def show_problem(self, message: str) -> None:
        """Say under the rows what is wrong; "" takes it away."""
        self._problem.set_text(message)
        self._problem.setVisible(bool(message))

    def _add_empty(self) -> None:
        row = self._add(Metric(""))
        self._place()
        row.name.setFocus()

    def _add(self, metric: Metric) -> _MetricRow:
        row = _MetricRow(metric)
        self._rows.append(row)
        for line in row.lines:
            line.setReadOnly(not self._editable)
            line.committed.connect(lambda _text: self.changed.emit())
        row.confidential.setEnabled(self._editable)
        row.confidential.toggled.connect(lambda _on: self.changed.emit())
        row.remove.clicked.connect(lambda: self._remove(row))
        return row

    def _remove(self, row: _MetricRow) -> None:
        self._take_out(row)
        self._place()
        self.changed.emit()

    def _take_out(self, row: _MetricRow) -> None:
        self._rows.remove(row)
        for widget in row.widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _place(self) -> None:
        before: QWidget | None = None
        for number, title in enumerate(self._titles):
            self._grid.addWidget(title, 0, number)
            title.setVisible(bool(self._rows))
        for at, row in enumerate(self._rows, start=1):
            for number, widget in enumerate(row.widgets):
                centre = Qt.AlignmentFlag.AlignHCenter if widget is row.confidential else Qt.AlignmentFlag(0)
                self._grid.addWidget(widget, at, number, centre)
                widget.setVisible(widget is not row.remove or self._editable)
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget


def _cell(text: str, name: str, example: str) -> ImeAwareLineEdit:
    line = ImeAwareLineEdit(text, placeholder=example)
    line.setAccessibleName(name)
    line.setToolTip(plain_tip(text))
    line.setCursorPosition(0)  # of a long value the beginning is seen
    return line
