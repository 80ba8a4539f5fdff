"""Rows that go on in the next line, and choices that end in an ellipsis: no word is cut and nothing runs out."""

from PySide6.QtWidgets import QStyleOptionComboBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from broker_app.ui.shell.fields import Combo, Tick
from broker_app.ui.shell.wrapping_row import WrappingRow

WORDS = ("需求摸排", "回访跟进", "研发投入与研发机构指导", "入企培训", "其他")


def shown(qtbot: QtBot, row: WrappingRow, width: int) -> QWidget:
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(row)
    column.addStretch(1)
    holder.resize(width, 400)
    holder.show()
    qtbot.waitUntil(lambda: row.width() == width)
    return holder


def test_buttons_go_on_in_the_next_line_and_none_is_cut(qtbot: QtBot) -> None:
    ticks = [Tick(words) for words in WORDS]
    row = WrappingRow(*ticks)
    holder = shown(qtbot, row, 260)
    assert len({one.y() for one in ticks}) > 1
    for one in ticks:
        assert one.width() >= one.sizeHint().width()
        assert row.rect().contains(one.geometry())
    before = ticks[3].y()
    ticks[2].hide()
    qtbot.waitUntil(lambda: ticks[3].y() < before)
    holder.resize(900, 400)
    qtbot.waitUntil(lambda: len({one.y() for one in ticks if one.isVisible()}) == 1)


def test_ticks_stand_in_as_many_columns_as_fit(qtbot: QtBot) -> None:
    ticks = [Tick(words) for words in WORDS]
    row = WrappingRow(*ticks, columns=4)
    holder = shown(qtbot, row, 900)
    assert ticks[0].x() == ticks[4].x()  # the fifth begins the second line
    assert len({one.y() for one in ticks}) == 2
    holder.resize(300, 400)
    qtbot.waitUntil(lambda: len({one.x() for one in ticks}) < 4)
    assert all(row.rect().contains(one.geometry()) for one in ticks)
    assert len({one.x() for one in ticks}) == len([one for one in ticks if one.y() == ticks[0].y()])


def test_a_choice_that_is_longer_than_its_field_ends_in_an_ellipsis(qtbot: QtBot) -> None:
    combo = Combo([("a", WORDS[2])])
    qtbot.addWidget(combo)

    def painted(width: int) -> str:
        combo.resize(width, 34)
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        return str(option.currentText)

    assert painted(400) == WORDS[2]
    assert painted(120).endswith("…")
    assert combo.currentText() == WORDS[2]
