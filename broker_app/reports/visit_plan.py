"""走访计划表: where to go, when, why, and what is still open there."""

from collections.abc import Sequence

from broker_app.i18n import _
from broker_app.reports.blocks import (
    UNIT,
    Proof,
    SignatureBoxes,
    Signer,
    figure,
    label,
    missing_note,
    serial,
    small,
    table,
    title_block,
    value,
)
from broker_app.reports.fingerprint import fingerprint
from broker_app.reports.flow import MM, Block
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Family, Paper, render
from broker_app.services.sheets import PlanLine, PlanSheet

_COLUMNS = (10, 24, 54, 30, 18, 32)


def build_visit_plan(sheet: PlanSheet, *, duplex: bool = True) -> bytes:
    """走访计划表 as PDF."""
    title, digits = _("走访计划表"), fingerprint(sheet)
    heads = (_("序号"), _("时间"), _("企业和地点"), _("走访目的"), _("走访人员"), _("备忘"))
    rows = [_row(number, stop) for number, stop in enumerate(sheet.stops, 1)]
    words = _("走访安排（共 {n} 家次）").format(n=len(rows))
    blocks: list[Block] = [
        *title_block(title, sheet.number),
        _facts(sheet),
        *table(words, _("走访安排"), heads, _COLUMNS, rows),
        *missing_note(sheet),
        SignatureBoxes([Signer(_("制表人")), Signer(_("负责人意见"))]),
        Proof("plan", sheet.number, sheet.revision, digits),
    ]
    return render(Paper(Family.FORM, title, sheet.number, digits, sheet.organisation, sheet.frozen_at, blocks, duplex))


def _facts(sheet: PlanSheet) -> Grid:
    days = _("{first} 至 {last}").format(first=sheet.first.isoformat(), last=sheet.last.isoformat())
    firms = len({stop.enterprise for stop in sheet.stops if stop.enterprise})
    count = _("{firms} 家企业，{stops} 家次").format(firms=firms, stops=len(sheet.stops))
    rows = [
        Row((label(_("单位")), value(sheet.organisation), label(_("技术经纪人")), value(sheet.broker))),
        Row((label(_("计划时间")), value(days), label(_("合计")), value(count))),
    ]
    if not sheet.stops:
        rows.append(Row((label(_("安排")), value(_("这段时间还没有安排走访"), 3))))
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), tuple(rows), space_after=4 * MM)


def _row(number: int, stop: PlanLine) -> Sequence[Cell]:
    where = "\n".join(part for part in (stop.enterprise, stop.county, stop.place) if part)
    weekday = _("一二三四五六日")[stop.started_at.weekday()]
    when = _("{day}\n周{weekday} {clock}").format(
        day=f"{stop.started_at:%Y-%m-%d}", weekday=weekday, clock=f"{stop.started_at:%H:%M}"
    )
    return (
        serial(str(number)),
        figure(when),
        small(where),
        small("、".join(stop.purposes)),
        small("\n".join(stop.people)),
        small("\n".join(_errands(stop))),
    )


def _errands(stop: PlanLine) -> list[str]:
    last = _("上次 {day}").format(day=stop.last_visit.isoformat()) if stop.last_visit else _("第一次去")
    needs = _("需求 {n} 项未了结").format(n=stop.open_needs) if stop.open_needs else ""
    tasks = _("{n} 件事没办完").format(n=stop.open_tasks) if stop.open_tasks else ""
    return [part for part in (last, needs, tasks) if part]
