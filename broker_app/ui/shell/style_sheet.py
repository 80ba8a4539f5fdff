"""The style sheet of the application, from the tokens and the type scale.

Only style classes and properties carry rules: a rule on bare ``QWidget`` or ``QLabel`` would override every
palette colour set on a widget. Sizes go through ``min-height`` here, because the sheet overwrites
``setMinimumHeight`` when a widget is polished. Of two rules of equal weight the later one wins.
"""

from broker_app.ui.shell.tokens import Tokens
from broker_app.ui.shell.typography import TypeScale

_BUTTONS = """
QPushButton {{ min-height: {button}px; padding: 0 14px; border: 1px solid {line2}; border-radius: 6px;
  background: {raised}; color: {text}; }}
QPushButton:hover {{ background: {hover}; border-color: {edge}; }}
QPushButton:pressed {{ background: {pressed}; border-color: {edge}; }}
QPushButton:disabled {{ background: {sunken}; border-color: {line}; color: {off}; }}
QPushButton[kind="primary"] {{ background: {accent}; border-color: {accent}; color: {on_accent}; }}
QPushButton[kind="primary"]:hover {{ background: {accent_h}; border-color: {accent_h}; }}
QPushButton[kind="primary"]:pressed {{ background: {accent_p}; border-color: {accent_p}; }}
QPushButton[kind="primary"]:disabled {{ background: {pressed}; border-color: {pressed}; color: {off}; }}
QPushButton[kind="danger"] {{ color: {bad_text}; }}
QPushButton[kind="danger"]:disabled {{ color: {off}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; color: {accent_text};
  padding: 0 8px; }}
QPushButton[kind="quiet"]:hover {{ background: {hover}; }}
QPushButton[kind="quiet"]:pressed {{ background: {pressed}; }}
QPushButton[kind="quiet"]:disabled {{ background: transparent; color: {off}; }}
QPushButton[kind="tool"] {{ background: transparent; border-color: transparent; padding: 0;
  min-width: 30px; min-height: 30px; }}
QPushButton[kind="tool"]:hover {{ background: {hover}; }}
QPushButton[kind="tool"]:pressed, QPushButton[kind="tool"]:checked {{ background: {pressed}; }}
QPushButton[small="1"] {{ min-height: {small}px; padding: 0 11px; margin: 2px 0; font-size: {meta}pt; }}
QPushButton[small="1"][kind="quiet"] {{ padding: 0 7px; }}
QPushButton[big="1"] {{ min-height: {big}px; }}
QPushButton[kind="chip"] {{ background: {tint}; border-color: {accent}; color: {accent_text}; padding: 0 11px;
  min-height: {chip}px; }}
QPushButton[kind="chip"]:hover {{ background: {tint2}; }}
QPushButton[kind="segment"] {{ background: transparent; border: 1px solid transparent; border-radius: 5px;
  padding: 0 14px; min-height: {segment}px; margin: 0; color: {text2}; }}
QPushButton[kind="segment"]:hover {{ background: {hover}; }}
QPushButton[kind="segment"]:checked {{ background: {raised}; border-color: {line2}; color: {text};
  font-weight: 600; }}
QPushButton[kind="status"] {{ background: transparent; border: none; border-radius: 0; padding: 0 10px;
  min-height: {status}px; font-size: {meta}pt; color: {text2}; }}
QPushButton[kind="status"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[kind="status"]:pressed {{ background: {pressed}; }}
QPushButton[kind="pill"] {{ background: {surface}; border: 1px solid {line2}; border-radius: 6px; padding: 0 9px;
  min-height: {pill}px; text-align: left; color: {text3}; }}
QPushButton[kind="pill"]:hover {{ background: {hover}; border-color: {edge}; }}
"""

_FIELDS = """
QLineEdit, QComboBox, QAbstractSpinBox {{ min-height: {field}px; padding: 0 10px; border: 1px solid {edge};
  border-radius: 6px; background: {surface}; color: {text}; selection-background-color: {accent};
  selection-color: {on_accent}; placeholder-text-color: {text3}; }}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QComboBox:on {{ min-height: {field_f}px; padding: 0 9px;
  border: 2px solid {accent}; }}
QLineEdit[error="1"], QComboBox[error="1"], QAbstractSpinBox[error="1"] {{ min-height: {field_f}px; padding: 0 9px;
  border: 2px solid {bad}; }}
QLineEdit:disabled, QLineEdit:read-only, QComboBox:disabled, QAbstractSpinBox:disabled {{ background: {sunken};
  border-color: {line2}; }}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {off}; }}
QLineEdit[bare="1"], QLineEdit[bare="1"]:focus {{ border: none; background: transparent; padding: 0; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QAbstractSpinBox QLineEdit:read-only,
QComboBox QLineEdit, QComboBox QLineEdit:focus {{ border: none; padding: 0; min-height: 0; background: transparent; }}
QAbstractSpinBox {{ padding: 0; }}
QAbstractSpinBox:focus, QAbstractSpinBox[error="1"] {{ padding: 0; }}
QComboBox::drop-down, QDateTimeEdit::drop-down {{ subcontrol-origin: padding; subcontrol-position: center right;
  width: 30px; border: none; }}
QComboBox::down-arrow, QDateTimeEdit::down-arrow, QSpinBox::up-arrow, QSpinBox::down-arrow,
QDoubleSpinBox::up-arrow, QDoubleSpinBox::down-arrow {{ image: none; width: 0; height: 0; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ subcontrol-origin: border; subcontrol-position: top right;
  width: 26px; height: {half}px; border: none; background: transparent; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ subcontrol-origin: border;
  subcontrol-position: bottom right; width: 26px; height: {half}px; border: none; background: transparent; }}
QTextEdit[framed="1"] {{ border: 1px solid {edge}; border-radius: 6px; background: {surface}; padding: 4px 6px; }}
QTextEdit[framed="1"]:focus {{ border: 2px solid {accent}; padding: 3px 5px; }}
QTextEdit[framed="1"][error="1"] {{ border: 2px solid {bad}; padding: 3px 5px; }}
QTextEdit[framed="1"]:disabled, QTextEdit[framed="1"]:read-only {{ background: {sunken}; border-color: {line2}; }}
"""

_VIEWS = """
QScrollArea, QListView, QTableView, QTreeView {{ border: none; background: transparent; outline: none; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QListView[framed="1"] {{ border: 1px solid {line2}; border-radius: 6px; background: {surface}; padding: 4px; }}
QListView[framed="1"]::item {{ min-height: {row}px; padding: 0 10px; border-radius: 5px; color: {text}; }}
QListView[framed="1"]::item:hover {{ background: {hover}; }}
QListView[framed="1"]::item:selected {{ background: {tint}; color: {text}; }}
QComboBox QAbstractItemView {{ border: 1px solid {line2}; border-radius: 0; background: {raised}; padding: 4px;
  outline: none; selection-background-color: {tint}; selection-color: {text}; }}
QComboBox QAbstractItemView::item {{ min-height: {row}px; padding: 0 10px; border-radius: 5px; color: {text}; }}
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {{ background: {tint};
  color: {text}; }}
QScrollBar:vertical {{ width: 12px; background: transparent; margin: 2px 2px 2px 4px; }}
QScrollBar:horizontal {{ height: 12px; background: transparent; margin: 4px 2px 2px 2px; }}
QScrollBar::handle {{ background: {line2}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {edge}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{ background: {raised}; border: 1px solid {line2}; padding: 5px; }}
QMenu::item {{ min-height: {row}px; padding: 0 26px 0 12px; border-radius: 5px; color: {text}; }}
QMenu::item:selected {{ background: {tint}; }}
QMenu::item:disabled {{ color: {off}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 6px 8px; }}
QMenu::icon {{ padding-left: 8px; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line2}; padding: 5px 8px; }}
QSplitter::handle {{ background: {line}; }}
QProgressBar {{ min-height: 8px; max-height: 8px; border: none; border-radius: 4px; background: {pressed}; }}
QProgressBar::chunk {{ border-radius: 4px; background: {accent}; }}
QCalendarWidget QAbstractItemView {{ background: {raised}; color: {text}; selection-background-color: {accent};
  selection-color: {on_accent}; outline: none; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {raised}; }}
QCalendarWidget QToolButton {{ background: transparent; border: none; border-radius: 6px; color: {text};
  min-height: 32px; min-width: 32px; padding: 0 6px; }}
QCalendarWidget QToolButton:hover {{ background: {hover}; }}
"""


def build_style_sheet(tokens: Tokens, scale: TypeScale) -> str:
    """The style sheet for one set of colours and one text size."""
    values: dict[str, object] = dict(vars(tokens))
    field = scale.height(34, "body", 5)
    values |= {
        "button": scale.height(33, "body", 5) - 2,
        "small": scale.height(28, "meta", 3) - 2,
        "big": scale.height(40, "body", 8) - 2,
        "chip": field - 2,
        "pill": field - 2,
        "segment": scale.height(32, "body", 4) - 2,
        "status": scale.height(32, "meta", 4) - 1,
        "field": field - 2,
        "field_f": field - 4,
        "half": field // 2,
        "row": scale.height(32, "body", 4),
        "meta": f"{scale.points_of('meta'):g}",
    }
    return "".join(part.format(**values) for part in (_BUTTONS, _FIELDS, _VIEWS))
