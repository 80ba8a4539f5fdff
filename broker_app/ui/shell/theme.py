"""The look in force: colours that follow the system or a choice, fonts, and what is derived from both."""

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from broker_app.i18n import speaks_english
from broker_app.ui.shell.app_palette import build_palette
from broker_app.ui.shell.style_sheet import build_style_sheet
from broker_app.ui.shell.tokens import DARK, LIGHT, Tokens
from broker_app.ui.shell.typography import STANDARD_POINTS, TypeScale, load_fonts

CHOICES = ("system", "light", "dark")


class Theme(QObject):
    """Colours and fonts of the running program; ``changed`` tells painted widgets to look again."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = "system", points: float = STANDARD_POINTS) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._colours: dict[str, QColor] = {}
        self.scale = TypeScale(points)
        self.tokens = LIGHT
        load_fonts()
        self._speak()
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def choice(self) -> str:
        """ "system", "light" or "dark"."""
        return self._choice

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self.tokens is DARK

    def set_choice(self, choice: str) -> None:
        """Follow the system or stay light or dark; an unknown choice follows the system."""
        self._choice = choice if choice in CHOICES else "system"
        self._apply()

    def set_points(self, points: float) -> None:
        """Set the text size: points of the body step."""
        self.scale = TypeScale(points)
        self._apply()

    def color(self, token: str) -> QColor:
        """The colour of a token of :class:`Tokens` in force now."""
        if token not in self._colours:
            self._colours[token] = QColor(getattr(self.tokens, token))
        return QColor(self._colours[token])

    def font(self, step: str, strong: bool | None = None) -> QFont:
        """The font of a type step (disp, num, title, section, read, body, meta, tiny)."""
        return self.scale.font(step, strong)

    def line(self, step: str) -> int:
        """Height of one line of a step in px."""
        return self.scale.line(step)

    def _follow(self) -> None:
        if self._wanted() is not self.tokens:
            self._apply()

    def _wanted(self) -> Tokens:
        if self._choice == "system":
            return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _apply(self) -> None:
        self._tell_system()
        self.tokens = self._wanted()
        self._colours.clear()
        self._app.setFont(self.font("body"))
        self._app.setPalette(build_palette(self.tokens))
        self._app.setStyleSheet(build_style_sheet(self.tokens, self.scale))
        self.changed.emit()

    def _tell_system(self) -> None:
        """Give title bars and native dialogs the same scheme, where this Qt can (from 6.8)."""
        set_scheme = getattr(self._app.styleHints(), "setColorScheme", None)
        if set_scheme is not None:
            schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
            set_scheme(schemes.get(self._choice, Qt.ColorScheme.Unknown))

    def _speak(self) -> None:
        """Qt's own words (buttons of native dialogs, context menus) and its calendar in the language in use."""
        if speaks_english():
            QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
            return
        QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load("qtbase_zh_CN", folder):
            self._app.installTranslator(translator)


class _Current:
    theme: Theme | None = None


def install_theme(app: QApplication, choice: str = "system", points: float = STANDARD_POINTS) -> Theme:
    """Dress the application; called once at start, before the first window."""
    _Current.theme = Theme(app, choice, points)
    return _Current.theme


def theme() -> Theme:
    """The look in force; dresses the running application if nobody has yet."""
    if _Current.theme is None or not isValid(_Current.theme):
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a QApplication must exist before the first widget")
        install_theme(app)
    if _Current.theme is None:
        raise RuntimeError("the theme could not be installed")
    return _Current.theme
