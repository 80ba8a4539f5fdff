"""Every paper with its made-up sheets; what holds for one paper is tested for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from broker_app.reports.assessment import build_assessment
from broker_app.reports.confirmation_slip import build_confirmation_slip
from broker_app.reports.firm_page import build_firm_page
from broker_app.reports.intro_letter import build_intro_letter
from broker_app.reports.need_form import build_need_form
from broker_app.reports.visit_plan import build_visit_plan
from broker_app.reports.visit_record import build_visit_record
from broker_app.reports.work_log import build_work_log
from tests.reports.sheets import (
    ASSESSMENT,
    COMMISSIONER,
    FIRM,
    LETTER,
    LOG,
    NASTY,
    NEED,
    PLAN,
    ROLE_VISIT,
    SLIP,
    VISIT,
)


@dataclass(frozen=True)
class Made:
    """A paper, its sheet, how many pages it has, whether it ends with a QR code."""

    build: Callable[..., bytes]
    sheet: Any
    pages: int
    title: str
    bookmarks: int


PAPERS = {
    "visit": Made(build_visit_record, VISIT, 2, "企业走访记录表", 3),
    "nasty": Made(build_visit_record, NASTY, 10, "企业走访记录表", 2),
    "letter": Made(build_intro_letter, LETTER, 2, "科技成果推介函", 7),
    "slip": Made(build_confirmation_slip, SLIP, 1, "现场确认单", 2),
    "need": Made(build_need_form, NEED, 2, "企业技术需求征集表", 1),
    "firm": Made(build_firm_page, FIRM, 2, "企业一页纸", 5),
    "plan": Made(build_visit_plan, PLAN, 1, "走访计划表", 2),
    "role": Made(build_visit_record, ROLE_VISIT, 2, "企业走访记录表", 3),
    "log": Made(build_work_log, LOG, 2, "工作日志", 2),
    "assessment": Made(build_assessment, ASSESSMENT, 2, "科技副总考核表", 5),
    "commissioner": Made(build_assessment, COMMISSIONER, 3, "科技特派员考核表", 5),
}


@cache
def content(name: str) -> bytes:
    """A paper as PDF, set once for all tests."""
    made = PAPERS[name]
    return made.build(made.sheet)
