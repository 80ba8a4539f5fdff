"""Activation codes for clients: where to sign in, as whom, and which certificate to expect; no secret is in one."""

import ssl
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import segno

from broker_app.sync.protocol import Activation
from broker_server.admin import AdminError

_PICTURE_SCALE = 8  # points of a module: sharp on paper and on a screen


def read_certificate(file: Path) -> str:
    """The certificate in a file, as PEM; raises AdminError when the file cannot be read."""
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise AdminError(f"读不了证书文件 {file}，要一个 PEM 格式的证书。") from None


def activation_of(address: str, organisation: str, login: str = "", certificate: str = "") -> Activation:
    """The code for ``address``; ``certificate`` is PEM.

    Raises:
        AdminError: the address is none, or the certificate cannot be read.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path not in ("", "/"):
        raise AdminError("地址写作 https://sync.example.cn，不带路径。")
    if not organisation:
        raise AdminError("服务器还没有名称，请先运行 broker-server init --name 名称。")
    fingerprint = ""
    if certificate:
        try:
            fingerprint = sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest()
        except ValueError:
            raise AdminError("证书文件读不了，要一个 PEM 格式的证书。") from None
    return Activation(f"{parts.scheme}://{parts.netloc}", organisation, login, fingerprint)


def write_activation(code: Activation, certificate: str, target: Path) -> None:
    """Write ``code`` as a picture (``.png``) or as text with the certificate behind it (anything else).

    Raises:
        AdminError: the file cannot be written.
    """
    try:
        if target.suffix.lower() == ".png":
            segno.make(code.as_text(), error="m").save(str(target), scale=_PICTURE_SCALE, border=4)
        else:
            target.write_text(f"{code.as_text()}\n{certificate}", "utf-8")
    except OSError:
        raise AdminError(f"写不了文件 {target}。") from None
