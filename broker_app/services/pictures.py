"""Pictures as they are kept: at most 2,048 px, upright, without the place they were taken at, and safe to open.

Every picture is decoded and written anew, so nothing a file carries besides its pixels is kept unless asked for.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from broker_app.errors import InvalidInputError
from broker_app.i18n import _
from broker_app.services.file_types import JPEG, PNG, FileType

LONGEST_SIDE = 2048
PREVIEW_SIDE = 320
_MOST_PIXELS = 120_000_000  # a phone of 108 megapixels still passes
_QUALITY = 88
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "HEIF")

# A picture that says it is larger is refused before its pixels are unpacked.
Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Picture:
    """A picture ready to be kept, and a small one of it (JPEG)."""

    content: bytes
    kind: FileType
    preview: bytes


def kept_picture(content: bytes, *, keep_details: bool = False) -> Picture:
    """The picture in ``content`` as it is kept; ``keep_details`` leaves time, place and camera in it.

    Raises:
        InvalidInputError: it is no picture, damaged, or far too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=_FORMATS) as opened:
                return _kept(opened, keep_details=keep_details)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise InvalidInputError("file", _("这张图片大得不正常，没有收。请先缩小再加。")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise InvalidInputError("file", _("这张图片打不开，可能已经损坏，没有收。")) from error


def _kept(opened: Image.Image, *, keep_details: bool) -> Picture:
    if opened.format == "JPEG":
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # unpacks a large photo at half its size or less
    as_png = opened.format in ("PNG", "GIF") and max(opened.size) <= LONGEST_SIDE
    colours = opened.info.get("icc_profile")
    upright = ImageOps.exif_transpose(opened)
    shrunk = _plain(upright)
    shrunk.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    options = {"icc_profile": colours} if isinstance(colours, bytes) else {}
    if keep_details and (details := upright.getexif().tobytes()):
        options["exif"] = details
    small = shrunk.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    kept = _written(shrunk, "PNG" if as_png else "JPEG", options)
    return Picture(kept, PNG if as_png else JPEG, _written(small, "JPEG", {}))


def _plain(picture: Image.Image) -> Image.Image:
    """``picture`` in red, green and blue, on white where it is see-through."""
    if picture.mode == "RGB":
        return picture.copy()
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        ground.alpha_composite(layer)
        return ground.convert("RGB")
    return picture.convert("RGB")


def _written(picture: Image.Image, form: str, options: dict[str, bytes]) -> bytes:
    out = BytesIO()
    quality = {"quality": _QUALITY, "optimize": True} if form == "JPEG" else {"optimize": True}
    picture.save(out, form, **quality, **options)
    return out.getvalue()
