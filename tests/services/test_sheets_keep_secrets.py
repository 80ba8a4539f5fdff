"""Whatever a broker writes and wherever, what is marked 不得外传 is in no sheet, so on no paper."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from broker_app.db.models import Match
from broker_app.db.session import Store
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.needs import Metric, NeedDraft, save_need
from broker_app.services.papers import intro_sheet, visit_sheet
from broker_app.services.visits import (
    FollowUpDraft,
    PersonMet,
    ReferralDraft,
    VisitDraft,
    correct_note,
    record_visit,
    save_visit,
    spans_of,
)
from tests.services.conftest import NINE

WORD, FIGURE = "鸬鹚牌螭龙料", "91.37"
TYPED = (
    f"{WORD}",
    f"约{FIGURE}，{WORD}{WORD}的",
    f"{WORD[:3]}\n{WORD[3:]} {FIGURE}",
    "触点温升",
)
SLOTS = ("place", "findings", "referral", "refer_to", "follow_up", "who", "met", "position", "companion",
         "title", "text", "problem", "goal", "metric", "target", "correction", "reason", "keyword")  # fmt: skip


def texts(value: Any) -> Iterator[str]:
    """Every text a sheet holds, however deep."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from texts(each)


@pytest.mark.parametrize("typed", TYPED)
def test_no_secret_in_any_sheet(typed: str, store: Store, firm: UUID) -> None:
    said = {slot: f"样例{typed}{slot}" for slot in SLOTS}
    note = f"触点温升高。用的是{WORD}，别往外说。合格率 {FIGURE}%，{said['text']}"
    with store.write() as session:
        visit = save_visit(
            session,
            VisitDraft(
                NINE, firm, role="broker", note=note, confidential=spans_of(note, [WORD]), place=said["place"],
                findings=said["findings"], met=(PersonMet(said["met"], said["position"]),),
                companions=(said["companion"],), late_reason=said["reason"],
                referrals=(ReferralDraft(said["referral"], refer_to=said["refer_to"]),),
                follow_ups=(FollowUpDraft(said["follow_up"], said["who"]),),
            ),
        )  # fmt: skip
        record_visit(session, visit)
        correct_note(session, visit, said["correction"], said["reason"])
        secret = Metric("合格率", f"{FIGURE}%", confidential=True)
        other = NeedDraft("别的需求", "内容", firm, visit, metrics=(secret,))
        save_need(session, other)
        need = save_need(
            session,
            replace(
                other, title=said["title"], text=said["text"], problem=said["problem"], goal=said["goal"],
                keywords=(said["keyword"],), metrics=(Metric(said["metric"], target=said["target"]),),
            ),
        )  # fmt: skip
        achievement = save_achievement(session, AchievementDraft("触点温升控制", "银镍触点。"))
        match = Match(
            need_id=need, achievement_id=achievement, not_covered=[WORD[:2], "鸬鹚牌", WORD, FIGURE, "温升"],
            reasons=[{"term": "螭龙料", "share": 100, "field": "body", "via": ""}],
        )  # fmt: skip
        session.add(match)
    with store.read() as session:
        record, letter = visit_sheet(session, visit), intro_sheet(session, [match.id])
    for text in (*texts(record), *texts(letter)):
        plain = "".join(text.split())
        assert [secret for secret in (WORD, FIGURE, "鸬鹚", "螭龙料") if secret in plain] == [], text
    assert "触点温升高" in record.note
    assert "place" in record.place
    assert letter.achievements[0].not_covered == "温升"
