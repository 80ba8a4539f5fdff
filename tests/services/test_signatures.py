"""A firm signs a visit: what exactly, by whom, and what happens to the signature when the visit changes."""

import hashlib
import json
from dataclasses import replace
from uuid import UUID

import pytest

from broker_app.db.models import Attachment
from broker_app.db.session import Store
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.reports.fingerprint import fingerprint
from broker_app.services.attachments import TakenFile, list_attachments, vault_of
from broker_app.services.field_papers import slip_sheet
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.papers import visit_sheet
from broker_app.services.profile import read_profile, save_profile
from broker_app.services.sealed_files import write_file
from broker_app.services.sheets import SlipSheet, VisitSheet
from broker_app.services.signatures import (
    Drawing,
    Point,
    Signature,
    add_signature,
    remove_signature,
    restore_signature,
    seal_signature,
    signature_of,
    signed_text,
    signing_text,
    with_signature,
)
from broker_app.services.visits import (
    FollowUpDraft,
    PersonMet,
    VisitDraft,
    get_visit,
    list_visits,
    save_visit,
    spans_of,
)
from tests.services.conftest import NINE

NOTE = "冬天外壳开裂。模具供应商的事别往外说。"
SECRET = "模具供应商的事"
DRAWN = Drawing(((Point(10, 20, 0, 0.5), Point(60.04, 40, 16, 0.7)),), 600, 300, b"\x89PNG\r\n\x1a\n drawn")


@pytest.fixture
def visit(store: Store, firm: UUID) -> UUID:
    with store.write() as session:
        return save_visit(
            session,
            VisitDraft(
                NINE,
                enterprise_id=firm,
                note=NOTE,
                confidential=spans_of(NOTE, [SECRET]),
                met=(PersonMet("赵样例", "厂长", "13800138000"),),
                follow_ups=(FollowUpDraft("寄料样"),),
            ),
        )


def sign(store: Store, visit: UUID, signer: str = "赵样例", drawing: Drawing = DRAWN) -> UUID:
    with store.read() as session:
        text = signing_text(session, visit)
    sealed = seal_signature(vault_of(store), text, signer, drawing)
    with store.write() as session:
        return add_signature(session, visit, sealed)


def signature(store: Store, visit: UUID) -> Signature:
    with store.read() as session:
        found = signature_of(session, visit)
    assert found is not None
    return found


def paper_sheets(store: Store, visit: UUID) -> tuple[VisitSheet, SlipSheet]:
    vault = vault_of(store)
    with store.read() as session:
        record = with_signature(session, vault, visit, visit_sheet(session, visit))
        return record, with_signature(session, vault, visit, slip_sheet(session, visit))


def edit(store: Store, visit: UUID, **changes: object) -> None:
    with store.write() as session:
        save_visit(session, replace(get_visit(session, visit).draft, **changes), visit)  # type: ignore[arg-type]


def test_the_text_signed_leaves_out_what_must_not_leave(store: Store, visit: UUID) -> None:
    with store.read() as session:
        text = signing_text(session, visit)
    assert SECRET not in text.text
    assert "13800138000" not in text.text
    assert text.people == ("赵样例",)
    assert text.short == f"{text.sha256[:4]} {text.sha256[4:8]}".upper()


def test_signing_keeps_strokes_text_and_hash(store: Store, visit: UUID) -> None:
    sign(store, visit)
    found = signature(store, visit)
    assert (found.signer, found.changed) == ("赵样例", False)
    assert vault_of(store).read(found.image_sha256) == DRAWN.png
    record = json.loads(vault_of(store).read(found.record_sha256))
    assert record["strokes"] == [[[10, 20, 0, 0.5], [60.0, 40, 16, 0.7]]]
    assert "冬天外壳开裂" in signed_text(vault_of(store), found)
    with store.read() as session:
        assert list_attachments(session, "visit", visit) == []  # it is no photo


def test_a_later_edit_is_told_and_the_signed_text_stays(store: Store, visit: UUID) -> None:
    sign(store, visit)
    edit(store, visit, note=f"{NOTE}后来补一句。", confidential=spans_of(NOTE, [SECRET]))
    found = signature(store, visit)
    assert found.changed
    assert "后来补一句" not in signed_text(vault_of(store), found)
    edit(store, visit, note=NOTE, confidential=spans_of(NOTE, [SECRET]))
    assert not signature(store, visit).changed


def test_a_task_done_later_changes_nothing_that_was_signed(store: Store, visit: UUID) -> None:
    sign(store, visit)
    with store.read() as session:
        (task,) = get_visit(session, visit).draft.follow_ups
    edit(store, visit, follow_ups=(replace(task, done=True),))
    assert not signature(store, visit).changed


def test_signing_again_replaces_and_can_be_taken_back(store: Store, visit: UUID) -> None:
    first = sign(store, visit)
    second = sign(store, visit, "钱样例", replace(DRAWN, png=b"\x89PNG\r\n\x1a\n again"))
    assert signature(store, visit).id == second
    with store.write() as session:
        remove_signature(session, second)
        restore_signature(session, first)
    assert signature(store, visit).signer == "赵样例"


def test_another_text_is_not_passed_off_as_the_signed_one(store: Store, visit: UUID) -> None:
    sign(store, visit)
    found = signature(store, visit)
    record = json.loads(vault_of(store).read(found.record_sha256))
    record["text"] = "企业：愿意出资一百万"
    forged = write_file(store.paths, store.data_key, json.dumps(record).encode())
    with store.write() as session:
        row = session.query(Attachment).filter_by(sha256=found.record_sha256).one()
        row.sha256 = forged
    with pytest.raises(NotFoundError, match="对不上"):
        signed_text(vault_of(store), signature(store, visit))


def test_papers_bear_the_signature_while_the_visit_reads_as_it_was_signed(store: Store, visit: UUID) -> None:
    bare = paper_sheets(store, visit)
    assert not any(one.signature for one in bare)
    sign(store, visit, "钱样例")
    signed = paper_sheets(store, visit)
    for sheet in signed:
        assert sheet.signature is not None
        assert sheet.signature.signer == "钱样例"
        (stroke,) = sheet.signature.strokes
        assert list(stroke) == [(10.0, 20.0), (60.0, 40.0)]
        assert sheet.signature.code == signature(store, visit).short
    assert list(map(fingerprint, signed)) == list(map(fingerprint, bare))
    edit(store, visit, note=f"{NOTE}后来补一句。", confidential=spans_of(NOTE, [SECRET]))
    for sheet in paper_sheets(store, visit):
        assert sheet.signature is not None
        assert sheet.signature.strokes == ()
        assert "签字后有改动" in sheet.signature.instead


def test_a_signature_that_is_not_here_or_not_the_one_that_was_kept_is_not_drawn(store: Store, visit: UUID) -> None:
    sign(store, visit)
    record = signature(store, visit).record_sha256
    content = vault_of(store).read(record)
    vault_of(store).forget([record])
    assert [one.signature and one.signature.instead[:6] for one in paper_sheets(store, visit)] == ["已经手写签字"] * 2
    forged = json.loads(content) | {"text": "企业：愿意出资一百万"}
    sha256 = write_file(store.paths, store.data_key, json.dumps(forged).encode())
    with store.write() as session:
        session.query(Attachment).filter_by(sha256=record).one().sha256 = sha256
    for sheet in paper_sheets(store, visit):
        assert sheet.signature is not None
        assert sheet.signature.strokes == ()
        assert "对不上" in sheet.signature.instead


def test_what_cannot_be_signed(store: Store, visit: UUID) -> None:
    with store.write() as session:
        empty = save_visit(session, VisitDraft(NINE, note="还没选企业"))
    with store.read() as session, pytest.raises(InvalidInputError, match="先选企业"):
        signing_text(session, empty)
    with pytest.raises(InvalidInputError, match="谁签字"):
        sign(store, visit, " ")
    with pytest.raises(InvalidInputError, match="签名"):
        sign(store, visit, "赵样例", replace(DRAWN, strokes=()))
    with store.read() as session:
        assert signature_of(session, visit) is None


def test_the_slip_prints_the_very_text_that_is_signed(store: Store, visit: UUID) -> None:
    with store.write() as session:
        save_need(
            session, NeedDraft("外壳低温不裂", "外壳低温不裂。", get_visit(session, visit).draft.enterprise_id, visit)
        )
    with store.read() as session:
        text = signing_text(session, visit)
        slip = slip_sheet(session, visit)
    said = "\n".join(slip.statement)
    assert said == f"{text.text}\n{text.sentence}"
    assert hashlib.sha256(said.encode()).hexdigest() == text.sha256
    assert "（1）外壳低温不裂" in said
    assert "冬天外壳开裂" in said


def test_a_colleague_sees_the_same_text(store: Store, visit: UUID) -> None:
    sign(store, visit)
    with store.write() as session:
        profile = read_profile(session)
        save_profile(session, replace(profile, user_id="u-chen", name="陈样例", title="教授", organisation="别处"))
    assert not signature(store, visit).changed


def test_rows_of_the_list_tell_photos_and_signature(store: Store, visit: UUID) -> None:
    sign(store, visit)
    kept = vault_of(store).keep(TakenFile("门口.jpg", "image/jpeg", b"picture"))
    with store.write() as session:
        session.add(
            Attachment(
                scope="team:7", parent_kind="visit", parent_id=visit, kind="photo", name=kept.name, mime=kept.mime,
                sha256=kept.sha256, size=kept.size, consent=True,
            )
        )  # fmt: skip
        other = save_visit(session, VisitDraft(NINE, note="另一次"))
    with store.read() as session:
        rows = {row.id: row for row in list_visits(session)}
    assert (rows[visit].photos, rows[visit].is_signed) == (1, True)
    assert (rows[other].photos, rows[other].is_signed) == (0, False)
