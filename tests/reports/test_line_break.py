"""Lines end where a Chinese compositor would end them, in every width."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.reports.fonts import Face
from broker_app.reports.line_break import NO_END, NO_START, is_word, squeezable, stretches
from broker_app.reports.text import Align, Style, Text
from tests.reports.sheets import PARAGRAPHS

STYLE = Style(Face.SERIF, 10, 16, Align.JUSTIFY)
LETTERS = "乐清低压电器，。、（）“”《》…—·％3.5%≤-25℃ aB/GT㎡第12年"


def broken(text: str, width: float, style: Style = STYLE) -> list[str]:
    """The lines of one paragraph."""
    return [laid.paragraph.measured.text[laid.line.start : laid.line.stop] for laid in Text(text, style).lines(width)]


def test_punctuation_comes_in_or_takes_a_character_along() -> None:
    assert broken("一二三四五六七八九十，甲乙丙丁", 100) == ["一二三四五六七八九", "十，甲乙丙丁"]
    assert broken("一二，三四，五六七八九十，甲乙丙", 120) == ["一二，三四，五六七八九十，", "甲乙丙"]
    assert broken("一二三四五六七八九（十）甲乙丙", 100) == ["一二三四五六七八九", "（十）甲乙丙"]


@pytest.mark.parametrize(
    "whole",
    [
        "98.5 %",
        "-25 ℃",
        "<50 ℃",
        "5 t/㎡",
        "2026-11-03",
        "R&D",
        "14,177",
        "GB/T",
        "……",
        "——",
        "第12",
        "4.2 m",
        "1—10",
    ],
)
def test_what_belongs_together_stays_together(whole: str) -> None:
    for lead in range(3, 30):
        lines = broken("温" * lead + whole + "州" * 20, 200)
        assert any(whole in line for line in lines), (lead, lines)


def test_options_break_between_not_inside() -> None:
    lines = broken(
        "　".join(f"{box}{word}" for box, word in zip("□■□", ("满意得很", "基本满意", "不满意"), strict=True)), 95
    )
    assert lines == ["□满意得很", "■基本满意", "□不满意"]


def test_codes_stay_whole_and_paths_break_after_a_sign() -> None:
    assert all("91330382MA00013Y0X" in "".join(broken("代" * n + "91330382MA00013Y0X", 200)) for n in range(20))
    assert broken("统一社会信用代码是91330382MA00013Y0X", 170)[1] == "91330382MA00013Y0X"
    first, *_others = broken("图纸D:\\project\\2026\\calibration_line_final_for_review.step", 200)
    assert first.endswith(("\\", "_"))


def test_a_standard_keeps_its_number_but_in_narrow_columns() -> None:
    for lead in range(5, 30):
        lines = broken("标" * lead + "GB/T 10963.1-2020" + "州" * 30, 300)
        assert any("GB/T 10963.1-2020" in line for line in lines), (lead, lines)
    assert broken("符合标准符GB/T 10963.1-2020", 100) == ["符合标准符GB/T", "10963.1-2020"]


def test_english_breaks_between_words() -> None:
    words = "Install Office 365 Version 2 before Windows 11 Update 24 arrives in 2026 the firm said"
    for width in range(100, 400, 7):
        assert " ".join(broken(words, width)).split() == words.split()


def test_the_last_line_has_company() -> None:
    for width in range(120, 460, 5):
        lines = broken("银触点：银价涨得吓人，想降银但温升别超标，找过一家粉末冶金的没下文。", width)
        assert len(lines) == 1 or sum(one not in NO_START for one in lines[-1]) >= 2, (width, lines)


@given(st.text(LETTERS, min_size=1, max_size=120), st.integers(60, 480))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    laid = Text(text, STYLE).lines(float(width))
    measured = laid[0].paragraph.measured
    assert "".join("".join(broken(text, width)).split()) == "".join(measured.text.split())
    for one in laid:
        line = one.line
        moves = [
            squeezable(measured, index) if line.squeeze else stretches(measured, index)
            for index in range(line.start, line.stop - 1)
        ]
        solid = line.stop - line.start > 1
        assert not solid or line.width + line.gap * sum(moves) <= width + 0.01


@pytest.mark.parametrize("text", PARAGRAPHS)
def test_hostile_text_keeps_the_rules_from_24_em_on(text: str) -> None:
    for width in range(240, 480, 3):
        lines = broken(text, width)
        for before, after in pairwise(lines):
            inside_a_long_word = is_word(before[-1]) and is_word(after[0])
            assert after[0] not in NO_START, (width, after)
            assert before[-1] not in NO_END or inside_a_long_word, (width, before)
