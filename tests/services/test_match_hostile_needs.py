"""Whatever is typed as a need, a broker gets a clear state: no exception, and no confidence without evidence."""

import pytest

from broker_app.db.session import Store
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.indexing import keep_index
from broker_app.services.matches import find_by_draft, match_question
from broker_app.services.needs import NeedDraft

TABLE = "序号\t项目\t数值\n1\t温升\t65K\n2\t寿命\t3000次\n3\t|||\t----\n"
HOSTILE = {
    "empty": ("", ""),
    "blank": (" \t\u3000", "\n\n"),
    "pasted table": ("", TABLE),
    "only Latin": ("Which supplier can help us", "hello world " * 20),
    "only numbers": ("12345678 13800000000", "0.5 3.14 2026 99% " * 10),
    "search syntax": ('"AND OR NOT NEAR(a b)"', "tokens: * ^ - ( ) { } ; DROP TABLE match_text; --"),
    "wildcards": ("%_%", "[^a] \\ ' \" `"),
    "twenty thousand of one": ("烂", "烂" * 20_000),
}


@pytest.fixture
def filled(store: Store) -> Store:
    keep_index(store)
    with store.write() as session:
        for n in range(6):
            save_achievement(session, AchievementDraft(title=f"离心泵叶轮汽蚀优化{n}号", abstract=f"第{n}种叶片型线"))
    return store


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_need_is_answered_without_confidence(filled: Store, kind: str) -> None:
    title, text = HOSTILE[kind]
    with filled.read() as session:
        found = find_by_draft(session, NeedDraft(title, text))
    assert found.answer.pool_size == 6
    assert found.answer.evidence != "strong"
    assert found.strong == ()


def test_a_real_need_of_twenty_thousand_characters_still_finds_its_subject(filled: Store) -> None:
    with filled.read() as session:
        answer = match_question(session, NeedDraft("离心泵叶轮汽蚀", "叶片上打出坑来，想改叶片型线。" * 1300))
    assert [*answer.results, *answer.weak_results][0].title.startswith("离心泵叶轮汽蚀优化")


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_empty_store_answers_none(store: Store, kind: str) -> None:
    keep_index(store)
    with store.read() as session:
        answer = match_question(session, NeedDraft(*HOSTILE[kind]))
    assert (answer.pool_size, answer.evidence, answer.results, answer.weak_results) == (0, "none", (), ())
