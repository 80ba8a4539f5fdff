"""What a file is, by its content and never by its name; and a name that is safe to show and to write.

Only kinds that cannot run anything are taken: pictures, PDF, sound, plain text, and office files without macros.
"""

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO

LONGEST_NAME = 120
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])")
_FORBIDDEN = str.maketrans('<>"|?*:', "＜＞＂｜？＊：")
_OFFICE = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_OFFICE_MIME = "application/vnd.openxmlformats-officedocument."
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


@dataclass(frozen=True)
class FileType:
    """A kind of file: its MIME type and the endings its name may have, the usual one first."""

    mime: str
    endings: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture."""
        return self.mime.startswith("image/")

    @property
    def is_sound(self) -> bool:
        """Whether it is a recording."""
        return self.mime.startswith("audio/")


JPEG = FileType("image/jpeg", (".jpg", ".jpeg"))
PNG = FileType("image/png", (".png",))
HEIC = FileType("image/heic", (".heic", ".heif"))
PDF = FileType("application/pdf", (".pdf",))
TEXT = FileType("text/plain", (".txt", ".csv", ".md"))
JSON = FileType("application/json", (".json",))

_SIGNATURES: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", FileType("image/gif", (".gif",))),
    (b"GIF89a", FileType("image/gif", (".gif",))),
    (b"II*\x00", FileType("image/tiff", (".tif", ".tiff"))),
    (b"MM\x00*", FileType("image/tiff", (".tif", ".tiff"))),
    (b"%PDF-", PDF),
    (b"ID3", FileType("audio/mpeg", (".mp3",))),
    (b"\xff\xfb", FileType("audio/mpeg", (".mp3",))),
    (b"\xff\xf3", FileType("audio/mpeg", (".mp3",))),
    (b"#!AMR", FileType("audio/amr", (".amr",))),
)
_KNOWN = {kind.mime: kind for _start, kind in _SIGNATURES} | {
    kind.mime: kind
    for kind in (
        HEIC,
        TEXT,
        JSON,
        FileType("image/webp", (".webp",)),
        FileType("image/bmp", (".bmp",)),
        FileType("audio/wav", (".wav",)),
        FileType("audio/mp4", (".m4a",)),
        FileType(_OFFICE_MIME + "wordprocessingml.document", (".docx",)),
        FileType(_OFFICE_MIME + "spreadsheetml.sheet", (".xlsx",)),
        FileType(_OFFICE_MIME + "presentationml.presentation", (".pptx",)),
    )
}
_OFFICE_TYPES = {
    "docx": _OFFICE_MIME + "wordprocessingml.document",
    "xlsx": _OFFICE_MIME + "spreadsheetml.sheet",
    "pptx": _OFFICE_MIME + "presentationml.presentation",
}


def file_type(content: bytes) -> FileType | None:
    """What ``content`` is; None if it is nothing we take (a program, a macro file, an unknown format)."""
    for start, kind in _SIGNATURES:
        if content.startswith(start):
            return kind
    if content[:2] == b"BM" and content[6:10] == b"\x00\x00\x00\x00":
        return _KNOWN["image/bmp"]
    if content[:4] == b"RIFF":
        return {b"WEBP": _KNOWN["image/webp"], b"WAVE": _KNOWN["audio/wav"]}.get(content[8:12])
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        if brand in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc"):
            return HEIC
        return _KNOWN["audio/mp4"] if brand in (b"M4A ", b"M4B ") else None
    if content[:4] == b"PK\x03\x04":
        return _office_type(content)
    return TEXT if _is_text(content) else None


def type_of_mime(mime: str) -> FileType | None:
    """The kind of file of a MIME type; None if we do not take it."""
    return _KNOWN.get(mime)


def safe_name(name: str, kind: FileType) -> str:
    """``name`` as it may be shown and written on every system, with an ending that says what the file is.

    No folders, no control or direction characters, no name that Windows keeps for itself, at most 120 characters.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = "".join(one for one in name if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    name = " ".join(name.translate(_FORBIDDEN).split()).strip(". ")
    stem, ending = name, ""
    for one in kind.endings:
        if name.lower().endswith(one):
            stem, ending = name[: -len(one)].rstrip(". "), name[-len(one) :].lower()
            break
    ending = ending or kind.endings[0]
    if not stem or _RESERVED.fullmatch(stem.split(".")[0].strip()):
        stem = f"附件 {stem}".strip()
    return _short(stem, LONGEST_NAME - len(ending), 240 - len(ending)) + ending


def _short(stem: str, characters: int, size: int) -> str:
    stem = stem[:characters]
    while len(stem.encode()) > size:  # a file name is counted in bytes by some systems
        stem = stem[:-1]
    return stem.rstrip(". ")


def _office_type(content: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError):
        return None
    if "[Content_Types].xml" not in names or any("vbaproject" in one.lower() for one in names):
        return None
    found = [ending for folder, ending in _OFFICE if any(one.startswith(folder) for one in names)]
    return _KNOWN[_OFFICE_TYPES[found[0]]] if len(found) == 1 else None


def _is_text(content: bytes) -> bool:
    if not content or _CONTROLS & set(content[:65536]):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
