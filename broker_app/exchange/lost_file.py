"""The list of what left with a place that is no longer the person's, as a csv for a spreadsheet."""

import csv
from pathlib import Path

from broker_app.errors import StoreError
from broker_app.exchange.formula_guard import guard
from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.lost_scopes import LostScope


def write_lost(lost: LostScope, folder: Path) -> Path:
    """Write the list into ``folder`` (UTF-8 with mark, no cell can run as a formula); returns the file.

    Raises:
        StoreError: the folder cannot be written.
    """
    name = _("不再归你的")
    target = folder / f"{name}-{utc_now().astimezone(CHINA_TIME):%Y%m%d-%H%M%S}.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow((_("类别"), _("名称")))
            writer.writerows((kind, guard(title)) for kind, title in lost.records)
    except OSError as error:
        raise StoreError(_("导出的文件写不了：{folder}。资料没有受影响。").format(folder=folder)) from error
    return target
