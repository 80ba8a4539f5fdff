"""Every paper with its made-up sheets; what holds for one paper is tested for all of them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from broker_app.reports.by_name import make_pdf
from tests.reports.sheets import (
    ASSESSMENT,
    CHANGED_SLIP,
    COMMISSIONER,
    FIRM,
    LETTER,
    LOG,
    NASTY,
    NEED,
    PLAN,
    ROLE_VISIT,
    SIGNED_SLIP,
    SIGNED_VISIT,
    SLIP,
    VISIT,
)


@dataclass(frozen=True)
class Made:
    """A paper by its module, its sheet, how many pages and bookmarks it has."""

    name: str
    sheet: Any
    pages: int
    title: str
    bookmarks: int

    def build(self, sheet: Any, *, duplex: bool = True) -> bytes:
        """The paper of a sheet as PDF."""
        return make_pdf(self.name, sheet, duplex=duplex)


PAPERS = {
    "visit": Made("visit_record", VISIT, 2, "企业走访记录表", 3),
    "nasty": Made("visit_record", NASTY, 10, "企业走访记录表", 2),
    "letter": Made("intro_letter", LETTER, 2, "科技成果推介函", 7),
    "slip": Made("confirmation_slip", SLIP, 1, "现场确认单", 2),
    "signed": Made("confirmation_slip", SIGNED_SLIP, 1, "现场确认单", 2),
    "signed_visit": Made("visit_record", SIGNED_VISIT, 2, "企业走访记录表", 3),
    "changed": Made("confirmation_slip", CHANGED_SLIP, 1, "现场确认单", 2),
    "need": Made("need_form", NEED, 2, "企业技术需求征集表", 1),
    "firm": Made("firm_page", FIRM, 2, "企业一页纸", 5),
    "plan": Made("visit_plan", PLAN, 1, "走访计划表", 2),
    "role": Made("visit_record", ROLE_VISIT, 2, "企业走访记录表", 3),
    "log": Made("work_log", LOG, 2, "工作日志", 2),
    "assessment": Made("assessment", ASSESSMENT, 2, "科技副总考核表", 5),
    "commissioner": Made("assessment", COMMISSIONER, 3, "科技特派员考核表", 5),
}


@cache
def content(name: str) -> bytes:
    """A paper as PDF, set once for all tests."""
    made = PAPERS[name]
    return made.build(made.sheet)
