"""A paper of an English window is the paper of a Chinese one, byte for byte."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, Match, Need, Visit
from broker_app.db.session import Store
from broker_app.exchange.sample import create_sample
from broker_app.i18n import CHINESE, ENGLISH, use_language
from broker_app.paths import ProfilePaths
from broker_app.reports.by_name import make_pdf
from broker_app.services.field_papers import firm_sheet, need_sheet, slip_sheet
from broker_app.services.papers import intro_sheet, visit_sheet


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with create_sample(ProfilePaths(tmp_path_factory.mktemp("papers") / "profile")) as store:
        yield store


@pytest.fixture
def speak(repository: Path) -> Iterator[Callable[[str], None]]:
    yield lambda language: use_language(language, repository / "resources" / "i18n")
    use_language(CHINESE, repository / "resources" / "i18n")


def papers(session: Session) -> list[bytes]:
    """One of each kind."""
    visit = session.scalars(select(Visit.id).where(Visit.state == "accepted").order_by(Visit.id)).first()
    need = session.scalars(select(Need.id).where(Need.budget_high.is_not(None)).order_by(Need.id)).first()
    match = session.scalars(select(Match.id).order_by(Match.id)).first()
    firm = session.scalars(select(Enterprise.id).order_by(Enterprise.id)).first()
    assert visit
    assert need
    assert match
    assert firm
    return [
        make_pdf("visit_record", visit_sheet(session, visit)),
        make_pdf("confirmation_slip", slip_sheet(session, visit)),
        make_pdf("need_form", need_sheet(session, need)),
        make_pdf("intro_letter", intro_sheet(session, [match])),
        make_pdf("firm_page", firm_sheet(session, firm)),
    ]


def test_the_language_of_the_window_is_not_on_paper(store: Store, speak: Callable[[str], None]) -> None:
    with store.read() as session:
        speak(CHINESE)
        chinese = papers(session)
        speak(ENGLISH)
        english = papers(session)
    assert [one == two for one, two in zip(chinese, english, strict=True)] == [True] * 5
