"""考核表 of a 科技副总 or a 科技特派员: what was done, room for a summary, and the opinions of those who assess."""

from collections.abc import Sequence

from broker_app.reports.blocks import (
    FIGURE,
    NOTE,
    UNIT,
    Frame,
    SealBox,
    SignatureBoxes,
    Signer,
    figure,
    heading,
    label,
    options,
    role_rows,
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
from broker_app.reports.work_log import totals_rows
from broker_app.services.work_sheets import AssessmentSheet, DutyLine

_TECH_VP = "tech_vp"
_SUMMARY = 42 * MM


def compose_assessment(sheet: AssessmentSheet, *, duplex: bool = True) -> Paper:
    """考核表, ready to be set."""
    signatures = SignatureBoxes([Signer("被考核人", sheet.person.partition("（")[0]), Signer("考核单位（盖章）")])
    body: list[Block] = [
        _facts(sheet),
        *_duties(sheet),
        *_months(sheet),
        heading("本人小结", bookmark="本人小结"),
        Frame(None, least=_SUMMARY, keep=True, space_after=4 * MM),
        _opinions(sheet),
        *withheld_note(sheet.withheld),
    ]
    return form_paper("assessment", _title(sheet), sheet, body, signatures=signatures, duplex=duplex)


def _title(sheet: AssessmentSheet) -> str:
    return "科技副总考核表" if sheet.role_code == _TECH_VP else "科技特派员考核表"


def _facts(sheet: AssessmentSheet) -> Grid:
    days = f"{sheet.first.isoformat()} 至 {sheet.last.isoformat()}"
    rows = [
        Row((label("姓名"), value(sheet.person), label("所在单位"), value(sheet.organisation))),
        Row((label("身份"), value(sheet.role), label("考核期"), value(days, style=FIGURE))),
    ]
    if sheet.enterprise:
        rows.append(Row((label("任职企业"), value(sheet.enterprise, 3))))
    rows += [*role_rows(sheet.role_lines), *totals_rows(sheet.totals)]
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), tuple(rows), space_after=4 * MM)


def _duties(sheet: AssessmentSheet) -> list[Block]:
    rows = [_duty_row(number, duty) for number, duty in enumerate(sheet.duties, 1)]
    words = "履行职责" if sheet.role_code == _TECH_VP else "服务内容"
    return table(words, words, ("序号", words, "次数", "主要工作（最近几次）"), (10, 42, 14, 102), rows)


def _duty_row(number: int, duty: DutyLine) -> Sequence[Cell]:
    return serial(str(number)), small(duty.title), word(str(duty.times)), small("\n".join(duty.works))


def _months(sheet: AssessmentSheet) -> list[Block]:
    has_quota = any(one.wanted_days for one in sheet.months)
    heads = ["月份", "入企次数", "入企天数", "企业（家）", "需求（项）", "培训（人次）"]
    columns = [28.0, 28, 28, 28, 28, 28]
    if has_quota:
        heads += ["应到天数", "是否达到"]
        columns = [24.0, 20, 20, 22, 22, 24, 18, 18]
    rows = []
    for one in sheet.months:
        figures = (one.visits, one.days, one.firms, one.needs, one.trained)
        cells = [figure(one.month), *(figure(str(number)) for number in figures)]
        if has_quota:
            cells += [figure(one.wanted_days), word("是" if one.is_met else "否")]
        rows.append(cells)
    blocks = table("逐月情况", "逐月情况", heads, columns, rows)
    if has_quota:
        # Not note(): that one stays with what follows, and here it belongs to the table alone.
        words = "注：“应到天数”是本人自己填的本地口径，没有公开的统一标准。"
        blocks.append(Text(words, NOTE, space_after=3 * MM, glued=True))
    return blocks


def _opinions(sheet: AssessmentSheet) -> Grid:
    grades = options(("优秀", "合格", "不合格"), ())
    first = "聘任企业意见" if sheet.role_code == _TECH_VP else "服务对象意见"
    who = (first, "派出单位意见", "科技主管部门意见")
    boxes = tuple(Cell(SealBox(f"{words}\n{grades}"), middle=False) for words in who)
    width = 24 * UNIT / len(boxes)
    return Grid(
        (width,) * len(boxes),
        (Row(boxes),),
        caption=heading("考核意见"),
        space_after=4 * MM,
        keep=True,  # a signature never stands alone on a page
        bookmark=(1, "考核意见"),
    )
