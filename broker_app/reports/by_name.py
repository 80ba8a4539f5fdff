"""A paper by the name of its module; that module, and with it reportlab, is imported with the first one."""

from importlib import import_module
from typing import Any


def compose(name: str, sheet: Any, *, duplex: bool = True) -> Any:
    """The paper (:class:`broker_app.reports.page.Paper`) of a sheet, not yet a file.

    ``name`` is that of a module with a function ``compose_<name>``, such as "visit_record". ``duplex`` changes the
    binding side with the side of the sheet.
    """
    return getattr(import_module(f"broker_app.reports.{name}"), f"compose_{name}")(sheet, duplex=duplex)


def make_pdf(name: str, sheet: Any, *, duplex: bool = True) -> bytes:
    """The paper of a sheet as PDF; the same sheet gives the same bytes."""
    content: bytes = import_module("broker_app.reports.page").render(compose(name, sheet, duplex=duplex))
    return content
