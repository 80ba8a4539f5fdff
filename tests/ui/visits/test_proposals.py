"""What the program reads in a note is only proposed: a person accepts it, changes it or sets it aside."""

from collections.abc import Callable

import pytest

from broker_app.matching.notes import ConfidentialProposal, FollowUpProposal, NeedProposal, ReferralProposal
from broker_app.services.enterprises import list_enterprises
from broker_app.services.needs import list_needs
from broker_app.services.visits import get_visit
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.cards import ProposalCard
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage

Settle = Callable[[], None]
NOTE = (
    "想给注塑车间上一套在线视觉检测，现在漏检率3%，希望降到0.5%以内，预算60万以内。\n"
    "老板还问设备更新的贷款贴息怎么申请。\n"
    "新模具供应商是哪家让我们别往外说。\n"
    "下周三前把样品寄给温大。"
)


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    page = window.show_page("visits", "new")
    settled()
    assert isinstance(page, VisitsPage)
    firm = window.desk.tasks.fetch(lambda session: list_enterprises(session, limit=1))[0]
    page.editor.take_firm(firm.id, firm.name)
    page.editor.note.insertPlainText(NOTE)
    page.editor.flush()
    settled()
    settled()
    return page.editor


def proposed(editor: VisitEditor, kind: type) -> ProposalCard:
    return next(card for card in editor.side.proposals if isinstance(card.proposal, kind))


def press(card: ProposalCard, settled: Settle) -> None:
    card.accept_button.click()
    settled()
    settled()


def needs_of(window: MainWindow, editor: VisitEditor) -> list[str]:
    rows = window.desk.tasks.fetch(lambda session: list_needs(session, visit_id=editor.visit_id))
    return [row.title for row in rows]


def test_nothing_is_written_before_a_person_accepts(editor: VisitEditor, window: MainWindow) -> None:
    assert {type(card.proposal) for card in editor.side.proposals} >= {NeedProposal, ReferralProposal, FollowUpProposal}
    assert needs_of(window, editor) == []
    visit_id = editor.visit_id
    assert visit_id is not None
    kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft
    assert (kept.referrals, kept.follow_ups, kept.confidential, kept.note) == ((), (), (), NOTE)


def test_every_proposal_is_tied_to_words_of_the_note(editor: VisitEditor) -> None:
    for card in editor.side.proposals:
        for span in card.proposal.spans:
            assert NOTE[span.start : span.start + span.length].strip()
    assert {span.owner for span in editor.note.spans()} >= {card.owner for card in editor.side.proposals}


def test_accept_a_need_and_take_it_back(editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
    title = proposed(editor, NeedProposal).proposal.title  # type: ignore[union-attr]
    press(proposed(editor, NeedProposal), settled)
    assert needs_of(window, editor) == [title]
    assert [card.finding.kind for card in editor.side.cards] == ["need"]
    assert window.toast is not None
    window.toast.undo_button.click()
    settled()
    settled()
    assert needs_of(window, editor) == []
    assert proposed(editor, NeedProposal)  # it is offered again


def test_accept_a_request_a_task_and_a_confidence(editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
    for kind in (ReferralProposal, FollowUpProposal, ConfidentialProposal):
        press(proposed(editor, kind), settled)
    visit_id = editor.visit_id
    assert visit_id is not None
    kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft
    assert [one.kind for one in kept.referrals] == ["financing"] or kept.referrals[0].kind
    assert kept.follow_ups[0].due is not None
    (secret,) = kept.confidential
    assert "供应商" in NOTE[secret.start : secret.start + secret.length]
    assert kept.note == NOTE


def test_what_is_set_aside_stays_away_until_taken_back(
    editor: VisitEditor, window: MainWindow, settled: Settle
) -> None:
    card = proposed(editor, ReferralProposal)
    words = card.proposal.text  # type: ignore[union-attr]
    card.ignore_button.click()
    settled()
    settled()
    assert not any(isinstance(one.proposal, ReferralProposal) for one in editor.side.proposals)
    editor.note.insertPlainText("再补一句。")
    editor.flush()
    settled()
    settled()
    assert not any(getattr(one.proposal, "text", "") == words for one in editor.side.proposals)


def test_accept_everything_at_once(editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
    editor.side.accept_all_button.click()
    for _turn in range(4):
        settled()
    visit_id = editor.visit_id
    assert visit_id is not None
    kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft
    assert needs_of(window, editor)
    assert kept.referrals
    assert kept.follow_ups
    assert kept.confidential
    assert editor.side.accept_all_button.isHidden()


def test_typing_on_while_a_row_is_being_written_loses_nothing(
    editor: VisitEditor, window: MainWindow, settled: Settle
) -> None:
    proposed(editor, ReferralProposal).accept_button.click()
    editor.note.insertPlainText("刚才又想起一句。")  # before the row has landed
    editor.flush()
    proposed(editor, FollowUpProposal).accept_button.click()
    editor.note.insertPlainText("还有一句。")
    editor.flush()
    for _turn in range(3):
        settled()
    visit_id = editor.visit_id
    assert visit_id is not None
    kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft
    assert len(kept.referrals) == 1
    assert len(kept.follow_ups) == 1
    assert kept.note.endswith("刚才又想起一句。还有一句。")
