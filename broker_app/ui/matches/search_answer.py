"""What the page of results shows, read in one session off the UI thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from broker_app.rules.states import MatchState
from broker_app.services.achievements import AchievementDetail, get_achievement
from broker_app.services.matches import Findings, find_by_draft, find_needs, list_matches
from broker_app.services.needs import NeedDetail, get_need
from broker_app.services.sessions import Session
from broker_app.ui.matches.search_words import SearchWords

_MOST_RECORDED = 1000


@dataclass(frozen=True)
class SearchAnswer:
    """One search: what was asked, what was found, and which of it was recorded before (id to number)."""

    asked: NeedDetail | AchievementDetail
    findings: Findings
    recorded: Mapping[UUID, str]


def search_for_need(session: Session, need_id: UUID, words: SearchWords) -> SearchAnswer:
    """Achievements for a need, asked with ``words``; raises NotFoundError."""
    need = get_need(session, need_id)
    findings = find_by_draft(session, words.applied_to(need.draft), expansions=words.pairs)
    rows = list_matches(session, need_id=need_id, limit=_MOST_RECORDED)
    recorded = {row.achievement_id: row.number for row in rows if row.state != MatchState.DECLINED}
    return SearchAnswer(need, findings, recorded)


def search_for_achievement(session: Session, achievement_id: UUID) -> SearchAnswer:
    """Needs an achievement may serve; raises NotFoundError."""
    achievement = get_achievement(session, achievement_id)
    findings = find_needs(session, achievement_id)
    rows = list_matches(session, achievement_id=achievement_id, limit=_MOST_RECORDED)
    recorded = {row.need_id: row.number for row in rows if row.state != MatchState.DECLINED}
    return SearchAnswer(achievement, findings, recorded)
