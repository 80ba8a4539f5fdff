"""Photos and files of a record: what comes in, what is kept of it, and what lies on the disk."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image

from broker_app.db.models import Attachment, OutboxOperation
from broker_app.db.session import Store
from broker_app.errors import DamagedStoreError, InvalidInputError, NotFoundError
from broker_app.services.attachments import (
    AttachmentRow,
    add_attachment,
    list_attachments,
    read_from_disk,
    remove_attachment,
    restore_attachment,
    set_consent,
    take_file,
    vault_of,
)
from broker_app.services.file_types import JPEG, PDF, file_type, safe_name
from broker_app.services.sealed_files import digest_of, read_file, write_file
from broker_app.services.visits import VisitDraft, save_visit
from tests.services.conftest import NINE

GPS_TAG = 0x8825
MADE_BY = 0x010F


@pytest.fixture
def visit(store: Store, firm: UUID) -> UUID:
    with store.write() as session:
        return save_visit(session, VisitDraft(NINE, enterprise_id=firm, note="看了二车间"))


def photo(width: int = 3000, height: int = 2000, form: str = "JPEG") -> bytes:
    """A photo that says where it was taken, by what, and that it lies on its side."""
    picture = Image.new("RGB", (width, height), "teal")
    details = Image.Exif()
    details[MADE_BY] = "SampleCam"
    details[0x0112] = 6
    details.get_ifd(GPS_TAG)[1] = "N"
    out = BytesIO()
    picture.save(out, form, exif=details)
    return out.getvalue()


def add(store: Store, visit: UUID, content: bytes, name: str = "二车间.jpg") -> AttachmentRow:
    kept = vault_of(store).keep(take_file(content, name))
    with store.write() as session:
        made = add_attachment(session, "visit", visit, kept)
    with store.read() as session:
        return next(row for row in list_attachments(session, "visit", visit) if row.id == made)


class TestTaking:
    def test_a_photo_is_shrunk_and_loses_its_place(self) -> None:
        taken = take_file(photo(), "IMG_1.JPG")
        with Image.open(BytesIO(taken.content)) as kept:
            assert kept.size == (1365, 2048)  # upright, and no side over 2,048
            assert dict(kept.getexif()) == {}
        assert b"SampleCam" not in taken.content
        assert taken.kind == "photo"
        with Image.open(BytesIO(taken.preview)) as small:
            assert max(small.size) == 320

    def test_details_stay_when_somebody_wants_them(self) -> None:
        with Image.open(BytesIO(take_file(photo(), "a.jpg", keep_details=True).content)) as kept:
            assert kept.getexif()[MADE_BY] == "SampleCam"
            assert kept.getexif().get_ifd(GPS_TAG)[1] == "N"
            assert 0x0112 not in kept.getexif()  # it stands upright now

    def test_a_photo_of_an_apple_phone(self) -> None:
        taken = take_file(photo(640, 480, "HEIF"), "IMG_2.HEIC")
        assert (taken.name, taken.mime) == ("IMG_2.jpg", "image/jpeg")

    def test_a_see_through_picture_gets_white_ground(self) -> None:
        out = BytesIO()
        Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
        with Image.open(BytesIO(take_file(out.getvalue(), "截图.png").content)) as kept:
            assert kept.convert("RGB").getpixel((3, 3)) == (255, 255, 255)

    def test_the_content_says_what_it_is(self) -> None:
        taken = take_file("纪要：不是照片".encode(), "发票.jpg")
        assert (taken.name, taken.mime, taken.kind) == ("发票.jpg.txt", "text/plain", "other")

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"MZ\x90\x00\x03\x00\x00\x00", "扫描件.pdf"),
            (b"L\x00\x00\x00\x01\x14\x02\x00", "报价.jpg"),
            (b"\x7fELF\x02\x01\x01\x00", "a.png"),
            (b"", "空.jpg"),
            (b"\xff\xd8\xff" + b"x" * 40, "坏了.jpg"),
        ],
    )
    def test_programs_and_ruins_are_refused(self, content: bytes, name: str) -> None:
        with pytest.raises(InvalidInputError):
            take_file(content, name)

    def test_an_office_file_with_macros_is_refused(self) -> None:
        def office(*extra: str) -> bytes:
            out = BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name in ("[Content_Types].xml", "xl/workbook.xml", *extra):
                    archive.writestr(name, "")
            return out.getvalue()

        assert take_file(office(), "报价.xlsx").name == "报价.xlsx"
        with pytest.raises(InvalidInputError):
            take_file(office("xl/vbaProject.bin"), "报价.xlsx")

    def test_a_picture_that_would_fill_the_memory_is_refused(self) -> None:
        out = BytesIO()
        Image.new("1", (16000, 16000)).save(out, "PNG")
        assert len(out.getvalue()) < 100_000
        with pytest.raises(InvalidInputError, match="大得不正常"):
            take_file(out.getvalue(), "图.png")

    def test_a_file_too_large_is_not_even_read(self, tmp_path: Path) -> None:
        huge = tmp_path / "录像.bin"
        with huge.open("wb") as file:
            file.truncate(31 * 1024 * 1024)
        with pytest.raises(InvalidInputError, match="太大"):
            read_from_disk(huge)


HOSTILE = [
    "../../broker.key",
    "C:\\Windows\\system.ini",
    "CON",
    "nul.txt",
    "LPT1.jpg",
    "a.pdf\u202efdp.exe",
    "a\u2066\u200b\ufeffb",
    "文" * 255,
    "a\x00b\x1f.jpg",
    "   ...  ",
    "",
    'a<b>:"|?*.jpg',
    "COM¹.jpg",
    "\ud800破",
    "e\u0301.jpg",
    "👨‍👩‍👧.jpg",
    "x\u2028y",
]


class TestNames:
    @pytest.mark.parametrize("name", HOSTILE)
    @pytest.mark.parametrize("kind", [JPEG, PDF])
    def test_a_hostile_name_becomes_a_plain_one(self, name: str, kind: object, tmp_path: Path) -> None:
        assert kind in (JPEG, PDF)
        shown = safe_name(name, JPEG if kind is JPEG else PDF)
        assert len(shown) <= 120
        assert len(shown.encode()) <= 255
        assert not set(shown) & set('/\\<>:"|?*')
        assert shown.isprintable()
        assert shown.split(".")[0].upper() not in {"CON", "NUL", "LPT1", "COM¹"}
        assert shown.endswith((".jpg", ".jpeg", ".pdf"))
        assert not shown.startswith(".")
        (tmp_path / shown).write_bytes(b"")
        assert [one.name for one in tmp_path.iterdir()] == [shown]


class TestKeeping:
    def test_nothing_in_clear_lies_on_the_disk(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, "赵工说的原话".encode(), "录音稿.txt")
        files = sorted(store.paths.attachments.iterdir())
        assert [file.name for file in files] == [row.sha256]
        assert "赵工".encode() not in files[0].read_bytes()
        assert vault_of(store).read(row.sha256).decode() == "赵工说的原话"

    def test_another_key_opens_nothing_and_a_changed_byte_is_noticed(self, store: Store) -> None:
        sha256 = write_file(store.paths, store.data_key, b"x" * 1000)
        with pytest.raises(DamagedStoreError):
            read_file(store.paths, bytes(32), sha256)
        file = store.paths.attachments / sha256
        spoiled = bytearray(file.read_bytes())
        spoiled[500] ^= 1
        file.write_bytes(spoiled)
        with pytest.raises(DamagedStoreError):
            read_file(store.paths, store.data_key, sha256)

    def test_one_file_put_in_the_place_of_another_is_noticed(self, store: Store) -> None:
        one = write_file(store.paths, store.data_key, b"one")
        two = write_file(store.paths, store.data_key, b"two")
        (store.paths.attachments / one).replace(store.paths.attachments / two)
        with pytest.raises(DamagedStoreError):
            read_file(store.paths, store.data_key, two)

    @pytest.mark.parametrize("name", ["../broker.key", "A" * 64, "", "0" * 63])
    def test_a_name_from_outside_is_never_a_path(self, store: Store, name: str) -> None:
        with pytest.raises(NotFoundError):
            read_file(store.paths, store.data_key, name)

    def test_bytes_that_have_not_arrived(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, photo(64, 64))
        (store.paths.attachments / row.sha256).unlink()
        assert not vault_of(store).has(row.sha256)
        assert vault_of(store).preview(row) == b""
        with pytest.raises(NotFoundError, match="别的电脑"):
            vault_of(store).read(row.sha256)

    def test_the_preview_of_a_photo_from_elsewhere_is_made_here(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, photo(640, 640))
        (store.paths.attachments / f"{row.sha256}.thumb").unlink()
        with Image.open(BytesIO(vault_of(store).preview(row))) as small:
            assert small.size == (320, 320)
        assert (store.paths.attachments / f"{row.sha256}.thumb").exists()


class TestRows:
    def test_the_same_photo_twice_is_one(self, store: Store, visit: UUID) -> None:
        assert add(store, visit, photo(64, 64)).id == add(store, visit, photo(64, 64), "又一张.jpg").id

    def test_removing_and_taking_back(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, photo(64, 64))
        with store.write() as session:
            remove_attachment(session, row.id)
        with store.read() as session:
            assert list_attachments(session, "visit", visit) == []
        with store.write() as session:
            restore_attachment(session, row.id)
        with store.read() as session:
            assert [one.id for one in list_attachments(session, "visit", visit)] == [row.id]
        assert vault_of(store).has(row.sha256)

    def test_a_name_from_another_computer_is_made_safe(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, photo(64, 64))
        with store.write() as session:
            kept = session.get(Attachment, row.id)
            assert kept is not None
            kept.name = "../<img src=x>\u202egpj.exe"
        with store.read() as session:
            (shown,) = list_attachments(session, "visit", visit)
        assert shown.name == "＜img src=x＞gpj.exe.jpg"

    def test_consent_is_of_photos_and_travels(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, photo(64, 64))
        paper = add(store, visit, b"%PDF-1.7 ", "方案.pdf")
        with store.write() as session:
            set_consent(session, "visit", visit, True)
        with store.read() as session:
            rows = {one.id: one.consent for one in list_attachments(session, "visit", visit)}
            operations = session.query(OutboxOperation).filter_by(record_id=row.id).all()
            scope = session.get(Attachment, row.id)
        assert rows == {row.id: True, paper.id: False}
        assert [one.fields["consent"] for one in operations] == [[None, True]]
        assert scope is not None
        assert scope.scope == "team:7"

    def test_a_record_that_is_gone_takes_nothing(self, store: Store, visit: UUID) -> None:
        kept = vault_of(store).keep(take_file(b"text", "a.txt"))
        with pytest.raises(NotFoundError), store.write() as session:
            add_attachment(session, "visit", UUID(int=1), kept)


class TestOpening:
    def test_a_copy_has_a_safe_name_and_goes_away(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, b"%PDF-1.7 ", "报价\u202efdp.exe")
        vault = vault_of(store)
        copy = vault.open_copy(row)
        assert copy.name == "报价fdp.exe.pdf"
        assert copy.read_bytes() == b"%PDF-1.7 "
        assert copy.stat().st_mode & 0o077 == 0
        vault.forget_copies()
        assert not copy.exists()

    def test_what_came_from_elsewhere_is_looked_at_again(self, store: Store, visit: UUID) -> None:
        row = add(store, visit, b"%PDF-1.7 ", "方案.pdf")
        program = write_file(store.paths, store.data_key, b"MZ\x90\x00\x03")
        with store.write() as session:
            changed = session.get(Attachment, row.id)
            assert changed is not None
            changed.sha256 = program
        with store.read() as session:
            (row,) = list_attachments(session, "visit", visit)
        with pytest.raises(InvalidInputError, match="放心打开"):
            vault_of(store).open_copy(row)


def test_text_is_not_taken_for_a_picture() -> None:
    kinds: Callable[[bytes], object] = file_type
    assert getattr(kinds("BM 两吨".encode("gb18030")), "mime", "") == "text/plain"
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
