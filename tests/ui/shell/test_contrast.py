"""Contrast of every text and control colour on every surface it stands on, computed from the tokens (WCAG 2)."""

import pytest
from PySide6.QtGui import QColor

from broker_app.ui.shell.tokens import DARK, LIGHT, Tokens

SURFACES = ("canvas", "nav", "surface", "sunken", "raised", "hover", "pressed", "tint")
TEXTS = ("text", "text2", "text3", "accent_text", "ok_text", "warn_text", "bad_text", "vio_text")
CONTROLS = ("edge", "accent", "ring", "ok", "warn", "bad", "vio")
CONTROL_SURFACES = ("surface", "canvas", "nav", "sunken", "raised")
PAIRS = (
    ("on_accent", "accent"),
    ("on_accent", "accent_h"),
    ("on_accent", "accent_p"),
    ("accent_text", "tint"),
    ("ok_text", "ok_tint"),
    ("warn_text", "warn_tint"),
    ("bad_text", "bad_tint"),
    ("vio_text", "vio_tint"),
    ("text2", "mark"),
    ("toast_text", "toast"),
    ("toast_link", "toast"),
    ("accent_text", "tint2"),
)


def _luminance(colour: str) -> float:
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
class TestContrast:
    def test_text_on_every_surface(self, tokens: Tokens) -> None:
        weak = {
            (text, surface): round(contrast(getattr(tokens, text), getattr(tokens, surface)), 2)
            for text in TEXTS
            for surface in SURFACES
            if contrast(getattr(tokens, text), getattr(tokens, surface)) < 4.5
        }
        assert weak == {}

    def test_controls_on_the_surfaces_they_stand_on(self, tokens: Tokens) -> None:
        weak = {
            (control, surface): round(contrast(getattr(tokens, control), getattr(tokens, surface)), 2)
            for control in CONTROLS
            for surface in CONTROL_SURFACES
            if contrast(getattr(tokens, control), getattr(tokens, surface)) < 3.0
        }
        assert weak == {}

    def test_words_on_their_own_tint(self, tokens: Tokens) -> None:
        weak = {
            pair: round(contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])), 2)
            for pair in PAIRS
            if contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])) < 4.5
        }
        assert weak == {}


def test_the_computation_itself() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
