"""Gathers what a paper prints: sheets out of records, with everything confidential already gone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement, Enterprise, FollowUp, Match, Need, ReferralRequest, Synced, Visit
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, in_chinese
from broker_app.rules.calendar import CHINA_TIME, china_date
from broker_app.rules.states import state_label
from broker_app.services.achievements import ip_label, modes_label, readiness_label
from broker_app.services.money import budget_label
from broker_app.services.needs import Metric, went_into
from broker_app.services.phones import masked_phone
from broker_app.services.profile import read_profile
from broker_app.services.records import live
from broker_app.services.redaction import Redaction, all_of, redaction_of, without_spans
from broker_app.services.role_facts import fact_lines, kept_facts, training_words
from broker_app.services.sheets import (
    FollowUpLine,
    IntroAchievement,
    IntroSheet,
    MetricLine,
    NeedLine,
    PersonLine,
    ReferralLine,
    RoleLine,
    VisitSheet,
)
from broker_app.services.visits import Span, corrections_of

_FACTS = ("trl", "budget", "region", "mode", "mountain")
"""The kinds of reason that are plain facts (matching/explain.py, Via)."""

_LEAST_SHARE = 3
"""Per cent of the score a word must have given to be named in a letter."""

ChildT = TypeVar("ChildT", Need, ReferralRequest, FollowUp)


@in_chinese()
def visit_sheet(session: Session, visit_id: UUID) -> VisitSheet:
    """What 走访记录表 prints of a visit; raises NotFoundError."""
    visit = live(session, Visit, visit_id)
    profile = read_profile(session)
    firm = session.get(Enterprise, visit.enterprise_id) if visit.enterprise_id else None
    needs = live_children(session, Need, visit.id)
    referrals = live_children(session, ReferralRequest, visit.id)
    tasks = live_children(session, FollowUp, visit.id)
    spans = tuple(Span(**one) for one in visit.confidential)
    secret = redaction_of(visit.note, spans, metrics_of(needs))
    corrections, facts = corrections_of(session, visit.id), kept_facts(visit)
    return VisitSheet(
        number=visit.number,
        revision=visit.revision,
        enterprise=firm.name if firm else "",
        credit_code=firm.credit_code if firm else "",
        county=county_line(firm),
        industry="、".join(industry_label(code) for code in firm.industries) if firm else "",
        place=secret.clean(visit.place or (firm.address if firm else "")),
        started_at=visit.started_at.astimezone(CHINA_TIME),
        ended_at=visit.ended_at.astimezone(CHINA_TIME) if visit.ended_at else None,
        role=label(CodeList.VISITOR_ROLE, visit.role) if visit.role else "",
        purposes=tuple(label(CodeList.VISIT_PURPOSE, code) for code in visit.purposes),
        lead=with_title(visit.author_name, profile.title if visit.author_id == profile.user_id else ""),
        companions=tuple(map(secret.clean, visit.companions)),
        met=tuple(
            PersonLine(secret.clean(one["name"]), secret.clean(one["position"]), masked_phone(one["phone"]))
            for one in visit.met
        ),
        note=secret.clean(without_spans(visit.note, spans)),
        note_corrections=tuple(
            f"更正 {one.ordinal}（{secret.clean(one.reason)}）：{secret.clean(one.text)}" for one in corrections
        ),
        findings=secret.clean(visit.findings),
        needs=tuple(need_line(need, secret) for need in needs),
        referrals=tuple(
            ReferralLine(
                label(CodeList.REFERRAL_KIND, one.kind) if one.kind else "",
                secret.clean(one.text),
                secret.clean(one.refer_to),
                one.due,
            )
            for one in referrals
        ),
        follow_ups=tuple(
            FollowUpLine(secret.clean(one.text), secret.clean(one.who), one.due, one.done_at is not None)
            for one in tasks
        ),
        opinion=label(CodeList.OPINION, visit.opinion) if visit.opinion else "",
        late_reason=secret.clean(visit.late_reason) if visit.is_late else "",
        withheld=len(spans),
        organisation=profile.organisation,
        state=state_label("visit", visit.state),
        frozen_at=last_change(visit.edited_at, *edits(needs), *edits(referrals), *edits(tasks)),
        role_lines=tuple(
            RoleLine(one.name, secret.clean(one.words), one.code_list) for one in fact_lines(visit.role, facts)
        ),
        training=training_words(facts),
    )


def intro_sheet(session: Session, match_ids: Sequence[UUID]) -> IntroSheet:
    """What 推介函 prints: one need, and the achievements of its matches in the order given.

    Raises:
        InvalidInputError: no match, or matches of more than one need.
        NotFoundError: one of them is not on this computer.
    """
    matches = [live(session, Match, match_id) for match_id in match_ids]
    if not matches or len({match.need_id for match in matches}) > 1:
        raise InvalidInputError("match", _("一封推介函只能写一条需求的对接，请分开打印。"))
    with in_chinese():
        return _intro_sheet(session, matches)


def _intro_sheet(session: Session, matches: Sequence[Match]) -> IntroSheet:
    need = live(session, Need, matches[0].need_id)
    firm = session.get(Enterprise, need.enterprise_id) if need.enterprise_id else None
    visit = session.get(Visit, need.visit_id) if need.visit_id else None
    profile = read_profile(session)
    secret = secret_of(session, need, visit)
    title, points = secret.clean(need.title), _need_points(need, secret)
    achievements = [live(session, Achievement, match.achievement_id) for match in matches]
    moment = last_change(need.edited_at, *edits(matches), *edits(achievements))
    return IntroSheet(
        number=matches[0].number,
        revision=1,  # made anew from the records each time; the fingerprint tells editions apart
        enterprise=firm.name if firm else "",
        visited_on=china_date(visit.started_at) if visit else None,
        broker=with_title(profile.name, profile.title),
        organisation=profile.organisation,
        need_number=need.number,
        need_title=title,
        need_points=points,
        pool_size=matches[0].pool_size,
        achievements=tuple(
            _offered(achievement, match, lambda term: secret.tells(term, f"{title}\n{points}"))
            for achievement, match in zip(achievements, matches, strict=True)
        ),
        contact_name=profile.name,
        contact_phone=profile.phone,
        contact_address=profile.address,
        signed_on=china_date(moment),
        frozen_at=moment,
    )


def live_children(session: Session, model: type[ChildT], visit_id: UUID) -> Sequence[ChildT]:
    """What came out of a visit, the oldest first, without what is in the trash."""
    return session.scalars(
        select(model).where(model.visit_id == visit_id, model.deleted_at.is_(None)).order_by(model.created_at, model.id)
    ).all()


def metrics_of(needs: Sequence[Need]) -> list[Metric]:
    """All figures of some needs, confidential ones too."""
    return [Metric(**one) for need in needs for one in need.metrics]


def secret_of(session: Session, need: Need, visit: Visit | None) -> Redaction:
    """What must not be printed of a need: its confidential figures, its visit's marks, the figures of its sisters.

    A common need keeps what the needs that went into it keep.
    """
    sources = ((one, session.get(Visit, one.visit_id) if one.visit_id else None) for one in went_into(session, need.id))
    return all_of(_own_secret(session, *each) for each in ((need, visit), *sources))


def _own_secret(session: Session, need: Need, visit: Visit | None) -> Redaction:
    if visit is None:
        return redaction_of("", (), metrics_of([need]))
    spans = tuple(Span(**one) for one in visit.confidential)
    return redaction_of(visit.note, spans, metrics_of([need, *live_children(session, Need, visit.id)]))


def need_line(need: Need, secret: Redaction) -> NeedLine:
    """A need as lists print it, without its confidential fields."""
    hidden = set(need.confidential_fields)
    shown = [Metric(**one) for one in need.metrics]
    return NeedLine(
        number=need.number,
        title=secret.clean(need.title),
        kind=label(CodeList.NEED_KIND, need.kind) if need.kind else "",
        summary="" if "text" in hidden else secret.clean(need.text),
        metrics=tuple(metric_line(one, secret) for one in shown if not one.confidential),
        budget="" if "budget" in hidden else budget_label(need.budget_low, need.budget_high),
        deadline="" if "deadline" in hidden or need.deadline is None else need.deadline.isoformat(),
        withheld=sum(one.confidential for one in shown) + len(hidden & {"text", "budget", "deadline"}),
    )


def metric_line(metric: Metric, secret: Redaction) -> MetricLine:
    """A public figure; the caller leaves confidential ones out."""
    return MetricLine(
        secret.clean(metric.name),
        secret.clean(metric.now),
        secret.clean(metric.target),
        metric.unit,
        secret.clean(metric.standard),
    )


def _need_points(need: Need, secret: Redaction) -> str:
    line = need_line(need, secret)
    figures = "；".join(
        f"{one.name} {one.now}→{one.target}{one.unit}" if one.now else f"{one.name} {one.target}{one.unit}"
        for one in line.metrics
    )
    parts = [
        line.summary.strip().rstrip("。") or line.title,
        f"指标：{figures}" if figures else "",
        f"预算{line.budget}" if line.budget else "",
        f"{line.deadline} 前完成" if line.deadline else "",
    ]
    return "。".join(part for part in parts if part) + "。"


def _offered(achievement: Achievement, match: Match, tells: Callable[[str], bool]) -> IntroAchievement:
    evidence = match.evidence
    return IntroAchievement(
        title=achievement.title,
        owner=achievement.owner,
        readiness=readiness_label(achievement.trl),
        ip=ip_label(achievement.ip),
        modes=modes_label(achievement.modes),
        reasons=tuple(_reasons(match, tells)),
        evidence=evidence.get("sentence", ""),
        evidence_marks=tuple((start, length) for start, length in evidence.get("marks", [])),
        not_covered="、".join(term for term in match.not_covered if not tells(term)),
        price_wan=None if achievement.price is None else Decimal(achievement.price) / 1_000_000,
        score=f"{Decimal(match.score) / 100:.1f}",
    )


def _reasons(match: Match, tells: Callable[[str], bool]) -> list[str]:
    def listed(*kinds: str, least: int = 0) -> str:
        found = (one for one in match.reasons if one.get("via") in kinds and not tells(one["term"]))
        return "、".join(dict.fromkeys(one["term"] for one in found if one["share"] >= least))

    # A word that gave next to nothing is no reason to write to a firm about.
    least = match.score * _LEAST_SHARE // 100

    groups = (
        (listed("words", "bigrams", least=least), "与需求同说“{words}”"),
        (listed("terms", least=least), "需求里的说法，成果里写作“{words}”"),
        (listed("industry"), "同属{words}"),
        (listed(*_FACTS), "{words}"),
    )
    reasons = [sentence.format(words=words) for words, sentence in groups if words]
    if match.evidence.get("ordinal"):
        reasons.append("依据见摘要第 {n} 句".format(n=match.evidence["ordinal"]))
    return reasons


def county_line(firm: Enterprise | None) -> str:
    """``温州市乐清市（330382）`` or "" where unknown."""
    return f"{county_label(firm.county)}（{firm.county}）" if firm and firm.county else ""


def with_title(name: str, title: str) -> str:
    """``王堃（中级技术经纪人）``."""
    return f"{name}（{title}）" if name and title else name


def edits(rows: Sequence[Synced]) -> list[datetime | None]:
    """When each row was last changed."""
    return [row.edited_at for row in rows]


def last_change(first: datetime | None, *others: datetime | None) -> datetime:
    """When the data last changed: the same data prints the same paper."""
    moments = [one for one in (first, *others) if one is not None]
    return max(moments).astimezone(CHINA_TIME) if moments else datetime(2026, 1, 1, tzinfo=CHINA_TIME)
