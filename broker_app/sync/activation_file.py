"""An activation code as somebody has it: pasted, in a text file with a certificate behind it, or as a picture."""

import ssl
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import zxingcpp
from PIL import Image, UnidentifiedImageError

from broker_app.errors import InvalidInputError
from broker_app.i18n import _
from broker_app.sync.protocol import ACTIVATION_PREFIX, Activation, ProtocolError
from broker_app.sync.rounds import find_activated, find_server

_LARGEST_TEXT = 64 * 1024
_LARGEST_PICTURE = 40_000_000  # points; a phone takes twelve million
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True)
class FoundActivation:
    """A code, and the certificate that came with it (PEM, "" for none)."""

    activation: Activation
    certificate: str = ""


@dataclass(frozen=True)
class FoundServer:
    """Whose server it is, and what the activation code said besides."""

    address: str
    name: str
    login: str = ""
    certificate: str = ""


def find_typed(typed: str) -> FoundServer:
    """The server that a pasted code or a typed address means.

    Raises:
        InvalidInputError: it is neither.
        ExchangeError: nobody, or somebody else, answers there.
    """
    if ACTIVATION_PREFIX not in typed:
        return FoundServer(*find_server(typed))
    return _found(read_activation(typed))


def find_in_file(file: Path) -> FoundServer:
    """:func:`find_typed` for a code in a text file or a picture."""
    return _found(read_activation_file(file))


def _found(read: FoundActivation) -> FoundServer:
    address, name = find_activated(read.activation, read.certificate)
    return FoundServer(address, name, read.activation.login, read.certificate)


def read_activation(text: str) -> FoundActivation:
    """The code in ``text``, with the certificate behind it if there is one.

    Raises:
        InvalidInputError: there is no code, or the certificate is not the one the code speaks of.
    """
    try:
        activation = Activation.from_text(text)
    except ProtocolError:
        raise InvalidInputError("code", _("这不是激活码。激活码以 kjzf1: 开头，向管理员要。")) from None
    certificate = ""
    if _BEGIN in text and _END in text:
        certificate = text[text.index(_BEGIN) : text.index(_END) + len(_END)] + "\n"
        check_certificate(activation, certificate)
    return FoundActivation(activation, certificate)


def read_activation_file(file: Path) -> FoundActivation:
    """The code in a text file or a picture of its QR code.

    Raises:
        InvalidInputError: the file cannot be read, or there is no code in it.
    """
    try:
        head = file.read_bytes()[: _LARGEST_TEXT + 1]
    except OSError:
        raise InvalidInputError("code", _("读不了文件 {name}。").format(name=file.name)) from None
    if len(head) <= _LARGEST_TEXT and b"\0" not in head:
        return read_activation(head.decode("utf-8-sig", "replace"))
    return read_activation("\n".join(_codes_in(file)))


def check_certificate(activation: Activation, certificate: str) -> None:
    """Whether a certificate (PEM) is the one the code speaks of.

    Raises:
        InvalidInputError: it is another one, or none.
    """
    try:
        found = sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest()
    except ValueError:
        raise InvalidInputError("code", _("证书文件读不了，请向管理员再要一份。")) from None
    if activation.ca_fingerprint and found != activation.ca_fingerprint:
        raise InvalidInputError("code", _("证书和激活码里写的不是同一个，没有继续。请向管理员问清楚。"))


def _codes_in(file: Path) -> list[str]:
    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > _LARGEST_PICTURE:
                raise InvalidInputError("code", _("图片太大，请截下二维码那一块再试。"))
            found = zxingcpp.read_barcodes(picture.convert("L"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        raise InvalidInputError("code", _("读不了文件 {name}。").format(name=file.name)) from None
    if not found:
        raise InvalidInputError("code", _("图里没有找到二维码。请拍清楚一点，或把激活码粘贴进来。"))
    return [one.text for one in found]
