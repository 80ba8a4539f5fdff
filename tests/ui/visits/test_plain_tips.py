"""Words of a person are words in a tooltip too (reliability.md T11)."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.text_blocks import ElidedWords, Facts

PAYLOADS = (
    "<img src='file:///etc/hostname'>甲厂",
    "温度 <50℃ 时开裂",
    "<a href='file://server/share'>x</a>",
    "R&D <b>粗</b>\n第二行",
)


def seen(tip: str) -> str:
    """What a tooltip shows: Qt takes it for formatted text if it looks like it, as QTextEdit.setText does."""
    shown = QTextEdit()
    shown.setText(tip)
    return shown.toPlainText()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_tooltip_shows_what_was_typed(payload: str, qtbot: QtBot) -> None:
    words, facts = ElidedWords(payload), Facts([payload])
    qtbot.addWidget(words)
    qtbot.addWidget(facts)
    model = PagedModel[str]([Column("名称", str)], lambda offset, _limit: [payload][offset:])
    model.reload()
    cell = model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    one_line = " ".join(payload.split())
    assert seen(words.toolTip()) == one_line
    assert seen(facts.toolTip()).split() == payload.split()
    assert seen(cell) == payload
