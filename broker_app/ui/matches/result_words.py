"""What a result says beside its title: chips, the line of what was not found, one line for screen readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from broker_app.i18n import _, counted, listed
from broker_app.matching import MatchResult
from broker_app.matching.exclusions import Exclusion
from broker_app.services.matches import FoundRecord, reason_words
from broker_app.ui.matches.score import score_words

Tone = Literal["accent", "plain", "ok", "bad"]

MAX_CHIPS = 5
_SHOWN_TERMS = 4
_SHOWN_TRANSLATIONS = 2


@dataclass(frozen=True)
class Chip:
    """A short reason: its words, its tone and its icon ("" for none)."""

    words: str
    tone: Tone = "plain"
    icon: str = ""


def chips_of(found: FoundRecord, exclusions: Sequence[Exclusion]) -> tuple[Chip, ...]:
    """At most five reasons; what breaks or keeps a 不要 is never the one left out."""
    wanted = tuple(_exclusion_chips(found.result, {one.words: one.what for one in exclusions}))
    reasons = (*_term_chips(found.result), *_fact_chips(found.result))
    return (*reasons[: max(0, MAX_CHIPS - len(wanted))], *wanted)[:MAX_CHIPS]


def same_words(result: MatchResult) -> tuple[str, ...]:
    """The words the need and the record share, the heaviest first."""
    terms = [one.term for one in result.reasons if one.via in ("words", "bigrams") and one.term]
    return tuple(dict.fromkeys(terms))


def missing_words(found: FoundRecord) -> str:
    """What the need asks and the record does not show; said even when nothing is missing."""
    broken = [_("违反「{words}」").format(words=one.words) for one in found.result.exclusions if one.violated]
    return _("；").join((*broken, *found.gaps)) or _("需求里写到的都找到了")


def place_words(found: FoundRecord) -> str:
    """Where the quoted sentence stands: 摘要 第 2 句, or the title."""
    quote = found.result.quote
    if quote is None:
        return ""
    return _("摘要 第 {n} 句").format(n=quote.ordinal) if quote.ordinal else _("标题")


def weak_words(found: FoundRecord) -> str:
    """Why a record is not recommended, in one phrase."""
    if any(one.violated for one in found.result.exclusions):
        return missing_words(found)
    terms = same_words(found.result)
    if terms:
        return _("只命中 {terms}").format(terms=listed(terms[:3]))
    if any(one.via == "industry" for one in found.result.reasons):
        return _("只有行业相同")
    return _("只有零散的同字")


def spoken(found: FoundRecord, chips: Sequence[Chip], *, ticked: bool, recorded: str) -> str:
    """The whole row as one line for a screen reader."""
    said = [
        _("第 {n} 位").format(n=found.result.rank),
        found.result.title,
        score_words(found.result.score),
        *found.facts,
        *(chip.words for chip in chips),
        _("证据：{words}").format(words=found.result.quote.text) if found.result.quote else "",
        _("未命中：{words}").format(words=missing_words(found)),
        recorded or (_("已选") if ticked else _("没选")),
    ]
    return _("，").join(one for one in said if one)


def _term_chips(result: MatchResult) -> list[Chip]:
    terms = same_words(result)
    chips: list[Chip] = []
    if terms:
        shown = listed(terms[:_SHOWN_TERMS])
        more = len(terms) - _SHOWN_TERMS
        words = _("同词 {terms}").format(terms=shown)
        chips.append(
            Chip(words + (counted(" 等 {n} 个", " 等 {n} 个", len(terms)) if more > 0 else ""), "accent", "text-aa")
        )
    translated = [reason_words(one) for one in result.reasons if one.via == "terms"]
    chips += [Chip(words, "accent", "link-simple") for words in dict.fromkeys(translated[:_SHOWN_TRANSLATIONS])]
    return chips


def _fact_chips(result: MatchResult) -> list[Chip]:
    names = {
        "industry": _("同行业"),
        "trl": _("成熟度够"),
        "budget": _("预算够"),
        "region": _("同地区"),
        "mode": _("合作方式合"),
        "mountain": _("山区县可先用后转"),
    }
    return [Chip(names[via]) for via in dict.fromkeys(one.via for one in result.reasons) if via in names]


def _exclusion_chips(result: MatchResult, things: Mapping[str, str]) -> list[Chip]:
    chips: list[Chip] = []
    for check in result.exclusions:
        what = things.get(check.words, check.words)
        if check.violated:
            chips.append(Chip(_("含{what}").format(what=what), "bad", "prohibit"))
        elif check.declared_free:
            chips.append(Chip(_("不含{what}").format(what=what), "ok", "check"))
    return chips
