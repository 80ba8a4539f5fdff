"""A first download goes past the matching index and says so; what was here before is not overwritten."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from sqlalchemy import func, select

from broker_app.db.models import Achievement, ServerRecord, SnapshotChunk
from broker_app.services.indexing import UNINDEXED, index_faults, tend_index
from broker_app.sync import engine
from broker_app.sync.records import read_anew
from tests.server_under_test import ServerUnderTest, put
from tests.sync.computers import Computer

POOL = 60


@pytest.fixture
def pool(server: ServerUnderTest) -> Iterator[ServerUnderTest]:
    """Sixty achievements of team 12, which are enough to come in pieces."""
    lin = server.sign_in("lin")
    lin.sync(*(put("team:12", "achievement", title=f"银行长度单晶 {number}") for number in range(POOL)), limit=0)
    with patch.object(engine, "SNAPSHOT_ABOVE", POOL):
        yield server


def test_a_pool_comes_in_pieces_and_the_index_follows(pool: ServerUnderTest, chen: Computer) -> None:
    told: list[frozenset[str]] = []
    chen.store.on_change(told.append)
    assert chen.sync().report.received == POOL
    assert any(UNINDEXED in names for names in told)
    with chen.store.read() as session:
        row = session.scalars(select(Achievement).order_by(Achievement.title).limit(1)).one()
        assert (row.title, row.keywords, row.rev, row.scope) == ("银行长度单晶 0", [], 1, "team:12")
        assert row.pinyin.startswith("yhcddj0 ")
        assert session.scalar(select(func.count()).select_from(ServerRecord)) == POOL
        assert session.scalar(select(func.count()).select_from(SnapshotChunk)) == 0
    assert index_faults(chen.store) == [f"achievement: {POOL} records missing, 0 too many"]
    assert tend_index(chen.store)
    assert index_faults(chen.store) == []
    assert chen.sync().report.received == 0


def test_what_was_here_before_is_laid_over_the_pieces(pool: ServerUnderTest, chen: Computer, lin: Computer) -> None:
    chen.sync()
    with chen.store.write() as session:
        row = session.scalars(select(Achievement).limit(1)).one()
        row.owner = "样例大学"
        told = row.id
    with chen.store.write() as session:
        read_anew(session, ["team:12"])
    chen.sync()
    lin.sync()
    for computer in (chen, lin):
        with computer.store.read() as session:
            assert session.get_one(Achievement, told).owner == "样例大学"
            assert session.scalar(select(func.count()).select_from(Achievement)) == POOL
