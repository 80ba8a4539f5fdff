"""企业走访记录表: what was seen, said and agreed on one visit."""

from broker_app.codes.lists import CodeList, entries
from broker_app.reports.blocks import (
    FIGURE,
    FREE,
    NOTHING,
    SMALL_FREE,
    UNIT,
    SignatureBoxes,
    Signer,
    blank,
    figure,
    head,
    heading,
    label,
    note,
    options,
    person,
    role_rows,
    serial,
    small,
    span_of_time,
    table,
    value,
    withheld_note,
    word,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.fonts import Face
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.page import Paper
from broker_app.reports.text import Text
from broker_app.services.sheets import MetricLine, NeedLine, VisitSheet

_HEAD_ROW = 8 * MM
_GAP = 4 * MM


def compose_visit_record(sheet: VisitSheet, *, duplex: bool = True) -> Paper:
    """走访记录表, ready to be set."""
    body: list[Block] = [_facts(sheet)]
    if sheet.needs:
        body.append(_needs(sheet.needs))
    body += _follow_ups(sheet)
    body += withheld_note(sheet.withheld + sum(need.withheld for need in sheet.needs))
    body += _signature_note(sheet)
    signatures = SignatureBoxes(
        (
            Signer("企业接待人（确认走访内容）", sheet.met[0].name if len(sheet.met) == 1 else "", sheet.signature),
            Signer("带队人", sheet.lead.partition("（")[0]),
            Signer("录入人"),
        )
    )
    return form_paper("visit", "企业走访记录表", sheet, body, signatures=signatures, state=sheet.state, duplex=duplex)


def _signature_note(sheet: VisitSheet) -> list[Block]:
    mark = sheet.signature
    if mark is None or not mark.strokes:
        return []
    return [note(f"注：接待人的签名是手写签名图像，签在现场确认单的文字下，核对码 {mark.code}。")]


def _facts(sheet: VisitSheet) -> Grid:
    rows = [
        Row((label("企业名称"), value(sheet.enterprise, 3))),
        Row(
            (
                label("统一社会信用代码"),
                value(sheet.credit_code, style=FIGURE),
                label("所在地域"),
                value(sheet.county),
            )
        ),
        Row((label("所属产业"), value(sheet.industry, 3))),
        Row(
            (
                label("走访时间"),
                value(span_of_time(sheet.started_at, sheet.ended_at), style=FIGURE),
                label("走访地点"),
                value(sheet.place),
            )
        ),
        Row((label("走访角色"), value(sheet.role), label("走访目的"), value("；".join(sheet.purposes)))),
        Row((label("带队人"), value(sheet.lead), label("同行人"), value("、".join(sheet.companions)))),
        *role_rows(sheet.role_lines),
        Row((label("接待人"), value("；".join(map(person, sheet.met)), 3))),
        Row((label("走访记录（原始笔记）"), _free("\n".join((sheet.note, *sheet.note_corrections)).strip()))),
        Row((label("现场发现"), _free(sheet.findings))),
        Row((label("非技术诉求"), value(_referrals(sheet), 3))),
    ]
    if sheet.training:
        rows.append(Row((label("入企培训"), value(sheet.training, 3))))
    if not sheet.needs:
        rows.append(Row((label("技术需求"), value("本次走访未记录技术需求", 3))))
    if not sheet.follow_ups:
        rows.append(Row((label("后续任务"), value("本次走访未安排后续任务", 3))))
    opinion = options([one.chinese for one in entries(CodeList.OPINION)], (sheet.opinion,) if sheet.opinion else ())
    late = f"是（{sheet.late_reason}）" if sheet.late_reason else "否"
    rows.append(Row((label("企业意见"), value(opinion), label("补记"), value(late))))
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), tuple(rows), space_after=_GAP)


def _free(words: str) -> Cell:
    return Cell(Text(words, FREE), 3) if words.strip() else value("", 3)


def _referrals(sheet: VisitSheet) -> str:
    lines = []
    for one in sheet.referrals:
        start = f"{one.kind}：" if one.kind else ""
        to = f"，转{one.refer_to}" if one.refer_to else ""
        due = f"，期限 {one.due.isoformat()}" if one.due else ""
        lines.append(f"{start}{one.text.strip().rstrip('。')}{to}{due}。")
    return "\n".join(lines)


def _needs(needs: tuple[NeedLine, ...]) -> Grid:
    heads = ("序号", "需求名称", "主要指标", "预算", "期限", "类别")
    rows = [Row(tuple(map(head, heads)), least=_HEAD_ROW)]
    for count, need in enumerate(needs, 1):
        rows += _need_rows(count, need)
    columns = tuple(width * MM for width in (10, 52, 44, 25, 21, 16))
    caption = f"技术需求（共 {len(needs)} 项）"
    return Grid(
        columns,
        tuple(rows),
        head=1,
        caption=heading(caption),
        caption_again=heading("技术需求（续）"),
        space_after=_GAP,
        bookmark=(1, "技术需求"),
    )


def _need_rows(count: int, need: NeedLine) -> list[Row]:
    named = Cell(Text([(need.title or NOTHING, Face.SERIF), (f"\n{need.number}", Face.SANS)], SMALL_FREE))
    summary = need.summary.strip()
    told = bool(summary) and summary != need.title.strip()
    first = Row(
        (
            serial(str(count)),
            named,
            small("\n".join(map(_metric, need.metrics))),
            figure(need.budget),
            figure(need.deadline),
            word(need.kind),
        ),
        keep=told,
    )
    if not told:
        return [first]
    # what the firm said gets the full width: in a column it would run over pages
    return [first, Row((blank(str(count)), small(summary, 5, SMALL_FREE)), joined=True)]


def _metric(metric: MetricLine) -> str:
    goal = f"{metric.now}→{metric.target}" if metric.now else metric.target
    standard = f"（{metric.standard}）" if metric.standard else ""
    return f"{metric.name} {goal} {metric.unit}".strip() + standard


def _follow_ups(sheet: VisitSheet) -> list[Block]:
    heads = ("序号", "事项", "责任人", "期限", "办结")
    rows = [
        (
            serial(str(count)),
            small(task.text),
            word(task.who),
            figure(task.due.isoformat() if task.due else ""),
            word("是" if task.done else ""),
        )
        for count, task in enumerate(sheet.follow_ups, 1)
    ]
    return table("后续任务", "后续任务", heads, (10, 85, 34, 25, 14), rows)
