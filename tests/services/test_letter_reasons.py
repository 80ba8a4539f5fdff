"""What a letter names as reasons: words that carried the score, in the order of their weight."""

from uuid import UUID

from broker_app.db.models import Match
from broker_app.db.session import Store
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.matches import record_match
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.papers import intro_sheet


def test_a_word_that_gave_next_to_nothing_is_not_written_to_a_firm(store: Store, firm: UUID) -> None:
    with store.write() as session:
        need_id = save_need(session, NeedDraft("样例脱扣校验", text="双金属片脱扣自动校验", enterprise_id=firm))
        owner = save_achievement(session, AchievementDraft("样例双金属片校验", abstract="双金属片一次校验"))
        match = session.get_one(Match, record_match(session, need_id, owner))
        match.score = 980
        match.reasons = [
            {"term": term, "share": share, "field": "text", "via": via}
            for term, share, via in (
                ("双金属片", 600, "words"),
                ("校验", 200, "words"),
                ("热脱扣器", 100, "terms"),
                ("预算够", 22, "budget"),  # a fact is a fact however little it gave
                ("一次", 15, "words"),
                ("热", 3, "terms"),
            )
        ]
        (letter,) = intro_sheet(session, [match.id]).achievements
    assert letter.reasons[:3] == ("与需求同说“双金属片、校验”", "需求里的说法，成果里写作“热脱扣器”", "预算够")
