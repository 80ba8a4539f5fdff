"""A link of somebody's own words: whole where there is room, cut at its end where there is not."""

from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from broker_app.ui.shell.buttons import TitleLink
from broker_app.ui.shell.text_blocks import Words

TITLE = "小型断路器自动校验线瞬时脱扣一致性提升和双金属片焊点在线外观检测"


def test_it_is_cut_at_its_end_and_still_says_everything(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    row = QHBoxLayout(holder)
    link = TitleLink(TITLE)
    row.addWidget(link)
    row.addStretch(1)
    row.addWidget(Words("对接中"))
    holder.resize(1000, 40)
    holder.show()
    assert link.text() == TITLE
    holder.resize(240, 40)
    qtbot.waitUntil(lambda: holder.width() == 240 and link.text() != TITLE)
    assert link.text().startswith(TITLE[:5])
    assert link.text().endswith("…")
    assert link.width() + 20 < 240
    assert (link.accessibleName(), link.toolTip()) == (TITLE, TITLE)
    holder.resize(1000, 40)
    qtbot.waitUntil(lambda: link.text() == TITLE)
