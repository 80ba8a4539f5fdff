"""Where the passphrase comes from, and the computer's own key store for comfort.

The program works without any key store: a script sets ``BROKER_PASSPHRASE`` or names a file, a person
is asked. Only key stores on the list below are used, found by module name: ``keyring.get_keyring()``
may hand out one that keeps secrets in a plain file or swallows them.
"""

import getpass
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from broker_app.errors import CredentialError
from broker_app.i18n import _

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "broker"
_KEY_BYTES = 32
_TRUSTED_BACKENDS = (
    "keyring.backends.Windows",
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
)


@dataclass(frozen=True)
class _Secret:
    """A secret a command may need: the variable and the option that give it, and how a person is asked."""

    variable: str
    option: str
    prompt: str


def find_passphrase(passphrase_file: Path | None, *, ask_twice: bool = False) -> str:
    """The passphrase from a file, from ``BROKER_PASSPHRASE``, or by asking at the terminal, in that order.

    Raises:
        CredentialError: if the file cannot be read, or nobody can be asked.
    """
    wanted = _Secret("BROKER_PASSPHRASE", "--passphrase-file", _("本机口令："))
    return _found(wanted, passphrase_file, ask_twice=ask_twice)


def find_new_passphrase(passphrase_file: Path | None) -> str:
    """The passphrase to change to (``BROKER_NEW_PASSPHRASE``); a person types it twice."""
    wanted = _Secret("BROKER_NEW_PASSPHRASE", "--new-passphrase-file", _("新口令："))
    return _found(wanted, passphrase_file, ask_twice=True)


def find_recovery_code(code_file: Path | None) -> str:
    """The printed recovery code (``BROKER_RECOVERY_CODE``)."""
    return _found(_Secret("BROKER_RECOVERY_CODE", "--recovery-code-file", _("恢复码：")), code_file)


def find_server_password(password_file: Path | None) -> str:
    """The password of the account at the server (``BROKER_SERVER_PASSWORD``)."""
    return _found(_Secret("BROKER_SERVER_PASSWORD", "--password-file", _("服务器密码：")), password_file)


def _found(wanted: _Secret, file: Path | None, *, ask_twice: bool = False) -> str:
    if file is not None:
        return _from_file(file)
    if given := os.environ.get(wanted.variable):
        return given
    if sys.stdin is None or not sys.stdin.isatty():  # a windowed program has no stdin at all
        raise CredentialError(
            _("需要{what}请设环境变量 {name}，或用 {option} 指定文件。").format(
                what=wanted.prompt, name=wanted.variable, option=wanted.option
            )
        )
    try:
        typed = getpass.getpass(wanted.prompt)
        if ask_twice and getpass.getpass(_("再输一次：")) != typed:
            raise CredentialError(_("两次输入不一样，什么都没有改动。"))
    except EOFError:
        raise CredentialError(_("没有输入口令，什么都没有改动。")) from None
    return typed


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
        data_key = bytes.fromhex(kept or "")
    except ValueError:
        return None
    except _keyring_errors():
        return None
    return data_key if len(data_key) == _KEY_BYTES else None


def forget_data_key(profile: Path) -> bool:
    """Remove the data key from the computer's key store; False when the store would not let go of it."""
    backend = _trusted_backend()
    if backend is None or remembered_data_key(profile) is None:
        return True
    try:
        backend.delete_password(_SERVICE, str(profile.resolve()))
    except _keyring_errors():
        return False
    return True


def _from_file(path: Path) -> str:
    try:
        passphrase = path.read_text("utf-8-sig").rstrip("\r\n")
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
