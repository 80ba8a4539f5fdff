"""Every paper with its made-up sheets; what holds for one paper is tested for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from broker_app.reports.intro_letter import build_intro_letter
from broker_app.reports.visit_record import build_visit_record
from tests.reports.sheets import LETTER, NASTY, VISIT


@dataclass(frozen=True)
class Made:
    """A paper, its sheet, how many pages it has, whether it ends with a QR code."""

    build: Callable[[Any], bytes]
    sheet: Any
    pages: int
    title: str
    bookmarks: int


PAPERS = {
    "visit": Made(build_visit_record, VISIT, 2, "企业走访记录表", 3),
    "nasty": Made(build_visit_record, NASTY, 10, "企业走访记录表", 2),
    "letter": Made(build_intro_letter, LETTER, 2, "科技成果推介函", 7),
}


@cache
def content(name: str) -> bytes:
    """A paper as PDF, set once for all tests."""
    made = PAPERS[name]
    return made.build(made.sheet)
