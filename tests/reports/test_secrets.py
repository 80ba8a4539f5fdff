"""What a broker marked 不得外传 is on no paper: through the real services, from a real store."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from broker_app.db.models import Match
from broker_app.db.session import Store
from broker_app.reports.by_name import make_pdf
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.enterprises import ContactDraft, EnterpriseDraft, save_enterprise
from broker_app.services.field_papers import firm_sheet, need_sheet, plan_sheet, slip_sheet
from broker_app.services.needs import Metric, NeedDraft, save_need
from broker_app.services.papers import intro_sheet, visit_sheet
from broker_app.services.role_facts import RoleFacts
from broker_app.services.visits import FollowUpDraft, PersonMet, VisitDraft, record_visit, save_visit, spans_of
from broker_app.services.work_papers import assessment_sheet, log_sheet
from tests.reports.reading import joined, pages_by_pdfium, pages_by_pypdf
from tests.reports.sheets import MOMENT

CANARY, FIGURE, PHONE = "金丝雀合金", "73.91", "13857712345"
SECRETS = (CANARY, "金丝雀", FIGURE, PHONE, "57712345", "864.2", "2031-08-09", "2031年8月", "保密正文")


def test_no_secret_reaches_paper(store: Store) -> None:
    note = f"触点用的是{CANARY}，合格率 {FIGURE} %。老板电话 {PHONE}。温升要降。"
    with store.write() as session:
        firm = save_enterprise(
            session,
            EnterpriseDraft(
                "甲样例电气有限公司",
                county="330382",
                profile=f"主营{CANARY}触点",
                contacts=(ContactDraft("李样例", "厂长", PHONE),),
            ),
        )
        visit = save_visit(
            session,
            VisitDraft(
                MOMENT,
                firm,
                place=f"{CANARY}车间",
                companions=(f"{CANARY}师傅",),
                role="tech_vp",
                facts=RoleFacts(home_unit=f"{CANARY}大学", services=("vp_cooperation",)),
                note=note,
                confidential=spans_of(note, [CANARY, PHONE]),
                findings=f"样品是{CANARY}做的",
                met=(PersonMet("李样例", "厂长", PHONE),),
                follow_ups=(FollowUpDraft(f"问清{CANARY}的来源", "林样例"),),
            ),
        )
        record_visit(session, visit)
        draft = NeedDraft(
            "降低触点温升",
            f"保密正文 {CANARY}",
            firm,
            visit,
            metrics=(Metric("合格率", FIGURE, f"≥{FIGURE}", "%", confidential=True), Metric("温升", "", "≤60", "K")),
            budget_low=Decimal("864.2"),
            budget_high=Decimal("864.2"),
            deadline=date(2031, 8, 9),
            confidential_fields=("text", "budget", "deadline"),
        )
        need = save_need(session, draft)
        save_need(session, replace(draft, title=f"第二条{CANARY}需求"))
        achievement = save_achievement(
            session, AchievementDraft("触点温升控制", "触点温升低。", contact_name="赵样例", contact_phone=PHONE)
        )
        match = Match(need_id=need, achievement_id=achievement, pool_size=1)
        session.add(match)
        session.flush()
        match_id = match.id
    with store.read() as session:
        papers = (
            make_pdf("visit_record", visit_sheet(session, visit)),
            make_pdf("intro_letter", intro_sheet(session, [match_id])),
            make_pdf("confirmation_slip", slip_sheet(session, visit)),
            make_pdf("need_form", need_sheet(session, need)),
            make_pdf("firm_page", firm_sheet(session, firm)),
        )
        plan = make_pdf("visit_plan", plan_sheet(session, MOMENT.date(), MOMENT.date()))
        work = (
            make_pdf("work_log", log_sheet(session, MOMENT.date(), MOMENT.date())),
            make_pdf("assessment", assessment_sheet(session, MOMENT.date(), MOMENT.date(), "tech_vp")),
        )
    for content in (*papers, *work, plan):
        for read in (pages_by_pdfium, pages_by_pypdf):
            printed = joined(read(content))
            assert ("温升" in printed) is (content is not plan)
            assert [secret for secret in SECRETS if "".join(secret.split()) in printed] == []
    record, slip, form, page = (joined(pages_by_pdfium(papers[index])) for index in (0, 2, 3, 4))
    assert "（1）降低触点温升；（2）第二条［略］需求" in slip
    assert "另有4处标为“不得外传”的内容，未印入本件" in form  # text, budget, deadline, one figure
    assert "问清［略］的来源" in page
    assert "触点温升控制" in page
    assert "需求2项未了结" in joined(pages_by_pdfium(plan))
    assert "138****2345" in record
    # two spans of the note; in each of the two needs the text, the budget, the deadline and one figure
    assert "另有10处标为“不得外传”的内容，未印入本件" in record
