"""A whole import can be taken back, except what somebody already works with."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broker_app.db.models import Achievement, Contact, Need
from broker_app.db.outbox import pending_count
from broker_app.db.session import Store
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.exchange.fields import Kind
from broker_app.exchange.import_run import ImportReport, run_import
from broker_app.exchange.mapping import guess_mapping
from broker_app.exchange.source import open_source
from broker_app.matching import index
from broker_app.rules.states import NeedState
from broker_app.services.enterprises import list_enterprises
from broker_app.services.import_batches import UndoneBatch, list_batches, record_counts, undo_batch
from broker_app.services.matches import record_match
from broker_app.services.needs import NeedDraft, list_needs, move_need, save_need
from broker_app.services.visits import VisitDraft, save_visit
from tests.services.conftest import NINE


def imported(store: Store, folder: Path, kind: Kind, rows: list[dict[str, str]]) -> ImportReport:
    file = folder / f"{kind}.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    source = open_source(file)
    return run_import(store, source, guess_mapping(kind, source.columns))


def undone(store: Store, batch: UUID | None) -> UndoneBatch:
    assert batch is not None
    with store.write() as session:
        return undo_batch(session, batch)


def counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        return record_counts(session)


def test_achievements_come_and_go_with_their_index(store: Store, tmp_path: Path) -> None:
    rows = [{"id": f"S{n}", "title": f"样例成果 {n}", "abstract": "触点温升"} for n in range(30)]
    report = imported(store, tmp_path, "achievements", rows)
    assert (report.added, counts(store)["achievements"]) == (30, 30)
    with store.write() as session:
        used = session.query(Achievement).filter_by(source_id="S7").one().id
        record_match(session, save_need(session, NeedDraft("触点温升", "降低触点温升")), used)
    assert undone(store, report.batch_id) == UndoneBatch(removed=29, kept=1)
    assert counts(store)["achievements"] == 1
    with store.read() as session:
        assert index.pool_state(session.connection(), "achievement").documents == 1
        assert list_batches(session)[0].undone
        assert (
            pending_count(session) == 4
        )  # the used achievement, need, match and its first step; the rest never travels
    with pytest.raises(InvalidInputError, match="撤销过"):
        undone(store, report.batch_id)
    with pytest.raises(NotFoundError, match="本机没有"):
        undone(store, uuid4())
    again = imported(store, tmp_path, "achievements", rows)
    assert (again.added, again.duplicates) == (29, 1)


def test_firms_that_were_visited_stay_with_their_people(store: Store, tmp_path: Path) -> None:
    rows = [{"企业名称": f"样例{n}厂", "联系人": "王样例", "手机": "13800000000"} for n in "甲乙丙"]
    report = imported(store, tmp_path, "enterprises", rows)
    with store.write() as session:
        visited = next(row.id for row in list_enterprises(session) if row.name == "样例乙厂")
        save_visit(session, VisitDraft(NINE, visited))
    assert undone(store, report.batch_id) == UndoneBatch(removed=2, kept=1)
    with store.read() as session:
        assert [row.name for row in list_enterprises(session)] == ["样例乙厂"]
        assert [one.enterprise_id for one in session.query(Contact).filter(Contact.deleted_at.is_(None))] == [visited]


def test_needs_somebody_worked_on_stay(store: Store, tmp_path: Path) -> None:
    report = imported(store, tmp_path, "needs", [{"需求名称": f"样例需求 {n}", "需求内容": "内容"} for n in range(3)])
    with store.write() as session:
        refined = list_needs(session)[0].id
        move_need(session, refined, NeedState.REFINED)
    assert undone(store, report.batch_id) == UndoneBatch(removed=2, kept=1)
    with store.read() as session:
        assert [row.id for row in list_needs(session)] == [refined]
        assert session.get_one(Need, refined).import_batch_id == report.batch_id


def test_two_firms_of_one_name_and_two_credit_codes_are_two(store: Store, tmp_path: Path) -> None:
    code, other = "91350100M000100Y43", "91330382MA0000000D"
    rows = [
        {"企业名称": "样例电器厂", "统一社会信用代码": code},
        {"企业名称": "样例电器有限公司", "统一社会信用代码": _valid(other)},
        {"企业名称": "样例电器有限公司"},
        {"企业名称": "样例电器", "统一社会信用代码": code},
    ]
    report = imported(store, tmp_path, "enterprises", rows)
    assert (report.added, report.duplicates, report.refused) == (2, 2, 0)


def _valid(code: str) -> str:
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(sign) * pow(3, at, 31) for at, sign in enumerate(code[:17]))
    return code[:17] + signs[(31 - total % 31) % 31]
