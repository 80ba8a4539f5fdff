"""What every paper keeps: its text, its line rules, its fonts, its code, its pages."""

import io
from dataclasses import replace
from typing import Any

import pypdf
import pypdfium2
import pytest

from broker_app.reports import text as text_module
from broker_app.reports.fingerprint import fingerprint, in_fours
from broker_app.reports.line_break import BLANKS, NO_END, NO_START, is_word
from broker_app.reports.missing import missing
from tests.reports.papers import PAPERS, content
from tests.reports.reading import fonts, joined, pages_by_pdfium, pages_by_pypdf, qr_texts
from tests.reports.sheets import LETTER, NASTY, NEED, PARAGRAPHS, SIGNED_SLIP, VISIT

PATH = pypdfium2.raw.FPDF_PAGEOBJ_PATH
EVERY = pytest.mark.parametrize("name", PAPERS)
# 上链存证 and 电子签名 stand only in the sentence that denies them.
REFUSED = ("官方指数", "估值", "保证贷款", "保证补助", "可靠电子签名")


@pytest.mark.parametrize("read", [pages_by_pdfium, pages_by_pypdf])
def test_the_visit_record_reads_back_whole(read: Any) -> None:
    printed = joined(read(content("visit")))
    said = [*PARAGRAPHS, VISIT.findings, VISIT.enterprise, VISIT.place, *VISIT.note_corrections]
    said += [task.text for task in VISIT.follow_ups] + [referral.text for referral in VISIT.referrals]
    said += [text for need in VISIT.needs for text in (need.title, need.summary, need.number, need.budget)]
    said += [
        "陈喆技术部工程师138****0000",
        "王堃（中级技术经纪人）",
        "龚䶮",
        "李镕",
        "2026-11-0309:30—11:40",
        "■基本满意",
    ]
    assert [one for one in said if "".join(one.split()) not in printed] == []
    assert "另有3处标为“不得外传”的内容，未印入本件" in printed


@pytest.mark.parametrize("read", [pages_by_pdfium, pages_by_pypdf])
def test_the_letter_reads_back_whole(read: Any) -> None:
    printed = joined(read(content("letter")))
    said = [
        LETTER.need_points,
        "14,177项成果",
        "以下三项",
        "2026年11月6日",
        LETTER.contact_address,
        "60.00（成果权利人报价）",
    ]
    said += [text for one in LETTER.achievements for text in (one.title, one.owner, one.evidence, *one.reasons)]
    assert [one for one in said if "".join(one.split()) not in printed] == []
    assert "9.6（本地口径）" in printed


def test_forty_needs_come_back_in_order() -> None:
    printed = joined(pages_by_pdfium(content("nasty")))
    assert sum(printed.count(need.number) for need in VISIT.needs) == 40
    assert printed.count("".join(PARAGRAPHS[0].split())) == 4 + 8 - _torn(printed)
    assert "7/续" in printed
    assert "（续）" in printed


def _torn(printed: str) -> int:
    """Paragraphs with a page foot in the middle: furniture stands between their halves."""
    start, end = "".join(PARAGRAPHS[0].split())[:20], "".join(PARAGRAPHS[0].split())
    return printed.count(start) - printed.count(end)


@EVERY
def test_line_rules_hold_on_paper(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[str] = []
    draw = text_module.draw_line

    def check(canvas: Any, laid: Any, x: float, baseline: float, width: float) -> None:
        text, line = laid.paragraph.measured.text, laid.line
        words = text[line.start : line.stop]
        first = line.start == 0 or "\n" in text[: line.start]
        last = not text[line.stop :].strip(" 　")
        if words and not first and words[0] in NO_START - BLANKS:
            broken.append(f"starts: {words}")
        if words and not last and words[-1] in NO_END and not is_word(words[-1]):
            broken.append(f"ends: {words}")
        if line.width + min(line.gap, 0.0) * len(words) > width + 0.01 and not line.squeeze:
            broken.append(f"too wide: {words}")
        draw(canvas, laid, x, baseline, width)

    monkeypatch.setattr(text_module, "draw_line", check)
    PAPERS[name].build(PAPERS[name].sheet)
    assert broken == []


@EVERY
def test_every_font_is_embedded(name: str) -> None:
    found = fonts(content(name))
    assert found
    assert [font for font, embedded in found if not embedded] == []


@EVERY
def test_the_code_says_what_is_printed(name: str) -> None:
    sheet, mark = PAPERS[name].sheet, fingerprint(PAPERS[name].sheet)
    (said,) = qr_texts(content(name))
    kind, number, revision, digits = said.removeprefix("TB1|").split("|")
    assert (number, revision, digits) == (sheet.number, str(sheet.revision), mark)
    assert kind.isascii()
    pages = pages_by_pdfium(content(name))
    assert all(in_fours(mark[:16]).replace(" ", "") in joined([page]) for page in pages)
    assert mark.upper() in joined(pages)


@EVERY
def test_pages_bookmarks_and_particulars(name: str) -> None:
    made = PAPERS[name]
    reader: Any = pypdf.PdfReader(io.BytesIO(content(name)))
    assert len(reader.pages) == made.pages
    assert reader.metadata.title == f"{made.title} {made.sheet.number}"
    assert reader.metadata.author == made.sheet.organisation
    assert reader.metadata.creation_date == made.sheet.frozen_at
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    bookmarks = _flat(reader.outline)
    assert len(bookmarks) == made.bookmarks
    assert bookmarks[0].title == made.title
    numbers = [reader.get_destination_page_number(one) for one in bookmarks]
    assert numbers == sorted(numbers)


def _flat(outline: list[Any]) -> list[Any]:
    return [one for part in outline for one in (_flat(part) if isinstance(part, list) else [part])]


@EVERY
def test_no_words_a_paper_must_not_say_and_no_missing_sign(name: str) -> None:
    printed = joined(pages_by_pdfium(content(name))).replace("不是《电子签名法》所称可靠电子签名", "")
    assert [word for word in REFUSED if word in printed] == []
    assert "不是电子签名，不是上链存证" in printed
    assert printed.count("上链") == 1
    assert "〓" not in printed
    assert missing(PAPERS[name].sheet) == ()


def test_a_label_that_serves_many_rows_repeats_on_the_next_page() -> None:
    sheet = replace(NEED, metrics=NEED.metrics * 20)
    first, second, *others = (joined([page]) for page in pages_by_pdfium(PAPERS["need"].build(sheet)))
    assert "主要指标（续）" not in first
    assert "主要指标（续）" in second
    assert "需求信息" in second
    assert f"第2页共{2 + len(others)}页" in second


def test_an_empty_field_prints_a_dash_and_no_box_is_ticked() -> None:
    printed = joined(pages_by_pdfium(content("nasty")))
    assert "同行人—" in printed
    assert "□满意□基本满意□不满意" in printed
    assert NASTY.late_reason in printed


def test_a_signature_is_drawn_or_said_to_be_missing() -> None:
    for name in ("signed", "signed_visit"):
        assert "核对码7F3A19C2" in joined(pages_by_pdfium(content(name)))
    strokes = len(SIGNED_SLIP.signature.strokes) if SIGNED_SLIP.signature else 0
    assert _drawn(content("signed")) - _drawn(content("slip")) == strokes > 0
    assert _drawn(content("signed_visit")) - _drawn(content("visit")) == strokes
    assert _drawn(content("changed")) == _drawn(content("slip"))
    changed = joined(pages_by_pdfium(content("changed")))
    assert "签字后有改动，原来的签名不印在这里" in changed
    assert "核对码" not in changed
    assert "年月日" in changed  # to be signed anew by hand
    assert "2026年11月3日" in joined(pages_by_pdfium(content("signed_visit")))


def test_the_binding_side_changes_only_on_paper_printed_on_both_sides() -> None:
    made = PAPERS["visit"]
    one_sided = made.build(made.sheet, duplex=False)
    assert _left_edge(content("visit"), 0) == _left_edge(one_sided, 0) == _left_edge(one_sided, 1)
    assert _left_edge(content("visit"), 1) < _left_edge(one_sided, 1) - 20


def _drawn(paper: bytes) -> int:
    """How many lines, boxes and strokes there are on all pages."""
    document = pypdfium2.PdfDocument(paper)
    try:
        return sum(one.type == PATH for page in document for one in page.get_objects())
    finally:
        document.close()


def _left_edge(paper: bytes, page: int) -> int:
    """Left edge of the printed area in points."""
    document = pypdfium2.PdfDocument(paper)
    try:
        picture = document[page].render(scale=1).to_pil().convert("L")
    finally:
        document.close()
    box = picture.point(lambda value: 255 if value < 200 else 0).getbbox()
    assert box is not None
    return int(box[0])
