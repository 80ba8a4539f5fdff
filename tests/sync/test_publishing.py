"""A need becomes public: by a broker through the curator, seen by other teams, kept up to date, and withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from broker_app.db.models import Need
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.rules.states import NeedState
from broker_app.services.needs import move_need, need_draft, save_need
from broker_app.services.public_needs import get_public_need, list_public_needs, take_over
from broker_app.services.publishing import (
    Office,
    PublicationState,
    preview_publication,
    publication_of,
    publish_need,
    withdraw_publication,
)
from broker_app.services.sync_state import Returned
from broker_app.sync.decisions import decline, take_in
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import Computer, new_computer

OFFICE = Office("样例县科技局", "林样例", "0577-65810000")
FIGURES = [{"name": "空洞率", "now": "8", "target": "2", "unit": "%", "standard": "", "confidential": False}]


@pytest.fixture
def gao(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    """The curator's computer, signed in."""
    server.add_scope("team:98")
    server.add_user("gao", "public=curator", "team:98=broker")
    with new_computer(tmp_path, "gao", server) as computer:
        yield computer


def verified_need(chen: Computer, title: str = "要一种低空洞的焊膏", **facts: object) -> UUID:
    said = {"text": "焊点老有空洞", "problem": "回流焊后空洞多", "goal": "空洞率降下来", "metrics": FIGURES}
    return chen.add_need(
        title, **{**said, "state": "verified", "verifier_id": "somebody else", "number": "XQ-1", **facts}
    )


def publish(computer: Computer, need: UUID) -> None:
    with computer.store.write() as session:
        publish_need(session, need, OFFICE)


def state_of(computer: Computer, need: UUID) -> PublicationState | None:
    with computer.store.read() as session:
        found = publication_of(session, need)
        return None if found is None else found.state


def public_titles(computer: Computer) -> list[str]:
    with computer.store.read() as session:
        return [row.title for row in list_public_needs(session)]


def asked_of(computer: Computer) -> Returned:
    (asked,) = [one for one in computer.board().returned if not one.is_mine]
    return asked


def take(curator: Computer) -> None:
    """The curator takes in what was asked."""
    curator.sync()
    conflict = asked_of(curator).conflict
    assert conflict is not None
    with curator.store.write() as session:
        take_in(session, conflict)
    curator.sync()


def test_a_broker_asks_the_curator_takes_it_in_and_other_teams_read_it(
    chen: Computer, lin: Computer, zhou: Computer, gao: Computer, server: ServerUnderTest
) -> None:
    need = verified_need(chen)
    publish(chen, need)
    assert state_of(chen, need) is PublicationState.WAITING
    assert chen.need(need).state == NeedState.PUBLISHED
    chen.sync()
    assert state_of(chen, need) is PublicationState.ASKED
    gao.sync()
    asked = asked_of(gao)
    assert (asked.title, asked.who) == ("要一种低空洞的焊膏", "chen")
    assert "收下" in asked.reason
    zhou.sync()
    assert public_titles(zhou) == []
    take(gao)
    zhou.sync()
    chen.sync()
    lin.sync()
    assert public_titles(zhou) == public_titles(lin) == ["要一种低空洞的焊膏"]
    assert state_of(chen, need) is state_of(lin, need) is PublicationState.PUBLIC
    assert not chen.board().returned
    assert not gao.board().returned
    with zhou.store.read() as session:
        row = list_public_needs(session, "空洞")[0]
        shown = get_public_need(session, row.id)
        assert (shown.problem, shown.contact_unit, shown.is_ours) == ("回流焊后空洞多", "样例县科技局", False)
    with zhou.store.write() as session:
        taken = take_over(session, row.id)
        assert take_over(session, row.id) == taken, "once"
    assert zhou.need(taken).scope == "team:99"
    with chen.store.read() as session:
        assert get_public_need(session, row.id).is_ours
    assert not server.faults()


def test_a_curator_publishes_without_asking_and_withdrawing_leaves_nothing_to_read(
    gao: Computer, zhou: Computer
) -> None:
    need = verified_need(gao)
    publish(gao, need)
    gao.sync()
    assert state_of(gao, need) is PublicationState.PUBLIC
    zhou.sync()
    (row,) = list_of(zhou)
    with gao.store.write() as session:
        withdraw_publication(session, need, "企业不让公开了")
    assert gao.need(need).state == NeedState.VERIFIED
    gao.sync()
    zhou.sync()
    assert list_of(zhou) == []
    with zhou.store.read() as session:
        left = get_public_need(session, row)
        assert (left.title, left.problem, left.goal, left.metrics, left.contact_unit) == ("", "", "", (), "")
    publish(gao, need)
    gao.sync()
    zhou.sync()
    assert public_titles(zhou) == ["要一种低空洞的焊膏"]


def list_of(computer: Computer) -> list[UUID]:
    with computer.store.read() as session:
        return [row.id for row in list_public_needs(session)]


def test_what_is_edited_afterwards_is_published_again_only_when_somebody_says_so(gao: Computer, zhou: Computer) -> None:
    need = verified_need(gao, state="matching")
    publish(gao, need)
    assert gao.need(need).state == NeedState.MATCHING, "a need that is being matched is published as it stands"
    gao.sync()
    with gao.store.write() as session:
        row = session.get(Need, need)
        assert row is not None
        row.goal = "空洞率降到百分之二"
    with gao.store.read() as session:
        found = publication_of(session, need)
        assert found is not None
        assert not found.is_current
    gao.sync()
    zhou.sync()
    with zhou.store.read() as session:
        assert get_public_need(session, list_public_needs(session)[0].id).goal == "空洞率降下来"
    publish(gao, need)
    gao.sync()
    zhou.sync()
    with zhou.store.read() as session:
        assert get_public_need(session, list_public_needs(session)[0].id).goal == "空洞率降到百分之二"


def test_what_the_curator_does_not_take_in_says_why_and_can_be_asked_again(chen: Computer, gao: Computer) -> None:
    need = verified_need(chen)
    publish(chen, need)
    chen.sync()
    gao.sync()
    conflict = asked_of(gao).conflict
    assert conflict is not None
    with gao.store.write() as session:
        with pytest.raises(InvalidInputError):
            decline(session, conflict, " ")
        decline(session, conflict, "现状写得太简单")
    gao.sync()
    chen.sync()
    with chen.store.read() as session:
        found = publication_of(session, need)
        assert found is not None
        assert (found.state, found.answer) == (PublicationState.REFUSED, "现状写得太简单")
    with chen.store.write() as session:
        row = session.get(Need, need)
        assert row is not None
        row.problem = "双面回流焊后，底部焊盘空洞多"
    publish(chen, need)
    chen.sync()
    assert state_of(chen, need) is PublicationState.ASKED
    take(gao)
    chen.sync()
    assert state_of(chen, need) is PublicationState.PUBLIC


def test_a_withdrawal_by_a_broker_waits_for_the_curator_and_is_seen_to(chen: Computer, gao: Computer) -> None:
    need = verified_need(chen)
    publish(chen, need)
    chen.sync()
    take(gao)
    chen.sync()
    with chen.store.write() as session:
        move_need(session, need, NeedState.WITHDRAWN, "企业自己解决了")
    chen.sync()
    with chen.store.read() as session:
        found = publication_of(session, need)
        assert found is not None
        assert (found.state, found.change_waits) == (PublicationState.PUBLIC, True)
    take(gao)
    chen.sync()
    assert state_of(chen, need) is PublicationState.WITHDRAWN
    assert public_titles(gao) == []


def test_only_what_another_person_verified_and_can_be_understood_is_published(chen: Computer) -> None:
    raw = chen.add_need("要一种焊膏", text="空洞", state="refined")
    vague = verified_need(chen, problem="", goal="")
    with chen.store.write() as session:
        with pytest.raises(IllegalMoveError, match="核实"):
            publish_need(session, raw, OFFICE)
        with pytest.raises(IllegalMoveError, match="需求内容不公开"):
            publish_need(session, vague, OFFICE)
    with chen.store.write() as session:
        need = session.get_one(Need, vague)
        need.goal = "空洞率降下来"
        with pytest.raises(InvalidInputError) as refused:
            publish_need(session, vague, Office("", "", ""))
        assert refused.value.field == "unit"
        agreed = preview_publication(session, vague).text
        need.goal = "空洞率降到一半"
        with pytest.raises(IllegalMoveError, match="刚刚改过"):
            publish_need(session, vague, OFFICE, expected=agreed)


def test_a_verified_need_that_is_edited_must_be_verified_again_before_it_is_published(chen: Computer) -> None:
    need = verified_need(chen)
    with chen.store.write() as session:
        draft = need_draft(session.get_one(Need, need))
        save_need(session, replace(draft, goal="别的目标"), need)
    with chen.store.write() as session, pytest.raises(IllegalMoveError, match="核实"):
        publish_need(session, need, OFFICE)
