"""The state machines of visit, need and match (domain.md section 4): which step may follow which.

A machine knows states and moves, no record. Services check with :func:`StateMachine.check` and log the
move; a step that is not listed is refused with a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from broker_app.errors import IllegalMoveError
from broker_app.i18n import _, listed


class VisitState(StrEnum):
    """States of a visit."""

    DRAFT = "draft"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class NeedState(StrEnum):
    """States of a need."""

    RAW = "raw"
    REFINED = "refined"
    VERIFIED = "verified"
    PUBLISHED = "published"
    MATCHING = "matching"
    NEGOTIATING = "negotiating"
    CONTRACTED = "contracted"
    SOLVED = "solved"
    MERGED = "merged"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    NOT_TECHNICAL = "not_technical"
    LISTED_ON_BILL = "listed_on_bill"
    NO_MATCH = "no_match"


class MatchState(StrEnum):
    """States of a match between a need and an achievement."""

    SUGGESTED = "suggested"
    SCREENED = "screened"
    PROPOSED = "proposed"
    ACCEPTED_BY_ENTERPRISE = "accepted_by_enterprise"
    ACCEPTED_BY_OWNER = "accepted_by_owner"
    INTRODUCED = "introduced"
    MET = "met"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True)
class StateMachine:
    """States in their order, the moves between them, and the moves that need a reason."""

    noun: str
    moves: Mapping[str, frozenset[str]]
    with_reason: frozenset[str]

    def check(self, current: str, wanted: str, why: str = "") -> None:
        """Refuse a move that the machine does not have, or one that lacks its reason.

        Raises:
            IllegalMoveError: with a sentence that names both states and what is possible instead.
        """
        if wanted not in self.moves.get(current, frozenset()):
            possible = listed(state_label(self.noun, each) for each in self.next_states(current)) or _("没有下一步")
            raise IllegalMoveError(
                _("「{now}」不能直接改成「{wanted}」。现在可以：{possible}。记录没有改动。").format(
                    now=state_label(self.noun, current), wanted=state_label(self.noun, wanted), possible=possible
                )
            )
        if wanted in self.with_reason and not why.strip():
            raise IllegalMoveError(
                _("改成「{wanted}」要写明原因。记录没有改动。").format(wanted=state_label(self.noun, wanted))
            )

    def next_states(self, current: str) -> tuple[str, ...]:
        """The states that may follow ``current``, in the order of the machine."""
        allowed = self.moves.get(current, frozenset())
        return tuple(state for state in self.moves if state in allowed)


def _machine(noun: str, moves: dict[str, set[str]], with_reason: set[str]) -> StateMachine:
    return StateMachine(noun, {state: frozenset(after) for state, after in moves.items()}, frozenset(with_reason))


_V, _N, _M = VisitState, NeedState, MatchState

VISIT_MACHINE = _machine(
    "visit",
    {
        _V.DRAFT: {_V.PLANNED, _V.IN_PROGRESS, _V.RECORDED},
        _V.PLANNED: {_V.IN_PROGRESS, _V.RECORDED, _V.CANCELLED},
        _V.IN_PROGRESS: {_V.RECORDED},
        _V.RECORDED: {_V.CONFIRMED, _V.SUBMITTED},
        _V.CONFIRMED: {_V.SUBMITTED},
        _V.SUBMITTED: {_V.ACCEPTED, _V.RETURNED},
        _V.RETURNED: {_V.RECORDED},
        _V.ACCEPTED: set(),
        _V.CANCELLED: set(),
    },
    with_reason={_V.CANCELLED, _V.RETURNED},
)

_NEED_SIDE: set[str] = {_N.DEFERRED, _N.WITHDRAWN, _N.NOT_TECHNICAL}

NEED_MACHINE = _machine(
    "need",
    {
        _N.RAW: {_N.REFINED, *_NEED_SIDE},
        _N.REFINED: {_N.VERIFIED, _N.MERGED, *_NEED_SIDE},
        _N.VERIFIED: {_N.PUBLISHED, _N.MATCHING, _N.REFINED, *_NEED_SIDE},
        # Back to verified: 撤回发布, nobody outside the team reads it any more.
        _N.PUBLISHED: {_N.VERIFIED, _N.MATCHING, _N.LISTED_ON_BILL, *_NEED_SIDE},
        _N.LISTED_ON_BILL: {_N.VERIFIED, _N.MATCHING, *_NEED_SIDE},
        _N.MATCHING: {_N.NEGOTIATING, _N.NO_MATCH, *_NEED_SIDE},
        _N.NO_MATCH: {_N.MATCHING, *_NEED_SIDE},
        _N.NEGOTIATING: {_N.CONTRACTED, _N.MATCHING, *_NEED_SIDE},
        _N.CONTRACTED: {_N.SOLVED, *_NEED_SIDE},
        _N.SOLVED: set(),
        _N.MERGED: set(),
        _N.DEFERRED: {_N.REFINED, _N.WITHDRAWN, _N.NOT_TECHNICAL},
        _N.WITHDRAWN: set(),
        _N.NOT_TECHNICAL: set(),
    },
    with_reason={_N.WITHDRAWN, _N.DEFERRED, _N.NOT_TECHNICAL},
)

MATCH_MACHINE = _machine(
    "match",
    {
        _M.SUGGESTED: {_M.SCREENED, _M.PROPOSED, _M.DECLINED},
        _M.SCREENED: {_M.PROPOSED, _M.DECLINED},
        _M.PROPOSED: {_M.ACCEPTED_BY_ENTERPRISE, _M.ACCEPTED_BY_OWNER, _M.DECLINED},
        _M.ACCEPTED_BY_ENTERPRISE: {_M.ACCEPTED_BY_OWNER, _M.INTRODUCED, _M.DECLINED},
        _M.ACCEPTED_BY_OWNER: {_M.ACCEPTED_BY_ENTERPRISE, _M.INTRODUCED, _M.DECLINED},
        _M.INTRODUCED: {_M.MET, _M.DECLINED},
        _M.MET: {_M.AGREED, _M.DECLINED},
        _M.AGREED: set(),
        _M.DECLINED: set(),
    },
    with_reason={_M.DECLINED},
)

OPEN_NOTE_STATES = frozenset({VisitState.DRAFT, VisitState.PLANNED, VisitState.IN_PROGRESS})
"""While a visit is in one of these its raw note may still be typed; afterwards it never changes."""

EDITABLE_VISIT_STATES = OPEN_NOTE_STATES | {VisitState.RECORDED, VisitState.RETURNED}
"""Facts around the note may be mended until the visit is confirmed or submitted."""

WRITTEN_VISIT_STATES = frozenset(VisitState) - OPEN_NOTE_STATES - {VisitState.CANCELLED}
"""A visit in one of these took place and its note is final: these are the visits that are counted."""

CLOSED_NEED_STATES = frozenset({_N.SOLVED, _N.MERGED, _N.WITHDRAWN, _N.NOT_TECHNICAL})
"""Nothing more is to be done about a need in one of these; any other is 没结."""


def state_label(noun: str, state: str) -> str:
    """The word people see for a state; an unknown state shows itself."""
    return _labels(noun).get(state, state)


def _labels(noun: str) -> Mapping[str, str]:
    match noun:
        case "visit":
            return {
                _V.DRAFT: _("草稿"),
                _V.PLANNED: _("已安排"),
                _V.IN_PROGRESS: _("正在走访"),
                _V.RECORDED: _("已记录"),
                _V.CONFIRMED: _("企业已确认"),
                _V.SUBMITTED: _("已提交"),
                _V.ACCEPTED: _("已通过"),
                _V.RETURNED: _("被退回"),
                _V.CANCELLED: _("已取消"),
            }
        case "need":
            return {
                _N.RAW: _("待凝练"),
                _N.REFINED: _("已凝练"),
                _N.VERIFIED: _("已核实"),
                _N.PUBLISHED: _("已发布"),
                _N.MATCHING: _("对接中"),
                _N.NEGOTIATING: _("洽谈中"),
                _N.CONTRACTED: _("已签约"),
                _N.SOLVED: _("已解决"),
                _N.MERGED: _("并入共性需求"),
                _N.DEFERRED: _("暂缓"),
                _N.WITHDRAWN: _("已撤回"),
                _N.NOT_TECHNICAL: _("非技术诉求"),
                _N.LISTED_ON_BILL: _("已列入榜单"),
                _N.NO_MATCH: _("暂无匹配"),
            }
        case _:
            return {
                _M.SUGGESTED: _("推荐"),
                _M.SCREENED: _("已筛选"),
                _M.PROPOSED: _("已推介"),
                _M.ACCEPTED_BY_ENTERPRISE: _("企业同意"),
                _M.ACCEPTED_BY_OWNER: _("成果方同意"),
                _M.INTRODUCED: _("已引荐"),
                _M.MET: _("已面谈"),
                _M.AGREED: _("达成意向"),
                _M.DECLINED: _("已放弃"),
            }
