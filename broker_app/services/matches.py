"""Matches: achievements for a need and needs for an achievement, chosen, carried on, or declined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from broker_app.codes.counties import in_mountain26
from broker_app.codes.industries import industry, industry_label
from broker_app.codes.lists import CodeList, find, label
from broker_app.db.models import Achievement, Enterprise, Match, Need
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _, in_chinese, listed
from broker_app.matching import Expansion, Gap, MatchAnswer, MatchQuery, MatchResult, Reason
from broker_app.matching import match as ask_pool
from broker_app.matching.index import Pool
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import MATCH_MACHINE, NEED_MACHINE, MatchState, NeedState, state_label
from broker_app.services.achievements import ip_label, modes_label, price_label, readiness_label
from broker_app.services.comparison import compare, transfer_modes
from broker_app.services.money import fen
from broker_app.services.needs import Metric, NeedDraft, get_need, need_draft
from broker_app.services.numbers import MATCH, own_number, today
from broker_app.services.records import live, log_move, text_field
from broker_app.services.search import contains_words
from broker_app.services.terms import term_table
from broker_app.services.visits import Move, moves_of

__all__ = [
    "Findings",
    "FoundRecord",
    "MatchDetail",
    "MatchRow",
    "compare",
    "delete_match",
    "find_achievements",
    "find_by_draft",
    "find_needs",
    "gap_words",
    "get_match",
    "list_matches",
    "match_achievement",
    "match_lines",
    "match_need",
    "match_question",
    "move_match",
    "need_query",
    "note_nda",
    "reason_term",
    "reason_words",
    "record_match",
    "record_matches",
    "restore_match",
]

_FAR_ENOUGH = 200
"""A chosen achievement is looked for among so many results; one beyond them is recorded without a score."""


@dataclass(frozen=True)
class FoundRecord:
    """One result with the facts a screen shows beside it."""

    result: MatchResult
    facts: tuple[str, ...]
    gaps: tuple[str, ...]
    source_id: str


@dataclass(frozen=True)
class Findings:
    """The answer to a need or an achievement, ready to be shown: strong results, then the weak ones."""

    answer: MatchAnswer
    strong: tuple[FoundRecord, ...]
    weak: tuple[FoundRecord, ...]


@dataclass(frozen=True)
class MatchRow:
    """A line of the list of recorded matches."""

    id: UUID
    number: str
    need: str
    need_id: UUID
    achievement: str
    achievement_id: UUID
    enterprise: str
    owner: str
    score: str
    state: str
    state_label: str
    created_at: datetime


@dataclass(frozen=True)
class MatchDetail:
    """A recorded match with its history and the steps that may follow."""

    row: MatchRow
    reasons: tuple[tuple[str, str], ...]  # term, share such as "2.41"
    evidence: str
    not_covered: tuple[str, ...]
    next_states: tuple[str, ...]
    moves: tuple[Move, ...]
    decline_reason: str
    needs_nda: bool
    decline_note: str = ""
    enterprise_consent_at: datetime | None = None
    owner_consent_at: datetime | None = None
    nda_signed_at: datetime | None = None
    pool_size: int = 0


def need_query(draft: NeedDraft, *, mountain_county: bool = False) -> MatchQuery:
    """A need as a question to the pool of achievements; ``mountain_county``: its firm sits in one of the 山区26县."""
    return MatchQuery(
        title=draft.title,
        text="\n".join(part for part in (draft.text, draft.problem, draft.goal) if part),
        keywords=draft.keywords,
        industries=draft.industries,
        metrics=tuple(_metric_words(metric) for metric in draft.metrics),
        budget_fen=fen(draft.budget_high),
        deadline=draft.deadline,
        modes=transfer_modes(draft.mode, use_then_pay=draft.use_then_pay),
        mountain_county=mountain_county,
    )


def match_question(session: Session, draft: NeedDraft, *, limit: int = 20) -> MatchAnswer:
    """Achievements for a need that is only asked, not stored."""
    return _ask(session, _query(session, draft), limit=limit)


def match_need(session: Session, need_id: UUID, *, limit: int = 20) -> MatchAnswer:
    """Achievements for a stored need, best first; raises NotFoundError."""
    return match_question(session, need_draft(live(session, Need, need_id)), limit=limit)


def match_achievement(session: Session, achievement_id: UUID, *, limit: int = 20) -> MatchAnswer:
    """Needs that an achievement may serve, best first; raises NotFoundError."""
    row = live(session, Achievement, achievement_id)
    query = MatchQuery(
        title=row.title,
        text=row.abstract,
        keywords=tuple(row.keywords),
        industries=tuple(row.industries),
        field=row.field,
    )
    return _ask(session, query, pool="need", limit=limit)


def find_achievements(session: Session, need_id: UUID, *, limit: int = 20) -> Findings:
    """:func:`match_need` with the facts of each achievement for the screen."""
    answer = match_need(session, need_id, limit=limit)
    return _shown(answer, _achievement_facts(session, answer))


def find_by_draft(
    session: Session, draft: NeedDraft, *, expansions: Sequence[Expansion] = (), limit: int = 20
) -> Findings:
    """:func:`find_achievements` for a need whose words were changed for this search only."""
    answer = _ask(session, _query(session, draft), limit=limit, expansions=expansions)
    return _shown(answer, _achievement_facts(session, answer))


def find_needs(session: Session, achievement_id: UUID, *, limit: int = 20) -> Findings:
    """:func:`match_achievement` with the facts of each need for the screen."""
    answer = match_achievement(session, achievement_id, limit=limit)
    return _shown(answer, _need_facts(session, answer))


def match_lines(session: Session, need_id: str, answer: MatchAnswer) -> list[dict[str, Any]]:
    """The answer as the objects ``broker match --format jsonl`` prints, strong and weak results by rank."""
    results = sorted((*answer.results, *answer.weak_results), key=lambda result: result.rank)
    ids = [result.id for result in results]
    sources: dict[UUID, str] = {
        record_id: source_id
        for record_id, source_id in session.execute(
            select(Achievement.id, Achievement.source_id).where(Achievement.id.in_(ids))
        )
    }
    return [
        {
            "need_id": need_id,
            "achievement_id": str(result.id),
            "source_id": sources.get(result.id, ""),
            "rank": result.rank,
            "score": result.score / 100,
            "evidence": result.evidence,
            "reasons": [
                {"term": reason_term(one), "share": one.share / 100, "field": one.field, "via": one.via}
                for one in result.reasons
            ],
            "not_covered": [gap_words(gap) for gap in result.not_covered],
            "title": result.title,
        }
        for result in results
    ]


def record_match(session: Session, need_id: UUID, achievement_id: UUID) -> UUID:
    """Write down that an achievement was chosen for a need, with the reasons as they are now; returns its id.

    A pair that is already being carried on keeps its one match. A verified or published need moves on to
    对接中 (domain.md section 4).
    """
    return record_matches(session, need_id, (achievement_id,))[0]


def record_matches(
    session: Session,
    need_id: UUID,
    achievement_ids: Sequence[UUID],
    *,
    asked: NeedDraft | None = None,
    expansions: Sequence[Expansion] = (),
) -> tuple[UUID, ...]:
    """:func:`record_match` for several achievements found by one search; returns their ids in the same order.

    ``asked`` and ``expansions`` are the words of that search when they differ from the stored need, so that the
    reasons written down are the ones the broker saw.
    """
    need = live(session, Need, need_id)
    chosen = [live(session, Achievement, achievement_id) for achievement_id in achievement_ids]
    known = _carried_on(session, need_id)
    if all(achievement.id in known for achievement in chosen):
        return tuple(known[achievement.id] for achievement in chosen)
    query = _query(session, asked or need_draft(need))
    answer = _ask(session, query, limit=_FAR_ENOUGH, expansions=expansions)
    found = {one.id: one for one in (*answer.results, *answer.weak_results)}
    for achievement in chosen:
        if achievement.id not in known:
            known[achievement.id] = _add_match(session, need, achievement, found.get(achievement.id), answer.pool_size)
    if NeedState.MATCHING in NEED_MACHINE.next_states(need.state):
        log_move(session, need, NEED_MACHINE, NeedState.MATCHING)
    session.flush()
    return tuple(known[achievement.id] for achievement in chosen)


def move_match(session: Session, match_id: UUID, wanted: str, why: str = "", *, decline_reason: str = "") -> None:
    """Take a match one step further.

    Raises:
        IllegalMoveError: the step is not allowed, or an introduction lacks a consent or its NDA.
        InvalidInputError: declined without one of the listed reasons.
    """
    row = live(session, Match, match_id)
    if wanted == MatchState.DECLINED:
        code = find(CodeList.DECLINE_REASON, decline_reason) if decline_reason else None
        if code is None:
            raise InvalidInputError("decline_reason", _("请选放弃的原因。"))
        row.decline_reason, row.decline_note = code, text_field("decline_note", why, 500)
        why = why or label(CodeList.DECLINE_REASON, code)
    MATCH_MACHINE.check(row.state, wanted, why)
    if wanted == MatchState.INTRODUCED:
        _check_introduction(row)
    if wanted == MatchState.ACCEPTED_BY_ENTERPRISE:
        row.enterprise_consent_at = utc_now()
    if wanted == MatchState.ACCEPTED_BY_OWNER:
        row.owner_consent_at = utc_now()
    log_move(session, row, MATCH_MACHINE, wanted, why)
    session.flush()


def note_nda(session: Session, match_id: UUID, *, needed: bool, signed: bool = False) -> None:
    """Write down whether this match needs a confidentiality agreement before the introduction, and that it is signed.

    Raises:
        IllegalMoveError: both sides have been introduced already.
    """
    row = live(session, Match, match_id)
    if row.state in (MatchState.INTRODUCED, MatchState.MET, MatchState.AGREED, MatchState.DECLINED):
        raise IllegalMoveError(_("对接{state}，保密协议的安排不能再改。").format(state=state_label("match", row.state)))
    row.needs_nda = needed
    row.nda_signed_at = (row.nda_signed_at or utc_now()) if needed and signed else None
    session.flush()


def list_matches(
    session: Session,
    query: str = "",
    *,
    need_id: UUID | None = None,
    offset: int = 0,
    limit: int = 100,
    achievement_id: UUID | None = None,
    state: str = "",
) -> Sequence[MatchRow]:
    """Recorded matches, newest first."""
    firm = aliased(Enterprise)
    statement = (
        select(Match, Need, Achievement, firm.name)
        .join(Need, Need.id == Match.need_id)
        .join(Achievement, Achievement.id == Match.achievement_id)
        .outerjoin(firm, firm.id == Need.enterprise_id)
        .where(
            Match.deleted_at.is_(None),
            contains_words(query, Need.title, Achievement.title, Match.number, firm.name, pinyin=Need.pinyin),
        )
        .order_by(Match.created_at.desc(), Match.id)
        .offset(offset)
        .limit(limit)
    )
    if need_id is not None:
        statement = statement.where(Match.need_id == need_id)
    if achievement_id is not None:
        statement = statement.where(Match.achievement_id == achievement_id)
    if state:
        statement = statement.where(Match.state == state)
    return [_row(row, need, achievement, name or "") for row, need, achievement, name in session.execute(statement)]


def get_match(session: Session, match_id: UUID) -> MatchDetail:
    """A recorded match; raises NotFoundError."""
    row = live(session, Match, match_id)
    need, achievement = live(session, Need, row.need_id), live(session, Achievement, row.achievement_id)
    return MatchDetail(
        row=_row(row, need, achievement, get_need(session, need.id).enterprise),
        reasons=tuple((one["term"], f"{Decimal(one['share']) / 100:.2f}") for one in row.reasons),
        evidence=row.evidence.get("sentence", ""),
        not_covered=tuple(row.not_covered),
        next_states=MATCH_MACHINE.next_states(row.state),
        moves=moves_of(session, row.id),
        decline_reason=label(CodeList.DECLINE_REASON, row.decline_reason) if row.decline_reason else "",
        needs_nda=row.needs_nda,
        decline_note=row.decline_note,
        enterprise_consent_at=row.enterprise_consent_at,
        owner_consent_at=row.owner_consent_at,
        nda_signed_at=row.nda_signed_at,
        pool_size=row.pool_size,
    )


def delete_match(session: Session, match_id: UUID) -> None:
    """Move a match to the trash."""
    live(session, Match, match_id).deleted_at = utc_now()


def restore_match(session: Session, match_id: UUID) -> None:
    """Take a match back out of the trash."""
    session.get_one(Match, match_id).deleted_at = None


def gap_words(gap: Gap) -> str:
    """What a need asks and a record does not show, as a person reads it."""
    match gap.kind:
        case "term":
            return _("没提{words}").format(words=gap.words)
        case "metric":
            return _("没有「{words}」的数值").format(words=gap.words)
        case "price":
            return _("没提价格")
        case "over_budget":
            return _("拟价超过预算")
        case "deadline":
            return _("没提能否按期完成")
        case "trl":
            return _("没说明成熟度")


def reason_words(reason: Reason) -> str:
    """One reason as a chip says it."""
    if reason.via == "industry":
        return _("同行业")
    if reason.via == "scattered":
        return _("零散同字")
    if reason.via == "near":
        return _("和前面的成果相近")
    if reason.via == "terms" and reason.expansion is not None:
        return _("术语 {technical} ← {lay}").format(technical=reason.term, lay=reason.expansion.lay)
    facts = {
        "trl": _("成熟度够"),
        "budget": _("预算够"),
        "region": _("同地区"),
        "mode": _("合作方式合"),
        "mountain": _("山区县可先用后转"),
    }
    return facts.get(reason.via, reason.term)


def reason_term(reason: Reason) -> str:
    """The word of a reason; for an agreeing trade the names of the industries."""
    if reason.via == "industry":
        return listed(industry_label(code) if industry(code) else code for code in reason.term.split("/"))
    return reason.term or reason_words(reason)


def _ask(
    session: Session,
    query: MatchQuery,
    *,
    pool: Pool = "achievement",
    limit: int = 20,
    expansions: Sequence[Expansion] = (),
) -> MatchAnswer:
    """Ask a pool with the term table of this store."""
    return ask_pool(
        session.connection(), query, pool=pool, limit=limit, expansions=expansions, table=term_table(session)
    )


def _query(session: Session, draft: NeedDraft) -> MatchQuery:
    firm = session.get(Enterprise, draft.enterprise_id) if draft.enterprise_id else None
    return need_query(draft, mountain_county=firm is not None and in_mountain26(firm.county, today()))


def _metric_words(metric: Metric) -> str:
    return f"{metric.name} {metric.target or metric.now}{metric.unit}".strip()


def _carried_on(session: Session, need_id: UUID) -> dict[UUID, UUID]:
    """The matches of a need that were not declined: achievement id to match id."""
    rows = session.execute(
        select(Match.achievement_id, Match.id).where(
            Match.need_id == need_id, Match.deleted_at.is_(None), Match.state != MatchState.DECLINED
        )
    )
    return {achievement_id: match_id for achievement_id, match_id in rows}


def _add_match(
    session: Session, need: Need, achievement: Achievement, found: MatchResult | None, pool_size: int
) -> UUID:
    row = Match(need_id=need.id, achievement_id=achievement.id, scope=need.scope, state=MatchState.SUGGESTED)
    row.pool_size = pool_size
    if found is None:
        row.evidence = {"grade": "none", "rank": 0}
    else:
        _remember_reasons(row, found)
    session.add(row)
    session.flush()
    row.number = own_number(MATCH, _county(session, need), today(), row.id)
    log_move(session, row, MATCH_MACHINE, MatchState.SCREENED)
    return row.id


@in_chinese()  # kept with the match, and printed on the letter
def _remember_reasons(row: Match, found: MatchResult) -> None:
    row.score = found.score
    row.reasons = [
        {"term": reason_term(one), "share": one.share, "field": one.field, "via": one.via, **_entry_of(one)}
        for one in found.reasons
    ]
    row.evidence = {"grade": found.evidence, "rank": found.rank}
    if found.quote is not None:
        row.evidence |= {
            "sentence": found.quote.text,
            "marks": [[start, end - start] for start, end in found.quote.marks],
            "ordinal": found.quote.ordinal,
        }
    row.not_covered = [gap_words(gap) for gap in found.not_covered]


def _entry_of(reason: Reason) -> dict[str, str]:
    """The entry of the term table behind a reason, so that what came of the match can speak for or against it."""
    if reason.expansion is None:
        return {}
    return {"lay": reason.expansion.lay, "entry": reason.expansion.entry_id}


def _check_introduction(row: Match) -> None:
    if row.enterprise_consent_at is None or row.owner_consent_at is None:
        raise IllegalMoveError(_("引荐前要企业和成果方都同意。现在还缺一方。"))
    if row.needs_nda and row.nda_signed_at is None:
        raise IllegalMoveError(_("这次对接要先签保密协议，再引荐。"))


def _shown(answer: MatchAnswer, facts: Mapping[UUID, tuple[tuple[str, ...], str]]) -> Findings:
    def found(result: MatchResult) -> FoundRecord:
        words, source_id = facts.get(result.id, ((), ""))
        return FoundRecord(result, words, tuple(gap_words(gap) for gap in result.not_covered), source_id)

    return Findings(answer, tuple(map(found, answer.results)), tuple(map(found, answer.weak_results)))


def _ids(answer: MatchAnswer) -> list[UUID]:
    return [result.id for result in (*answer.results, *answer.weak_results)]


def _achievement_facts(session: Session, answer: MatchAnswer) -> dict[UUID, tuple[tuple[str, ...], str]]:
    rows = session.scalars(select(Achievement).where(Achievement.id.in_(_ids(answer))))
    return {row.id: (_filled(*_achievement_words(row)), row.source_id) for row in rows}


def _need_facts(session: Session, answer: MatchAnswer) -> dict[UUID, tuple[tuple[str, ...], str]]:
    rows = session.execute(
        select(Need, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .where(Need.id.in_(_ids(answer)))
    )
    return {need.id: (_filled(firm or "", *_need_words(need)), need.source_id) for need, firm in rows}


def _achievement_words(row: Achievement) -> tuple[str, ...]:
    return (
        row.owner,
        _("TRL {level}").format(level=readiness_label(row.trl)) if row.trl else row.field,
        ip_label(row.ip),
        _("先用后转") if row.use_then_pay else modes_label(row.modes),
        price_label(row.price) if row.owner or row.price is not None else "",
    )


def _need_words(need: Need) -> tuple[str, ...]:
    return (listed(industry_label(code) for code in need.industries), state_label("need", need.state))


def _filled(*words: str) -> tuple[str, ...]:
    return tuple(word for word in words if word)


def _row(row: Match, need: Need, achievement: Achievement, enterprise: str) -> MatchRow:
    return MatchRow(
        id=row.id,
        number=row.number,
        need=need.title,
        need_id=need.id,
        achievement=achievement.title,
        achievement_id=achievement.id,
        enterprise=enterprise,
        owner=achievement.owner,
        score=f"{Decimal(row.score) / 100:.1f}",
        state=row.state,
        state_label=state_label("match", row.state),
        created_at=row.created_at,
    )


def _county(session: Session, need: Need) -> str:
    firm = session.get(Enterprise, need.enterprise_id) if need.enterprise_id else None
    return firm.county if firm else ""
