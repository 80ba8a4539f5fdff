"""Whatever people type prints as they typed it, and nothing they type does anything."""

import io
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_app.reports import text as text_module
from broker_app.reports.by_name import make_pdf
from broker_app.reports.clean import clean
from broker_app.reports.fonts import Face
from broker_app.reports.missing import missing
from broker_app.reports.text import Style, Text
from tests.reports.papers import PAPERS
from tests.reports.reading import joined, pages_by_pdfium, pages_by_pypdf
from tests.reports.sheets import LETTER, VISIT

FOOT, OUTER = 34.0, 45.0  # points above and beside which everything stands
HOSTILE = (
    "<b>粗</b>",
    "</para>",
    '<img src="https://example.com/x.png"/>',
    "&amp;&lt;",
    "(\\)) Tj ET Q",
    "javascript:alert(1)",
    "{{7*7}}%s%d{0}",
    "endstream endobj",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_and_operators_print_as_they_are(words: str) -> None:
    sheet = replace(VISIT, note=words, enterprise=words, findings=words, number=words[:20], organisation=words)
    content = make_pdf("visit_record", sheet)
    plain = "".join(words.split())
    assert joined(pages_by_pdfium(content)).count(plain) >= 3
    assert joined(pages_by_pypdf(content)).count(plain) >= 3


def test_every_text_of_a_letter_may_be_hostile() -> None:
    words = "".join(HOSTILE)
    odd: Any = replace(LETTER.achievements[0], **_all_texts(LETTER.achievements[0], words))
    odd = replace(odd, evidence_marks=((0, 3), (2, 9), (5000, 2)), reasons=(words,) * 30)
    sheet: Any = replace(LETTER, **_all_texts(LETTER, words))
    content = make_pdf("intro_letter", replace(sheet, achievements=(odd,) * 5))
    assert joined(pages_by_pdfium(content)).count("<b>粗</b></para>") > 100


def _all_texts(sheet: Any, words: str) -> Any:
    return {one.name: words for one in fields(sheet) if isinstance(getattr(sheet, one.name), str)}


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\r\nb\u2028c\rd", "a\nb\nc\nd"),
        ("期\t限\xa0到", "期\u3000限 到"),
        ("零\u200b宽\u202e反\ufeff软\xad选\ufe0f\x00\x07\x9f代\ud83d", "零宽反软选代"),
        ("it’s “好”", "it's “好”"),
        ("e\u0301", "é"),
    ],
)
def test_the_door(typed: str, printed: str) -> None:
    assert clean(typed) == printed


def test_what_no_face_has_is_told_and_printed_as_the_missing_sort() -> None:
    rare = "\U00020bb7"
    sheet = replace(
        VISIT,
        enterprise=f"样例{rare}野电气",
        note="笑\U0001f600了，见\ue123",
        met=(replace(VISIT.met[0], name=f"{rare}川"),),
    )
    assert [str(gap) for gap in missing(sheet)] == [
        "企业名称：U+20BB7",
        "接待人·姓名：U+20BB7",
        "走访记录：U+1F600",
        "走访记录：U+E123",
    ]
    content = make_pdf("visit_record", sheet)
    printed = joined(pages_by_pdfium(content))
    assert "样例野电气" in printed  # pdfium leaves out what a true text holds beyond U+FFFF
    assert "样例〓野电气" in joined(pages_by_pypdf(content))  # pypdf reads what is drawn
    assert "D842DFB7" in _true_texts(content)  # other readers find and copy the true character
    assert "注：〓＝U+20BB7、U+1F600、U+E123，字库里没有这些字，请手写补正。" in printed


def _true_texts(content: bytes) -> str:
    pages: Any = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join(page.get_contents().get_data().decode("latin-1") for page in pages)


@pytest.mark.parametrize("name", ["镕", "堃", "喆", "䶮", "𬭎", "瓯", "埭", "垟", "塆", "㛃", "䲟"])
def test_rare_names_print(name: str) -> None:
    sheet = replace(VISIT, lead=f"王{name}", place=f"在{name}3号，R&D", needs=(), follow_ups=())
    assert missing(sheet) == ()
    content = make_pdf("visit_record", sheet)
    for printed in (joined(pages_by_pdfium(content)), joined(pages_by_pypdf(content))):
        assert f"王{name}" in printed
        assert f"在{name}3号，R&D" in printed


@pytest.mark.timeout(60)
def test_a_note_of_200_000_characters() -> None:
    note = "\n".join("小型断路器瞬时脱扣一致性不足，靠老师傅手调。" * 80 for _count in range(113))[:200_000]
    printed = joined(pages_by_pdfium(make_pdf("visit_record", replace(VISIT, note=note + "收尾一句"))))
    assert printed.count("小型断路器瞬时脱扣") > 8_000
    assert "收尾一句" in printed


@pytest.mark.parametrize("name", [name for name in PAPERS if name != "nasty"])
def test_no_field_is_too_long_for_its_page(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outside: list[str] = []
    draw = text_module.draw_line

    def check(canvas: Any, laid: Any, x: float, baseline: float, width: float) -> None:
        if baseline < FOOT or x < OUTER or (laid.line.width > width + 1 and not laid.line.squeeze):
            outside.append(laid.paragraph.measured.text[laid.line.start : laid.line.stop])
        draw(canvas, laid, x, baseline, width)

    monkeypatch.setattr(text_module, "draw_line", check)
    made = PAPERS[name]
    content = made.build(replace(_filled(made.sheet, "很长" * 450), number=made.sheet.number))
    assert outside == []
    assert joined(pages_by_pdfium(content)).count("长") > 450


def _filled(value: Any, words: str) -> Any:
    """The same sheet with every text in it replaced."""
    if isinstance(value, str):
        return words
    if isinstance(value, tuple):
        return tuple(_filled(one, words) for one in value)
    if is_dataclass(value):
        return replace(value, **{one.name: _filled(getattr(value, one.name), words) for one in fields(value)})  # type: ignore[type-var]
    return value


def test_one_endless_word() -> None:
    content = make_pdf("visit_record", replace(VISIT, note="x" * 5_000, place="9" * 400))
    assert joined(pages_by_pdfium(content)).count("x") > 4_900


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_can_be_set(words: str) -> None:
    text: Any = Text(words, Style(Face.SERIF, 10.5, 16.5))
    assert text.height(300.0) >= 16.5
