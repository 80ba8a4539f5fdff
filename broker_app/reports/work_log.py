"""工作日志: what one person did in a period, visit by visit."""

from collections.abc import Sequence

from broker_app.reports.blocks import (
    FIGURE,
    UNIT,
    SignatureBoxes,
    Signer,
    figure,
    label,
    note,
    role_rows,
    serial,
    small,
    table,
    value,
    withheld_note,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Paper
from broker_app.services.work_sheets import LogLine, WorkLogSheet, WorkTotals

_COLUMNS = (10, 24, 40, 22, 51, 21)


def compose_work_log(sheet: WorkLogSheet, *, duplex: bool = True) -> Paper:
    """工作日志, ready to be set."""
    heads = ("序号", "时间", "企业", "服务内容", "做了什么", "结果")
    rows = [_row(number, line) for number, line in enumerate(sheet.lines, 1)]
    signatures = SignatureBoxes([Signer("填表人", sheet.person.partition("（")[0]), Signer("所在单位（盖章）")])
    body: list[Block] = [
        _facts(sheet),
        *table(f"逐次记录（共 {len(rows)} 次）", "逐次记录", heads, _COLUMNS, rows),
        *_late_note(sheet.totals),
        *withheld_note(sheet.withheld),
    ]
    return form_paper("log", "工作日志", sheet, body, signatures=signatures, duplex=duplex)


def _facts(sheet: WorkLogSheet) -> Grid:
    days = f"{sheet.first.isoformat()} 至 {sheet.last.isoformat()}"
    rows = [
        Row((label("姓名"), value(sheet.person), label("身份"), value(sheet.role))),
        Row((label("单位"), value(sheet.organisation), label("起止日期"), value(days, style=FIGURE))),
        *role_rows(sheet.role_lines),
        *totals_rows(sheet.totals),
    ]
    if not sheet.lines:
        rows.append(Row((label("记录"), value("这段时间没有记完的走访", 3))))
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), tuple(rows), space_after=4 * MM)


def totals_rows(totals: WorkTotals) -> list[Row]:
    """The figures of a period in a form of 4 + 8 + 4 + 8 units; 家 and 家次 stand apart."""
    went = f"{totals.visits} 家次，{totals.firms} 家，{totals.days} 天"
    needs = f"{totals.needs} 项，其中已核实 {totals.verified_needs} 项"
    matched = f"{totals.matches} 项"
    helped = f"诉求 {totals.referrals} 件，办完 {totals.tasks_done} 件事"
    trained = f"{totals.trainings} 场，{totals.trained} 人次，{totals.training_hours} 小时"
    return [
        Row((label("走访"), value(went), label("技术需求"), value(needs))),
        Row((label("推介对接"), value(matched), label("办理诉求"), value(helped))),
        Row(
            (
                label("入企培训"),
                value(trained if totals.trainings else ""),
                label("补记"),
                value(f"{totals.late} 次"),
            )
        ),
    ]


def _late_note(totals: WorkTotals) -> list[Block]:
    if not totals.late:
        return []
    return [note(f"注：带 * 的 {totals.late} 次是走访结束 24 小时以后补记的。")]


def _row(number: int, line: LogLine) -> Sequence[Cell]:
    clock = f"{line.started_at:%H:%M}"
    if line.ended_at is not None:
        clock += f"—{line.ended_at:%H:%M}"
    late = "*" if line.is_late else ""
    return (
        serial(str(number)),
        figure(f"{line.started_at:%Y-%m-%d}{late}\n{clock}"),
        small("\n".join(part for part in (line.enterprise, line.county.partition("（")[0]) if part)),
        small("、".join(line.services)),
        small(line.about),
        small("\n".join(line.results)),
    )
