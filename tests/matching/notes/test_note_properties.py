"""Whatever is typed: proposals lie in the note, are its very words, and come out the same each time."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broker_app.matching.notes import NoteProposals, NoteSpan, split_note

VISIT = date(2026, 11, 24)
WORDS = st.sampled_from(
    """
    气孔 想 要 预算 30万 四十多万 以内 明年三月 前 ， 。 ； ① 1、 另外 还有 算了 已经解决 别外传 这个 下周三 带老师来
    问贷款 怎么 漏 靠人 王总 13800008000 [图片] 去年花了 第一个 两样一共 以下不外传 ： → 😀 O.5 l0万 （ ） 待办：
    """.split()  # noqa: SIM905 - a list of words is read as a list
) | st.sampled_from(["\n", " ", "张工 14:32\n", "138 0000 8000"])
NOTES = st.lists(WORDS, max_size=60).map("".join)


def every(found: NoteProposals) -> list[tuple[str, tuple[NoteSpan, ...]]]:
    return [
        (one.text, one.spans)
        for group in (found.needs, found.referrals, found.follow_ups, found.confidential)
        for one in group
    ] + [(one.name, one.spans[:1]) for one in found.people]


def check(note: str) -> None:
    found = split_note(note, VISIT)
    for text, spans in every(found):
        assert spans
        end = 0
        for span in spans:
            assert span.length > 0
            assert end <= span.start
            end = span.end
        assert end <= len(note)
        assert text == "\n".join(note[span.start : span.end] for span in spans)
    for need in found.needs:
        assert 0 < len(need.title) <= 24
        assert need.budget_low is None or need.budget_high is None or need.budget_low <= need.budget_high
        assert need.deadline is None or need.deadline > VISIT
    ids = [one.id for group in (found.needs, found.referrals, found.follow_ups, found.confidential) for one in group]
    assert len(ids) == len(set(ids))
    assert split_note(note, VISIT) == found


@given(NOTES)
def test_spans_lie_in_the_note_and_are_its_words(note: str) -> None:
    check(note)


@given(st.text(max_size=200))
@example("\x00\x07\ud800想要\u202e气孔\ufeff不行")
@example("ﬃ㎡ 想把½㎡降到⅓，预算①②③万")
@example("İSTANBUL 想要 气孔少")
def test_any_unicode_is_read(note: str) -> None:
    check(note)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("，", "， "),
        lambda note: note.replace("。", "。\n"),
        lambda note: f"\n\n  {note}  \n",
        lambda note: note.replace("，", ","),
        lambda note: note.replace("。", "。\u3000"),
    ],
    ids=["blank after comma", "line after sentence", "edges", "narrow commas", "wide blank"],
)
def test_layout_does_not_change_what_is_meant(spoil: "object") -> None:
    assert callable(spoil)
    note = (
        "阀体铸件缩松，水压试验渗漏，想找人做凝固模拟，费用二十万封顶，明年2月底前定下来。"
        "另外试压台靠人看表，想自动判读，预算8万。老板问高企复审怎么弄。上个月被客户约谈过，这事别往外说。"
    )
    plain, spoilt = split_note(note, VISIT), split_note(spoil(note), VISIT)
    assert len(plain.needs) == 2
    for one, other in zip(plain.needs, spoilt.needs, strict=True):
        assert (one.title, one.budget_high, one.deadline) == (other.title, other.budget_high, other.deadline)
    assert [one.kind for one in plain.referrals] == [one.kind for one in spoilt.referrals] == ["declaration"]
    assert len(plain.confidential) == len(spoilt.confidential) > 0


@pytest.mark.parametrize(
    "piece",
    [
        "想",
        "1",
        "一",
        "（",
        " ",
        "\n",
        "要1万，",
        "明年3月20前",
        "气孔多，想改，预算30万。",
        "这个别外传。",
        "😀",
        "张工 14:32\n好\n",
        "①",
    ],
)
def test_a_long_note_of_one_kind_is_read_and_every_proposal_lies_in_it(piece: str) -> None:
    note = (piece * 10_000)[:10_000]
    found = split_note(note, VISIT)
    texts = [(one.text, one.spans) for one in found.needs]
    texts += [(one.text, one.spans) for one in found.referrals]
    texts += [(one.text, one.spans) for one in found.follow_ups]
    texts += [(one.text, one.spans) for one in found.confidential]
    for text, spans in texts:
        assert text == "\n".join(note[span.start : span.end] for span in spans)
    assert found == split_note(note, VISIT)
