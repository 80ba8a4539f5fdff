"""Random needs, visits, people and files with marked words in them: whatever is published, nothing marked is ever found
outside the scopes that may have it, neither in the server's database, files and log, nor in another team's store.

Every secret is a word of its own that stands nowhere else, so finding it is proof. Mutants of the allow-list and of
the cutting show that the search would find a leak.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, select, text

from broker_app.db.models import Contact, Need, PublishedNeed, Visit
from broker_app.errors import IllegalMoveError
from broker_app.services import publishing
from broker_app.services.attachments import TakenFile, add_attachment, vault_of
from broker_app.services.profile import read_profile
from broker_app.services.public_record import public_id
from broker_app.services.publishing import Office, publish_need, withdraw_publication
from broker_app.services.redaction import Redaction
from broker_app.sync.decisions import take_in
from broker_server import push
from broker_server.database import reading, see_all
from tests.server_under_test import ServerUnderTest, running_server
from tests.sync.computers import COUNTY, Computer, new_computer

OFFICE = Office("样例县科技局", "林样例", "0577-65810000")
_ENTRIES = ("title", "problem", "goal", "keywords", "metric")
_HIDEABLE = ("problem", "goal", "keywords", "budget", "metrics")


@dataclass(frozen=True)
class Case:
    """What a broker wrote. ``repeated`` says in which public fields the marked words stand once more."""

    repeated: frozenset[str]
    hidden: frozenset[str]
    with_firm: bool
    secret_figure: bool
    before_edit: bool
    withdrawn: bool
    taken_in: bool


CASES = st.builds(
    Case,
    repeated=st.frozensets(st.sampled_from(_ENTRIES)),
    hidden=st.frozensets(st.sampled_from(_HIDEABLE), max_size=3),
    with_firm=st.booleans(),
    secret_figure=st.booleans(),
    before_edit=st.booleans(),
    withdrawn=st.booleans(),
    taken_in=st.booleans(),
)
ALL_AT_ONCE = Case(frozenset(_ENTRIES), frozenset({"goal", "budget"}), True, True, True, False, True)


@dataclass
class Scene:
    """One server and the computers of three teams; ``secrets`` maps a word to the kind of scope that may have it."""

    server: ServerUnderTest
    chen: Computer
    gao: Computer
    zhou: Computer
    secrets: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def secret(self, what: str, where: str = "team:12") -> str:
        """A word that stands nowhere else."""
        word = f"{what}{self.count}号机密"
        self.secrets[word] = where
        return word


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """chen of team 12, the curator gao of team 98, zhou of team 99 in another county."""
    home: Path = tmp_path_factory.mktemp("publishing")
    with ExitStack() as stack:
        server = stack.enter_context(running_server(home / "server"))
        for scope in ("team:12", "team:98", "team:99", f"county:{COUNTY}", "county:330382"):
            server.add_scope(scope)
        server.add_user("chen", "team:12=broker", f"county:{COUNTY}=broker")
        server.add_user("gao", "team:98=broker", "public=curator")
        server.add_user("zhou", "team:99=broker", "county:330382=broker")
        chen, gao, zhou = (stack.enter_context(new_computer(home, name, server)) for name in ("chen", "gao", "zhou"))
        yield Scene(server, chen, gao, zhou)


def write_down(scene: Scene, case: Case) -> UUID:
    """A firm, its people, a visit with a raw note, a photo and a need, with secrets all over."""
    scene.count += 1
    county = f"county:{COUNTY}"
    firm_name = f"样例{scene.secret('瓯越', county)}有限公司"
    person, phone = scene.secret("林某", county), f"1380577{scene.count:04d}"
    marked, raw = scene.secret("配方"), scene.secret("原话")
    scene.secrets[phone] = county
    figure = f"{scene.count + 7}.4821"
    scene.secrets[figure] = "team:12"
    firm = scene.chen.add_firm(firm_name) if case.with_firm else None
    again = f"{marked}，{firm_name}{person} {phone}" if case.with_firm else marked
    note = f"{raw}。{marked}不能说出去。"

    def said(name: str, words: str) -> str:
        if name in case.hidden:
            words += scene.secret(f"不公开的{name}")
        return words + (again if name in case.repeated else "")

    with scene.chen.store.write() as session:
        if firm is not None:
            session.add(Contact(scope=county, enterprise_id=firm, name=person, phone=phone))
        visit = Visit(
            enterprise_id=firm, note=note, state="recorded", started_at=scene.server.clock(),
            confidential=[{"start": note.index(marked), "length": len(marked)}], findings=scene.secret("现场"),
            met=[{"name": scene.secret("受访"), "position": "厂长", "phone": ""}],
        )  # fmt: skip
        session.add(visit)
        session.flush()
        metrics = [{"name": said("metric", "空洞率"), "now": "8", "target": "2", "unit": "%", "standard": "",
                    "confidential": False}]  # fmt: skip
        if case.secret_figure:
            metrics.append({"name": scene.secret("指标"), "now": figure, "target": "", "unit": "%", "standard": "",
                            "confidential": True})  # fmt: skip
        need = Need(
            visit_id=visit.id, enterprise_id=firm, state="verified", verifier_id="another", number=f"XQ-{scene.count}",
            title=said("title", "要一种焊膏"), text=raw, problem=said("problem", "空洞多"), goal=said("goal", "少空洞"),
            keywords=["焊膏", *([again] if "keywords" in case.repeated else []),
                      *([scene.secret("不公开的词")] if "keywords" in case.hidden else [])],
            metrics=metrics, partner=scene.secret("意向"), confidential_fields=sorted(case.hidden),
            budget_low=730_001_000_000 + scene.count if "budget" in case.hidden else None,
        )  # fmt: skip
        if "budget" in case.hidden:
            scene.secrets[str(need.budget_low)] = "team:12"
        session.add(need)
        session.flush()
        taken = TakenFile(scene.secret("照片") + ".txt", "text/plain", scene.secret("附件").encode())
        add_attachment(session, "visit", visit.id, vault_of(scene.chen.store).keep(taken))
        return need.id


def publish(scene: Scene, case: Case) -> None:
    """Write one case down, publish it, let the curator take it in, and let every team read."""
    need = write_down(scene, case)
    try:
        with scene.chen.store.write() as session:
            publish_need(session, need, OFFICE)
    except IllegalMoveError:
        pass  # nothing was left that could be shown
    scene.chen.sync()
    scene.gao.sync()
    while case.taken_in and (asked := next(iter(scene.gao.board().returned), None)):
        with scene.gao.store.write() as session:  # the newest wish for a record answers the older ones
            assert asked.conflict is not None
            take_in(session, asked.conflict)
    if case.before_edit:
        with scene.chen.store.write() as session:
            row = session.get_one(Need, need)
            row.goal = f"{row.goal}，再快些"
            if session.get(PublishedNeed, public_id(need)) is not None:
                row.state = "matching"
                publish_need(session, need, OFFICE)
    if case.withdrawn:
        with scene.chen.store.write() as session:
            if session.get(PublishedNeed, public_id(need)) is not None:
                withdraw_publication(session, need, "企业不愿公开")
    for computer in (scene.gao, scene.chen, scene.zhou):
        computer.sync()


def leaks(scene: Scene, log: str) -> list[str]:
    """Every secret that is found where it must not be."""
    found = [f"log: {word}" for word in scene.secrets if word in log]
    found += _server_leaks(scene)
    for login, computer in (("gao", scene.gao), ("zhou", scene.zhou)):
        with computer.store.read() as session:
            everything = _dump(session)
        found += [f"{login}: {word}" for word in scene.secrets if word in everything]
    return found


def _server_leaks(scene: Scene) -> list[str]:
    user = _user_of(scene.chen)
    metadata = MetaData()
    metadata.reflect(scene.server.engine)
    found = []
    with reading(scene.server.engine) as connection:
        see_all(connection)
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                scope, words = str(row.get("scope", "")), " ".join(map(str, row.values()))
                own = {"team:12", "held:team:12", user}
                found += [
                    f"{table.name} {scope}: {word}"
                    for word, where in scene.secrets.items()
                    if word in words and scope not in own and not (scope == where != "team:12")
                ]
    return found


def _user_of(computer: Computer) -> str:
    with computer.store.read() as session:
        return f"user:{read_profile(session).user_id}"


def _dump(session: Any) -> str:
    tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    parts = []
    for table in tables:
        for row in session.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 - names of our own tables
            parts.append(
                " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in row)
            )
    return "\n".join(parts)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(case=CASES)
def test_nothing_confidential_is_found_outside_its_team(
    scene: Scene, case: Case, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    publish(scene, case)
    printed = capfd.readouterr()
    assert leaks(scene, caplog.text + printed.out + printed.err) == []


def test_what_is_public_is_public(scene: Scene) -> None:
    publish(scene, replace(ALL_AT_ONCE, repeated=frozenset(), hidden=frozenset(), with_firm=False))
    with scene.zhou.store.read() as session:
        titles = session.scalars(select(PublishedNeed.title)).all()
    assert "要一种焊膏" in titles, "the search above must have something to search"


def _without_cutting(original: Callable[..., Any]) -> Callable[..., Any]:
    def mutant(session: Any, row: Need, hidden: Any, metrics: Any, secret: Any) -> Any:
        return original(session, row, hidden, metrics, Redaction((), ()))

    return mutant


def _without_hiding(original: Callable[..., Any]) -> Callable[..., Any]:
    def mutant(session: Any, row: Need, hidden: Any, metrics: Any, secret: Any) -> Any:
        return original(session, row, frozenset(), metrics, secret)

    return mutant


def _with_raw_words(original: Callable[..., Any]) -> Callable[..., Any]:
    def mutant(session: Any, row: Need, hidden: Any, metrics: Any, secret: Any) -> Any:
        return replace(original(session, row, hidden, metrics, secret), problem=row.text)

    return mutant


def _with_all_figures(original: Callable[..., Any]) -> Callable[..., Any]:
    def mutant(session: Any, row: Need, hidden: Any, metrics: Any, secret: Any) -> Any:
        return original(session, row, hidden, [replace(one, confidential=False) for one in metrics],
                        Redaction((), ()))  # fmt: skip

    return mutant


@pytest.mark.parametrize("mutate", [_without_cutting, _without_hiding, _with_raw_words, _with_all_figures])
def test_a_wider_allow_list_is_found_out(
    scene: Scene, mutate: Callable[[Callable[..., Any]], Callable[..., Any]], tmp_path: Path
) -> None:
    with patch.object(publishing, "_public_text", mutate(publishing._public_text)):
        publish(scene, ALL_AT_ONCE)
    assert leaks(scene, "")
    _forget(scene)


def test_a_whole_need_sent_to_everybody_is_stopped_by_the_server_and_found_out_without_it(scene: Scene) -> None:
    with scene.gao.store.write() as session:
        session.add(Need(scope="public", title=scene.secret("整条")))
    scene.secrets = {word: "team:98" for word in list(scene.secrets)[-1:]}
    scene.gao.sync()
    scene.zhou.sync()
    assert not [one for one in leaks(scene, "") if one.startswith("zhou") or "public" in one]
    with scene.gao.store.write() as session, patch.object(push, "may_be_public", lambda _kind, _changes: True):
        session.add(Need(scope="public", title=scene.secret("又一整条")))
    with patch.object(push, "may_be_public", lambda _kind, _changes: True):
        scene.gao.sync()
        scene.zhou.sync()
    assert [one for one in leaks(scene, "") if one.startswith("zhou")]
    _forget(scene)


def _forget(scene: Scene) -> None:
    """What a mutant let out is out; later tests look for secrets of their own."""
    scene.secrets.clear()
