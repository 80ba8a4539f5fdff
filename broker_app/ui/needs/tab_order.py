"""Rows that are built anew stand last for the Tab key; this puts them back where they are seen."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def tab_before(widget: QWidget, layout: QLayout) -> None:
    """Let Tab reach what stands in ``layout``, from its first row on, right before ``widget``."""
    before = widget.previousInFocusChain()
    inside = [one for one in _widgets(layout) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    while before is not None and before is not widget and (before in inside or not _takes_tab(before)):
        before = before.previousInFocusChain()
    for one in inside:
        if before is not None:
            QWidget.setTabOrder(before, one)
        before = one


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not widget.isWindow()


def _widgets(layout: QLayout) -> Iterator[QWidget]:
    for number in range(layout.count()):
        item = layout.itemAt(number)
        if item is None:
            continue
        inner, widget = item.layout(), item.widget()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _widgets(inner)
