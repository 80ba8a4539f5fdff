"""The stages of the board, and what a card says about its next step."""

from dataclasses import dataclass
from datetime import datetime

from broker_app.i18n import _, counted
from broker_app.rules.states import MatchState
from broker_app.services.match_board import MatchCard
from broker_app.services.money import short_amount_label
from broker_app.ui.shell.paged_model import Status

_AMBER_AFTER = 14
_RED_AFTER = 30
"""Days without a step after which a card turns amber, and red."""

_STATES: dict[str, tuple[str, str]] = {
    MatchState.SUGGESTED: ("intersect", "text3"),
    MatchState.SCREENED: ("list-checks", "text3"),
    MatchState.PROPOSED: ("paper-plane-tilt", "text2"),
    MatchState.ACCEPTED_BY_ENTERPRISE: ("buildings", "accent_text"),
    MatchState.ACCEPTED_BY_OWNER: ("flask", "accent_text"),
    MatchState.INTRODUCED: ("users", "accent_text"),
    MatchState.MET: ("chat-text", "accent_text"),
    MatchState.AGREED: ("seal-check", "ok_text"),
    MatchState.DECLINED: ("archive", "text3"),
}


@dataclass(frozen=True)
class Stage:
    """A column of the board: its states, and the step that brings a match into it."""

    title: str
    states: frozenset[str]
    enter_by: str


@dataclass(frozen=True)
class NextStep:
    """What has to be done next, with its icon and tone."""

    words: str
    icon: str
    tone: str


def stages() -> tuple[Stage, ...]:
    """The columns from left to right."""
    return (
        Stage(_("拟推介"), frozenset({MatchState.SUGGESTED, MatchState.SCREENED}), MatchState.SCREENED),
        Stage(_("已推介"), frozenset({MatchState.PROPOSED}), MatchState.PROPOSED),
        Stage(
            _("双方同意"),
            frozenset({MatchState.ACCEPTED_BY_ENTERPRISE, MatchState.ACCEPTED_BY_OWNER}),
            MatchState.ACCEPTED_BY_ENTERPRISE,
        ),
        Stage(_("已引荐"), frozenset({MatchState.INTRODUCED, MatchState.MET}), MatchState.INTRODUCED),
        Stage(_("谈成"), frozenset({MatchState.AGREED}), MatchState.AGREED),
    )


def match_status(state: str, words: str) -> Status:
    """Word, icon and tone of a state of a match."""
    icon, tone = _STATES.get(state, ("circle", "text3"))
    return Status(words, icon, tone)


def next_step(card: MatchCard, now: datetime) -> NextStep:
    """What a card asks for; amber and red when nothing has moved for long."""
    days = (now - card.since).days
    tone = "bad_text" if days >= _RED_AFTER else "warn_text" if days >= _AMBER_AFTER else "text2"
    words, icon = _next_words(card)
    if card.state == MatchState.AGREED:
        tone = "text2"
    return NextStep(words, "warning-circle" if tone == "bad_text" else icon, tone)


def waited(card: MatchCard, now: datetime) -> str:
    """How long a card has stood where it is: 今天, 3 天."""
    days = (now - card.since).days
    return counted("{n} 天", "{n} 天", days) if days > 0 else _("今天")


def sum_words(cards: list[MatchCard]) -> str:
    """The amounts somebody said, summed: ``168 万``, "" when nobody did."""
    amounts = [card.amount for card in cards if card.amount]
    return amount_words(sum(amounts)) if amounts else ""


def amount_words(amount: int) -> str:
    """An amount in fen as a card says it."""
    return short_amount_label(amount)


def spoken_card(card: MatchCard, now: datetime) -> str:
    """The whole card as one line for a screen reader."""
    said = [
        card.need,
        card.achievement,
        card.enterprise,
        amount_words(card.amount) if card.amount else "",
        card.state_label,
        next_step(card, now).words,
        _("停了 {days}").format(days=waited(card, now)),
    ]
    return _("，").join(one for one in said if one)


def _next_words(card: MatchCard) -> tuple[str, str]:
    match MatchState(card.state):
        case MatchState.SUGGESTED | MatchState.SCREENED:
            return _("寄推介函"), "paper-plane-tilt"
        case MatchState.PROPOSED:
            return _("等双方回话"), "phone"
        case MatchState.ACCEPTED_BY_ENTERPRISE | MatchState.ACCEPTED_BY_OWNER:
            if not card.owner_agreed:
                return _("催成果方"), "phone"
            if not card.enterprise_agreed:
                return _("催企业"), "phone"
            return (_("签保密协议"), "signature") if card.nda_missing else (_("引荐见面"), "users")
        case MatchState.INTRODUCED:
            return _("约面谈"), "calendar-blank"
        case MatchState.MET:
            return _("问谈得怎样"), "chat-text"
        case _:
            return _("办交易手续"), "file-text"
