"""Times and sizes as the sync centre says them."""

from datetime import datetime, timedelta

from broker_app.i18n import _, first_sentence
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.sync_state import HistoryRow
from broker_app.services.typed_dates import moment_text


def when_words(moment: datetime, now: datetime | None = None) -> str:
    """``今天 09:50``, ``昨天 18:02``, ``11月20日 周五 08:00``."""
    now = now or utc_now()
    here = moment.astimezone(CHINA_TIME)
    if here.date() == now.astimezone(CHINA_TIME).date() - timedelta(days=1):
        return _("昨天 {time}").format(time=f"{here:%H:%M}")
    return moment_text(moment, now)


def size_words(size: int) -> str:
    """``8.4 MB``, ``312 KB``."""
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, round(size / 1024))} KB"


def history_words(row: HistoryRow) -> str:
    """What one exchange did, in a line."""
    if row.outcome == "failed":
        return first_sentence(row.notes[0])[0].rstrip("。.") if row.notes else _("没有传成，稍后自动再试")
    if row.outcome == "ask":
        return _("服务器要收走 {n} 条，先问过你再说").format(n=row.notes[0] if row.notes else 0)
    parts = [*_moved(row), *map(_note_words, row.notes)]
    if row.receipt:
        parts.append(_("收据 {mark}").format(mark=row.receipt))
    return " · ".join(part for part in parts if part) or _("都是新的")


def _moved(row: HistoryRow) -> list[str]:
    return [
        words.format(n=count)
        for words, count in (
            (_("上传 {n} 条"), row.sent),
            (_("收到 {n} 条"), row.received),
            (_("文件 {n} 个"), row.files),
        )
        if count
    ]


def _note_words(note: str) -> str:
    kind, _colon, count = note.partition(":")
    match kind:
        case "told_again":
            return _("服务器换过备份，已补传")
        case "lost":
            return _("{n} 条不再归你管").format(n=count)
        case "parked":
            return _("{n} 条被退回").format(n=count)
        case _:
            return ""
