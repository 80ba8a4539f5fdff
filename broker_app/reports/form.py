"""The frame all form papers share: title above; what is missing, the signatures, code and fingerprint below."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from broker_app.reports.blocks import Proof, SignatureBoxes, missing_note, title_block
from broker_app.reports.fingerprint import fingerprint
from broker_app.reports.flow import Block
from broker_app.reports.page import Family, Paper


class FormSheet(Protocol):
    """What every sheet of a form tells of itself."""

    @property
    def number(self) -> str:
        """Its number, "" if it has none."""

    @property
    def revision(self) -> int:
        """Which version of the data it prints."""

    @property
    def organisation(self) -> str:
        """Who keeps it."""

    @property
    def frozen_at(self) -> datetime:
        """When the data changed last, aware."""


def form_paper(
    kind: str,
    title: str,
    sheet: FormSheet,
    body: Sequence[Block],
    *,
    signatures: SignatureBoxes | None = None,
    state: str = "",
    duplex: bool = True,
) -> Paper:
    """A form ready to be set; ``kind`` (ASCII) names it in its code."""
    digits = fingerprint(sheet)
    blocks = [
        *title_block(title, sheet.number, state),
        *body,
        *missing_note(sheet),
        *([signatures] if signatures else []),
        Proof(kind, sheet.number, sheet.revision, digits),
    ]
    return Paper(Family.FORM, title, sheet.number, digits, sheet.organisation, sheet.frozen_at, blocks, duplex)
