"""``broker need split``: raw notes in, proposals out. It works on a file alone and opens no profile."""

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any

from broker_app.cli.command import add_command
from broker_app.cli.output import say, say_json_line
from broker_app.codes.lists import CodeList, label
from broker_app.exchange.raw_notes import RawNote, read_raw_notes
from broker_app.i18n import _
from broker_app.matching.notes import NeedProposal, NoteProposals, split_note
from broker_app.services.money import budget_label, fen


def add_split(actions: Any) -> None:
    """Add the action to the noun ``need``."""
    parser = add_command(actions, "split", _split, _("从原始纪要里凝练出需求、诉求、跟进和不得外传的话（不用资料夹）"))
    parser.add_argument("--notes", type=Path, required=True, metavar="FILE.json", help=_("走访纪要，如 visits.json"))
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")


def _split(arguments: argparse.Namespace) -> int:
    for note in read_raw_notes(arguments.notes):
        proposals = split_note(note.text, note.visit_on, note.industries)
        if arguments.format == "jsonl":
            say_json_line(_line(note, proposals))
        else:
            say(_page(note, proposals))
    return 0


def _line(note: RawNote, proposals: NoteProposals) -> dict[str, Any]:
    return {
        "visit_id": note.visit_id,
        "needs": [_need(one) for one in proposals.needs],
        "non_technical": [one.text for one in proposals.referrals],
        "follow_ups": [{"text": one.text, "due": one.due} for one in proposals.follow_ups],
        "confidential": [one.text for one in proposals.confidential],
        "phones": proposals.phones,
        "people": [one.name for one in proposals.people],
    }


def _need(one: NeedProposal) -> dict[str, Any]:
    low, high = one.budget_low, one.budget_high
    return {
        "title": one.title,
        "text": one.text,
        "keywords": one.keywords,
        "industries": one.industries,
        "kind": one.kind,
        "metrics": [{"name": row.name, "now": row.now, "target": row.target, "unit": row.unit} for row in one.metrics],
        "budget_wan": None if low is None else [_number(low), _number(high)],
        "deadline": one.deadline,
        "mode": one.mode,
        "missing": one.missing,
        "spans": [[span.start, span.length] for span in one.spans],
    }


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _page(note: RawNote, proposals: NoteProposals) -> str:
    lines = [f"{note.visit_id}  {note.visit_on.isoformat()}"]
    for ordinal, one in enumerate(proposals.needs, 1):
        lines.append(f"  {ordinal} {_('需求')}  {one.title} ({label(CodeList.NEED_KIND, one.kind)})")
        lines += [f"      {row.name}  {_figures(row.now, row.target, row.unit)}" for row in one.metrics]
        budget = budget_label(fen(one.budget_low), fen(one.budget_high))
        if budget:
            lines.append(f"      {_('预算')}  {budget}")
        if one.deadline:
            lines.append(f"      {_('期限')}  {one.deadline.isoformat()} ({one.deadline_words})")
        if one.missing:
            lines.append(f"      {_('还缺')}  {_('；').join(one.missing)}")
    for referral in proposals.referrals:
        kind = label(CodeList.REFERRAL_KIND, referral.kind)
        lines.append(f"  - {_('非技术诉求')}  {kind}: {referral.title} → {referral.refer_to}")
    for task in proposals.follow_ups:
        due = f"  {task.due_words} → {task.due.isoformat()}" if task.due else ""
        lines.append(f"  - {_('跟进')}  {task.title}{due}")
    lines += [f"  - {_('不得外传')}  {' '.join(one.text.split())}" for one in proposals.confidential]
    if len(lines) == 1:
        lines.append(f"  {_('没有认出需求、诉求或跟进')}")
    return "\n".join(lines)


def _figures(now: str, target: str, unit: str) -> str:
    return f"{now}→{target}{unit}" if now and target else f"{target or now}{unit}"
