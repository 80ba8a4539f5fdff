"""企业一页纸: what a broker should know before the next visit. For the team only."""

from broker_app.reports.blocks import (
    FIGURE,
    FREE,
    UNIT,
    figure,
    label,
    person,
    serial,
    small,
    table,
    value,
    withheld_note,
    word,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Paper
from broker_app.reports.text import Text
from broker_app.services.sheets import FirmSheet


def compose_firm_page(sheet: FirmSheet, *, duplex: bool = True) -> Paper:
    """企业一页纸, ready to be set."""
    body: list[Block] = [
        _facts(sheet),
        *_needs(sheet),
        *_tasks(sheet),
        *_visits(sheet),
        *_matches(sheet),
        *withheld_note(sheet.withheld),
    ]
    return form_paper("firm", "企业一页纸", sheet, body, duplex=duplex)


def _facts(sheet: FirmSheet) -> Grid:
    founded = f"{sheet.founded_on:%Y-%m-%d}" if sheet.founded_on else ""
    code = value(sheet.credit_code, style=FIGURE)
    profile = Cell(Text(sheet.profile, FREE), 3) if sheet.profile.strip() else value("", 3)
    rows = (
        Row((label("企业名称"), value(sheet.enterprise, 3))),
        Row((label("统一社会信用代码"), code, label("所在地域"), value(sheet.county))),
        Row((label("地址"), value(sheet.address, 3))),
        Row((label("所属产业"), value("、".join(sheet.industries)), label("企业规模"), value(sheet.size))),
        Row((label("法人代表"), value(sheet.legal_person), label("成立日期"), value(founded, style=FIGURE))),
        Row((label("网址"), value(sheet.website, style=FIGURE), label("标签"), value("、".join(sheet.tags)))),
        Row((label("联系人"), value("；".join(map(person, sheet.contacts)), 3))),
        Row((label("企业简介"), profile)),
    )
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), rows, space_after=4 * MM)


def _needs(sheet: FirmSheet) -> list[Block]:
    rows = [
        (
            serial(str(n)),
            small(one.title),
            figure(one.number),
            figure(one.budget),
            figure(one.deadline),
            word(one.state),
        )
        for n, one in enumerate(sheet.needs, 1)
    ]
    heads = ("序号", "需求", "编号", "预算", "期限", "状态")
    words = f"未了结的需求（共 {len(rows)} 项）"
    return table(words, "未了结的需求", heads, (10, 54, 42, 25, 21, 16), rows)


def _tasks(sheet: FirmSheet) -> list[Block]:
    rows = [
        (serial(str(n)), small(one.text), word(one.who), figure(one.due.isoformat() if one.due else ""))
        for n, one in enumerate(sheet.follow_ups, 1)
    ]
    return table("没办完的事", "没办完的事", ("序号", "事项", "责任人", "期限"), (10, 100, 34, 24), rows)


def _visits(sheet: FirmSheet) -> list[Block]:
    rows = [(figure(f"{one.day:%Y-%m-%d}"), small(one.about), word(one.lead), word(one.state)) for one in sheet.visits]
    words = f"最近的走访（共 {sheet.visit_count} 次）"
    return table(words, "最近的走访", ("日期", "谈了什么", "带队人", "状态"), (24, 98, 26, 20), rows)


def _matches(sheet: FirmSheet) -> list[Block]:
    rows = [
        (small(one.achievement), small(one.owner), figure(one.need_number), word(one.state)) for one in sheet.matches
    ]
    heads = ("成果", "完成单位", "需求编号", "状态")
    return table("对接过的成果", "对接过的成果", heads, (66, 40, 42, 20), rows)
