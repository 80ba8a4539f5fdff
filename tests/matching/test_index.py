from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine

from broker_app.matching import Document, MatchQuery, index, match
from tests.matching.pools import documents, record_id

QUERY = MatchQuery("离心泵叶轮汽蚀")


def _found(connection: Connection, query: MatchQuery = QUERY) -> list[object]:
    answer = match(connection, query)
    return [result.id for result in (*answer.results, *answer.weak_results)]


def _postings(connection: Connection) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for kind in index.KINDS:
        hits = connection.exec_driver_sql(
            "SELECT term, count(*) FROM POSTINGS GROUP BY 1 ORDER BY 1".replace(
                "POSTINGS", f"match_achievement_{kind}_hits"
            )
        )
        rows.extend((kind, *row) for row in hits)
    return rows


def test_put_counts_and_remove_counts(connection: Connection) -> None:
    assert index.put(connection, "achievement", documents()) == len(documents())
    assert index.remove(connection, "achievement", [record_id(5), record_id(99)]) == 1
    assert record_id(5) not in _found(connection)
    assert match(connection, QUERY).pool_size == len(documents()) - 1


def test_removing_everything_leaves_no_posting(filled: Connection) -> None:
    assert _postings(filled)
    index.remove(filled, "achievement", [document.id for document in documents()])
    assert _postings(filled) == []


def test_putting_again_replaces(filled: Connection) -> None:
    before = _postings(filled)
    index.put(filled, "achievement", documents())
    assert _postings(filled) == before
    index.put(filled, "achievement", [replace(documents()[5], title="别的", keywords=(), body="与此无关")])
    assert record_id(5) not in _found(filled)


def test_pools_do_not_mix(filled: Connection) -> None:
    assert match(filled, QUERY, pool="need").pool_size == 0


def test_the_index_lives_in_the_callers_transaction(engine: Engine) -> None:
    with engine.begin() as connection:
        index.create(connection)
        index.put(connection, "achievement", documents()[:5])
    with engine.connect() as connection:
        index.put(connection, "achievement", documents())
        assert record_id(5) in _found(connection)
        connection.rollback()
    with engine.connect() as connection:
        assert record_id(5) not in _found(connection)


def test_a_new_tokenizer_asks_for_a_rebuild_and_survives_changes_before_it(
    filled: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index.tokenizer_is_current(filled)
    before = _postings(filled)
    monkeypatch.setattr(index, "tokenizer_id", lambda: "another/2")
    assert not index.tokenizer_is_current(filled)
    index.remove(filled, "achievement", [record_id(0)])
    index.put(filled, "achievement", [documents()[5]])
    assert _found(filled)[0] == record_id(5)
    index.put(filled, "achievement", [documents()[0]])
    done: list[int] = []
    assert index.rebuild(filled, done.append) == len(documents())
    assert done[-1] == len(documents())
    assert index.tokenizer_is_current(filled)
    assert _postings(filled) == before


def test_hostile_text_is_stored_and_found(connection: Connection) -> None:
    body = "\x00\x07\ud800😀" + "叶轮" * 100_000
    index.put(connection, "achievement", [Document(record_id(7), "'); DROP TABLE match_text; --", ('"*',), body)])
    assert _found(connection) == [record_id(7)]


@pytest.mark.parametrize("kind", index.KINDS)
def test_rows_read_without_occurrences_are_the_same_rows(filled: Connection, kind: index.Kind) -> None:
    vocabulary = [str(term) for name, term, _count in _postings(filled) if name == kind]
    counted = index.hits(filled, "achievement", kind, vocabulary)
    held = index.held_by(filled, "achievement", kind, [*vocabulary, '叶轮" OR "汽蚀', '"', "NOT", "叶*"])
    assert {term: list(one.rows) for term, one in held.items()} == {
        term: list(one.rows) for term, one in counted.items()
    }
    assert all(set(one.counts) == {1} for one in held.values())
