"""Keeps the matching index in step with the records, in the transaction that changes them.

It listens to the writing sessions of a store, so that neither a service nor a later sync can forget to.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, UOWTransaction

from broker_app.codes.counties import county_label
from broker_app.db.models import Achievement, Enterprise, Need
from broker_app.db.session import Store
from broker_app.i18n import in_chinese
from broker_app.matching import Document, index
from broker_app.matching.index import Pool
from broker_app.services.sessions import Sessions

_STEP = 200
"""Records put in one transaction, a tenth of a second: nobody who writes meanwhile shall wait longer."""

UNINDEXED = "Unindexed"
"""Told among the names of changed models when many records were written past the index: :func:`tend_index` is due."""

_MODELS: dict[Pool, type[Achievement | Need]] = {"achievement": Achievement, "need": Need}


def _never() -> bool:
    return False


def keep_index(store: Store, *, rebuild_now: bool = True, mend_now: bool = True) -> None:
    """Keep the index up from now on; make it anew if it is missing or plainly damaged.

    What takes long can be left to :func:`tend_index` in the background. Without ``rebuild_now`` an index cut by another
    tokenizer goes on answering as it is. Without ``mend_now`` a damaged one starts empty and fills up while records
    are found by and by.
    """
    event.listen(store.writer, "after_flush", _after_flush)
    with store.read() as session:
        faults = index.faults(session.connection())
        is_short = not faults and mend_now and _is_short(session)
    if faults:
        _start_anew(store)
    if mend_now and (faults or is_short):
        _fill(store, None, _never)
    if rebuild_now:
        _rebuild(store, None, _never)


def tend_index(
    store: Sessions,
    progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] = _never,
) -> bool:
    """Check the index thoroughly, mend it from the records if need be, and cut it anew if another tokenizer made it.

    For the background: short transactions between which others may write; the records are only read. ``progress``
    hears (done, total). When ``stopped`` says so it pauses and returns False; the next call goes on where it stood.
    """
    with store.read() as session:
        damaged = index.faults(session.connection(), thorough=True)
    if damaged:
        _start_anew(store)
    return _fill(store, progress, stopped) and _rebuild(store, progress, stopped)


def index_faults(store: Sessions) -> list[str]:
    """What is wrong with the matching index, empty when it is sound and whole (for the health check)."""
    with store.read() as session:
        faults = index.faults(session.connection(), thorough=True)
        if faults:
            return faults
        return [
            f"{gap.pool}: {len(gap.missing)} records missing, {len(gap.surplus)} too many"
            for gap in _gaps(session)
            if gap.missing or gap.surplus
        ]


def index_is_current(store: Sessions) -> bool:
    """Whether this program's tokenizer cut the index; if not it still answers, and :func:`tend_index` is due."""
    with store.read() as session:
        return index.tokenizer_is_current(session.connection())


@dataclass(frozen=True, slots=True)
class _Gap:
    """Records a pool should hold and does not, and those it holds and should not."""

    pool: Pool
    missing: list[UUID]
    surplus: list[UUID]


def _gaps(session: Session) -> Iterator[_Gap]:
    for pool, model in _MODELS.items():
        due = set(session.scalars(select(model.id).where(model.deleted_at.is_(None))))
        there = index.held(session.connection(), pool)
        yield _Gap(pool, sorted(due - there), sorted(there - due))


def _is_short(session: Session) -> bool:
    """Tell quickly whether a pool holds fewer or more records than there are: mending stopped half way."""
    counts = index.counts(session.connection())
    return any(
        counts[pool] != session.scalar(select(func.count(model.id)).where(model.deleted_at.is_(None)))
        for pool, model in _MODELS.items()
    )


def _start_anew(store: Sessions) -> None:
    """Put an empty index in the place of one that cannot be trusted."""
    with store.write() as session:
        index.drop(session.connection())
        index.create(session.connection())


def _fill(store: Sessions, progress: Callable[[int, int], None] | None, stopped: Callable[[], bool]) -> bool:
    """Put in what is missing and take out what is too much, a few records at a time; tell whether it is whole."""
    with store.read() as session:
        gaps = [gap for gap in _gaps(session) if gap.missing or gap.surplus]
    done, total = 0, sum(len(gap.missing) for gap in gaps)
    for gap in gaps:
        kind = "need" if gap.pool == "need" else "achievement"
        for ids in (gap.surplus, gap.missing):
            for start in range(0, len(ids), _STEP):
                if stopped():
                    return False
                some = ids[start : start + _STEP]
                with store.write() as session:
                    reindex(session, kind, some)
                if ids is gap.missing and progress is not None:
                    done += len(some)
                    progress(done, total)
    return True


def reindex(session: Session, kind: str, ids: Sequence[UUID]) -> None:
    """Bring the entries of records that were written past the session's own objects up to date.

    ``kind`` is "achievement" or "need"; what is in the trash or gone leaves the index.
    """
    model: type[Achievement] | type[Need] = Achievement if kind == "achievement" else Need
    pool: Pool = "achievement" if kind == "achievement" else "need"
    for start in range(0, len(ids), _STEP):
        some = ids[start : start + _STEP]
        live = model.id.in_(some) & model.deleted_at.is_(None)
        statement = select(model).where(live).execution_options(populate_existing=True)
        rows: list[Achievement | Need] = list(session.scalars(statement))
        _put(session, pool, rows)
        found = {row.id for row in rows}
        index.remove(session.connection(), pool, [record for record in some if record not in found])


def _rebuild(store: Sessions, progress: Callable[[int, int], None] | None, stopped: Callable[[], bool]) -> bool:
    with store.read() as session:
        if index.tokenizer_is_current(session.connection()):
            return True
    while not stopped():
        with store.write() as session:
            step = index.rebuild_step(session.connection(), _STEP)
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


@in_chinese()  # areas are compared by name
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
