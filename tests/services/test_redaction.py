"""What is marked 不得外传 is nowhere in a text that was cleaned."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from broker_app.services.needs import Metric
from broker_app.services.redaction import OMITTED, Redaction, marks_metric, redaction_of, without_spans
from broker_app.services.visits import Span

LETTERS = "金鹭螭龙铸件供应商鸬鹚的是AB"
WORDS = st.lists(st.text(LETTERS, min_size=2, max_size=6), min_size=1, max_size=4)
FIGURES = st.lists(st.decimals(10, 9999, places=1).map(str) | st.integers(10, 99_999).map(str), max_size=3)
FILLER = st.text("这那和厂了。 \n，" + LETTERS, max_size=12)


def narrow(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@given(WORDS, FIGURES, st.data())
def test_no_canary_survives(words: list[str], figures: list[str], data: st.DataObject) -> None:
    parts: list[str] = []
    spans: list[Span] = []
    for word in words:
        parts.append(data.draw(FILLER))
        spans.append(Span(sum(map(len, parts)), len(word)))
        parts.append(word)
    note = "".join(parts)
    secret = redaction_of(note, spans, [Metric("合格率", f"{figure}%", confidential=True) for figure in figures])
    text = data.draw(FILLER)
    for piece in data.draw(st.permutations([*words, *figures, *words])):
        broken = data.draw(st.integers(1, len(piece)))
        text += piece[:broken] + data.draw(st.sampled_from(["", "\n", " "])) + piece[broken:] if piece in words else ""
        text += f" {piece} " if piece in figures else ""
        text += data.draw(FILLER)
    left = secret.clean(text)
    kept = [narrow(piece) for piece in left.split(OMITTED)]
    for word in words:
        assert not any(word in piece for piece in kept), (word, left)
    for figure in figures:
        assert not re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.]*\d)", left)
    assert secret.clean(left) == left


@given(st.text(min_size=1, max_size=40), st.data())
def test_a_note_without_its_spans_holds_nothing_else_less(note: str, data: st.DataObject) -> None:
    starts = st.integers(0, len(note) - 1)
    spans = [
        Span(start, data.draw(st.integers(1, len(note) - start))) for start in data.draw(st.lists(starts, max_size=4))
    ]
    hidden = {at for span in spans for at in range(span.start, span.start + span.length)}
    kept = "".join(sign for at, sign in enumerate(note) if at not in hidden)
    if OMITTED not in note:
        assert without_spans(note, spans).replace(OMITTED, "") == kept


def cleaned(note: str, pieces: list[str], text: str, *metrics: Metric) -> str:
    return redaction_of(note, [Span(note.index(piece), len(piece)) for piece in pieces], metrics).clean(text)


def test_words_figures_and_their_other_spellings() -> None:
    note = "模具是金鹭那家做的，金鹭集团也知道。"
    assert cleaned(note, ["金鹭那家", "金鹭"], "问金鹭那家，或金鹭集团") == "问［略］，或［略］集团"
    assert cleaned(note, ["金鹭那家"], "问金鹭\n那家") == "问［略］"
    assert cleaned(note, ["金鹭那", "那家做"], "是金鹭那家做的") == "是［略］的"  # the marks overlap
    rate = Metric("合格率", "91.5%", "98%", confidential=True)
    assert (
        cleaned(note, [], "91.5%、９１．５％、191.5、91.50、98%、980", rate)
        == "［略］%、［略］％、191.5、91.50、［略］%、980"
    )
    assert cleaned(note, [], "91.5%", Metric("合格率", "91.5%")) == "91.5%"


def test_a_single_digit_is_hidden_with_its_unit_only() -> None:
    scrap = Metric("废品率", "5%", confidential=True)
    assert cleaned("", [], "废品率 5%，第5条，5台，15%，5 ％", scrap) == "废品率 ［略］，第5条，5台，15%，［略］"


def test_a_confidential_field_finds_its_metric() -> None:
    assert marks_metric("现有合格率", "一次合格率")
    assert not marks_metric("供应商", "一次合格率")
    assert not marks_metric("", "一次合格率")


def test_nothing_secret_changes_nothing() -> None:
    text = '原样 <b>5%</b> 91.5 \n "'
    assert Redaction((), ()).clean(text) == text
