"""What a field is called and how its value reads, for people who have to choose between two of them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from broker_app.codes.counties import county_label
from broker_app.codes.industries import industry_label
from broker_app.codes.lists import label
from broker_app.i18n import _, full_day_name
from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.money import amount_label
from broker_app.services.role_facts import service_label

_CODED = {
    "enterprise.size": "enterprise_size",
    "need.kind": "need_kind",
    "need.mode": "cooperation_mode",
    "need.urgency": "urgency",
    "need.four_list": "four_lists",
    "achievement.stage": "achievement_stage",
    "achievement.owner_kind": "owner_kind",
    "achievement.empowerment": "empowerment",
    "visit.role": "visitor_role",
    "visit.purposes": "visit_purpose",
    "visit.commissioner_kind": "commissioner_kind",
    "visit.service_mode": "service_mode",
    "achievement.modes": "transfer_mode",
    "referral_request.kind": "referral_kind",
    "match.decline_reason": "decline_reason",
}
_MONEY = {"need.budget_low", "need.budget_high", "achievement.price"}
_FREE = {
    "contact": {"name", "position", "phone", "email"},
    "enterprise": {"address", "legal_person", "website", "email", "profile"},
    "visit": {"place", "findings", "opinion", "late_reason", "home_unit", "team"},
    "need": {"text", "problem", "goal", "partner", "no_metric_reason"},
    "achievement": {"abstract", "indicators", "contact_name", "contact_phone"},
    "follow_up": {"text", "who"},
    "referral_request": {"text", "refer_to"},
    "match": {"decline_note"},
    "term": {"note"},
}


def record_word(kind: str) -> str:
    """What a kind of record is called."""
    words = {
        "enterprise": _("企业", "one"),
        "contact": _("联系人", "one"),
        "visit": _("走访", "one"),
        "note_revision": _("走访更正"),
        "referral_request": _("非技术诉求"),
        "follow_up": _("后续任务"),
        "need": _("需求", "one"),
        "published_need": _("公开的需求"),
        "achievement": _("成果", "one"),
        "match": _("对接", "one"),
        "attachment": _("附件", "one"),
        "state_move": _("状态"),
        "term": _("术语", "one"),
    }
    return words.get(kind, _("资料"))


def field_word(kind: str, field: str) -> str:
    """What a field is called on the screen."""
    own = {
        "enterprise.name": _("企业名称"),
        "contact.name": _("联系人姓名"),
        "contact.phone": _("联系电话"),
        "visit.note": _("现场笔记"),
        "visit.state": _("走访状态"),
        "need.text": _("原话"),
        "need.state": _("需求状态"),
        "match.state": _("对接状态"),
        "achievement.price": _("要价"),
        "follow_up.text": _("任务内容"),
        "referral_request.text": _("诉求内容"),
    }
    return own.get(f"{kind}.{field}") or _common().get(field) or _("「{field}」这一项").format(field=record_word(kind))


def value_words(kind: str, field: str, value: Any) -> str:
    """How a wire value reads; 没有填 for nothing."""
    if value is None or value in ("", [], {}):
        return _("没有填")
    name = f"{kind}.{field}"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name in _MONEY and isinstance(value, int):
        return amount_label(value)
    if isinstance(value, list):
        return _("、").join(_element_words(name, field, element) for element in value)
    if isinstance(value, Mapping):
        return _("、").join(str(part) for part in value.values() if part not in (None, "", [], {}))
    return _text_words(name, field, str(value))


def can_keep_both(kind: str, field: str) -> bool:
    """Whether two values can stand side by side in the field: free text can, a code or a date cannot."""
    return field in _FREE.get(kind, ())


def both(kind: str, field: str, first: Any, second: Any) -> str:
    """Two texts in one field, the first as the one in use."""
    parting = "\n" if field in ("profile", "findings", "opinion", "text", "problem", "goal", "abstract", "indicators",
                                "note") else "；"  # fmt: skip
    return parting.join(str(text) for text in (first, second) if text not in (None, ""))


def _element_words(name: str, field: str, element: Any) -> str:
    if isinstance(element, Mapping):
        return " ".join(str(part) for part in element.values() if part not in (None, "", False))
    return _text_words(name, field, str(element))


def _text_words(name: str, field: str, text: str) -> str:
    known = _by_code(name, field)
    if known is not None:
        return known(text)
    for read, form in ((date.fromisoformat, _day), (datetime.fromisoformat, _moment)):
        if len(text) >= 10 and text[4:5] == "-" and text[7:8] == "-":
            try:
                return form(read(text))
            except ValueError:
                continue
    return text


def _by_code(name: str, field: str) -> Callable[[str], str] | None:
    if name in _CODED:
        return lambda code: label(_CODED[name], code)
    if field == "county":
        return county_label
    if field in ("industries", "team_field"):
        return industry_label
    if name == "visit.services":
        return service_label
    return None


def _day(day: date) -> str:
    return full_day_name(day)


def _moment(moment: date) -> str:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return _day(moment)
    there = moment.astimezone(CHINA_TIME)
    return f"{_day(there)} {there:%H:%M}"


def _common() -> dict[str, str]:
    return {
        "name": _("名称"),
        "title": _("名称"),
        "credit_code": _("统一社会信用代码"),
        "county": _("所在县区"),
        "address": _("地址"),
        "gb4754": _("行业分类"),
        "size": _("规模"),
        "legal_person": _("法定代表人"),
        "founded_on": _("成立日期"),
        "website": _("网站"),
        "email": _("邮箱"),
        "profile": _("企业简介"),
        "tags": _("标签"),
        "tiers": _("梯队和入库"),
        "carrier": _("园区、孵化器"),
        "index_score": _("科创指数"),
        "index_on": _("科创指数日期"),
        "index_source": _("科创指数来源"),
        "position": _("职务"),
        "phone": _("电话"),
        "enterprise_id": _("所属企业"),
        "visit_id": _("所属走访"),
        "place": _("地点"),
        "role": _("走访身份"),
        "started_at": _("开始时间"),
        "ended_at": _("结束时间"),
        "findings": _("现场情况"),
        "opinion": _("处理意见"),
        "late_reason": _("补录原因"),
        "home_unit": _("派出单位"),
        "term_from": _("聘期开始"),
        "term_to": _("聘期结束"),
        "team": _("所属分队"),
        "team_field": _("产业领域"),
        "commissioner_kind": _("特派员类型"),
        "service_mode": _("服务模式"),
        "services": _("服务内容"),
        "solved": _("解决问题"),
        "track_until": _("跟踪到"),
        "training_heads": _("培训人数"),
        "training_minutes": _("培训分钟数"),
        "kind": _("类别"),
        "state": _("状态"),
        "problem": _("现状"),
        "goal": _("目标"),
        "budget_low": _("预算下限"),
        "budget_high": _("预算上限"),
        "deadline": _("期限"),
        "mode": _("合作方式"),
        "urgency": _("紧急程度"),
        "four_list": _("清单类别"),
        "partner": _("意向单位"),
        "use_then_pay": _("先用后转", "one"),
        "review_on": _("复核日期"),
        "verifier_name": _("核实人"),
        "verified_on": _("核实日期"),
        "no_metric_reason": _("没有指标的原因"),
        "abstract": _("摘要"),
        "indicators": _("指标"),
        "owner": _("完成单位"),
        "owner_kind": _("单位性质"),
        "registration_no": _("登记号"),
        "finished_on": _("完成日期"),
        "stage": _("所处阶段"),
        "trl": _("成熟度"),
        "level": _("水平"),
        "price": _("要价"),
        "contact_name": _("联系人"),
        "contact_phone": _("联系电话"),
        "due": _("期限"),
        "done_at": _("办完时间"),
        "who": _("谁来办"),
        "refer_to": _("转给谁"),
        "text": _("内容"),
        "score": _("得分"),
        "decline_reason": _("不合适的原因"),
        "decline_note": _("不合适的说明"),
        "consent": _("企业同意"),
        "lay": _("企业说法"),
        "weight": _("权重"),
        "enabled": _("是否启用"),
        "note": _("备注"),
        "number": _("编号"),
        "source_id": _("来源编号"),
    }
