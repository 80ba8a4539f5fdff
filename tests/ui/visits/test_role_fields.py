"""The fields of form F3 appear by role, are kept, and come again on the next visit."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from broker_app.services.visits import get_visit
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.circumstances import CircumstancesDialog
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage
from tests.ui.conftest import all_of
from tests.ui.visits.test_visit_editor import pick_first_firm, type_note

Settle = Callable[[], None]


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    page = window.show_page("visits", "new")
    settled()
    assert isinstance(page, VisitsPage)
    pick_first_firm(page.editor, settled)
    type_note(page.editor, settled, "看了产线。")
    return page.editor


def asked(window: MainWindow, editor: VisitEditor, role: str) -> CircumstancesDialog:
    editor.head.role.set_code(role)
    editor.column.circumstances_button.click()
    (dialog,) = all_of(window, CircumstancesDialog)
    assert isinstance(dialog, CircumstancesDialog)
    return dialog


def test_a_tech_vp_fills_in_unit_term_and_duties(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    dialog = asked(window, editor, "tech_vp")
    fields = dialog.role_fields
    assert len(fields.services) == 4
    assert not fields.team.isVisible()
    fields.home_unit.setText("样例大学")
    fields.term_from.setText("2026-03-01")
    fields.term_to.setText("2025-03-01")
    fields.services["vp_cooperation"].click()
    fields.heads.setText("23 人")
    fields.hours.setText("1.5")
    dialog.primary_button.click()
    assert dialog.isVisible()  # the term ends before it begins
    assert "早于" in "".join(field.error for field in fields.inputs.values())
    fields.term_to.setText("2028-02-29")
    dialog.primary_button.click()
    settled()
    settled()
    assert not all_of(window, CircumstancesDialog)
    visit_id = editor.visit_id
    assert isinstance(visit_id, UUID)
    facts = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft.facts
    assert (facts.home_unit, facts.term_from, facts.term_to) == ("样例大学", date(2026, 3, 1), date(2028, 2, 29))
    assert (facts.services, facts.training_heads, facts.training_minutes) == (("vp_cooperation",), 23, 90)
    assert "培训 23 人，1.5 小时" in editor.column.circumstances.text

    firm = editor.current_draft().enterprise_id
    window.show_page("visits", ("new", firm))
    settled()
    settled()
    again = asked(window, editor, "tech_vp")
    assert again.role_fields.home_unit.text() == "样例大学"
    assert not again.role_fields.services["vp_cooperation"].isChecked()


def test_a_broker_is_only_asked_about_training(window: MainWindow, editor: VisitEditor) -> None:
    fields = asked(window, editor, "broker").role_fields
    assert fields.services == {}
    assert not fields.home_unit.isVisible()
    assert fields.heads.isVisible()


def test_a_team_and_a_commissioner_have_their_own(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    dialog = asked(window, editor, "light_team")
    assert dialog.role_fields.team.isVisible()
    assert len(dialog.role_fields.services) == 4
    dialog.dismiss_button.click()
    settled()
    dialog = asked(window, editor, "commissioner")
    assert dialog.role_fields.mode.isVisible()
    assert len(dialog.role_fields.services) == 8


def test_what_is_no_figure_is_said_beside_its_field(window: MainWindow, editor: VisitEditor) -> None:
    dialog = asked(window, editor, "broker")
    dialog.role_fields.heads.setText("二十来个")
    dialog.primary_button.click()
    assert dialog.isVisible()
    assert any("数字" in field.error for field in dialog.role_fields.inputs.values())


@pytest.mark.parametrize("points", [14.0, 21.0])
def test_large_words_leave_every_choice_in_reach(
    window: MainWindow, editor: VisitEditor, settled: Settle, points: float
) -> None:
    window.resize(1280, 650)
    theme().set_points(points)
    settled()
    dialog = asked(window, editor, "commissioner")
    settled()
    ticks = [*dialog.purposes.values(), *dialog.role_fields.services.values()]
    right = dialog.plate.mapTo(window, dialog.plate.rect().topRight()).x()
    assert [one.text() for one in ticks if one.mapTo(window, one.rect().topRight()).x() > right] == []
