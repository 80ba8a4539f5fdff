"""The papers that can be printed: their names, how their sheet is gathered, and who sets it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from broker_app.i18n import _
from broker_app.services.papers import intro_sheet, visit_sheet
from broker_app.services.sessions import Session


@dataclass(frozen=True)
class PaperKind:
    """One paper. ``gather`` reads what it prints; ``builder`` names the function that sets it."""

    name: str
    title: str
    gather: Callable[[Session, Any], Any]
    builder: str


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
        PaperKind("visit_record", _("走访记录表"), visit_sheet, "visit_record:build_visit_record"),
        PaperKind("intro_letter", _("推介函"), intro_sheet, "intro_letter:build_intro_letter"),
    )
    return {one.name: one for one in kinds}


def set_paper(kind: PaperKind, sheet: Any) -> Paper:
    """Set a sheet; reportlab is imported with the first paper. Needs no session and runs off the UI thread."""
    module, _colon, function = kind.builder.partition(":")
    gaps: Sequence[object] = import_module("broker_app.reports.missing").missing(sheet)
    content: bytes = getattr(import_module(f"broker_app.reports.{module}"), function)(sheet)
    fingerprint: str = import_module("broker_app.reports.fingerprint").fingerprint(sheet)
    return Paper(
        title=kind.title,
        number=str(getattr(sheet, "number", "")),
        about=str(getattr(sheet, "enterprise", "")),
        content=content,
        fingerprint=fingerprint,
        withheld=int(getattr(sheet, "withheld", 0)),
        gaps=tuple(str(one) for one in gaps),
    )
