"""Characters of a sheet that no face has: found before printing, so that nothing is printed silently."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from broker_app.i18n import _
from broker_app.reports.clean import clean
from broker_app.reports.fonts import is_missing


@dataclass(frozen=True)
class Gap:
    """One character without a glyph and the field it stands in."""

    field: str
    code_point: str  # "U+20BB7"

    def __str__(self) -> str:
        return f"{self.field}：{self.code_point}"


def missing(sheet: Any) -> Sequence[Gap]:
    """Every character of the sheet that will be printed as 〓, each once for each field, in reading order."""
    gaps = (
        Gap(_field_label(path), f"U+{ord(character):04X}")
        for path, text in _texts(sheet, ())
        for character in dict.fromkeys(clean(text))
        if character != "\n" and is_missing(character)
    )
    return tuple(dict.fromkeys(gaps))


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one, path)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), (*path, field.name))


def _field_label(path: tuple[str, ...]) -> str:
    labels = _labels()
    if path == ("met", "name"):
        return _("接待人·姓名")
    return "·".join(labels.get(name, name) for name in path)


def _labels() -> dict[str, str]:
    return {
        "number": _("编号"),
        "enterprise": _("企业名称"),
        "credit_code": _("统一社会信用代码"),
        "county": _("所在地域"),
        "industry": _("所属产业"),
        "place": _("走访地点"),
        "role": _("走访角色"),
        "purposes": _("走访目的"),
        "lead": _("带队人"),
        "companions": _("同行人"),
        "met": _("接待人"),
        "name": _("名称"),
        "position": _("职务"),
        "phone_masked": _("电话"),
        "note": _("走访记录"),
        "note_corrections": _("更正"),
        "findings": _("现场发现"),
        "needs": _("技术需求"),
        "title": _("名称"),
        "kind": _("类别"),
        "summary": _("说明"),
        "metrics": _("指标"),
        "now": _("现状"),
        "target": _("目标"),
        "unit": _("单位"),
        "standard": _("标准"),
        "budget": _("预算"),
        "deadline": _("期限"),
        "referrals": _("非技术诉求"),
        "text": _("内容"),
        "refer_to": _("转办单位"),
        "follow_ups": _("后续任务"),
        "who": _("责任人"),
        "opinion": _("企业意见"),
        "late_reason": _("补记原因"),
        "organisation": _("单位名称"),
        "state": _("状态"),
        "broker": _("技术经纪人"),
        "need_number": _("需求编号"),
        "need_title": _("需求名称"),
        "need_points": _("需求要点"),
        "achievements": _("推介成果"),
        "owner": _("完成单位"),
        "readiness": _("就绪水平"),
        "ip": _("知识产权"),
        "modes": _("转化方式"),
        "reasons": _("推介理由"),
        "evidence": _("依据"),
        "not_covered": _("未覆盖"),
        "score": _("匹配分"),
        "signature": _("企业签字"),
        "signer": _("签字人"),
        "contact_name": _("联系人"),
        "contact_phone": _("联系电话"),
        "contact_address": _("联系地址"),
    }
