"""需求征集表 (form F1): what an enterprise asks for, in the layout the county offices collect."""

from collections.abc import Iterator
from dataclasses import replace

from broker_app.reports.blocks import (
    FIGURE,
    FREE,
    UNIT,
    SealBox,
    group_label,
    head,
    label,
    metric_figures,
    options,
    value,
    withheld_note,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.fonts import Face
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Cell, Empty, Grid, Row
from broker_app.reports.page import Paper
from broker_app.reports.text import Style, Text
from broker_app.services.sheets import MetricLine, NeedSheet

_GROUP = 7.2 * MM
_UNIT = (24 * UNIT - _GROUP) / 24
_NAME = Style(Face.SERIF_BOLD, 10.5, 16.5)
_LABEL, _REST = 4, 20  # units


def compose_need_form(sheet: NeedSheet, *, duplex: bool = True) -> Paper:
    """企业技术需求征集表, ready to be set."""
    rows = (*_firm(sheet), *_need(sheet), *_class(sheet), *_review())
    body: list[Block] = [
        Grid((_UNIT,) * 24, rows, group_width=_GROUP, group_label=group_label, space_after=4 * MM),
        *withheld_note(sheet.withheld),
    ]
    return form_paper("need", "企业技术需求征集表", sheet, body, state=sheet.state, duplex=duplex)


def _wide(name: str, cell: Cell, group: str) -> Row:
    return Row((label(name, _LABEL), cell), group=group)


def _pair(first: str, first_cell: Cell, second: str, second_cell: Cell, group: str) -> Row:
    return Row((label(first, _LABEL), first_cell, label(second, _LABEL), second_cell), group=group)


def _free(words: str) -> Cell:
    return Cell(Text(words, FREE), _REST) if words.strip() else value("", _REST)


def _firm(sheet: NeedSheet) -> Iterator[Row]:
    group = "机构信息"
    code = value(sheet.credit_code, 8, FIGURE)
    yield _wide("机构全称", value(sheet.enterprise, _REST), group)
    yield _pair("统一社会信用代码", code, "所在地域", value(sheet.county, 8), group)
    yield _wide("通讯地址", value(sheet.address, _REST), group)
    yield _pair("法人代表", value(sheet.legal_person, 8), "企业规模", value(sheet.size, 8), group)
    phone = value(sheet.phone_masked, 8, FIGURE)
    yield _pair("联系人", value(sheet.contact, 8), "手机", phone, group)
    yield _pair("电子信箱", value(sheet.email, 8, FIGURE), "网址", value(sheet.website, 8, FIGURE), group)
    yield _wide("机构简介", _free(sheet.profile), group)


def _need(sheet: NeedSheet) -> Iterator[Row]:
    group = "需求信息"
    yield _wide("技术需求名称", value(sheet.title, _REST, _NAME), group)
    yield _pair("需求类别", value(sheet.kind, 8), "需求时限", value(sheet.deadline, 8, FIGURE), group)
    yield _pair("四清单", value(sheet.four_list, 8), "紧急程度", value(sheet.urgency, 8), group)
    yield _wide("需求内容", _free(sheet.text), group)
    yield _wide("主要问题", _free(sheet.problem), group)
    yield from _metrics(sheet, group)
    yield _wide("预期目标", _free(sheet.goal), group)
    yield _wide("关键字", value("；".join(sheet.keywords), _REST), group)
    yield _pair("资金总额", value(sheet.budget or "面议", 8, FIGURE), "解决方式", value(sheet.mode, 8), group)
    willing = options(("愿意", "不愿意"), ("愿意",) if sheet.use_then_pay else ())
    yield _pair("合作意向单位", value(sheet.partner, 8), "先用后转", value(willing, 8), group)


def _metrics(sheet: NeedSheet, group: str) -> Iterator[Row]:
    if not sheet.metrics:
        yield _wide("主要指标", value(sheet.no_metric_reason, _REST), group)
        return
    names = (("指标", 6), ("现状", 4), ("目标", 4), ("检测方法或标准", 6))
    first = tuple(head(name, span) for name, span in names)
    yield Row((label("主要指标", _LABEL), *first), keep=True, group=group)
    for metric in sheet.metrics:
        below = replace(label("主要指标", _LABEL), block=Empty())
        yield Row((below, *_metric_cells(metric)), group=group, joined=True)


def _metric_cells(metric: MetricLine) -> tuple[Cell, ...]:
    now, target = metric_figures(metric)
    return value(metric.name, 6), value(now, 4), value(target, 4), value(metric.standard, 6)


def _class(sheet: NeedSheet) -> Iterator[Row]:
    group = "分类信息"
    yield _wide("技术领域", value("、".join(sheet.industries), _REST), group)
    yield _wide("应用行业", value(sheet.gb4754, _REST), group)
    checked = f"{sheet.verified_on:%Y-%m-%d}" if sheet.verified_on else ""
    who = "　".join(part for part in (sheet.verifier, checked) if part)
    yield _pair("填报人", value(sheet.author, 8), "核实人", value(who, 8), group)


def _review() -> Iterator[Row]:
    boxes = ("填报单位（盖章）", "核实人意见（不得为填报人）", "归口管理部门（盖章）")
    yield Row(tuple(Cell(SealBox(words), 8, middle=False) for words in boxes), group="审核")
