"""The same firm twice, through the window: warning while typing, list of pairs, wizard, undo, tags and tiers."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from broker_app.services.enterprises import (
    ContactDraft,
    EnterpriseDraft,
    get_enterprise,
    list_enterprises,
    save_enterprise,
)
from broker_app.services.firm_tiers import Tier
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.sync_state import Difference, Side
from broker_app.services.tags import add_tag
from broker_app.sync.decisions import Choice
from broker_app.ui.enterprises.duplicates_page import DuplicatesPage, PairRow
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.enterprises.merge_dialog import MergeFirmsDialog
from broker_app.ui.enterprises.page import EnterprisesPage, TagDialog
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.notices import Banner
from broker_app.ui.sync import difference_dialog
from tests.ui.conftest import all_of

Settle = Callable[[], None]
CODE = "91350100M000100Y43"
TWINS = (
    EnterpriseDraft("乐清样例重名电气有限公司", county="330382", address="柳市镇 1 号", profile="做断路器"),
    EnterpriseDraft("乐清市样例重名电气厂", CODE, county="330382", address="柳市镇 9 号", tags=("老客户",)),
)


@pytest.fixture
def twins(window: MainWindow, settled: Settle) -> tuple[UUID, UUID]:
    with window.desk.tasks.sessions.write() as session:
        one, two = (save_enterprise(session, draft) for draft in TWINS)
        save_enterprise(session, EnterpriseDraft("样例别家", contacts=(ContactDraft("陈", "", "13800558000"),)))
        save_need(session, NeedDraft("触点烧蚀", enterprise_id=one))
        save_need(session, NeedDraft("壳体开裂", enterprise_id=two))
        save_need(session, NeedDraft("节拍跟不上", enterprise_id=two))
    settled()
    return one, two


def scanned(window: MainWindow, settled: Settle, qtbot: QtBot) -> DuplicatesPage:
    command = window.desk.commands.find("enterprise.duplicates")
    assert command is not None
    command.run()
    page = window.page
    assert isinstance(page, DuplicatesPage)
    qtbot.waitUntil(lambda: not page.is_scanning, timeout=10_000)
    settled()
    return page


def tags_of(window: MainWindow, firm: UUID) -> tuple[str, ...]:
    return window.desk.tasks.fetch(lambda session: get_enterprise(session, firm)).draft.tags


def row_of(page: DuplicatesPage, firm: UUID) -> PairRow:
    found = [one for one in page.findChildren(PairRow) if one.isVisible() and firm in one.pair.ids]
    assert len(found) == 1
    return found[0]


def test_merged_by_the_wizard_and_taken_back(
    window: MainWindow, settled: Settle, qtbot: QtBot, twins: tuple[UUID, UUID]
) -> None:
    page = scanned(window, settled, qtbot)
    row_of(page, twins[0]).merge_button.click()
    settled()
    dialog = window.findChild(MergeFirmsDialog)
    assert isinstance(dialog, MergeFirmsDialog)
    assert dialog.question.keep.id == twins[1]  # it has the code and more behind it
    assert set(dialog.choices) == {"name", "address"}
    dialog.choices["name"].cells[1].click()
    assert dialog.draft.name == TWINS[0].name
    dialog.swap()
    assert dialog.draft.name == TWINS[0].name
    assert (dialog.question.keep.id, dialog.draft.address) == (twins[0], "柳市镇 9 号")
    dialog.primary_button.click()
    settled()
    settled()
    (found,) = window.desk.tasks.fetch(lambda session: list_enterprises(session, "样例重名电气"))
    assert (found.id, found.needs) == (twins[0], 3)
    said = window.desk.tasks.fetch(lambda session: get_enterprise(session, twins[0])).draft
    assert (said.credit_code, said.address, said.tags) == (CODE, "柳市镇 9 号", ("老客户",))
    assert "柳市镇 1 号" in said.profile
    qtbot.waitUntil(lambda: not page.is_scanning)
    settled()
    assert not [one for one in all_of(page, PairRow) if twins[0] in one.pair.ids]
    assert "撤销合并" in {one.text() for one in all_of(page, Button)}
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    settled()
    found_again = window.desk.tasks.fetch(lambda session: list_enterprises(session, "样例重名电气"))
    assert {row.id: row.needs for row in found_again} == {twins[0]: 1, twins[1]: 2}


def test_two_that_are_two_are_not_named_again(
    window: MainWindow, settled: Settle, qtbot: QtBot, twins: tuple[UUID, UUID]
) -> None:
    page = scanned(window, settled, qtbot)
    row_of(page, twins[0]).distinct_button.click()
    settled()
    qtbot.waitUntil(lambda: not page.is_scanning)
    assert not [one for one in all_of(page, PairRow) if twins[0] in one.pair.ids]
    assert window.toast is not None
    assert window.toast.can_undo


def test_the_form_warns_and_never_blocks(
    window: MainWindow, settled: Settle, qtbot: QtBot, twins: tuple[UUID, UUID]
) -> None:
    page = window.show_page("enterprises")
    settled()
    assert isinstance(page, EnterprisesPage)
    page.new_button.click()
    dialog = window.findChild(EnterpriseDialog)
    assert isinstance(dialog, EnterpriseDialog)
    dialog.name.insert("乐清样例重名电气股份有限公司")
    qtbot.waitUntil(lambda: len(all_of(dialog, Banner)) == 2)
    while banners := all_of(dialog, Banner):
        before = len(banners)
        next(one for one in all_of(dialog, Button) if one.text() == "不是重复").click()
        qtbot.wait(1)  # what was put into a layout shows when the events are through
        assert len(all_of(dialog, Banner)) == before - 1
    dialog._add_person(ContactDraft("王样例"))
    row = dialog._person_rows()[-1]
    row.phone.insert("+86 138-0055-8000")
    row.phone.editingFinished.emit()
    assert "已经有人用" in row.phone_field._below.text
    dialog.tiers.add_button.click()
    tier = dialog.tiers.rows[-1]
    tier.kind.set_code("hi_tech")
    tier.until.insert("2027.12.1")
    dialog.primary_button.click()
    settled()
    settled()
    (saved,) = window.desk.tasks.fetch(lambda session: list_enterprises(session, "样例重名电气股份"))
    said = window.desk.tasks.fetch(lambda session: get_enterprise(session, saved.id)).draft
    assert said.tiers == (Tier("hi_tech", None, date(2027, 12, 1)),)
    scan = scanned(window, settled, qtbot)
    assert not [one for one in scan.pairs if saved.id in one.ids and set(one.ids) & set(twins)]


def test_a_tag_is_offered_while_typing_and_given_to_many(
    window: MainWindow, settled: Settle, qtbot: QtBot, twins: tuple[UUID, UUID]
) -> None:
    page = window.show_page("enterprises")
    settled()
    assert isinstance(page, EnterprisesPage)
    page.search.insert("样例重名")
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    page.tag_found()
    settled()
    dialog = window.findChild(TagDialog)
    assert isinstance(dialog, TagDialog)
    dialog.tag.setFocus()
    QTest.keyClicks(dialog.tag, "lkh")
    qtbot.waitUntil(lambda: dialog.tag.offered == ("老客户",))
    QTest.keyClick(dialog.tag, Qt.Key.Key_Down)
    QTest.keyClick(dialog.tag, Qt.Key.Key_Return)
    assert dialog.tag.text() == "老客户"
    dialog.tag.insert("、出口型")
    dialog.primary_button.click()
    settled()
    settled()
    assert window.toast is not None
    assert "2 家企业加上了「老客户、出口型」" in window.toast.words
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    settled()
    assert [tags_of(window, firm) for firm in twins] == [(), ("老客户",)]  # the second had one of them before
    with window.desk.tasks.sessions.write() as session:
        add_tag(session, twins, "老客户")
    page.search.clear()
    page.refresh()
    settled()
    page.tag.set_code("老客户")
    assert {page.model.row(at).id for at in range(page.model.rowCount())} == set(twins)


def test_twins_the_server_found_are_merged_from_its_question(
    window: MainWindow, settled: Settle, twins: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[tuple[UUID, Choice]] = []
    monkeypatch.setattr(
        difference_dialog, "decide", lambda _session, conflict, choice: closed.append((conflict, choice))
    )
    side = Side("乐清样例重名电气有限公司")
    question = Difference(uuid4(), "duplicate", twins[0], "enterprise", "重名", "", "", side, side, False, twins[1])
    asked = difference_dialog.DifferenceDialog(window.page, window.desk, question, 1, 1)
    asked.open()
    asked.merge_button.click()
    settled()
    wizard = window.findChild(MergeFirmsDialog)
    assert isinstance(wizard, MergeFirmsDialog)
    assert closed == []
    wizard.primary_button.click()
    settled()
    settled()
    settled()
    assert closed == [(question.id, Choice.ONE)]
    assert len(window.desk.tasks.fetch(lambda session: list_enterprises(session, "样例重名电气"))) == 1
