"""``firms``: the same firm twice - finding pairs, merging two, parting them again."""

import argparse
from typing import Any

from broker_app.cli.command import add_command, opened
from broker_app.cli.output import say, say_json
from broker_app.codes.counties import county_label
from broker_app.db.models import Enterprise
from broker_app.i18n import _, counted, listed
from broker_app.services.duplicates import DuplicatePair, scan_duplicates
from broker_app.services.enterprise_merge import (
    PICKED,
    UNDO_DAYS,
    list_merges,
    merge_enterprises,
    merge_question,
    merged_draft,
    undo_merge,
)
from broker_app.services.records import resolve


def add_commands(commands: Any) -> None:
    """Add ``firms duplicates``, ``merge``, ``merges`` and ``part``."""
    firms = commands.add_parser("firms", help=_("重复的企业")).add_subparsers(required=True)
    pairs = add_command(firms, "duplicates", _duplicates, _("找可能是同一家的企业，最像的在前"))
    pairs.add_argument("--json", action="store_true")
    merge = add_command(firms, "merge", _merge, _("把第二家并进第一家，{days} 天内可以拆回").format(days=UNDO_DAYS))
    merge.add_argument("keep", metavar="ID")
    merge.add_argument("other", metavar="ID")
    take = _("这一项用第二家的，可写多次：{names}").format(names=" ".join(PICKED))
    merge.add_argument("--take", action="append", default=[], choices=PICKED, metavar="FIELD", help=take)
    past = add_command(firms, "merges", _merges, _("看最近的合并"))
    past.add_argument("--json", action="store_true")
    part = add_command(firms, "part", _part, _("撤销合并，拆回两家"))
    part.add_argument("other", metavar="ID", help=_("并进去的那一条的 ID"))


def _duplicates(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        scan = scan_duplicates(session)
    if arguments.json:
        say_json([_pair(pair) for pair in scan.pairs])
        return 0
    for pair in scan.pairs:
        say(_("{score} 分　{why}").format(score=pair.score, why=listed(pair.why)))
        for firm in (pair.one, pair.two):
            facts = _("　").join(one for one in (firm.name, county_label(firm.county), firm.credit_code) if one)
            say(f"  {firm.id}  {facts}")
    firms = counted("比对了 {n} 家", "比对了 {n} 家", scan.firms)
    say(_("{firms}，{pairs}").format(firms=firms, pairs=counted("找到 {n} 对", "找到 {n} 对", len(scan.pairs))))
    return 0


def _pair(pair: DuplicatePair) -> dict[str, Any]:
    return {
        "score": pair.score,
        "why": pair.why,
        "firms": [{"id": one.id, "name": one.name, "credit_code": one.credit_code} for one in (pair.one, pair.two)],
    }


def _merge(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.write() as session:
        keep, other = (resolve(session, Enterprise, name) for name in (arguments.keep, arguments.other))
        draft = merged_draft(merge_question(session, keep, other), tuple(arguments.take))
        merge_enterprises(session, keep, other, draft)
    say(_("已合并成一家：{name}").format(name=draft.name))
    return 0


def _merges(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        rows = list_merges(session)
    if arguments.json:
        say_json(rows)
        return 0
    for row in rows:
        left = counted("还能撤销 {n} 天", "还能撤销 {n} 天", row.days_left)
        words = _("{name} 并入 {into}").format(name=row.name, into=row.into)
        say(f"{row.id}  {words}  {left}")
    return 0


def _part(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.write() as session:
        merges = {str(row.id): row for row in list_merges(session)}
        found = merges.get(arguments.other)
        undo_merge(session, found.id if found else resolve(session, Enterprise, arguments.other))
    say(_("已拆回两家。"))
    return 0
