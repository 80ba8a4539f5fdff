import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.matching.text import bigrams, fold, fold_with_offsets, segments, sentences, tokenizer_id, words


@pytest.mark.parametrize(
    ("written", "token"),
    [
        ("符合GB/T 10963.1的要求", "gb/t10963.1"),
        ("PC/ABS合金", "pc/abs"),
        ("ＰＣ／ＡＢＳ", "pc/abs"),
        ("UL94 V-0级", "v-0"),
        ("UL94 V-0级", "ul94"),
        ("厚1.6 mm", "1.6mm"),
        ("-25℃下", "25°c"),
        ("IEC 60898标准", "iec60898"),
        ("6063铝", "6063"),
        ("小型断路器", "断路器"),
        ("小型断路器", "断路"),
        ("Cafe\u0301", "cafe"),
        ("CAFÉ", "cafe"),
    ],
)
def test_what_is_one_term_stays_one_token(written: str, token: str) -> None:
    assert token in words(fold(written))


def test_bigrams_are_pairs_of_chinese_characters_only() -> None:
    assert bigrams(fold("断路器 PC外壳")) == ["断路", "路器", "外壳"]


@given(st.text(st.characters(), max_size=300))
def test_any_string_is_cut_without_failing_and_always_alike(written: str) -> None:
    folded, offsets = fold_with_offsets(written)
    assert folded == fold(written)
    assert len(offsets) == len(folded) + 1
    assert offsets == sorted(offsets)
    assert words(folded) == words(folded)
    assert all(token and " " not in token for token in (*words(folded), *bigrams(folded)))
    for segment in segments(folded):
        assert "".join(folded[segment.start : segment.end].split()) == segment.text


@given(st.text(st.sampled_from("断路器。！？.;； \n”)1a第"), max_size=80))
def test_sentences_lie_in_the_text_in_order(written: str) -> None:
    found = sentences(written)
    assert [sentence.ordinal for sentence in found] == list(range(1, len(found) + 1))
    at = 0
    for sentence in found:
        assert at <= sentence.start < sentence.end <= len(written)
        assert written[at : sentence.start].strip() == ""
        at = sentence.end
    assert written[at:].strip() == ""


def test_sentences_end_where_a_reader_ends_them() -> None:
    text = "第一句,有1.6 mm。第二句“好。”第三句；第四"
    assert [text[s.start : s.end] for s in sentences(text)] == ["第一句,有1.6 mm。", "第二句“好。”", "第三句；", "第四"]


def test_two_hundred_thousand_characters_are_cut() -> None:
    assert len(bigrams(fold("断路器。" * 50_000))) == 100_000


def test_another_process_cuts_alike() -> None:
    code = "from broker_app.matching.text import *; print(tokenizer_id(), words(fold('小型断路器拉弧烧触头PC/ABS')))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == f"{tokenizer_id()} {words(fold('小型断路器拉弧烧触头PC/ABS'))}"
