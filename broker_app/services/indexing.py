"""Keeps the matching index in step with the records, in the transaction that changes them.

It listens to the writing sessions of a store, so that neither a service nor a later sync can forget to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session, UOWTransaction

from broker_app.codes.counties import county_label
from broker_app.db.models import Achievement, Enterprise, Need
from broker_app.db.session import Store
from broker_app.matching import Document, index
from broker_app.matching.index import Pool

RowT = TypeVar("RowT", Achievement, Need)
_REBUILD_BATCH = 500


def keep_index(store: Store, *, rebuild_now: bool = True) -> None:
    """Make the index if it is missing or plainly damaged, and keep it up from now on.

    One cut by another tokenizer is cut anew here unless ``rebuild_now`` is False: it goes on answering, and whoever
    said so calls :func:`tend_index` in the background.
    """
    event.listen(store.writer, "after_flush", _after_flush)
    with store.read() as session:
        faults = index.faults(session.connection())
    if faults:
        repair_index(store)
    elif rebuild_now:
        _rebuild(store, None, lambda: False)


def tend_index(
    store: Store,
    progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Check the index thoroughly, repair it if need be, and cut it anew if another tokenizer made it.

    For the background: short transactions between which others may write. ``progress`` hears (done, total). When
    ``stopped`` says so it pauses and returns False; the next call goes on where it stood.
    """
    if index_faults(store):
        repair_index(store)
    return _rebuild(store, progress, stopped)


def index_faults(store: Store) -> list[str]:
    """What is wrong with the matching index, empty when it is sound (for the health check)."""
    with store.read() as session:
        return index.faults(session.connection(), thorough=True)


def repair_index(store: Store) -> None:
    """Make the index again from the records, in one transaction; the records are only read."""
    with store.write() as session:
        index.drop(session.connection())
        index.create(session.connection())
        for pool, documents in _all_documents(session):
            index.put(session.connection(), pool, documents)


def reindex(session: Session, kind: str, ids: Sequence[UUID]) -> None:
    """Bring the entries of records that were written past the session's own objects up to date.

    ``kind`` is "achievement" or "need"; what is in the trash or gone leaves the index.
    """
    model: type[Achievement] | type[Need] = Achievement if kind == "achievement" else Need
    pool: Pool = "achievement" if kind == "achievement" else "need"
    for start in range(0, len(ids), _REBUILD_BATCH):
        some = ids[start : start + _REBUILD_BATCH]
        live = model.id.in_(some) & model.deleted_at.is_(None)
        statement = select(model).where(live).execution_options(populate_existing=True)
        rows: list[Achievement | Need] = list(session.scalars(statement))
        _put(session, pool, rows)
        found = {row.id for row in rows}
        index.remove(session.connection(), pool, [record for record in some if record not in found])


def _rebuild(store: Store, progress: Callable[[int, int], None] | None, stopped: Callable[[], bool]) -> bool:
    with store.read() as session:
        if index.tokenizer_is_current(session.connection()):
            return True
    while not stopped():
        with store.write() as session:
            step = index.rebuild_step(session.connection())
        if progress is not None:
            progress(step.done, step.total)
        if step.finished:
            return True
    return False


def achievement_document(row: Achievement) -> Document:
    """What ranking reads of an achievement."""
    return Document(
        id=row.id,
        title=row.title,
        keywords=tuple(row.keywords),
        body=row.abstract if not row.indicators else f"{row.abstract}\n{row.indicators}",
        industries=tuple(row.industries),
        field=row.field,
        trl=row.trl,
        price_fen=row.price,
        modes=tuple(dict.fromkeys((*row.modes, *(["use_then_pay"] if row.use_then_pay else [])))),
    )


def need_document(row: Need, county: str) -> Document:
    """What ranking reads of a need; its confidential figures stay in the team's own file."""
    return Document(
        id=row.id,
        title=row.title,
        keywords=tuple(row.keywords),
        body="\n".join(part for part in (row.text, row.problem, row.goal) if part),
        industries=tuple(row.industries),
        price_fen=row.budget_high,
        region=county_label(county) if county else "",
        modes=(row.mode,) if row.mode else (),
    )


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    changed = [row for row in (*session.new, *session.dirty) if isinstance(row, Achievement | Need)]
    if not changed:
        return
    connection = session.connection()
    achievements = [row for row in changed if isinstance(row, Achievement)]
    needs = [row for row in changed if isinstance(row, Need)]
    if achievements:
        _put(session, "achievement", achievements)
        gone = [row.id for row in achievements if row.deleted_at is not None]
        index.remove(connection, "achievement", gone)
    if needs:
        _put(session, "need", needs)
        index.remove(connection, "need", [row.id for row in needs if row.deleted_at is not None])


def _put(session: Session, pool: Pool, rows: Iterable[Achievement | Need]) -> None:
    live = [row for row in rows if row.deleted_at is None]
    index.put(session.connection(), pool, _documents(session, live))


def _documents(session: Session, rows: Iterable[Achievement | Need]) -> Iterator[Document]:
    for row in rows:
        if isinstance(row, Achievement):
            yield achievement_document(row)
        else:
            with session.no_autoflush:
                firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
            yield need_document(row, firm.county if firm else "")


def _all_documents(session: Session) -> Iterator[tuple[Pool, Iterator[Document]]]:
    yield "achievement", map(achievement_document, _live_rows(session, Achievement))
    yield "need", _documents(session, _live_rows(session, Need))


def _live_rows(session: Session, model: type[RowT]) -> Iterator[RowT]:
    yield from session.scalars(
        select(model).where(model.deleted_at.is_(None)).execution_options(yield_per=_REBUILD_BATCH)
    )
