"""Type steps in points, so that screen scaling and the chosen text size carry every step with them."""

from dataclasses import dataclass
from math import ceil

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from broker_app.paths import resources

FAMILIES = ["Noto Sans SC", "Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC"]
STANDARD_POINTS = 10.5
LARGE_POINTS = 12.0
VERY_LARGE_POINTS = 14.0
_FONT_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-SemiBold.ttf")


@dataclass(frozen=True)
class Step:
    """One size of text: points at the standard text size, height of a line in px at 96 dpi."""

    points: float
    line: int
    strong: bool


STEPS = {
    "disp": Step(19.5, 40, True),
    "num": Step(18.0, 36, True),
    "title": Step(15.0, 30, True),
    "section": Step(12.0, 24, True),
    "read": Step(12.0, 28, False),
    "body": Step(10.5, 22, False),
    "meta": Step(9.75, 20, False),
    "tiny": Step(9.0, 18, False),
}


def load_fonts() -> list[str]:
    """Make the bundled fonts known to Qt; returns the families that were added."""
    families: list[str] = []
    for name in _FONT_FILES:
        number = QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))
        if number >= 0:
            families += QFontDatabase.applicationFontFamilies(number)
    return families


class TypeScale:
    """Fonts and line heights for one chosen text size (``points`` of the body step)."""

    def __init__(self, points: float = STANDARD_POINTS) -> None:
        self.points = points
        self.factor = points / STANDARD_POINTS
        self._fonts: dict[tuple[str, bool], QFont] = {}

    def font(self, step: str, strong: bool | None = None) -> QFont:
        """The font of a step; ``strong`` overrides the step's own weight."""
        heavy = STEPS[step].strong if strong is None else strong
        if (step, heavy) not in self._fonts:
            font = QFont()
            font.setFamilies(FAMILIES)
            font.setPointSizeF(STEPS[step].points * self.factor)
            font.setWeight(QFont.Weight.DemiBold if heavy else QFont.Weight.Normal)
            self._fonts[step, heavy] = font
        return QFont(self._fonts[step, heavy])

    def metrics(self, step: str, strong: bool | None = None) -> QFontMetrics:
        """Metrics of a step on the primary screen."""
        return QFontMetrics(self.font(step, strong))

    def line(self, step: str) -> int:
        """Height of one line in px: the drawn value as a minimum, never less than the font needs."""
        return max(ceil(STEPS[step].line * self.factor), self.metrics(step).height())

    def height(self, least: int, step: str = "body", padding: int = 0) -> int:
        """Height of a row that must hold one line of ``step``: ``least`` px or more."""
        return max(least, self.metrics(step).height() + 2 * padding)

    def points_of(self, step: str) -> float:
        """Size of a step in points, for the style sheet."""
        return STEPS[step].points * self.factor
