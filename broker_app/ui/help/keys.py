"""The key sheet: every command that has a key, and the keys that mean the same everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from broker_app.i18n import _
from broker_app.ui.shell.commands import CommandBook
from broker_app.ui.visits.keys import VISIT_KEYS


@dataclass(frozen=True)
class KeyLine:
    """What keys do, under the heading of its group."""

    group: str
    title: str
    keys: tuple[str, ...]


def key_lines(book: CommandBook) -> Sequence[KeyLine]:
    """All of them, group by group; commands of a page not opened yet are there too."""
    lines = [
        KeyLine(one.group or _("随时"), one.title, _caps(one.keys))
        for one in sorted(book.all(), key=lambda one: one.group)
        if one.keys
    ]
    known = {line.keys for line in lines}
    lines += [
        KeyLine(_("走访"), one.title, _caps(one.keys))
        for one in VISIT_KEYS
        if one.keys and _caps(one.keys) not in known
    ]
    everywhere = (
        (_("完成、确定"), "Ctrl+Return"),
        (_("关掉对话框，稍后再说"), "Esc"),
        (_("列表里：打开"), "Return"),
        (_("列表里：移到回收站；附件：移除"), "Del"),
        (_("下一个、上一个输入框"), "Tab"),
    )
    lines += [KeyLine(_("到处都一样"), title, _caps(keys)) for title, keys in everywhere]
    return sorted(lines, key=lambda line: _order(line.group))


def _caps(keys: str) -> tuple[str, ...]:
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)
    return tuple(shown.replace("Return", "Enter").split("+"))


def _order(group: str) -> int:
    order = (_("走访"), _("随时"), _("去"), _("到处都一样"))
    return order.index(group) if group in order else len(order)
