"""The term table 术语对照 as a broker works on it: shipped entries, changed or switched off, and entries of one's own.

A shipped entry is read from its file; a row of ours with origin ``shipped:<id>`` lies over it. So a newer program
improves what nobody touched and leaves alone what somebody did. A row whose shipped entry is gone stays in the list,
as an entry that only this store has.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from broker_app.codes.industries import industry, industry_label
from broker_app.db.models import Achievement, Match, Need, Term
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.i18n import _
from broker_app.matching.proposals import lay_phrases, technical_phrases
from broker_app.matching.terms import (
    ANY_TRADE,
    FaultKind,
    TermEntry,
    TermFault,
    TermTable,
    circles,
    entry_fault,
    lay_over,
    shipped_table,
    shipped_terms,
)
from broker_app.matching.text import fold
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import MatchState
from broker_app.services.records import text_field

TermOrigin = Literal["shipped", "changed", "user"]
_SHIPPED = "shipped:"
_USER = "user"
_HUNDREDTHS = 100
_ACCEPTED = (
    MatchState.ACCEPTED_BY_ENTERPRISE,
    MatchState.ACCEPTED_BY_OWNER,
    MatchState.INTRODUCED,
    MatchState.MET,
    MatchState.AGREED,
)
_MISLED = ("not_needed", "technical_opinion")
"""Reasons of declining that speak against the words an achievement was found by."""


@dataclass(frozen=True)
class TermDraft:
    """An entry as typed. ``industries`` are codes, none means any trade; ``weight`` 0.5 to 2, 1 counts as if said."""

    lay: str
    technical: tuple[str, ...]
    weight: Decimal = Decimal("1.5")
    industries: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TermRow:
    """A line of the table. ``id`` is that of the shipped entry or of the row; every function here takes it."""

    id: str
    draft: TermDraft
    industry_labels: tuple[str, ...]
    enabled: bool
    origin: TermOrigin
    origin_label: str


@dataclass(frozen=True)
class TermProposal:
    """What accepted and declined matches say about the table.

    "add": these technical words were accepted for what the owner calls ``lay``; "switch_off": ``entry_id`` led to
    matches that were declined as not needed. ``matches`` counts them, ``needs`` names some of their needs.
    """

    kind: Literal["add", "switch_off"]
    lay: str
    technical: tuple[str, ...]
    matches: int
    needs: tuple[str, ...]
    entry_id: str = ""


def list_terms(
    session: Session,
    query: str = "",
    *,
    industry: str = "",
    origin: TermOrigin | Literal[""] = "",
    only_enabled: bool = False,
    offset: int = 0,
    limit: int = 200,
) -> Sequence[TermRow]:
    """The entries, one's own first, then by lay phrase; every word of ``query`` stands in an entry."""
    words = fold(query).split()[:8]
    rows = [
        row
        for row in _rows(session)
        if (not industry or industry in row.draft.industries)
        and (not origin or row.origin == origin)
        and (row.enabled or not only_enabled)
        and all(word in _searched(row) for word in words)
    ]
    return rows[offset : offset + limit]


def get_term(session: Session, term_id: str) -> TermRow:
    """One entry; raises NotFoundError."""
    found = next((row for row in _rows(session) if row.id == term_id), None)
    if found is None:
        raise NotFoundError(_("这条术语对照不在本机了，可能已被移到回收站。"))
    return found


def save_term(session: Session, draft: TermDraft, term_id: str = "") -> str:
    """Add an entry, or change the one of ``term_id``, shipped or one's own; returns the id it is listed under.

    An own entry for the same phrase and trades takes the new words up instead of standing there twice.

    Raises:
        InvalidInputError: no phrase, no technical word, a word mapped to itself, a weight out of range, a circle.
        NotFoundError: there is no entry of that id.
    """
    technical = tuple(dict.fromkeys(word for word in (one.strip() for one in draft.technical) if word))
    kind, words = entry_fault(draft.lay, technical, str(draft.weight))
    if kind is not None:
        raise InvalidInputError(_FIELD_OF[kind], _fault_words(kind, words))
    same = fold(draft.lay).strip()
    technical = tuple(word for word in technical if fold(word).strip() != same)
    _refuse_circle(session, draft.lay, technical, term_id)
    row, listed = _row_to_write(session, draft, term_id)
    if term_id or not row.technical:
        row.technical = list(technical)
    else:
        row.technical = list(dict.fromkeys((*row.technical, *technical)))
    row.lay = draft.lay.strip()
    row.weight = int((draft.weight * _HUNDREDTHS).to_integral_value())
    row.industries = [code for code in draft.industries if code != ANY_TRADE]
    row.note = text_field("note", draft.note, 200)
    row.enabled = True
    session.flush()
    return listed or str(row.id)


def switch_term(session: Session, term_id: str, *, enabled: bool) -> None:
    """Use an entry, or stop using it; raises NotFoundError."""
    row = _row_of(session, term_id)
    if row is None:
        entry = _shipped_entry(term_id)
        if enabled:
            return
        row = _over(entry)
        session.add(row)
    row.enabled = enabled
    session.flush()


def delete_term(session: Session, term_id: str) -> None:
    """Put an entry of one's own into the trash, or give up what was changed in a shipped one; raises NotFoundError."""
    row = _row_of(session, term_id)
    if row is None:
        _shipped_entry(term_id)
        raise InvalidInputError("term", _("随程序来的对照不能删除，可以停用。"))
    row.deleted_at = utc_now()
    session.flush()


def restore_term(session: Session, term_id: str) -> None:
    """Take an entry, or a change of a shipped one, back out of the trash; raises NotFoundError."""
    found = session.scalars(
        select(Term).where(_names(term_id), Term.deleted_at.is_not(None)).order_by(Term.deleted_at.desc()).limit(1)
    ).first()
    if found is None:
        raise NotFoundError(_("找不到要恢复的术语对照。"))
    found.deleted_at = None
    session.flush()


def term_table(session: Session) -> TermTable:
    """The table matching works with: what ships, with this store's rows laid over it."""
    rows = _own_rows(session)
    if not rows:
        return shipped_table()
    return _laid_over(tuple((row.id.hex, row.origin, row.enabled, _entry(row)) for row in rows))


def term_faults() -> tuple[TermFault, ...]:
    """Lines of the shipped files that were left out, for whoever keeps them."""
    return shipped_terms().faults


def fault_words(fault: TermFault) -> str:
    """A fault of a shipped file as a person reads it."""
    return _("{file} 第 {line} 行：{words}").format(
        file=fault.file, line=fault.line, words=_fault_words(fault.kind, fault.words)
    )


def propose_terms(session: Session, *, limit: int = 20) -> Sequence[TermProposal]:
    """What recorded matches suggest for the table, most often seen first; a person decides with one click.

    Read from matches both sides went along with (what the owner said and the achievement did not say, against the
    title and keywords of the achievement) and from those declined as not needed (entries that had led to them).
    """
    statement = (
        select(Match, Need, Achievement)
        .join(Need, Need.id == Match.need_id)
        .join(Achievement, Achievement.id == Match.achievement_id)
        .where(Match.deleted_at.is_(None), Match.state.in_((*_ACCEPTED, MatchState.DECLINED)))
        .order_by(Match.created_at.desc(), Match.id)
        .limit(500)
    )
    matches = [(match, need, achievement) for match, need, achievement in session.execute(statement)]
    proposals = [*_missing_pairs(session, matches), *_misleading_entries(session, matches)]
    return sorted(proposals, key=lambda one: (-one.matches, one.kind, one.lay))[:limit]


def _missing_pairs(session: Session, matches: Iterable[tuple[Match, Need, Achievement]]) -> list[TermProposal]:
    known = {(fold(row.draft.lay), fold(word)) for row in _rows(session) for word in row.draft.technical}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    needs: dict[str, dict[str, None]] = defaultdict(dict)
    for match, need, achievement in matches:
        if match.state == MatchState.DECLINED:
            continue
        offered = "\n".join((achievement.title, *achievement.keywords, achievement.abstract))
        asked = "\n".join((need.title, need.text, need.problem))
        technical = technical_phrases(achievement.title, achievement.keywords, asked)
        for lay in lay_phrases(need.title, offered):
            fresh = [word for word in technical if (fold(lay), fold(word)) not in known]
            if fresh:
                seen[lay].update(fresh)
                needs[lay][need.title] = None
    return [
        TermProposal(
            "add", lay, tuple(word for word, _n in words.most_common(5)), max(words.values()), _few(needs[lay])
        )
        for lay, words in seen.items()
    ]


def _misleading_entries(session: Session, matches: Iterable[tuple[Match, Need, Achievement]]) -> list[TermProposal]:
    led: Counter[str] = Counter()
    helped: Counter[str] = Counter()
    needs: dict[str, dict[str, None]] = defaultdict(dict)
    for match, need, _achievement in matches:
        entries = {str(one["entry"]) for one in match.reasons if one.get("entry")}
        if match.state != MatchState.DECLINED:
            helped.update(entries)
        elif match.decline_reason in _MISLED:
            led.update(entries)
            for entry in entries:
                needs[entry][need.title] = None
    rows = {row.id: row for row in _rows(session) if row.enabled}
    return [
        TermProposal("switch_off", rows[one].draft.lay, rows[one].draft.technical, count, _few(needs[one]), one)
        for one, count in led.items()
        if one in rows and count > helped[one]
    ]


def _few(titles: Iterable[str]) -> tuple[str, ...]:
    return tuple(titles)[:3]


def _rows(session: Session) -> list[TermRow]:
    overlays, own = _split(_own_rows(session))
    rows = [_listed(str(row.id), _entry(row), enabled=row.enabled, origin="user") for row in own]
    changed = [_listed(name, _entry(row), enabled=row.enabled, origin="changed") for name, row in overlays.items()]
    placed = [(_place(row), row) for row in changed]
    placed += [one for one in _shipped_rows() if one[1].id not in overlays] if overlays else _shipped_rows()
    placed.sort(key=lambda one: one[0])
    return [*sorted(rows, key=_place), *(row for _at, row in placed)]


@cache
def _shipped_rows() -> tuple[tuple[tuple[str, str], TermRow], ...]:
    """The shipped entries with their places, made once: there are thousands, and every list and check needs them."""
    rows = [_listed(entry.id, entry, enabled=True, origin="shipped") for entry in shipped_terms().entries]
    return tuple(sorted(((_place(row), row) for row in rows), key=lambda one: one[0]))


def _place(row: TermRow) -> tuple[str, str]:
    return fold(row.draft.lay), row.id


def _listed(term_id: str, entry: TermEntry, *, enabled: bool, origin: TermOrigin) -> TermRow:
    codes = tuple(code for code in entry.industries if code != ANY_TRADE)
    draft = TermDraft(entry.lay, entry.technical, Decimal(str(entry.weight)), codes, entry.note)
    labels = tuple(industry_label(code) if industry(code) else code for code in codes) or (_("各行业"),)
    return TermRow(term_id, draft, labels, enabled, origin, _origin_label(origin))


def _origin_label(origin: TermOrigin) -> str:
    match origin:
        case "shipped":
            return _("随程序来的")
        case "changed":
            return _("改过的")
        case "user":
            return _("自己加的")


def _searched(row: TermRow) -> str:
    return fold("\n".join((row.draft.lay, *row.draft.technical, *row.industry_labels, row.draft.note)))


def _own_rows(session: Session) -> list[Term]:
    return list(session.scalars(select(Term).where(Term.deleted_at.is_(None)).order_by(Term.created_at, Term.id)))


def _split(rows: Iterable[Term]) -> tuple[dict[str, Term], list[Term]]:
    """Return the rows over shipped entries by their id (two devices may both have made one: the later counts)."""
    overlays: dict[str, Term] = {}
    own: list[Term] = []
    for row in rows:
        if row.origin.startswith(_SHIPPED):
            overlays[row.origin.removeprefix(_SHIPPED)] = row
        else:
            own.append(row)
    return overlays, own


def _entry(row: Term) -> TermEntry:
    name = row.origin.removeprefix(_SHIPPED) if row.origin.startswith(_SHIPPED) else str(row.id)
    return TermEntry(name, row.lay, tuple(row.technical), row.weight / _HUNDREDTHS, tuple(row.industries), row.note)


@lru_cache(4)
def _laid_over(rows: tuple[tuple[str, str, bool, TermEntry], ...]) -> TermTable:
    return lay_over(shipped_table(), {entry.id: entry if enabled else None for _row, _origin, enabled, entry in rows})


def _names(term_id: str) -> ColumnElement[bool]:
    try:
        return Term.id == UUID(term_id)
    except ValueError:
        return Term.origin == f"{_SHIPPED}{term_id}"


def _row_of(session: Session, term_id: str) -> Term | None:
    statement = select(Term).where(_names(term_id), Term.deleted_at.is_(None)).order_by(Term.created_at.desc())
    return session.scalars(statement.limit(1)).first()


def _shipped_entry(term_id: str) -> TermEntry:
    found = next((entry for entry in shipped_terms().entries if entry.id == term_id), None)
    if found is None:
        raise NotFoundError(_("这条术语对照不在本机了，可能已被移到回收站。"))
    return found


def _over(entry: TermEntry) -> Term:
    return Term(
        lay=entry.lay,
        technical=list(entry.technical),
        weight=round(entry.weight * _HUNDREDTHS),
        industries=[code for code in entry.industries if code != ANY_TRADE],
        note=entry.note,
        origin=f"{_SHIPPED}{entry.id}",
    )


def _row_to_write(session: Session, draft: TermDraft, term_id: str) -> tuple[Term, str]:
    """Return the row that holds the entry, and the id it is listed under if that is not the row's own."""
    if term_id:
        row = _row_of(session, term_id)
        if row is None:
            row = _over(_shipped_entry(term_id))
            session.add(row)
        return row, "" if row.origin == _USER else term_id
    _overlays, own = _split(_own_rows(session))
    for row in own:
        if fold(row.lay).strip() == fold(draft.lay).strip() and set(row.industries) == set(draft.industries):
            return row, ""
    row = Term(origin=_USER)
    session.add(row)
    return row, ""


def _refuse_circle(session: Session, lay: str, technical: Sequence[str], term_id: str) -> None:
    rows = [row for row in _rows(session) if row.enabled and row.id != term_id]
    same = fold(lay).strip()
    if not any(same == _folded(term) for row in rows for term in row.draft.technical):
        return  # nothing leads to the phrase, so no ring closes there
    others = [TermEntry(row.id, row.draft.lay, row.draft.technical) for row in rows]
    mine = TermEntry(term_id, lay.strip(), tuple(technical))
    ring = next((ring for ring in circles([*others, mine]) if same in ring), None)
    if ring is not None:
        raise InvalidInputError("technical", _fault_words("circle", " → ".join((*ring, ring[0]))))


@cache
def _folded(term: str) -> str:
    return fold(term).strip()


_FIELD_OF: dict[FaultKind, str] = {
    "lay": "lay",
    "technical": "technical",
    "itself": "technical",
    "circle": "technical",
    "weight": "weight",
    "industry": "industries",
    "columns": "lay",
    "encoding": "lay",
}


def _fault_words(kind: FaultKind, words: str) -> str:
    match kind:
        case "columns":
            return _("不是“土话、术语、权重、备注”四列：{words}").format(words=words)
        case "lay":
            return _("请写企业的说法，最多 40 个字。")
        case "technical":
            return _("请写技术上的叫法，一条最多 24 个，每个最多 40 个字。")
        case "weight":
            return _("权重要在 0.5 到 2 之间，现在是「{words}」。").format(words=words)
        case "itself":
            return _("「{words}」不能对照它自己。").format(words=words)
        case "circle":
            return _("这样会绕成一圈：{words}。请改成一头是土话、一头是术语。").format(words=words)
        case "industry":
            return _("没有这个行业：{words}").format(words=words)
        case "encoding":
            return _("文件不是 UTF-8 编码。")
