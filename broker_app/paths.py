"""Where things lie: the profile of a broker on this computer, and what ships with the program."""

import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

APP_FOLDER = "broker"


@dataclass(frozen=True)
class ProfilePaths:
    """The files of one profile; nothing is created by naming them."""

    folder: Path

    @property
    def database(self) -> Path:
        """The encrypted store."""
        return self.folder / "broker.db"

    @property
    def key_file(self) -> Path:
        """The data key, wrapped by the passphrase and by the recovery code."""
        return self.folder / "broker.key"

    @property
    def lock(self) -> Path:
        """Held by the one program that works on this profile."""
        return self.folder / "broker.lock"

    @property
    def settings(self) -> Path:
        """Choices of the person at this computer; nothing secret."""
        return self.folder / "settings.toml"

    @property
    def backups(self) -> Path:
        """Verified copies of the store."""
        return self.folder / "backups"

    @property
    def attachments(self) -> Path:
        """Encrypted files named by the SHA-256 of their content."""
        return self.folder / "attachments"

    @property
    def log(self) -> Path:
        """The program's own log; never any text of a record."""
        return self.folder / "log" / "broker.log"


def default_profile() -> ProfilePaths:
    """The profile used when none is named."""
    return ProfilePaths(user_data_path(APP_FOLDER, appauthor=False, roaming=False) / "default")


def resources() -> Path:
    """The folder of fonts, icons, code lists and samples that ship with the program."""
    bundled = getattr(sys, "_MEIPASS", None)
    root = Path(bundled) if bundled else Path(__file__).resolve().parent.parent
    inside = Path(__file__).resolve().parent / "resources"
    return inside if inside.is_dir() else root / "resources"


def manual_folder() -> Path:
    """The folder of the manual: shipped beside the other resources, in a checkout under docs."""
    shipped = resources() / "manual"
    return shipped if shipped.is_dir() else resources().parent / "docs" / "manual"
