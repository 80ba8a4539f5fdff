"""``figures``: what was done in a span of time, on the screen or as a table for a spreadsheet."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from broker_app.cli.command import add_command, opened
from broker_app.cli.output import say, say_json, write_paper
from broker_app.errors import InvalidInputError
from broker_app.exchange.figures_file import cells, groups, headings, span_words, write_figures
from broker_app.i18n import _
from broker_app.reports.by_name import make_pdf
from broker_app.services.figures_sheet import figures_sheet
from broker_app.services.numbers import today
from broker_app.services.work_figures import Period, WorkFigures, period_days, work_figures


def add_commands(commands: Any) -> None:
    """Add ``figures``."""
    figures = add_command(commands, "figures", _figures, _("统计走访（家、家次）、需求和对接"))
    figures.add_argument("--period", choices=[one.value for one in Period], default=Period.MONTH.value)
    figures.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help=_("从哪天起，和 --to 一起用"))
    figures.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help=_("到哪天止"))
    figures.add_argument("--all", action="store_true", help=_("算本机全部，不只是自己记的"))
    figures.add_argument("--out", type=Path, metavar="FILE.xlsx|csv|pdf", help=_("存成表格，或工作统计表 PDF"))
    figures.add_argument("--json", action="store_true")


def _figures(arguments: argparse.Namespace) -> int:
    first, last = _span(arguments)
    with opened(arguments) as store, store.read() as session:
        figures = work_figures(session, first, last, mine=not arguments.all)
        sheet = figures_sheet(session, first, last, mine=not arguments.all)
    if arguments.out and arguments.out.suffix.lower() == ".pdf":
        write_paper(arguments.out, make_pdf("figures", sheet))
    elif arguments.out:
        write_figures(arguments.out, figures)
    if arguments.json:
        say_json(figures)
    elif arguments.out:
        say(_("已导出：{name}").format(name=arguments.out.name))
    else:
        _say_figures(figures)
    return 0


def _span(arguments: argparse.Namespace) -> tuple[date, date]:
    if not arguments.first and not arguments.last:
        return period_days(Period(arguments.period), today())
    try:
        first, last = date.fromisoformat(arguments.first or ""), date.fromisoformat(arguments.last or "")
    except ValueError:
        raise InvalidInputError("from", _("日期写成 2026-11-01 这样，--from 和 --to 都要写。")) from None
    if last < first:
        raise InvalidInputError("to", _("结束的日子早于开始的日子。"))
    return first, last


def _say_figures(figures: WorkFigures) -> None:
    say(span_words(figures))
    for name, count in zip(headings(), cells(figures.whole), strict=True):
        say(_("{name}：{count}").format(name=name, count=count))
    for title, rows in groups(figures):
        say("")
        say(title)
        for row in rows:
            said = _("，").join(f"{name} {count}" for name, count in zip(headings(), cells(row.figures), strict=True))
            say(_("{name}：{count}").format(name=row.words, count=said))
