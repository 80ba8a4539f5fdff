"""The figures of a span of time as a table for a spreadsheet: xlsx with a sheet per grouping, or one csv."""

import csv
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from broker_app.errors import ImportFileError
from broker_app.exchange.formula_guard import guard
from broker_app.i18n import _, full_day_name
from broker_app.services.work_figures import Figures, FiguresRow, WorkFigures

_WIDTHS = (26, 12, 14, 10, 10)


def write_figures(path: Path, figures: WorkFigures) -> None:
    """Write ``figures`` as xlsx, or as csv (UTF-8 with mark) if the name ends so; whole or not at all.

    Raises:
        ImportFileError: the file cannot be written there.
    """
    part = path.with_name(path.name + ".part")
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(part, figures)
        else:
            _write_xlsx(part, figures)
        part.replace(path)
    except (OSError, xlsxwriter.exceptions.FileCreateError):
        raise ImportFileError(_("没能写文件 {name}。换个文件夹再试。").format(name=path.name)) from None
    finally:
        part.unlink(missing_ok=True)


def headings() -> tuple[str, ...]:
    """What the columns after the first are called."""
    return _("企业数（家）"), _("走访次数（家次）"), _("需求数"), _("对接数")


def cells(figures: Figures) -> tuple[int, ...]:
    """The counts in the order of :func:`headings`."""
    return figures.firms, figures.visits, figures.needs, figures.matches


def groups(figures: WorkFigures) -> tuple[tuple[str, Sequence[FiguresRow]], ...]:
    """The tables: what they are by, and their rows."""
    return (
        (_("按月"), figures.months),
        (_("按县（市、区）"), figures.counties),
        (_("按走访身份"), figures.roles),
    )


def span_words(figures: WorkFigures) -> str:
    """``2026年11月1日 至 2026年11月30日，我记的``."""
    days = _("{first} 至 {last}").format(first=full_day_name(figures.first), last=full_day_name(figures.last))
    return _("{days}，{whose}").format(days=days, whose=_("我记的") if figures.mine else _("本机全部"))


def _write_xlsx(path: Path, figures: WorkFigures) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, title = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 14})
        for name, rows in groups(figures):
            sheet = book.add_worksheet(name[:31].replace("/", " "))
            for number, width in enumerate(_WIDTHS):
                sheet.set_column(number, number, width)
            sheet.write(0, 0, span_words(figures), title)
            sheet.write_row(2, 0, [name, *headings()], bold)
            for number, row in enumerate(rows, start=3):
                sheet.write_row(number, 0, [row.words, *cells(row.figures)])
            sheet.write_row(3 + len(rows), 0, [_("合计"), *cells(figures.whole)], bold)
        sheet = book.add_worksheet(_("梯队和入库"))
        sheet.set_column(0, 0, 26)
        sheet.write_row(0, 0, [_("认定或入库"), _("企业数（家）")], bold)
        for number, (name, count) in enumerate(figures.tiers, start=1):
            sheet.write_row(number, 0, [name, count])


def _write_csv(path: Path, figures: WorkFigures) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([guard(span_words(figures))])
        for name, rows in groups(figures):
            writer.writerow([])
            writer.writerow([guard(name), *headings()])
            writer.writerows([guard(row.words), *cells(row.figures)] for row in rows)
        writer.writerow([])
        writer.writerow([_("合计"), *cells(figures.whole)])
        writer.writerow([])
        writer.writerow([_("认定或入库"), _("企业数（家）")])
        writer.writerows([guard(name), count] for name, count in figures.tiers)
