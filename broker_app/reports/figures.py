"""工作统计表: firms and visits counted apart, needs and matches, by month, county and role."""

from collections.abc import Sequence

from broker_app.reports.blocks import (
    UNIT,
    SignatureBoxes,
    Signer,
    figure,
    label,
    small,
    table,
    value,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Paper
from broker_app.services.figures_sheet import FiguresSheet
from broker_app.services.work_figures import Figures, FiguresRow

_COLUMNS = (52, 27, 37, 26, 26)


def compose_figures(sheet: FiguresSheet, *, duplex: bool = True) -> Paper:
    """工作统计表, ready to be set."""
    signatures = SignatureBoxes([Signer("制表人"), Signer("单位意见")])
    body: list[Block] = [
        _facts(sheet),
        *_table("一、按月", "月份", sheet.months, sheet.whole),
        *_table("二、按县（市、区）", "县（市、区）", sheet.counties, sheet.whole),
        *_table("三、按走访身份", "走访身份", sheet.roles, sheet.whole),
    ]
    return form_paper("figures", "工作统计表", sheet, body, signatures=signatures, duplex=duplex)


def _facts(sheet: FiguresSheet) -> Grid:
    days = f"{sheet.first.isoformat()} 至 {sheet.last.isoformat()}"
    whole = sheet.whole
    counted = f"{whole.firms} 家，{whole.visits} 家次；需求 {whole.needs} 条，对接 {whole.matches} 次"
    whose = "本人记录" if sheet.mine else "本机全部记录"
    rows = (
        Row((label("单位"), value(sheet.organisation), label("技术经纪人"), value(sheet.broker))),
        Row((label("统计时间"), value(days), label("统计范围"), value(whose))),
        Row((label("合计"), value(counted, 3))),
        Row((label("说明"), value("“家次”是记完的走访次数，“家”是其中不同企业的个数，同一家只算一次。", 3))),
    )
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), rows, space_after=4 * MM)


def _table(caption: str, name: str, rows: Sequence[FiguresRow], whole: Figures) -> list[Block]:
    lines = [_line(row.words, row.figures) for row in rows]
    heads = (name, "企业数（家）", "走访次数（家次）", "需求数", "对接数")
    return table(caption, name, heads, _COLUMNS, [*lines, _line("合计", whole)] if lines else [])


def _line(words: str, figures: Figures) -> Sequence[Cell]:
    counts = (figures.firms, figures.visits, figures.needs, figures.matches)
    return (small(words), *(figure(str(count)) for count in counts))
