"""纪要模板: text a visit's note begins with, for every role or for one, with variables filled in when it is inserted.

They stay on this computer (a value of the profile). A profile that never changed them has the ones below.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import ProfileValue
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, listed
from broker_app.services.records import text_field

VARIABLES = ("企业", "日期", "同行", "接待人")
"""What stands in braces in a template. They are words of the template itself and read the same in every language."""

_KEY = "visit_templates"
_VARIABLE = re.compile(r"[{｛]([^{}｛｝\n]{0,20})[}｝]")
_LONGEST, _MOST = 4000, 40


@dataclass(frozen=True)
class VisitTemplate:
    """One template; ``role`` is a code of visitor_role, or "" for every role."""

    name: str
    text: str
    role: str = ""


SHIPPED = (
    VisitTemplate(
        "进厂走访",
        "今天（{日期}）到{企业}，同行{同行}，见到{接待人}。\n看了哪里：\n现在怎么做、卡在哪：\n想做到什么程度（写数字）：\n"
        "花多少钱、什么时候要：\n谁能拍板：\n",
    ),
    VisitTemplate(
        "科技副总：月度入企",
        "{日期} 在{企业}。\n攻关做到哪一步：\n要学校或院所帮的：\n研发机构和研发投入：\n下个月做什么：\n",
        "tech_vp",
    ),
    VisitTemplate(
        "轻骑队：一次会诊",
        "{日期} {企业}，队员{同行}。\n企业说的问题：\n现场看到的：\n当场解决的：\n带回去找人的：\n",
        "light_team",
    ),
    VisitTemplate(
        "特派员：下乡服务",
        "{日期} {企业}，{同行}。\n服务内容：\n示范、培训（多少人）：\n还缺什么：\n",
        "commissioner",
    ),
)


def list_templates(session: Session, role: str | None = None) -> Sequence[VisitTemplate]:
    """All templates in their order; with ``role`` those of the role first, then those for every role."""
    row = session.get(ProfileValue, _KEY)
    templates = [VisitTemplate(**one) for one in row.value["templates"]] if row is not None else list(SHIPPED)
    if role is None:
        return templates
    fitting = [one for one in templates if one.role in ("", role)]
    return sorted(fitting, key=lambda one: not one.role)


def save_templates(session: Session, templates: Sequence[VisitTemplate]) -> None:
    """Keep these templates in this order.

    Raises:
        InvalidInputError: one has no name or no text, two have the same name, or a variable nobody knows.
    """
    if len(templates) > _MOST:
        raise InvalidInputError("name", _("模板最多 {limit} 个。").format(limit=_MOST))
    kept = [_checked(one) for one in templates]
    names = [one.name for one in kept]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InvalidInputError("name", _("已经有叫「{name}」的模板，换个名字。").format(name=twice))
    session.merge(ProfileValue(key=_KEY, value={"templates": [asdict(one) for one in kept]}))


def filled(template: VisitTemplate, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; what is not known yet is left as a blank to fill in.

    Raises:
        InvalidInputError: a variable nobody knows.
    """
    check_variables(template.text)
    return _VARIABLE.sub(lambda found: values.get(found[1].strip()) or "＿＿", template.text)


def check_variables(text: str) -> None:
    """Raise InvalidInputError if ``text`` has a variable nobody knows."""
    for found in _VARIABLE.finditer(text):
        if found[1].strip() not in VARIABLES:
            known = listed(f"{{{one}}}" for one in VARIABLES)
            words = _("认不出「{unknown}」。模板里能用的有{known}。").format(unknown=found[0], known=known)
            raise InvalidInputError("text", words)


def role_words(role: str) -> str:
    """For whom a template is."""
    return label(CodeList.VISITOR_ROLE, role) if role else _("各种身份")


def _checked(template: VisitTemplate) -> VisitTemplate:
    name = text_field("name", template.name, 40, required=_("请给模板起个名字。"))
    text = text_field("text", template.text, _LONGEST, required=_("请写模板的内容。"))
    check_variables(text)
    return VisitTemplate(name, f"{text}\n", template.role)
