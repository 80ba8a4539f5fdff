"""What a paper may print, as frozen data.

A sheet has no field for what must not be printed: no full phone number, no confidential remark, no value
of a confidential metric. A layout can therefore not print it by mistake. Services make sheets, `reports`
sets them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

SIGNED_LATER = "signed_later"
"""Metadata of a field that is no part of the fingerprint: a paper has the same one before and after a signature."""


@dataclass(frozen=True)
class SignatureMark:
    """The handwritten signature of a firm. ``instead`` says why it is not drawn; then there are no strokes."""

    signer: str
    day: date
    code: str  # the digits of the signed text that people compare: "7F3A 19C2"
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()  # x, y in px of the pad, y downwards
    instead: str = ""


@dataclass(frozen=True)
class MetricLine:
    """One figure of a need: what it is today, what is wanted. A confidential figure has no line."""

    name: str
    now: str
    target: str
    unit: str = ""
    standard: str = ""


@dataclass(frozen=True)
class NeedLine:
    """A need as the visit record lists it."""

    number: str
    title: str
    kind: str
    summary: str
    metrics: tuple[MetricLine, ...]
    budget: str  # "180—200 万元", "不超过 50 万元" or "" when nobody said
    deadline: str  # "2027-06-30" or ""
    withheld: int = 0  # how many marked facts were left out


@dataclass(frozen=True)
class ReferralLine:
    """A request that is not technical, and where it goes."""

    kind: str
    text: str
    refer_to: str
    due: date | None


@dataclass(frozen=True)
class FollowUpLine:
    """Who does what by when."""

    text: str
    who: str
    due: date | None
    done: bool = False


@dataclass(frozen=True)
class PersonLine:
    """Somebody met; the phone is masked (138****0000) or empty."""

    name: str
    position: str
    phone_masked: str


@dataclass(frozen=True)
class RoleLine:
    """One fact the role is asked for; ``name`` is that of services/role_facts.py.

    With ``code_list`` the rows of that list print as boxes, those named in ``words`` ticked.
    """

    name: str
    words: str
    code_list: str = ""


@dataclass(frozen=True)
class VisitSheet:
    """走访记录表: everything the visit record prints."""

    number: str
    revision: int
    enterprise: str
    credit_code: str
    county: str  # "温州市乐清市（330382）"
    industry: str
    place: str
    started_at: datetime  # local time, aware
    ended_at: datetime | None
    role: str
    purposes: tuple[str, ...]
    lead: str  # "王堃（中级技术经纪人）"
    companions: tuple[str, ...]
    met: tuple[PersonLine, ...]
    note: str  # raw note without the spans that must not leave
    note_corrections: tuple[str, ...]  # later revisions, each with its reason
    findings: str
    needs: tuple[NeedLine, ...]
    referrals: tuple[ReferralLine, ...]
    follow_ups: tuple[FollowUpLine, ...]
    opinion: str  # 满意 / 基本满意 / 不满意 or ""
    late_reason: str  # why it was entered more than 24 hours later, or ""
    withheld: int  # how many confidential spans were left out
    organisation: str  # who keeps the record
    state: str
    frozen_at: datetime
    role_lines: tuple[RoleLine, ...] = ()
    training: str = ""  # "23 人，1.5 小时" or "" when nobody was trained
    signature: SignatureMark | None = field(default=None, metadata={SIGNED_LATER: True})


@dataclass(frozen=True)
class IntroAchievement:
    """One achievement offered in an introduction letter, with its exact reasons."""

    title: str
    owner: str
    readiness: str  # "7 级（环境级）" or "未说明"
    ip: str
    modes: str
    reasons: tuple[str, ...]
    evidence: str  # the sentence of the abstract
    evidence_marks: tuple[tuple[int, int], ...]  # [start, length] of the matched words in it
    not_covered: str
    price_wan: Decimal | None  # the owner's asking price in 万元; None prints 面议
    score: str  # "9.6"


@dataclass(frozen=True)
class IntroSheet:
    """推介函: a letter to the enterprise that offers achievements for one need."""

    number: str
    revision: int
    enterprise: str
    visited_on: date | None
    broker: str
    organisation: str
    need_number: str
    need_title: str
    need_points: str  # what the letter says of the need; nothing confidential
    pool_size: int
    achievements: tuple[IntroAchievement, ...]
    contact_name: str
    contact_phone: str  # the broker's own office phone, printed on purpose
    contact_address: str
    signed_on: date
    frozen_at: datetime


@dataclass(frozen=True)
class SlipSheet:
    """现场确认单: what the enterprise signs on the spot. ``statement`` is the exact text, paragraph by paragraph."""

    number: str
    revision: int
    enterprise: str
    started_at: datetime
    ended_at: datetime | None
    place: str
    met: tuple[PersonLine, ...]
    visitors: tuple[str, ...]
    purposes: tuple[str, ...]
    statement: tuple[str, ...]
    withheld: int
    organisation: str
    frozen_at: datetime
    signature: SignatureMark | None = field(default=None, metadata={SIGNED_LATER: True})


@dataclass(frozen=True)
class NeedSheet:
    """需求征集表 (form F1). A confidential figure has no line, a confidential field is empty."""

    number: str
    revision: int
    state: str
    enterprise: str
    credit_code: str
    county: str
    address: str
    legal_person: str
    size: str
    contact: str
    phone_masked: str
    email: str
    website: str
    profile: str
    title: str
    kind: str
    deadline: str
    four_list: str
    urgency: str
    problem: str
    text: str
    metrics: tuple[MetricLine, ...]
    no_metric_reason: str
    goal: str
    keywords: tuple[str, ...]
    budget: str
    mode: str
    partner: str
    use_then_pay: bool
    industries: tuple[str, ...]
    gb4754: str
    author: str
    verifier: str
    verified_on: date | None
    withheld: int
    organisation: str
    frozen_at: datetime


@dataclass(frozen=True)
class FirmVisitLine:
    """A past visit in one line."""

    number: str
    day: date
    lead: str
    about: str
    state: str


@dataclass(frozen=True)
class FirmNeedLine:
    """A need of the enterprise in one line."""

    number: str
    title: str
    budget: str
    deadline: str
    state: str


@dataclass(frozen=True)
class FirmMatchLine:
    """An achievement that was found for a need of the enterprise."""

    need_number: str
    achievement: str
    owner: str
    state: str


@dataclass(frozen=True)
class FirmSheet:
    """企业一页纸: what the broker should know before the next visit."""

    number: str
    revision: int
    enterprise: str
    credit_code: str
    county: str
    address: str
    industries: tuple[str, ...]
    size: str
    legal_person: str
    founded_on: date | None
    website: str
    tags: tuple[str, ...]
    profile: str
    contacts: tuple[PersonLine, ...]
    visits: tuple[FirmVisitLine, ...]  # newest first
    visit_count: int
    needs: tuple[FirmNeedLine, ...]
    matches: tuple[FirmMatchLine, ...]
    follow_ups: tuple[FollowUpLine, ...]  # open ones
    withheld: int
    organisation: str
    frozen_at: datetime


@dataclass(frozen=True)
class PlanLine:
    """One planned stop."""

    started_at: datetime
    enterprise: str
    county: str
    place: str
    purposes: tuple[str, ...]
    people: tuple[str, ...]
    last_visit: date | None
    open_needs: int
    open_tasks: int
    state: str


@dataclass(frozen=True)
class PlanSheet:
    """走访计划表: the stops from ``first`` to ``last``, both included."""

    number: str
    revision: int
    first: date
    last: date
    broker: str
    organisation: str
    stops: tuple[PlanLine, ...]
    frozen_at: datetime
