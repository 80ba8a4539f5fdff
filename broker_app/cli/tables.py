"""Plain tables and detail views of the ``broker`` command; wide characters count as two."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from broker_app.i18n import _, listed
from broker_app.rules.calendar import CHINA_TIME

_WIDEST = 48
# What somebody pasted must not steer the terminal of whoever reads it: control signs show as their pictures.
_VISIBLE = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {
    code: 0xFFFD for code in range(127, 160)
}


def table_text(rows: Sequence[Any], columns: Sequence[str]) -> str:
    """A table of dataclasses or dictionaries; cells longer than 48 columns are shortened with …."""
    cells = [[_heading(column) for column in columns]]
    cells += [[_shortened(_text(_value(row, column))) for column in columns] for row in rows]
    widths = [max(_width(line[at]) for line in cells) for at in range(len(columns))]
    lines = [
        "  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    ]
    return "\n".join([*lines, _("共 {n} 条").format(n=len(rows))])


def detail_text(detail: Any, indent: str = "") -> str:
    """Every filled field of a dataclass, a line each, nested ones indented."""
    lines: list[str] = []
    for field in fields(detail):
        value = getattr(detail, field.name)
        if value in (None, "", (), False):
            continue
        if is_dataclass(value):
            lines.append(detail_text(value, indent))
        elif isinstance(value, tuple) and is_dataclass(value[0]):
            lines.append(f"{indent}{_heading(field.name)}:")
            lines += [f"{indent}  - {_one_line(one)}" for one in value]
        else:
            lines.append(f"{indent}{_heading(field.name)}: {_text(value)}")
    return "\n".join(lines)


def _one_line(value: Any) -> str:
    parts = (getattr(value, field.name) for field in fields(value))
    return "  ".join(_text(part) for part in parts if part not in (None, "", (), False))


def _value(row: Any, column: str) -> Any:
    return row[column] if isinstance(row, Mapping) else getattr(row, column)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case tuple():
            return listed(_text(part) for part in value)
        case _:
            return str(value).translate(_VISIBLE)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    if _width(text) <= _WIDEST:
        return text
    while _width(text) > _WIDEST - 1:
        text = text[:-1]
    return f"{text}…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _heading(column: str) -> str:
    return {
        "id": "ID",
        "number": _("编号"),
        "name": _("名称"),
        "county": _("县区"),
        "industries": _("行业"),
        "industry_labels": _("行业"),
        "size": _("规模"),
        "visits": _("走访"),
        "owner": _("单位"),
        "field": _("领域"),
        "trl": _("就绪水平"),
        "price": _("价格"),
        "credit_code": _("信用代码"),
        "address": _("地址"),
        "contacts": _("联系人"),
        "timeline": _("往来"),
        "abstract": _("简介", "achievement"),
        "ip_text": _("知识产权"),
        "modes_text": _("转化方式"),
        "author": _("记录人"),
        "title": _("名称"),
        "enterprise": _("企业", "one"),
        "started_at": _("时间"),
        "ended_at": _("结束"),
        "role": _("身份"),
        "state_label": _("状态"),
        "needs": _("需求"),
        "first_line": _("纪要"),
        "budget": _("预算"),
        "deadline": _("期限"),
        "rank": _("名次"),
        "score": _("分"),
        "evidence": _("依据"),
        "source_id": _("原编号"),
        "note": _("原始纪要"),
        "text": _("内容"),
        "place": _("地点"),
        "met": _("接待人"),
        "companions": _("同行"),
        "follow_ups": _("跟进"),
        "referrals": _("非技术诉求"),
        "moves": _("经过"),
        "corrections": _("更正"),
        "metrics": _("指标"),
        "keywords": _("关键词"),
        "contact_unit": _("联系单位"),
        "is_ours": _("是本团队的"),
    }.get(column, column)
