"""How the states of a need look: icon and tone beside the word."""

from broker_app.rules.states import NeedState
from broker_app.ui.shell.paged_model import Status

_STATES: dict[str, tuple[str, str]] = {
    NeedState.RAW: ("pencil-simple", "text3"),
    NeedState.REFINED: ("note", "text2"),
    NeedState.VERIFIED: ("check-circle", "ok_text"),
    NeedState.PUBLISHED: ("megaphone", "text2"),
    NeedState.MATCHING: ("intersect", "accent_text"),
    NeedState.NEGOTIATING: ("handshake", "accent_text"),
    NeedState.CONTRACTED: ("signature", "ok_text"),
    NeedState.SOLVED: ("seal-check", "text3"),
    NeedState.MERGED: ("git-merge", "text3"),
    NeedState.DEFERRED: ("pause-circle", "text3"),
    NeedState.WITHDRAWN: ("prohibit", "text3"),
    NeedState.NOT_TECHNICAL: ("arrow-right", "text3"),
    NeedState.LISTED_ON_BILL: ("flag", "text2"),
    NeedState.NO_MATCH: ("question", "warn_text"),
}
_TONES = {"ok_text": "ok", "accent_text": "accent", "warn_text": "warn"}


def need_status(state: str, words: str) -> Status:
    """Word, icon and tone of a state of a need."""
    icon, tone = _STATES.get(state, ("circle", "text3"))
    return Status(words, icon, tone)


def need_tone(state: str) -> str:
    """The tone of a chip that shows the state."""
    return _TONES.get(_STATES.get(state, ("", ""))[1], "plain")
