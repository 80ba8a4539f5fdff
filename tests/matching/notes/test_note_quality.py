"""Made-up notes of many trades with gold labels: what is found, what is left alone.

``own_notes`` were written before the rules and used while writing them; ``kept_notes`` were kept aside until the
end; ``later_notes`` and the dated rounds came afterwards, each first read by rules that had not seen it. The bounds
are below what is reached, so that a rule may be mended without fear, but not a whole kind lost.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broker_app.codes.lists import CodeList, entry
from broker_app.matching.notes import NoteProposals, split_note
from tests.matching.notes.note_scores import Score, score

HERE = Path(__file__).parent
SETS = ["own_notes", "kept_notes", "later_notes", "rounds"]


def visits_of(name: str) -> list[dict[str, Any]]:
    files = sorted(HERE.glob("round_*.json")) if name == "rounds" else [HERE / f"{name}.json"]
    return [visit for file in files for visit in json.loads(file.read_text("utf-8"))["visits"]]


def answers(visits: list[dict[str, Any]]) -> list[NoteProposals]:
    return [split_note(one["raw_note"], date.fromisoformat(one["visit_date"])) for one in visits]


@pytest.fixture(scope="module", params=SETS)
def result(request: pytest.FixtureRequest) -> Score:
    visits = visits_of(request.param)
    return score(visits, answers(visits))


def test_needs_are_found_and_cut_where_they_begin_and_end(result: Score) -> None:
    assert result.need_f1 >= 0.92
    assert result.strict_f1 >= 0.90


def test_money_and_days_are_those_of_the_need(result: Score) -> None:
    assert result.share("budgets_right", "budgets") >= 0.9
    assert result.share("deadlines_right", "deadlines") >= 0.9


def test_what_is_solved_spent_withdrawn_or_asked_of_others_is_no_need(result: Score) -> None:
    assert result.tally["traps"] > 10
    assert result.share("trapped", "traps") <= 0.05
    assert result.share("requests_found", "requests") >= 0.9


def test_every_confidence_is_kept_and_tasks_have_their_day(result: Score) -> None:
    assert result.share("secrets_kept", "secrets") == 1.0
    assert result.share("tasks_found", "tasks") >= 0.9
    assert result.share("dues_right", "dues") >= 0.9


def test_the_score_falls_when_a_need_is_missing_or_invented() -> None:
    visits = visits_of("own_notes")
    full = answers(visits)
    poorer = [NoteProposals(needs=one.needs[:1]) for one in full]
    assert score(visits, poorer).need_f1 < score(visits, full).need_f1 - 0.1
    doubled = [NoteProposals(needs=one.needs * 2) for one in full]
    assert score(visits, doubled).need_f1 < score(visits, full).need_f1 - 0.1
    assert score(visits, [NoteProposals()] * len(visits)).share("secrets_kept", "secrets") == 0.0


def test_titles_are_short_and_of_the_words_of_the_note() -> None:
    added = (
        "控制",
        "提升",
        "替代",
        "降低",
        "更换",
        "租用",
        "借用",
        "治理",
        "防治",
        "改造",
        "升级",
        "回收",
        "处理",
        "延长",
        "缩短",
    )
    for visit in visits_of("own_notes"):
        note = "".join(visit["raw_note"].lower().split())
        for need in split_note(visit["raw_note"], date(2026, 11, 24)).needs:
            assert 2 <= len(need.title) <= 24
            bare = need.title.lower().replace(" ", "")
            for word in added:
                bare = bare.removesuffix(word)
            assert set(bare) <= set(note)


def test_codes_are_those_of_the_lists() -> None:

    for visit in visits_of("own_notes"):
        found = split_note(visit["raw_note"], date(2026, 11, 24))
        assert all(entry(CodeList.NEED_KIND, one.kind) for one in found.needs)
        assert all(entry(CodeList.COOPERATION_MODE, one.mode) for one in found.needs if one.mode)
        assert all(entry(CodeList.REFERRAL_KIND, one.kind) for one in found.referrals)
