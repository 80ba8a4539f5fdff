"""Where the passphrase comes from, and the computer's own key store for comfort.

The program works without any key store: a script sets ``BROKER_PASSPHRASE`` or names a file, a person
is asked. Only key stores on the list below are used, found by module name: ``keyring.get_keyring()``
may hand out one that keeps secrets in a plain file or swallows them.
"""

import getpass
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from broker_app.errors import CredentialError
from broker_app.i18n import _

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

PASSPHRASE_VARIABLE = "BROKER_PASSPHRASE"
_SERVICE = "broker"
_TRUSTED_BACKENDS = (
    "keyring.backends.Windows",
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
)


def find_passphrase(passphrase_file: Path | None, *, ask_twice: bool = False) -> str:
    """The passphrase from a file, from the environment, or by asking at the terminal, in that order.

    Raises:
        CredentialError: if the file cannot be read, or nobody can be asked.
    """
    if passphrase_file is not None:
        return _from_file(passphrase_file)
    if given := os.environ.get(PASSPHRASE_VARIABLE):
        return given
    if not sys.stdin.isatty():
        raise CredentialError(
            _("需要本机口令：请设环境变量 {name}，或用 --passphrase-file 指定文件。").format(name=PASSPHRASE_VARIABLE)
        )
    passphrase = getpass.getpass(_("本机口令："))
    if ask_twice and getpass.getpass(_("再输一次：")) != passphrase:
        raise CredentialError(_("两次输入不一样，什么都没有建立。"))
    return passphrase


def remember_data_key(profile: Path, data_key: bytes) -> bool:
    """Keep the data key in the computer's key store; False where there is none that can be trusted."""
    backend = _trusted_backend()
    if backend is None:
        return False
    account = str(profile.resolve())
    try:
        backend.set_password(_SERVICE, account, data_key.hex())
        # Some stores accept a secret and return nothing: only what can be read back was kept.
        return backend.get_password(_SERVICE, account) == data_key.hex()
    except _keyring_errors():
        return False


def remembered_data_key(profile: Path) -> bytes | None:
    """The data key from the computer's key store, if it was kept there."""
    backend = _trusted_backend()
    if backend is None:
        return None
    try:
        kept = backend.get_password(_SERVICE, str(profile.resolve()))
        return bytes.fromhex(kept) if kept else None
    except ValueError:
        return None
    except _keyring_errors():
        return None


def forget_data_key(profile: Path) -> None:
    """Remove the data key from the computer's key store, if it is there."""
    backend = _trusted_backend()
    if backend is not None and remembered_data_key(profile) is not None:
        backend.delete_password(_SERVICE, str(profile.resolve()))


def _from_file(path: Path) -> str:
    try:
        passphrase = path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise CredentialError(_("读不了口令文件 {name}。").format(name=path.name)) from None
    if not passphrase:
        raise CredentialError(_("口令文件 {name} 是空的。").format(name=path.name))
    return passphrase


def _keyring_errors() -> tuple[type[Exception], ...]:
    errors = importlib.import_module("keyring.errors")  # keyring is slow to import and often not needed
    return (errors.KeyringError, OSError)


def _trusted_backend() -> "KeyringBackend | None":
    backend_module = importlib.import_module("keyring.backend")
    for backend in backend_module.get_all_keyring():
        if type(backend).__module__ in _TRUSTED_BACKENDS:
            return backend  # type: ignore[no-any-return]  # the module is imported by name
    return None
