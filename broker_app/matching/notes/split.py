"""From a raw note to proposals: read, cut, classify, follow the talk, fill the slots."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date

from broker_app.codes.industries import industries
from broker_app.codes.lists import CodeList, entry
from broker_app.i18n import _
from broker_app.matching.notes.acts import Act, Said, read_acts
from broker_app.matching.notes.budgets import read_budget
from broker_app.matching.notes.clauses import SENTENCE, cut_clauses
from broker_app.matching.notes.dates import find_dates
from broker_app.matching.notes.deadlines import read_deadline
from broker_app.matching.notes.discourse import follow_talk
from broker_app.matching.notes.lanes import is_slot
from broker_app.matching.notes.metrics import read_metrics
from broker_app.matching.notes.people import Person, Phone, find_people, find_phones
from broker_app.matching.notes.proposals import (
    ConfidentialProposal,
    FollowUpProposal,
    MetricProposal,
    NeedProposal,
    NoteProposals,
    NoteSpan,
    PersonProposal,
    ReferralProposal,
)
from broker_app.matching.notes.reading import Reading, read_note
from broker_app.matching.notes.requests import is_administrative, is_of_trade
from broker_app.matching.notes.secrets import secret_pieces
from broker_app.matching.notes.slots import read_kind, read_mode
from broker_app.matching.notes.talk import Stretch, Talk
from broker_app.matching.notes.titles import pick_keywords, write_title
from broker_app.matching.notes.topics import content_words, shared_words

_TITLE = 24
_NEAR = 16  # characters between a name and the number that belongs to it
_EDGES = " \t\r\n\u3000，,。;；、"


def split_note(note: str, visit_on: date, industry: Sequence[str] = ()) -> NoteProposals:
    """Read what a visit note proposes; dates count from ``visit_on``, ``industry`` are the codes of the firm.

    Never fails, whatever was typed; the same note gives the same proposals with the same ids.
    """
    reading = read_note(note)
    said = [read_acts(clause) for clause in cut_clauses(reading)]
    talk = follow_talk(said)
    for stretch in talk.needs():
        if is_need(stretch) and is_administrative(_wished(stretch)):
            stretch.lane, stretch.kind = "request", "other"
    people, phones = find_people(reading), find_phones(reading.folded)
    secrets = [secret_pieces(one, said) for one in talk.secrets]
    secret_places = {id(one) for pieces in secrets for piece in pieces for one in piece}
    return NoteProposals(
        needs=tuple(
            _need(note, stretch, visit_on, industry, secret_places)
            for stretch in talk.needs()
            if is_need(stretch) and not _is_only_secret(stretch, secret_places)
        ),
        referrals=tuple(_referral(note, one, visit_on) for one in talk.stretches if one.lane == "request"),
        follow_ups=tuple(_follow_up(note, one, visit_on) for one in talk.stretches if one.lane == "follow_up"),
        confidential=_confidential(note, talk, secrets),
        people=_people(reading, people, phones),
        phones=tuple(one.number for one in phones),
    )


def _wished(stretch: Stretch) -> str:
    needs = Act.WISH | Act.PROBLEM | Act.TARGET | Act.IDEA
    return "，".join(one.text for one in stretch.said if one.does(needs) and not one.does(Act.SECRET))


def is_need(stretch: Stretch) -> bool:
    """Tell whether a stretch of talk is a wish for technology that still stands."""
    if stretch.over or not stretch.said:
        return False
    words = frozenset[str]().union(*(content_words(one.text) for one in stretch.said))
    if not words:
        return False
    telling = [one for one in stretch.said if not one.does(Act.CHAT)]
    wishes = any(one.does(Act.WISH | Act.IDEA) for one in telling)
    complains = any(one.does(Act.PROBLEM) and not one.does(Act.SPENT | Act.SOLVED) for one in telling)
    aims = any(one.does(Act.TARGET) for one in telling)
    return wishes or complains or (aims and len(telling) > 1) or (stretch.inherits_wish and bool(telling))


def _need(note: str, stretch: Stretch, visit_on: date, industry: Sequence[str], secrets: set[int]) -> NeedProposal:
    said = _without_confidences(_without_edges(stretch.said), secrets)
    spans = _spans(note, said)
    text = _text(note, spans)
    folded = "，".join(one.text for one in said)
    budget, deadline = read_budget(said), read_deadline(said, visit_on)
    metrics = tuple(MetricProposal(one.name, one.now, one.target, one.unit) for one in read_metrics(said))
    wish = "，".join(one.text for one in said if one.does(Act.WISH))
    return NeedProposal(
        id=_id("need", spans, text),
        title=_written(note, said, write_title(said)),
        text=text,
        spans=spans,
        keywords=tuple(_written(note, said, word) for word in pick_keywords(said)),
        industries=_industries(folded) or tuple(industry),
        kind=read_kind(folded, wish),
        metrics=metrics,
        budget_low=budget.low if budget else None,
        budget_high=budget.high if budget else None,
        deadline=deadline.day if deadline else None,
        deadline_words=deadline.words if deadline else "",
        mode=read_mode(folded),
        missing=_missing(folded, metrics, has_budget=budget is not None, has_deadline=deadline is not None),
        is_deferred=any(one.does(Act.DEFERRED) for one in said),
        is_confidential=any(id(one) in secrets for one in said),
    )


_PLANS = re.compile(r"打算|准备|计划")  # 公司打算搬到安徽去 is news, no need
_OF_THE_NEED = re.compile(r"预算|投入|愿|出|前|内")


def _without_confidences(said: list[Said], secrets: set[int]) -> list[Said]:
    """The clauses of a need without those at its ends that were only told in confidence."""
    needs = Act.WISH | Act.PROBLEM | Act.TARGET | Act.IDEA
    for end in (0, -1):
        while (
            len(said) > 1
            and id(said[end]) in secrets
            and not said[end].does(needs)
            and not (is_slot(said[end]) and _OF_THE_NEED.search(said[end].text))
        ):
            said.pop(end)
    return said


def _without_edges(said: Sequence[Said]) -> list[Said]:
    """The clauses in the order of the note, without the small talk that led up to them or followed."""
    ordered = sorted(dict.fromkeys(said), key=lambda one: one.clause.start)
    needs = Act.WISH | Act.PROBLEM | Act.TARGET | Act.IDEA
    while len(ordered) > 1 and ordered[0].does(Act.CHAT) and not ordered[0].does(needs):
        ordered.pop(0)
    opening = next((at for at, one in enumerate(ordered) if at and one.clause.gap >= SENTENCE), len(ordered))
    scene = ordered[:opening]
    if opening < len(ordered) and not scene[0].clause.item and not any(one.does(needs) for one in scene):
        words = frozenset[str]().union(*(content_words(one.text) for one in scene))
        if not shared_words(words, "，".join(one.text for one in ordered[opening:])):
            ordered = ordered[opening:]
    while len(ordered) > 1 and ordered[-1].does(Act.CHAT) and not ordered[-1].does(needs):
        ordered.pop()
    return ordered


_QUALITY = re.compile(
    r"(?:抗?冲击|强度|韧性|耐磨|耐温|耐蚀|耐候|寿命|精度|噪声|噪音|节拍|准确率|合格率|良率|能耗|温升|硬度|厚度|速度|"
    r"一致性|阻燃|气孔|泄漏|保质期|回收率|利用率|残留)"
)


def _missing(
    folded: str, metrics: Sequence[MetricProposal], *, has_budget: bool, has_deadline: bool
) -> tuple[str, ...]:
    """What to ask for, in words: qualities named without a figure, then money and time."""
    named = "".join(one.name for one in metrics)
    bare = dict.fromkeys(
        hit.group()
        for hit in _QUALITY.finditer(folded)
        if hit.group() not in named and not re.match(r".{0,6}\d", folded[hit.end() :])
    )
    gaps = [_("{name}没有数值，当面补上").format(name=word) for word in list(bare)[:2]]
    gaps += [_("{name}没有目标值").format(name=one.name) for one in metrics if not one.target][: 2 - len(gaps)]
    if not metrics and not gaps:
        gaps.append(_("没有量化指标，当面补上"))
    if not has_budget:
        gaps.append(_("预算没说"))
    if not has_deadline:
        gaps.append(_("期限没说"))
    return tuple(gaps)


def _industries(folded: str) -> tuple[str, ...]:
    """The industries of Wenzhou whose words the need uses most; at most two, none when nothing is named."""
    scores = {
        one.code: sum(len(word) for word in one.keywords if word.casefold() in folded)
        for one in industries()
        if one.group != "hangzhou"
    }
    best = sorted((code for code, score in scores.items() if score), key=lambda code: -scores[code])
    return tuple(best[:1])


def _referral(note: str, stretch: Stretch, visit_on: date) -> ReferralProposal:
    spans = _spans(note, stretch.said)
    text = _text(note, spans)
    row = entry(CodeList.REFERRAL_KIND, stretch.kind)
    day = next((one.day for one in find_dates(stretch.text, visit_on) if one.before and one.day > visit_on), None)
    return ReferralProposal(
        _id("referral", spans, text), _short(text), text, spans, stretch.kind, row.refer_to if row else "", day
    )


def _follow_up(note: str, stretch: Stretch, visit_on: date) -> FollowUpProposal:
    spans = _spans(note, stretch.said)
    text = _text(note, spans)
    mentions = [one for one in find_dates(stretch.text, visit_on) if one.day >= visit_on and one.kind != "year"]
    exact = [one for one in mentions if one.kind not in ("span",)] or mentions
    first = exact[0] if exact else None
    return FollowUpProposal(
        _id("follow_up", spans, text),
        _task(stretch, first.words if first else ""),
        text,
        spans,
        first.day if first else None,
        first.words if first else "",
    )


_TASK_LEAD = re.compile(r"^(?:我(?:说|讲)?|答应|好的|记得|说|把|让我|，|,|\(.*?\))+")


def _task(stretch: Stretch, day: str) -> str:
    text = stretch.text.replace(day, "", 1) if day else stretch.text
    return _short(_TASK_LEAD.sub("", text)) or _short(stretch.text)


def _is_only_secret(stretch: Stretch, secrets: set[int]) -> bool:
    """Tell whether a stretch is nothing but a confidence without a wish (被环保约谈过，别往外说)."""
    wishes = any(
        one.does(Act.WISH | Act.IDEA) and (not _PLANS.search(one.text) or is_of_trade(one.text)) for one in stretch.said
    )
    return not wishes and all(id(one) in secrets for one in stretch.said)


def _confidential(note: str, talk: Talk, secrets: Sequence[list[list[Said]]]) -> tuple[ConfidentialProposal, ...]:
    found: dict[tuple[NoteSpan, ...], ConfidentialProposal] = {}
    for secret, pieces in zip(talk.secrets, secrets, strict=True):
        for piece in pieces:
            for run in _runs(piece):
                spans = _spans(note, run)
                text = _text(note, spans)
                if text:
                    found.setdefault(spans, ConfidentialProposal(_id("secret", spans, text), text, spans, secret.text))
    return tuple(found.values())


def _runs(piece: Sequence[Said]) -> Iterable[list[Said]]:
    """Pieces of one sentence each, so that what is hidden stays short."""
    run: list[Said] = []
    for one in piece:
        if run and one.clause.gap >= SENTENCE:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _people(reading: Reading, people: Sequence[Person], phones: Sequence[Phone]) -> tuple[PersonProposal, ...]:
    free = list(phones)
    proposals: list[PersonProposal] = []
    for one in people:
        near = next((phone for phone in free if -2 <= phone.start - one.end <= _NEAR), None)
        spans = [NoteSpan(one.start, one.end - one.start)]
        if near:
            free.remove(near)
            spans.append(NoteSpan(near.start, near.end - near.start))
        name = reading.note[one.start : one.end]
        proposals.append(
            PersonProposal(
                _id("person", tuple(spans), name), name, one.title, near.number if near else "", tuple(spans)
            )
        )
    return tuple(proposals)


def _spans(note: str, said: Sequence[Said]) -> tuple[NoteSpan, ...]:
    """The places of clauses in the note; neighbours with only punctuation between them are one span."""
    spans: list[NoteSpan] = []
    for one in sorted(dict.fromkeys(said), key=lambda each: each.clause.start):
        start, end = one.clause.start, one.clause.end
        if spans and len(note[spans[-1].end : start]) <= 12 and not _is_word(note[spans[-1].end : start]):
            spans[-1] = NoteSpan(spans[-1].start, end - spans[-1].start)
        else:
            spans.append(NoteSpan(start, end - start))
    return tuple(_with_brackets(note, span) for span in spans)


def _with_brackets(note: str, span: NoteSpan) -> NoteSpan:
    piece = note[span.start : span.end]
    for opened, closed in (("(", ")"), ("（", "）"), ("“", "”"), ("「", "」")):
        if piece.count(opened) > piece.count(closed) and note[span.end : span.end + 1] == closed:
            return NoteSpan(span.start, span.length + 1)
    return span


def _is_word(between: str) -> bool:
    return ("\n" in between and bool(between.strip())) or any(sign.isalnum() for sign in between)


def _text(note: str, spans: Sequence[NoteSpan]) -> str:
    """The substrings of the note, one a line."""
    return "\n".join(note[span.start : span.end] for span in spans)


def _short(text: str) -> str:
    plain = " ".join(text.split()).strip(_EDGES)
    return plain if len(plain) <= _TITLE else f"{plain[: _TITLE - 1]}…"


def _written(note: str, said: Sequence[Said], folded: str) -> str:
    """A folded word as it was typed (mcb校验线 -> MCB校验线)."""
    if folded.upper() == folded:
        return folded

    def typed(found: re.Match[str]) -> str:
        for one in said:
            at = one.text.find(found.group())
            if at >= 0:
                return "".join(note[one.clause.places[place]] for place in range(at, at + len(found.group())))
        return found.group()

    return re.sub(r"[a-z][a-z0-9/+.\-]*", typed, folded)


def _id(kind: str, spans: Sequence[NoteSpan], text: str) -> str:
    places = ";".join(f"{span.start},{span.length}" for span in spans)
    return hashlib.sha256(f"{kind}|{places}|{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
