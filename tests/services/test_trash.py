"""The trash: what lies in it, the way back, and what may go for good."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from broker_app.db.models import Attachment, FollowUp, OutboxOperation, Visit
from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError
from broker_app.rules.calendar import utc_now
from broker_app.services.attachments import add_attachment, take_file, vault_of
from broker_app.services.enterprises import delete_enterprise
from broker_app.services.needs import NeedDraft, delete_need, save_need
from broker_app.services.trash import count_trash, delete_for_good, list_trash, restore
from broker_app.services.visits import FollowUpDraft, VisitDraft, delete_visit, record_visit, save_visit
from tests.services.conftest import NINE


@pytest.fixture
def visit(store: Store, firm: UUID) -> UUID:
    """A draft in the trash, with a task and a file."""
    with store.write() as session:
        draft = VisitDraft(
            NINE, enterprise_id=firm, role="broker", note="外壳开裂", follow_ups=(FollowUpDraft("寄样"),)
        )
        made = save_visit(session, draft)
        add_attachment(session, "visit", made, vault_of(store).keep(take_file(b"note", "a.txt")))
    with store.write() as session:
        delete_visit(session, made)
    return made


def names(store: Store, query: str = "", kind: str = "") -> list[str]:
    with store.read() as session:
        return [row.name for row in list_trash(session, query, kind=kind)]


def test_everything_deleted_is_listed_latest_first_and_found(store: Store, firm: UUID, visit: UUID) -> None:
    with store.write() as session:
        delete_need(session, save_need(session, NeedDraft("低温不开裂的外壳料", enterprise_id=firm)))
    with store.write() as session:
        delete_enterprise(session, firm)
    assert names(store) == ["甲样例电气有限公司", "低温不开裂的外壳料", "甲样例电气有限公司"]
    assert names(store, kind="need") == ["低温不开裂的外壳料"]
    assert names(store, "开裂", kind="visit") == ["甲样例电气有限公司"]
    assert names(store, "jyl", kind="enterprise") == ["甲样例电气有限公司"]
    with store.read() as session:
        assert count_trash(session) == 3
        assert [row.days_left for row in list_trash(session)] == [30, 30, 30]


def test_back_where_it_was(store: Store, visit: UUID) -> None:
    with store.write() as session:
        restore(session, "visit", visit)
    assert names(store) == []
    with store.read() as session:
        row = session.get(Visit, visit)
    assert row is not None
    assert row.deleted_at is None


def test_after_thirty_days_it_is_listed_no_more(store: Store, visit: UUID) -> None:
    with store.write() as session:
        session.execute(update(Visit).where(Visit.id == visit).values(deleted_at=utc_now() - timedelta(days=31)))
    assert names(store) == []


def test_a_draft_nobody_saw_goes_with_all_that_is_its_own(store: Store, visit: UUID) -> None:
    with store.write() as session:
        unnamed = delete_for_good(session, "visit", visit)
    vault_of(store).forget(unnamed)
    with store.read() as session:
        for model in (FollowUp, Attachment, Visit):
            assert session.scalar(select(func.count()).select_from(model)) == 0
        left = set(session.scalars(select(OutboxOperation.kind)))
    assert left == {"enterprise"}
    assert list(store.paths.attachments.iterdir()) == []


def test_what_others_saw_stays_and_is_explained(store: Store, visit: UUID) -> None:
    with store.write() as session:
        session.execute(update(Visit).where(Visit.id == visit).values(rev=3))
    with pytest.raises(IllegalMoveError, match="别的电脑"), store.write() as session:
        delete_for_good(session, "visit", visit)
    assert len(names(store)) == 1


def test_what_is_on_its_way_counts_as_seen(store: Store, visit: UUID) -> None:
    with store.write() as session:
        session.execute(update(OutboxOperation).where(OutboxOperation.kind == "follow_up").values(sent_at=utc_now()))
    with pytest.raises(IllegalMoveError), store.write() as session:
        delete_for_good(session, "visit", visit)


def test_a_recorded_visit_is_evidence(store: Store, visit: UUID) -> None:
    with store.write() as session:
        restore(session, "visit", visit)
        record_visit(session, visit)
    with store.write() as session:
        delete_visit(session, visit)
    with pytest.raises(IllegalMoveError, match="留痕"), store.write() as session:
        delete_for_good(session, "visit", visit)


def test_what_is_not_in_the_trash_is_not_deleted(store: Store, firm: UUID) -> None:
    with pytest.raises(IllegalMoveError), store.write() as session:
        delete_for_good(session, "enterprise", firm)
