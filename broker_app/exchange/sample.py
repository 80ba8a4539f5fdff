"""Fills a profile with the made-up firms, achievements, visits and matches of ``resources/sample``.

The files are written as on :data:`WRITTEN_ON`, a Tuesday. Loading moves their days to the day of loading, so that
a broker who tries the program next spring still finds three visits today, some behind and some ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, Field
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from broker_app.codes.lists import CodeList, find
from broker_app.db.actor import Actor
from broker_app.db.key_file import create_key_file
from broker_app.db.models import Achievement, Match, Need, PublishedNeed
from broker_app.db.models.base import Authored
from broker_app.db.session import Store
from broker_app.errors import ImportFileError
from broker_app.exchange.import_run import run_import
from broker_app.exchange.mapping import guess_mapping
from broker_app.exchange.source import open_source
from broker_app.exchange.visit_file import FollowUpPart, NeedPart, ReferralPart, VisitPart, add_visit
from broker_app.i18n import _
from broker_app.paths import ProfilePaths, resources
from broker_app.rules.calendar import CHINA_TIME, china_date, utc_now
from broker_app.rules.states import MatchState, NeedState, VisitState
from broker_app.services.enterprises import ContactDraft, EnterpriseDraft, get_enterprise, save_enterprise
from broker_app.services.follow_ups import finish_follow_up
from broker_app.services.matches import move_match, note_nda, record_match
from broker_app.services.needs import move_need
from broker_app.services.needs_merge import common_draft, merge_needs
from broker_app.services.numbers import today
from broker_app.services.profile import Profile, create_profile
from broker_app.services.publishing import Office, publish_need
from broker_app.services.records import resolve
from broker_app.services.visits import get_visit, move_visit

DuePart = TypeVar("DuePart", "ReferralPart", "_SampleFollowUp")

WRITTEN_ON = date(2026, 11, 24)
"""The day that is "today" in the files."""

_EVENING = time(19, 30, tzinfo=CHINA_TIME)
_MORNING = time(9, 10, tzinfo=CHINA_TIME)
_SATURDAY = 5  # as date.weekday() counts
_LAST_STEPS_ON = date(2026, 11, 23)  # when needs with a finished match went on
_STEP_OF_MATCH = 2  # working days from one step of a match to the next
_COLLEAGUE = Actor(user_id="sample-colleague", name="陈队", team="sample")
_VISIT_PATH = (VisitState.RECORDED, VisitState.CONFIRMED, VisitState.SUBMITTED)
_RAW_TO_MATCHING = (NeedState.REFINED, NeedState.VERIFIED, NeedState.MATCHING)
_BY_COLLEAGUE = (VisitState.ACCEPTED, VisitState.RETURNED)
_BEFORE_MATCHES: dict[str, tuple[str, ...]] = {
    NeedState.RAW: (),
    NeedState.REFINED: _RAW_TO_MATCHING[:1],
    NeedState.VERIFIED: _RAW_TO_MATCHING[:2],
    NeedState.MATCHING: _RAW_TO_MATCHING,
    NeedState.PUBLISHED: (*_RAW_TO_MATCHING[:2], NeedState.PUBLISHED),
    NeedState.DEFERRED: (NeedState.DEFERRED,),
    NeedState.MERGED: _RAW_TO_MATCHING[:1],
}
_AFTER_MATCHES: dict[str, tuple[str, ...]] = {
    NeedState.NO_MATCH: (NeedState.NO_MATCH,),
    NeedState.NEGOTIATING: (NeedState.NEGOTIATING,),
    NeedState.CONTRACTED: (NeedState.NEGOTIATING, NeedState.CONTRACTED),
    NeedState.SOLVED: (NeedState.NEGOTIATING, NeedState.CONTRACTED, NeedState.SOLVED),
}
"""Steps a need takes once its matches stand, for choosing an achievement puts a need back to matching."""

_TO_CONSENT = (MatchState.PROPOSED, MatchState.ACCEPTED_BY_ENTERPRISE)
_TO_MEETING = (*_TO_CONSENT, MatchState.ACCEPTED_BY_OWNER, MatchState.INTRODUCED, MatchState.MET)
_MATCH_PATHS: dict[str, tuple[str, ...]] = {
    MatchState.SCREENED: (),
    MatchState.PROPOSED: _TO_CONSENT[:1],
    MatchState.ACCEPTED_BY_ENTERPRISE: _TO_CONSENT,
    MatchState.ACCEPTED_BY_OWNER: (*_TO_CONSENT, MatchState.ACCEPTED_BY_OWNER),
    MatchState.INTRODUCED: _TO_MEETING[:4],
    MatchState.MET: _TO_MEETING,
    MatchState.AGREED: (*_TO_MEETING, MatchState.AGREED),
    MatchState.DECLINED: (MatchState.PROPOSED,),
}


class _SampleNeed(NeedPart):
    goal: str = ""
    state: str = NeedState.RAW


class _SampleFollowUp(FollowUpPart):
    done: bool = False


class _SampleVisit(VisitPart):
    needs: list[_SampleNeed] = Field(default=[])  # type: ignore[assignment]  # a narrower list, only read here
    follow_ups: list[_SampleFollowUp] = Field(default=[])  # type: ignore[assignment]  # as above


class _SampleCommonNeed(BaseModel):
    """A line of common_needs.jsonl: needs that say the same, and when they were merged into one."""

    title: str
    sources: list[str]
    merged_on: date


class _SampleMatch(BaseModel):
    """A line of matches.jsonl: which achievement was chosen for which need and how far the two have come."""

    need: str
    achievement: str
    chosen_on: date
    state: MatchState
    nda: Literal["", "needed", "signed"] = ""
    decline_reason: str = ""
    why: str = ""


@dataclass(frozen=True)
class SampleCalendar:
    """Days of the files as days around the day ``on`` of loading.

    Days are moved by whole weeks, so a Monday stays a Monday and "next Wednesday" in a note stays true. The day
    the files call today becomes ``on``; what was ahead of it stays ahead, if need be by a week more.
    """

    on: date

    def of(self, day: date) -> date:
        """Where ``day`` of the files falls."""
        if day == WRITTEN_ON:
            return self.on
        moved = day + timedelta(weeks=(self.on - WRITTEN_ON).days // 7)
        return moved + timedelta(weeks=1) if day > WRITTEN_ON and moved <= self.on else moved

    def of_visit(self, part: _SampleVisit) -> _SampleVisit:
        """A visit with all its days moved."""
        return part.model_copy(
            update={
                "visit_date": self.of(part.visit_date),
                "follow_ups": [self._dated(one) for one in part.follow_ups],
                "non_technical": [self._dated(one) for one in part.non_technical if isinstance(one, ReferralPart)],
                "needs": [
                    need.model_copy(update={"deadline": str(self.of(date.fromisoformat(need.deadline)))})
                    if need.deadline
                    else need
                    for need in part.needs
                ],
            }
        )

    def _dated(self, part: DuePart) -> DuePart:
        return part.model_copy(update={"due": self.of(part.due)}) if part.due else part


class _Diary:
    """Writes records down at the moment the sample says they were made, not at the moment of loading.

    Nothing it dates lies ahead of now.
    """

    def __init__(self, session: Session, day: date, at: time = _EVENING) -> None:
        self._session = session
        self._moment = datetime.combine(day, at)
        event.listen(session, "before_flush", self._date_records, insert=True)

    @property
    def now(self) -> datetime:
        """The present moment of the sample."""
        return min(self._moment, utc_now())

    def turn(self, working_days: int) -> None:
        """Go on to the morning ``working_days`` later."""
        self._session.flush()
        for _step in range(working_days):
            self._moment += timedelta(days=1)
            while self._moment.weekday() >= _SATURDAY:
                self._moment += timedelta(days=1)
        self._moment = datetime.combine(self._moment.date(), _MORNING)

    def _date_records(self, session: Session, _context: UOWTransaction, _instances: object) -> None:
        for row in session.new:
            if isinstance(row, Authored):
                self._moment += timedelta(minutes=1)
                row.created_at = self.now


def sample_profile() -> Profile:
    """The made-up broker of the sample."""
    return Profile(
        user_id="sample-broker",
        name="张老师",
        title="中级技术经纪人",
        role="light_team",
        organisation="样例科技服务中心",
        team="sample",
        team_name="乐清轻骑一队",
        county="330382",
        phone="0577-0000 0000",
        address="温州市乐清市样例路 1 号",
        is_sample=True,
    )


def _office() -> Office:
    profile = sample_profile()
    return Office(profile.organisation, profile.name, profile.phone)


SAMPLE_PASSPHRASE = "样例资料不保密"  # noqa: S105 - guards nothing
"""The sample is public, so its passphrase may be."""


def create_sample(paths: ProfilePaths, on: date | None = None) -> Store:
    """Make a profile of made-up data, as if loaded on the day ``on`` (today in China), and open it."""
    paths.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = create_key_file(paths.key_file, SAMPLE_PASSPHRASE)
    store = create_profile(paths, key.data_key, sample_profile())
    load_sample(store, resources() / "sample", on)
    return store


def load_sample(store: Store, folder: Path, on: date | None = None) -> None:
    """Import the sample of ``folder`` (resources/sample) into an empty store, as if on the day ``on`` (now today)."""
    calendar = SampleCalendar(on or today())
    achievements = open_source(folder / "achievements.jsonl")
    report = run_import(store, achievements, guess_mapping("achievements", achievements.columns))
    if report.refused:
        raise ImportFileError(_("样例成果有 {n} 条读不了。").format(n=report.refused))
    with store.write() as session:
        firms = {firm["id"]: _add_firm(session, firm) for firm in _objects(folder / "enterprises.jsonl")}
    late_needs: list[tuple[UUID, str]] = []
    for entry in _objects(folder / "visits.jsonl"):
        part = _SampleVisit.model_validate({**entry, "enterprise": firms[entry["enterprise"]]})
        with store.write() as session:
            late_needs += _add_visit(session, calendar.of_visit(part))
    for entry in _objects(folder / "common_needs.jsonl"):
        with store.write() as session:
            _merge_needs(session, _SampleCommonNeed.model_validate(entry), calendar)
    for entry in _objects(folder / "matches.jsonl"):
        with store.write() as session:
            _add_match(session, _SampleMatch.model_validate(entry), calendar)
    with store.write() as session:
        diary = _Diary(session, calendar.of(_LAST_STEPS_ON), _MORNING)
        for need_id, state in late_needs:
            _walk_need(session, diary, need_id, _AFTER_MATCHES[state])


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines():
        if line.strip():
            yield orjson.loads(line)


def _add_firm(session: Session, firm: dict[str, Any]) -> dict[str, Any]:
    people = tuple(
        ContactDraft(one["name"], one.get("position", ""), one.get("phone", "")) for one in firm.get("contacts", [])
    )
    draft = EnterpriseDraft(
        name=firm["name"],
        credit_code=firm["uscc"],
        county=firm["county"],
        address=firm.get("address", ""),
        industries=tuple(firm.get("industry", [])),
        gb4754=firm.get("gb4754", ""),
        size=find(CodeList.ENTERPRISE_SIZE, firm.get("size", "")) or "",
        legal_person=firm.get("legal_person", ""),
        profile=firm.get("profile", ""),
        tags=tuple(firm.get("tags", [])),
        contacts=people,
        source_id=firm["id"],
    )
    saved = get_enterprise(session, save_enterprise(session, draft)).draft
    return {"name": saved.name, "uscc": saved.credit_code, "county_code": saved.county}


def _add_visit(session: Session, part: _SampleVisit) -> list[tuple[UUID, str]]:
    """Add a visit with its needs; returns the needs that go on once their matches stand."""
    diary = _Diary(session, part.visit_date)
    added = add_visit(session, part, recorded_at=None if part.late_reason else diary.now)
    _finish_tasks(session, part, added.visit_id)
    for need, need_id in zip(part.needs, added.need_ids, strict=True):
        session.get_one(Need, need_id).goal = need.goal
        _walk_need(session, diary, need_id, _BEFORE_MATCHES.get(need.state, _RAW_TO_MATCHING))
    for state in _visit_steps(part.state):
        diary.turn(1)
        session.info["actor"] = _COLLEAGUE if state in _BY_COLLEAGUE else sample_profile().actor
        why = "缺统一社会信用代码" if state == VisitState.RETURNED else ""
        move_visit(session, added.visit_id, state, why)
    session.flush()
    session.info["actor"] = sample_profile().actor
    return [
        (need_id, need.state)
        for need, need_id in zip(part.needs, added.need_ids, strict=True)
        if need.state in _AFTER_MATCHES
    ]


def _visit_steps(wanted: VisitState) -> tuple[VisitState, ...]:
    """The steps a recorded visit takes to ``wanted``; none for one that is not past its record."""
    if wanted in (VisitState.ACCEPTED, VisitState.RETURNED):
        return (*_VISIT_PATH[1:], wanted)
    return _VISIT_PATH[1 : _VISIT_PATH.index(wanted) + 1] if wanted in _VISIT_PATH else ()


def _finish_tasks(session: Session, part: _SampleVisit, visit_id: UUID) -> None:
    done = {one.text for one in part.follow_ups if one.done}
    for task in get_visit(session, visit_id).draft.follow_ups:
        if task.id is not None and task.text in done:
            finish_follow_up(session, task.id)


def _walk_need(session: Session, diary: _Diary, need_id: UUID, path: tuple[str, ...]) -> None:
    for state in path:
        if state == NeedState.VERIFIED:
            # Whoever wrote a need may not verify it, so a colleague does, the day after.
            diary.turn(1)
            session.info["actor"] = _COLLEAGUE
        if state == NeedState.PUBLISHED:
            published = session.get_one(PublishedNeed, publish_need(session, need_id, _office()))
            published.published_on = china_date(diary.now)
            continue
        move_need(session, need_id, state, "企业说先放一放" if state == NeedState.DEFERRED else "")
        if state == NeedState.VERIFIED:
            session.get_one(Need, need_id).verified_on = china_date(diary.now)
        session.info["actor"] = sample_profile().actor


def _merge_needs(session: Session, part: _SampleCommonNeed, calendar: SampleCalendar) -> None:
    _Diary(session, calendar.of(part.merged_on))
    sources = [resolve(session, Need, one) for one in part.sources]
    session.info["actor"] = _COLLEAGUE
    merge_needs(session, sources, replace(common_draft(session, sources), title=part.title))
    session.flush()
    session.info["actor"] = sample_profile().actor


def _add_match(session: Session, part: _SampleMatch, calendar: SampleCalendar) -> None:
    diary = _Diary(session, calendar.of(part.chosen_on), _MORNING)
    match_id = record_match(session, resolve(session, Need, part.need), resolve(session, Achievement, part.achievement))
    if part.nda:
        note_nda(session, match_id, needed=True, signed=part.nda == "signed")
    for state in _MATCH_PATHS[part.state]:
        diary.turn(_STEP_OF_MATCH)
        move_match(session, match_id, state)
        _date_consent(session, match_id, diary.now)
    if part.state == MatchState.DECLINED:
        diary.turn(_STEP_OF_MATCH)
        move_match(session, match_id, MatchState.DECLINED, part.why, decline_reason=part.decline_reason)


def _date_consent(session: Session, match_id: UUID, moment: datetime) -> None:
    """The service notes a consent or a signature as given now; here it was given at ``moment``."""
    row = session.get_one(Match, match_id)
    for field in ("enterprise_consent_at", "owner_consent_at", "nda_signed_at"):
        given = getattr(row, field)
        if given is not None and given > moment:
            setattr(row, field, moment)
