"""The key file: a random data key, wrapped once by the passphrase and once by the recovery code.

The data key opens the store; it never changes, so a new passphrase rewrites this small file only.
Argon2id 64 MiB, t=3, p=4 costs about 0.3 s a guess (platform.md 3). Parameters stand in the header,
are bound into each wrap and covered by a MAC; a header with weaker ones is refused.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from broker_app.errors import DamagedStoreError, InvalidInputError, StoreError, WrongKeyError
from broker_app.i18n import _

FORMAT = 1
KEY_BYTES = 32
MEMORY_KIB, TIME_COST, LANES = 65536, 3, 4
_RECOVERY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I L O U
_RECOVERY_LENGTH = 30  # 150 bits
_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "12345678910",
        "qwertyuiop",
        "asdfghjkl;",
        "1q2w3e4r5t",
        "password123",
        "passw0rd123",
        "woaini1314520",
        "5201314520",
        "aaaaaaaaaa",
        "1111111111",
        "0000000000",
        "abcdefghij",
        "abc1234567",
        "admin12345",
        "iloveyou123",
    ]
)


@dataclass(frozen=True)
class NewKey:
    """A freshly made data key and the recovery code to be printed; the code is stored nowhere."""

    data_key: bytes
    recovery_code: str


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is guessed quickly.

    A Chinese character counts as two, because it is one of thousands.

    Raises:
        InvalidInputError: on the field ``passphrase``.
    """
    strength = sum(1 if character.isascii() else 2 for character in passphrase)
    if strength < 10:
        raise InvalidInputError("passphrase", _("口令太短：至少 10 个字母或数字，或者 5 个汉字。"))
    if passphrase.lower() in _COMMON or len(set(passphrase)) < 4:
        raise InvalidInputError("passphrase", _("这个口令太常见，很容易被猜到，请换一个。"))


def create_key_file(path: Path, passphrase: str) -> NewKey:
    """Make a data key, wrap it twice and write the key file.

    Raises:
        InvalidInputError: if the passphrase is too weak.
        StoreError: there is a key file already, or the folder cannot be written.
    """
    check_passphrase(passphrase)
    data_key = secrets.token_bytes(KEY_BYTES)
    code = _new_recovery_code()
    wraps = [_wrap("passphrase", _secret(passphrase), data_key), _wrap("recovery", _recovery_secret(code), data_key)]
    if path.exists():  # it may be the only key to a store or backup that lies elsewhere
        raise StoreError(
            _("资料夹里已经有一个钥匙文件，没有动它。要新建请换一个资料夹；要恢复备份请用 broker restore。")
        )
    _write(path, {"format": FORMAT, "wraps": wraps}, data_key)
    return NewKey(data_key, code)


def open_with_passphrase(path: Path, passphrase: str) -> bytes:
    """Return the data key.

    Raises:
        WrongKeyError: if the passphrase does not open it.
        DamagedStoreError: if the key file is damaged, weakened or missing.
    """
    return _open(path, "passphrase", _secret(passphrase), _("口令不对。请检查大小写和输入法，再试一次。"))


def open_with_recovery_code(path: Path, code: str) -> bytes:
    """Return the data key by the printed recovery code; raises like :func:`open_with_passphrase`."""
    return _open(path, "recovery", _recovery_secret(code), _("恢复码不对。请对照打印的那张纸，再输一次。"))


def change_passphrase(path: Path, data_key: bytes, passphrase: str) -> None:
    """Wrap the same data key with a new passphrase; neither the store nor the recovery code changes.

    Raises:
        InvalidInputError: if the passphrase is too weak.
        DamagedStoreError: if the key file is damaged or belongs to another data key.
    """
    check_passphrase(passphrase)
    header = _read(path)
    _check_mac(header, data_key)
    others = [wrap for wrap in header["wraps"] if wrap["by"] != "passphrase"]
    _write(path, {"format": FORMAT, "wraps": [_wrap("passphrase", _secret(passphrase), data_key), *others]}, data_key)


def _new_recovery_code() -> str:
    digits = [secrets.choice(_RECOVERY_ALPHABET) for _position in range(_RECOVERY_LENGTH)]
    return "-".join("".join(digits[start : start + 5]) for start in range(0, _RECOVERY_LENGTH, 5))


def _secret(passphrase: str) -> bytes:
    # The same words typed on another system may arrive composed differently; bytes no one can type still count.
    return unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")


def _recovery_secret(code: str) -> bytes:
    plain = code.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(character for character in plain if character in _RECOVERY_ALPHABET).encode()


def _wrap(by: str, secret: bytes, data_key: bytes) -> dict[str, Any]:
    head = {"by": by, "kdf": "argon2id", "m": MEMORY_KIB, "t": TIME_COST, "p": LANES, "salt": _text(os.urandom(16))}
    nonce = os.urandom(12)
    box = AESGCM(_derive(secret, head)).encrypt(nonce, data_key, _canonical(head))
    return {**head, "nonce": _text(nonce), "box": _text(box)}


def _derive(secret: bytes, head: dict[str, Any]) -> bytes:
    weaker = head["kdf"] != "argon2id" or head["m"] < MEMORY_KIB or head["t"] < TIME_COST or head["p"] < 1
    absurd = head["m"] > 4 * 1024 * 1024 or head["t"] > 64 or head["p"] > 64  # would keep the computer busy for hours
    if weaker or absurd:
        raise DamagedStoreError(_("钥匙文件被改动过，不能使用。资料没有被改动，请用备份里的钥匙文件。"))
    return hash_secret_raw(secret, _bytes(head["salt"]), head["t"], head["m"], head["p"], KEY_BYTES, Type.ID)


def _open(path: Path, by: str, secret: bytes, refusal: str) -> bytes:
    header = _read(path)
    try:
        wrap = next(wrap for wrap in header["wraps"] if wrap["by"] == by)
        head = {name: wrap[name] for name in ("by", "kdf", "m", "t", "p", "salt")}
        data_key = AESGCM(_derive(secret, head)).decrypt(_bytes(wrap["nonce"]), _bytes(wrap["box"]), _canonical(head))
    except InvalidTag:
        raise WrongKeyError(refusal) from None
    except (StopIteration, KeyError, TypeError, ValueError, HashingError) as error:
        raise DamagedStoreError(_damaged()) from error
    _check_mac(header, data_key)
    return data_key


def _check_mac(header: dict[str, Any], data_key: bytes) -> None:
    if not hmac.compare_digest(str(header.get("mac")).encode(), _mac(header, data_key).encode()):
        raise DamagedStoreError(_damaged())


def _read(path: Path) -> dict[str, Any]:
    try:
        header = json.loads(path.read_text("ascii"))
    except FileNotFoundError:
        raise DamagedStoreError(_("找不到钥匙文件 {name}。资料没有被改动。").format(name=path.name)) from None
    except (OSError, ValueError) as error:
        raise DamagedStoreError(_damaged()) from error
    if not isinstance(header, dict) or not isinstance(header.get("wraps"), list) or header.get("format") != FORMAT:
        raise DamagedStoreError(_damaged())
    return header


def _write(path: Path, header: dict[str, Any], data_key: bytes) -> None:
    signed = {**header, "mac": _mac(header, data_key)}
    temporary = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(json.dumps(signed, indent=1))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(_("钥匙文件没能写入，原来的没有变。请检查磁盘空间和权限，再试一次。")) from error


def _sync_folder(folder: Path) -> None:
    # Without its name on the disk a key file is lost in a power cut, and the store with it.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mac(header: dict[str, Any], data_key: bytes) -> str:
    unsigned = {name: value for name, value in header.items() if name != "mac"}
    mac_key = hashlib.sha256(b"broker key file mac" + data_key).digest()
    return hmac.new(mac_key, _canonical(unsigned), hashlib.sha256).hexdigest()


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise DamagedStoreError(_damaged()) from error


def _damaged() -> str:
    return _("钥匙文件损坏，打不开资料。资料没有被改动，请用备份里的钥匙文件或恢复码。")
