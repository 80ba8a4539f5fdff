"""Publishing through the window: what is shown, what goes, what other teams' needs look like, and withdrawing."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtWidgets import QWidget
from sqlalchemy import select

from broker_app.db.models import Enterprise, Need, PublishedNeed
from broker_app.db.session import Store
from broker_app.rules.states import NeedState
from broker_app.services.public_record import public_id
from broker_app.ui.needs.need_page import NeedPage
from broker_app.ui.needs.page import NeedsPage
from broker_app.ui.needs.public_need_page import PublicNeedPage
from broker_app.ui.needs.publish_dialog import PublishDialog
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import Paragraph

Settle = Callable[[], None]


@pytest.fixture
def need(store: Store) -> UUID:
    """A need verified by somebody else, with the name of its firm in the words that become public."""
    with store.write() as session:
        row = session.scalars(select(Need).where(Need.enterprise_id.is_not(None), Need.state == "raw")).first()
        assert row is not None
        firm = session.get_one(Enterprise, row.enterprise_id)
        row.title, row.problem, row.goal = "降低焊点空洞率", f"{firm.name}焊点空洞多", "空洞率降下来"
        row.state, row.verifier_id, row.verifier_name = NeedState.VERIFIED, "another", "王样例"
        row.no_metric_reason = "企业还没有量过"
        return row.id


def open_need(window: MainWindow, need_id: UUID, settled: Settle) -> NeedPage:
    page = window.show_page("need", need_id)
    settled()
    settled()
    assert isinstance(page, NeedPage)
    return page


def dialog_of(window: MainWindow) -> Dialog:
    return next(one for one in window.findChildren(Dialog) if one.isVisible())


def words_in(widget: QWidget) -> str:
    return "\n".join(one.accessibleName() for one in widget.findChildren(Paragraph))


def publish(window: MainWindow, page: NeedPage, settled: Settle) -> PublishDialog:
    next(one for one in page.panel.step_buttons if one.property("step") == NeedState.PUBLISHED).click()
    settled()
    dialog = dialog_of(window)
    assert isinstance(dialog, PublishDialog)
    return dialog


def test_exactly_what_is_shown_becomes_public_and_the_firm_does_not(
    window: MainWindow, store: Store, need: UUID, settled: Settle
) -> None:
    page = open_need(window, need, settled)
    dialog = publish(window, page, settled)
    shown = words_in(dialog)
    assert "［略］焊点空洞多" in shown
    assert "企业名称" in shown, "what stays inside is said"
    with store.read() as session:
        assert session.get(PublishedNeed, public_id(need)) is None, "nothing goes before it is pressed"
    dialog.unit.setText("")
    dialog.primary_button.click()
    settled()
    assert dialog.isVisible()
    assert dialog.unit_field.error
    dialog.unit.setText("样例县科技局")
    dialog.phone.setText("0577-65810000")
    dialog.primary_button.click()
    settled()
    settled()
    with store.read() as session:
        row = session.get_one(PublishedNeed, public_id(need))
        assert (row.title, row.problem, row.contact_unit) == ("降低焊点空洞率", "［略］焊点空洞多", "样例县科技局")
        assert session.get_one(Need, need).state == NeedState.PUBLISHED
    assert page.publishing.isVisible()
    assert page.publishing.chip.accessibleName() == "等着上传"
    page.publishing.withdraw_button.click()
    settled()
    dialog_of(window).primary_button.click()
    settled()
    settled()
    with store.read() as session:
        assert session.get_one(PublishedNeed, public_id(need)).title == ""
        assert session.get_one(Need, need).state == NeedState.VERIFIED
    assert page.publishing.again_button.isVisible()


def test_a_need_nobody_else_has_verified_cannot_be_published_and_says_why(
    window: MainWindow, store: Store, need: UUID, settled: Settle
) -> None:
    with store.write() as session:
        session.get_one(Need, need).verifier_id = ""
    dialog = publish(window, open_need(window, need, settled), settled)
    assert not dialog.primary_button.isEnabled()
    assert "核实" in words_in(dialog)


def test_public_needs_of_others_are_found_in_the_list_and_taken_over_to_be_matched(
    window: MainWindow, store: Store, settled: Settle
) -> None:
    with store.write() as session:
        other = PublishedNeed(
            scope="public", title="样例要一种低空洞焊膏", problem="回流焊空洞多", goal="空洞率 2 % 以下",
            number="XQ-样例", contact_unit="样例县科技局", contact_phone="0577-65810000", keywords=["焊膏"],
            metrics=[{"name": "空洞率", "now": "5", "target": "2", "unit": "%", "standard": "样例标准"}],
        )  # fmt: skip
        session.add(other)
        session.flush()
        record = other.id
    page = window.show_page("needs")
    settled()
    assert isinstance(page, NeedsPage)
    page.whose.setCurrentIndex(page.whose.findData("public"))
    settled()
    rows = [page.model.row(number) for number in range(page.model.rowCount())]
    (theirs,) = [row for row in rows if row.state_label == "公开"]
    assert (theirs.title, theirs.enterprise) == ("样例要一种低空洞焊膏", "样例县科技局")
    assert {row.state_label for row in rows if row is not theirs} == {"本团队公开"}
    page.open_row(theirs)
    settled()
    shown = window.show_page("public_need", record)
    settled()
    assert isinstance(shown, PublicNeedPage)
    assert "回流焊空洞多" in words_in(shown)
    assert "空洞率 5 → 2 %（样例标准）" in words_in(shown)
    shown.match_button.click()
    settled()
    settled()
    with store.read() as session:
        taken = session.scalars(select(Need).where(Need.source_id == "XQ-样例")).one()
        assert taken.scope.startswith("team:")
    assert window.page.name == "recommend"
