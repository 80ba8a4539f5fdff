"""走访计划表: where to go, when, why, and what is still open there."""

from collections.abc import Sequence

from broker_app.reports.blocks import (
    UNIT,
    SignatureBoxes,
    Signer,
    figure,
    label,
    serial,
    small,
    table,
    value,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Paper
from broker_app.services.sheets import PlanLine, PlanSheet

_COLUMNS = (10, 24, 54, 30, 18, 32)


def compose_visit_plan(sheet: PlanSheet, *, duplex: bool = True) -> Paper:
    """走访计划表, ready to be set."""
    heads = ("序号", "时间", "企业和地点", "走访目的", "走访人员", "备忘")
    rows = [_row(number, stop) for number, stop in enumerate(sheet.stops, 1)]
    words = f"走访安排（共 {len(rows)} 家次）"
    signatures = SignatureBoxes([Signer("制表人"), Signer("负责人意见")])
    body: list[Block] = [
        _facts(sheet),
        *table(words, "走访安排", heads, _COLUMNS, rows),
    ]
    return form_paper("plan", "走访计划表", sheet, body, signatures=signatures, duplex=duplex)


def _facts(sheet: PlanSheet) -> Grid:
    days = f"{sheet.first.isoformat()} 至 {sheet.last.isoformat()}"
    firms = len({stop.enterprise for stop in sheet.stops if stop.enterprise})
    count = f"{firms} 家企业，{len(sheet.stops)} 家次"
    rows = [
        Row((label("单位"), value(sheet.organisation), label("技术经纪人"), value(sheet.broker))),
        Row((label("计划时间"), value(days), label("合计"), value(count))),
    ]
    if not sheet.stops:
        rows.append(Row((label("安排"), value("这段时间还没有安排走访", 3))))
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), tuple(rows), space_after=4 * MM)


def _row(number: int, stop: PlanLine) -> Sequence[Cell]:
    where = "\n".join(part for part in (stop.enterprise, stop.county, stop.place) if part)
    weekday = "一二三四五六日"[stop.started_at.weekday()]
    when = "{day}\n周{weekday} {clock}".format(
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
    last = f"上次 {stop.last_visit.isoformat()}" if stop.last_visit else "第一次去"
    needs = f"需求 {stop.open_needs} 项未了结" if stop.open_needs else ""
    tasks = f"{stop.open_tasks} 件事没办完" if stop.open_tasks else ""
    return [part for part in (last, needs, tasks) if part]
