"""The papers that can be printed: their names, how their sheet is gathered, and who sets it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from broker_app.i18n import _
from broker_app.reports.by_name import make_pdf
from broker_app.services.attachments import FileVault
from broker_app.services.field_papers import firm_sheet, need_sheet, plan_sheet, slip_sheet
from broker_app.services.figures_sheet import FiguresSheet, figures_sheet
from broker_app.services.papers import intro_sheet, visit_sheet
from broker_app.services.sessions import Session
from broker_app.services.sheets import PlanSheet
from broker_app.services.signatures import with_signature
from broker_app.services.work_papers import assessment_sheet, log_sheet
from broker_app.services.work_sheets import AssessmentSheet, WorkLogSheet


@dataclass(frozen=True)
class PaperKind:
    """One paper. ``gather`` reads what it prints; ``module`` of the reports sets it."""

    name: str
    title: str
    gather: Callable[[Session, Any], Any]
    module: str
    bears_signature: bool = False

    def sheet(self, session: Session, vault: FileVault, what: Any) -> Any:
        """What it prints about ``what``; under a visit with the signature of the firm."""
        sheet = self.gather(session, what)
        return with_signature(session, vault, what, sheet) if self.bears_signature else sheet


@dataclass(frozen=True)
class Paper:
    """A paper that has been set: the bytes that are shown, printed and saved."""

    title: str
    number: str
    about: str
    content: bytes
    fingerprint: str
    withheld: int
    gaps: tuple[str, ...]


def paper_kinds() -> dict[str, PaperKind]:
    """Every paper by its name."""
    kinds = (
        PaperKind("visit_record", _("走访记录表"), visit_sheet, "visit_record", bears_signature=True),
        PaperKind("intro_letter", _("推介函"), intro_sheet, "intro_letter"),
        PaperKind("slip", _("现场确认单"), slip_sheet, "confirmation_slip", bears_signature=True),
        PaperKind("need_form", _("需求征集表"), need_sheet, "need_form"),
        PaperKind("firm_page", _("企业一页纸"), firm_sheet, "firm_page"),
        PaperKind("visit_plan", _("走访计划表"), _plan_of, "visit_plan"),
        PaperKind("work_log", _("工作日志"), _log_of, "work_log"),
        PaperKind("assessment", _("考核表"), _assessment_of, "assessment"),
        PaperKind("figures", _("工作统计表"), _figures_of, "figures"),
    )
    return {one.name: one for one in kinds}


def _plan_of(session: Session, days: tuple[date, date]) -> PlanSheet:
    first, last = days
    return plan_sheet(session, first, last)


def _figures_of(session: Session, about: tuple[date, date, bool]) -> FiguresSheet:
    first, last, mine = about
    return figures_sheet(session, first, last, mine=mine)


def _log_of(session: Session, days: tuple[date, date]) -> WorkLogSheet:
    first, last = days
    return log_sheet(session, first, last)


def _assessment_of(session: Session, about: tuple[str, date, date, int]) -> AssessmentSheet:
    role, first, last, days_a_month = about
    return assessment_sheet(session, first, last, role, days_a_month=days_a_month)


def _withheld(sheet: Any) -> int:
    """Everything the paper's own note counts: the marks of the note and what was left out of each need."""
    needs: Sequence[Any] = getattr(sheet, "needs", ())
    return int(getattr(sheet, "withheld", 0)) + sum(int(getattr(need, "withheld", 0)) for need in needs)


def set_paper(kind: PaperKind, sheet: Any, *, duplex: bool = True) -> Paper:
    """Set a sheet; reportlab is imported with the first paper. Needs no session and runs off the UI thread.

    ``duplex`` changes the binding side with the side of the sheet.
    """
    gaps: Sequence[object] = import_module("broker_app.reports.missing").missing(sheet)
    fingerprint: str = import_module("broker_app.reports.fingerprint").fingerprint(sheet)
    return Paper(
        title=kind.title,
        number=str(getattr(sheet, "number", "")),
        about=str(getattr(sheet, "enterprise", "")),
        content=make_pdf(kind.module, sheet, duplex=duplex),
        fingerprint=fingerprint,
        withheld=_withheld(sheet),
        gaps=tuple(str(one) for one in gaps),
    )
