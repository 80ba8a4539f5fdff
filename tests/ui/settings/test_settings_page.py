"""Settings take effect at once and are still there afterwards."""

from collections.abc import Callable
from pathlib import Path

from broker_app.exchange.sample import SAMPLE_PASSPHRASE
from broker_app.paths import ProfilePaths
from broker_app.services.profile import read_profile
from broker_app.settings import read_settings
from broker_app.ui.settings.page import SettingsPage
from broker_app.ui.settings.passphrase_dialog import PassphraseDialog
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


def shown(window: MainWindow, settled: Settle) -> SettingsPage:
    page = window.show_page("settings")
    settled()
    assert isinstance(page, SettingsPage)
    return page


def test_who_works_here_is_kept_and_shown(window: MainWindow, settled: Settle) -> None:
    page = shown(window, settled)
    page.person["organisation"].setText("样例新单位")
    window.show_page("today")
    settled()
    settled()
    assert window.desk.tasks.fetch(read_profile).organisation == "样例新单位"
    assert window.desk.profile.organisation == "样例新单位"


def test_choices_are_written_at_once(window: MainWindow, settled: Settle) -> None:
    page = shown(window, settled)
    page.theme_buttons.buttons[2].click()
    page.size_buttons.buttons[1].click()
    kept = read_settings(window.desk.profile_folder / "settings.toml")
    assert (kept.theme, kept.font_points) == ("dark", 12.0)


def test_the_language_is_chosen_for_the_next_start(window: MainWindow, profile: ProfilePaths, settled: Settle) -> None:
    page = shown(window, settled)
    (english,) = [one for one in page.language_buttons.buttons if one.text() == "English"]
    english.click()
    settled()
    assert read_settings(profile.settings).language == "en"
    assert window.toast is not None
    assert "下次打开" in window.toast.words


def test_a_backup_is_written_and_named(window: MainWindow, tmp_path: Path, settled: Settle) -> None:
    page = shown(window, settled)
    page.write_backup(tmp_path / "backups")
    settled()
    (backup,) = (tmp_path / "backups").iterdir()
    assert window.toast is not None
    assert backup.name in window.toast.words


def test_the_passphrase_is_changed_only_with_the_old_one(window: MainWindow, settled: Settle) -> None:
    page = shown(window, settled)
    page.passphrase_button.click()
    dialog = window.findChild(PassphraseDialog)
    assert isinstance(dialog, PassphraseDialog)
    dialog.old.insert("不是这个口令呀")
    dialog.first.insert("换成新的口令")
    dialog.second.insert("换成新的口令")
    dialog.primary_button.click()
    settled()
    assert dialog.old_field.error != ""
    dialog.old.setText(SAMPLE_PASSPHRASE)
    dialog.primary_button.click()
    settled()
    assert window.toast is not None
    assert "口令已换" in window.toast.words
