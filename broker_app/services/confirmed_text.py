"""The one text a firm confirms of a visit: shown on the pad, covered by the hash, printed on 现场确认单.

It is Chinese whatever language the window speaks, or its hash would change with it. What others do with the visit
later (figures of needs refined, tasks done, steps taken) is not in it; words marked 不得外传 are left out.
"""

from datetime import datetime

from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.sheets import VisitSheet

SENTENCE = "我确认以上走访内容属实。"


def confirmed_text(sheet: VisitSheet) -> tuple[str, ...]:
    """The paragraphs before the sentence that is signed under them."""
    return tuple(part for part in (_came(sheet), _said(sheet), _needs(sheet), _agreed(sheet)) if part)


def _came(sheet: VisitSheet) -> str:
    start = sheet.started_at.astimezone(CHINA_TIME)
    # The name alone: title and organisation are those of whoever prints, and would differ on a colleague's computer.
    people = "、".join(name for name in (sheet.lead.partition("（")[0], *sheet.companions) if name)
    place = f"，地点为{sheet.place}" if sheet.place else ""
    met = "、".join("".join((one.name, f"（{one.position}）" if one.position else "")) for one in sheet.met)
    return (
        f"{start.year}年{start.month}月{start.day}日{_clock(start, sheet.ended_at)}，"
        f"{people}到{sheet.enterprise}走访{place}。" + (f"接待人：{met}。" if met else "")
    )


def _clock(start: datetime, end: datetime | None) -> str:
    return f"{start:%H:%M} 至 {end.astimezone(CHINA_TIME):%H:%M}" if end else f"{start:%H:%M}"


def _said(sheet: VisitSheet) -> str:
    lines = [
        ("目的", "、".join(sheet.purposes)),
        ("谈的内容", "\n".join((sheet.note, *sheet.note_corrections))),
        ("现场看到", sheet.findings),
        *(("非技术诉求", one.text) for one in sheet.referrals),
        *(("跟进", " ".join(filter(None, (one.text, one.who, str(one.due or ""))))) for one in sheet.follow_ups),
        ("培训", sheet.training),
        ("企业意见", sheet.opinion),
    ]
    return "\n".join(f"{name}：{words}" for name, words in lines if words)


def _needs(sheet: VisitSheet) -> str:
    if not sheet.needs:
        return "本次没有谈及具体的技术需求。"
    listed = "；".join(f"（{number}）{need.title}" for number, need in enumerate(sheet.needs, 1))
    return f"双方谈及下列技术需求：{listed}。"


def _agreed(sheet: VisitSheet) -> str:
    kept = "本公司要求不得外传的内容，不印入交给第三方的材料。" if sheet.withheld else ""
    return f"本公司同意将需求名称、技术领域和公开的指标用于寻找科技成果。{kept}"
