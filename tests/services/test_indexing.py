"""The matching index survives another tokenizer, a pause in the middle, and damage on disk."""

from uuid import UUID

import pytest

from broker_app.db.session import Store
from broker_app.matching import index
from broker_app.services import indexing
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.indexing import index_faults, keep_index, tend_index
from broker_app.services.matches import match_question
from broker_app.services.needs import NeedDraft

ASKED = NeedDraft("离心泵叶轮汽蚀", "小流量振动大")


def _found(store: Store) -> list[UUID]:
    with store.read() as session:
        answer = match_question(session, ASKED)
        return [one.id for one in (*answer.results, *answer.weak_results)]


@pytest.fixture
def achievements(store: Store) -> list[UUID]:
    keep_index(store)
    with store.write() as session:
        return [
            save_achievement(
                session, AchievementDraft(title=f"离心泵叶轮汽蚀优化{n}号", abstract=f"第{n}种叶片型线，振动减弱")
            )
            for n in range(12)
        ]


def test_a_rebuild_pauses_goes_on_and_misses_nothing_written_meanwhile(
    store: Store, achievements: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _found(store)
    monkeypatch.setattr(index, "tokenizer_id", lambda: "another/2")
    step = index.rebuild_step
    monkeypatch.setattr(index, "rebuild_step", lambda connection, _batch: step(connection, 5))
    heard: list[tuple[int, int]] = []
    assert tend_index(store, lambda done, total: heard.append((done, total)), lambda: bool(heard)) is False
    assert heard == [(5, 12)]
    assert _found(store) == before
    with store.write() as session:
        late = save_achievement(session, AchievementDraft(title="离心泵叶轮汽蚀监测", abstract="小流量振动信号"))
        save_achievement(session, AchievementDraft(title="改成别的", abstract="与此无关"), achievements[0])
    assert tend_index(store, lambda done, total: heard.append((done, total))) is True
    assert heard[-1] == (13, 13)
    assert set(_found(store)) == {*achievements[1:], late}
    assert index_faults(store) == []
    with store.read() as session:
        assert index.tokenizer_is_current(session.connection())


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM match_achievement_words_data WHERE id > 10",
        "UPDATE match_achievement_bigrams_data SET block = zeroblob(40) WHERE id > 10",
        "DROP TABLE match_achievement_words_hits",
        "DELETE FROM match_text WHERE id % 4 = 0",
        "DROP TABLE match_document",
    ],
)
def test_damage_is_found_and_repaired_from_the_records(store: Store, achievements: list[UUID], damage: str) -> None:
    with store.write() as session:
        session.connection().exec_driver_sql(damage)
    store.engine.dispose()
    assert index_faults(store)
    assert tend_index(store) is True
    assert index_faults(store) == []
    assert set(_found(store)) == set(achievements)


@pytest.mark.parametrize("damage", ["DELETE FROM match_document WHERE id % 3 = 0", "DROP TABLE match_document"])
def test_a_window_opens_at_once_and_the_index_fills_up_behind_it(
    store: Store, achievements: list[UUID], damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_STEP", 5)
    with store.write() as session:
        session.connection().exec_driver_sql(damage)
    keep_index(store, rebuild_now=False, mend_now=False)
    assert _found(store) == []
    assert index_faults(store) == ["achievement: 12 records missing, 0 too many"]
    heard: list[tuple[int, int]] = []
    assert tend_index(store, lambda done, total: heard.append((done, total)), lambda: bool(heard)) is False
    assert len(_found(store)) == 5
    assert tend_index(store, lambda done, total: heard.append((done, total))) is True
    assert heard == [(5, 12), (5, 7), (7, 7)]
    assert set(_found(store)) == set(achievements)


def test_records_that_are_gone_leave_an_index_that_still_holds_them(store: Store, achievements: list[UUID]) -> None:
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE achievement SET deleted_at = '2026-01-01' WHERE title LIKE '%3号'")
    assert index_faults(store) == ["achievement: 0 records missing, 1 too many"]
    assert tend_index(store) is True
    assert index_faults(store) == []
    assert achievements[3] not in _found(store)


def test_a_missing_index_is_made_when_the_store_opens(store: Store, achievements: list[UUID]) -> None:
    with store.write() as session:
        index.drop(session.connection())
    keep_index(store)
    assert set(_found(store)) == set(achievements)


def test_adding_one_by_one_gives_the_index_of_a_full_rebuild(store: Store, achievements: list[UUID]) -> None:
    with store.write() as session:
        save_achievement(session, AchievementDraft(title="改过一次", abstract="叶轮"), achievements[3])
    statement = "SELECT term, count(*) FROM match_achievement_words_hits GROUP BY 1 ORDER BY 1"
    with store.write() as session:
        by_and_by = session.connection().exec_driver_sql(statement).fetchall()
        index.rebuild(session.connection())
        assert session.connection().exec_driver_sql(statement).fetchall() == by_and_by
