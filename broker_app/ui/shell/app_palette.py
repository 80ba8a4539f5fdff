"""The palette of the application: every role, or a second window shows foreign grey in the dark."""

from PySide6.QtGui import QColor, QPalette

from broker_app.ui.shell.tokens import Tokens

_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup

_ROLES = {
    _Role.Window: "canvas",
    _Role.WindowText: "text",
    _Role.Base: "surface",
    _Role.AlternateBase: "sunken",
    _Role.Text: "text",
    _Role.Button: "raised",
    _Role.ButtonText: "text",
    _Role.BrightText: "bad_text",
    _Role.PlaceholderText: "text3",
    _Role.Highlight: "accent",
    _Role.HighlightedText: "on_accent",
    _Role.Accent: "accent",
    _Role.Link: "accent_text",
    _Role.LinkVisited: "vio_text",
    _Role.ToolTipBase: "raised",
    _Role.ToolTipText: "text",
    _Role.Light: "raised",
    _Role.Midlight: "hover",
    _Role.Mid: "line2",
    _Role.Dark: "line2",
    _Role.Shadow: "shadow",
}
_DISABLED = {
    _Role.WindowText: "off",
    _Role.Text: "off",
    _Role.ButtonText: "off",
    _Role.PlaceholderText: "off",
    _Role.Base: "sunken",
    _Role.Button: "sunken",
    _Role.Highlight: "line2",
    _Role.HighlightedText: "text",
    _Role.Link: "off",
}
_INACTIVE = {_Role.Highlight: "tint2", _Role.HighlightedText: "text"}


def build_palette(tokens: Tokens) -> QPalette:
    """A palette that holds ``tokens`` in all three colour groups."""
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, QColor(getattr(tokens, token)))
    for group, changes in ((_Group.Disabled, _DISABLED), (_Group.Inactive, _INACTIVE)):
        for role, token in changes.items():
            palette.setColor(group, role, QColor(getattr(tokens, token)))
    return palette
