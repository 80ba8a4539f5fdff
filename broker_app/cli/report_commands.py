"""``report``: papers as PDF."""

import argparse
import sys
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.cli.command import add_command, opened, profile_paths
from broker_app.cli.output import say, write_paper
from broker_app.codes.lists import CodeList, find
from broker_app.db.models import Achievement, Enterprise, Match, Need, Visit
from broker_app.errors import InvalidInputError
from broker_app.i18n import _
from broker_app.reports.by_name import compose, make_pdf
from broker_app.services.attachments import vault_of
from broker_app.services.field_papers import firm_sheet, need_sheet, plan_sheet, slip_sheet
from broker_app.services.matches import record_match
from broker_app.services.numbers import today
from broker_app.services.papers import intro_sheet, visit_sheet
from broker_app.services.profile import read_profile
from broker_app.services.records import resolve
from broker_app.services.signatures import with_signature
from broker_app.services.typed_dates import typed_date
from broker_app.services.visit_bag import bag_papers
from broker_app.services.work_papers import assessment_sheet, log_sheet
from broker_app.settings import read_settings


def _report_visit(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        visit_id = resolve(session, Visit, arguments.id)
        sheet = with_signature(session, vault_of(store), visit_id, visit_sheet(session, visit_id))
    return _make_paper(arguments, sheet, "visit_record")


def _report_intro(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        with store.write() as session:
            match_ids = [_match_id(session, reference) for reference in arguments.id]
        with store.read() as session:
            sheet = intro_sheet(session, match_ids)
    return _make_paper(arguments, sheet, "intro_letter")


def _report_slip(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        visit_id = resolve(session, Visit, arguments.id)
        sheet = with_signature(session, vault_of(store), visit_id, slip_sheet(session, visit_id))
    return _make_paper(arguments, sheet, "confirmation_slip")


def _report_need(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        sheet = need_sheet(session, resolve(session, Need, arguments.id))
    return _make_paper(arguments, sheet, "need_form")


def _report_firm(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        sheet = firm_sheet(session, resolve(session, Enterprise, arguments.id))
    return _make_paper(arguments, sheet, "firm_page")


def _report_plan(arguments: argparse.Namespace) -> int:
    first, last = _day(arguments.first), _day(arguments.last)
    with opened(arguments) as store, store.read() as session:
        sheet = plan_sheet(session, first, last)
    return _make_paper(arguments, sheet, "visit_plan")


def _report_bag(arguments: argparse.Namespace) -> int:
    """走访计划表 and 企业一页纸 of every firm in it: one file, or a folder with a file each."""
    first, last = _day(arguments.first), _day(arguments.last)
    output: Path = arguments.output
    with opened(arguments) as store, store.read() as session:
        papers = bag_papers(session, first, last)
        sheets = [plan_sheet(session, first, last), *(firm_sheet(session, _id(one.what)) for one in papers[1:])]
    # reportlab is imported by the paper modules and most commands do without it
    batch = import_module("broker_app.reports.batch")
    titles = {"visit_plan": _("走访计划表"), "firm_page": _("企业一页纸")}
    wanted = [
        batch.Wanted(titles[one.kind], one.about, partial(_same, sheet), partial(compose, one.kind))
        for one, sheet in zip(papers, sheets, strict=True)
    ]
    duplex = not arguments.one_sided
    if output.is_dir():
        made = batch.make_into(wanted, output, duplex=duplex, go_on=_always)
    else:
        made = batch.make_together(wanted, _("出门带的文书"), duplex=duplex, go_on=_always)
        write_paper(output, made.content)
    say(_("已生成 {n} 份：{path}").format(n=made.done, path=output))
    return 0


def _same(sheet: Any) -> Any:
    return sheet


def _always(_done: int, _total: int) -> bool:
    return True


def _id(what: object) -> UUID:
    if not isinstance(what, UUID):
        raise TypeError(type(what).__name__)
    return what


def _report_log(arguments: argparse.Namespace) -> int:
    first, last = _day(arguments.first), _day(arguments.last)
    with opened(arguments) as store, store.read() as session:
        sheet = log_sheet(session, first, last, _role(arguments.role) if arguments.role else "")
    return _make_paper(arguments, sheet, "work_log")


def _report_assessment(arguments: argparse.Namespace) -> int:
    first, last = _day(arguments.first), _day(arguments.last)
    quota = read_settings(profile_paths(arguments).settings).vp_days_a_month
    with opened(arguments) as store, store.read() as session:
        firm = resolve(session, Enterprise, arguments.firm) if arguments.firm else None
        role = _role(arguments.role or read_profile(session).role)
        sheet = assessment_sheet(session, first, last, role, enterprise_id=firm, days_a_month=quota)
    return _make_paper(arguments, sheet, "assessment")


def _role(typed: str) -> str:
    found = find(CodeList.VISITOR_ROLE, typed)
    if found is None:
        raise InvalidInputError("role", _("没有「{role}」这种走访身份。").format(role=typed))
    return found


def _day(typed: str) -> date:
    day = typed_date(typed, today())
    if day is None:
        raise InvalidInputError("date", _("看不懂日期「{typed}」，请写成 2026-11-09。").format(typed=typed))
    return day


def _match_id(session: Session, reference: str) -> UUID:
    """A match by id or number, or NEED:ACHIEVEMENT, which records the match first."""
    need, colon, achievement = reference.partition(":")
    if colon:
        return record_match(session, resolve(session, Need, need), resolve(session, Achievement, achievement))
    return resolve(session, Match, reference)


def _make_paper(arguments: argparse.Namespace, sheet: Any, name: str) -> int:
    output: Path = arguments.output
    # reportlab is imported by the paper modules and most commands do without it
    for gap in import_module("broker_app.reports.missing").missing(sheet):
        sys.stderr.write(_("字库里没有这个字：{gap}，纸上印成〓，请手写补正。").format(gap=gap) + "\n")
    write_paper(output, make_pdf(name, sheet, duplex=not arguments.one_sided))
    say(_("已生成：{path}").format(path=output))
    return 0


def add_commands(commands: Any) -> None:
    actions = commands.add_parser("report", help=_("生成文书 PDF")).add_subparsers(required=True)
    visit = add_command(actions, "visit", _report_visit, _("走访记录表"))
    visit.add_argument("id", help=_("走访的编号或 ID"))
    intro = add_command(actions, "intro", _report_intro, _("推介函"))
    intro.add_argument("id", nargs="+", metavar="MATCH_ID", help=_("对接的编号或 ID，或 需求:成果；同一需求可写几个"))
    slip = add_command(actions, "slip", _report_slip, _("现场确认单"))
    slip.add_argument("id", help=_("走访的编号或 ID"))
    need = add_command(actions, "need", _report_need, _("需求征集表"))
    need.add_argument("id", help=_("需求的编号或 ID"))
    firm = add_command(actions, "firm", _report_firm, _("企业一页纸"))
    firm.add_argument("id", help=_("企业的 ID"))
    plan = add_command(actions, "plan", _report_plan, _("走访计划表"))
    plan.add_argument("--from", dest="first", required=True, metavar="D", help=_("第一天，如 2026-11-09"))
    plan.add_argument("--to", dest="last", required=True, metavar="D", help=_("最后一天"))
    bag = add_command(actions, "bag", _report_bag, _("出门带的：走访计划表和每家企业的一页纸"))
    bag.add_argument("--from", dest="first", required=True, metavar="D", help=_("第一天，如 2026-11-09"))
    bag.add_argument("--to", dest="last", required=True, metavar="D", help=_("最后一天"))
    bag.add_argument("--one-sided", action="store_true", help=_("单面打印：装订边总在左边"))
    bag.add_argument(
        "-o", "--output", type=Path, required=True, metavar="F.pdf", help=_("一个文件；是文件夹就每份一个")
    )
    log = add_command(actions, "log", _report_log, _("工作日志"))
    assessment = add_command(actions, "assessment", _report_assessment, _("科技副总、科技特派员考核表"))
    assessment.add_argument("--firm", metavar="ID", help=_("任职企业的 ID；不写就是去得最多的一家"))
    for parser in (log, assessment):
        parser.add_argument("--from", dest="first", required=True, metavar="D", help=_("第一天，如 2026-11-09"))
        parser.add_argument("--to", dest="last", required=True, metavar="D", help=_("最后一天"))
        parser.add_argument("--role", default="", help=_("走访身份，如 科技副总"))
    for parser in (visit, intro, slip, need, firm, plan, log, assessment):
        parser.add_argument("--one-sided", action="store_true", help=_("单面打印：装订边总在左边"))
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="F.pdf")
