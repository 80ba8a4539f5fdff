"""Getting into a profile: by passphrase, by recovery code, by the computer's key store, or by making a new one."""

from dataclasses import dataclass

from broker_app import credentials
from broker_app.db.key_file import (
    change_passphrase,
    create_key_file,
    open_with_passphrase,
    open_with_recovery_code,
)
from broker_app.db.session import Store
from broker_app.errors import StoreError
from broker_app.i18n import _
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile, open_profile


@dataclass(frozen=True)
class NewEntrance:
    """A profile just made, open, and the recovery code that is shown once and stored nowhere."""

    store: Store
    recovery_code: str


def enter(paths: ProfilePaths, passphrase: str, *, remember: bool = False) -> Store:
    """Open a profile; with ``remember`` the computer's key store keeps the key if it has one that can be trusted.

    Raises:
        WrongKeyError: the passphrase does not open it.
        StoreError: it is in use, newer or damaged.
    """
    data_key = open_with_passphrase(paths.key_file, passphrase)
    store = open_profile(paths, data_key, mend_now=False)
    if remember:
        credentials.remember_data_key(paths.folder, data_key)
    return store


def enter_remembered(paths: ProfilePaths) -> Store | None:
    """Open a profile with the key that the computer's key store kept; None if it kept none."""
    data_key = credentials.remembered_data_key(paths.folder)
    return open_profile(paths, data_key, mend_now=False) if data_key else None


def is_passphrase(paths: ProfilePaths, passphrase: str) -> None:
    """Check a passphrase against a profile that is open already and only locked; raises WrongKeyError."""
    open_with_passphrase(paths.key_file, passphrase)


def recover(paths: ProfilePaths, code: str, passphrase: str) -> None:
    """Set a new passphrase by the recovery code; no record changes.

    Raises:
        WrongKeyError: the code is not the one of this profile.
        InvalidInputError: the new passphrase is too weak; nothing has changed.
    """
    change_passphrase(paths.key_file, open_with_recovery_code(paths.key_file, code), passphrase)


def begin(paths: ProfilePaths, passphrase: str, profile: Profile) -> NewEntrance:
    """Make an empty profile and open it.

    Raises:
        InvalidInputError: the passphrase is too weak; nothing was made.
        StoreError: there is a profile already.
    """
    if paths.database.exists():
        raise StoreError(_("这个资料夹里已经有资料，没有改动它。"))
    key = create_key_file(paths.key_file, passphrase)
    try:
        store = create_profile(paths, key.data_key, profile)
    except BaseException:
        paths.key_file.unlink(missing_ok=True)  # a key to nothing would be in the way of the next try
        raise
    return NewEntrance(store, key.recovery_code)
