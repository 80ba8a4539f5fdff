"""Fills a profile with the made-up firms, achievements and visits of ``resources/sample``."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from broker_app.db.actor import Actor
from broker_app.db.key_file import create_key_file
from broker_app.db.session import Store
from broker_app.errors import ImportFileError
from broker_app.exchange.import_run import run_import
from broker_app.exchange.mapping import guess_mapping
from broker_app.exchange.source import open_source
from broker_app.exchange.visit_file import NeedPart, VisitPart, add_visit
from broker_app.i18n import _
from broker_app.paths import ProfilePaths, resources
from broker_app.rules.calendar import CHINA_TIME
from broker_app.rules.states import NeedState, VisitState
from broker_app.services.enterprises import ContactDraft, EnterpriseDraft, get_enterprise, save_enterprise
from broker_app.services.needs import move_need
from broker_app.services.profile import Profile, create_profile
from broker_app.services.visits import move_visit

_EVENING = time(19, 30, tzinfo=CHINA_TIME)
_COLLEAGUE = Actor(user_id="sample-colleague", name="陈队", team="sample")
_NEED_PATH = (NeedState.REFINED, NeedState.VERIFIED, NeedState.MATCHING)
_VISIT_PATH = (VisitState.RECORDED, VisitState.CONFIRMED, VisitState.SUBMITTED)


class _SampleNeed(NeedPart):
    state: str = NeedState.RAW


class _SampleVisit(VisitPart):
    needs: list[_SampleNeed] = []  # type: ignore[assignment]  # a narrower list, only read here


def sample_profile() -> Profile:
    """The made-up broker of the sample."""
    return Profile(
        user_id="sample-broker",
        name="张老师",
        title=_("中级技术经纪人"),
        role="light_team",
        organisation=_("样例科技服务中心"),
        team="sample",
        team_name=_("乐清轻骑一队"),
        county="330382",
        phone="0577-0000 0000",
        address=_("温州市乐清市样例路 1 号"),
        is_sample=True,
    )


SAMPLE_PASSPHRASE = "样例资料不保密"
"""The sample is public, so its passphrase may be."""


def create_sample(paths: ProfilePaths) -> Store:
    """Make a profile of made-up data and open it."""
    paths.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = create_key_file(paths.key_file, SAMPLE_PASSPHRASE)
    store = create_profile(paths, key.data_key, sample_profile())
    load_sample(store, resources() / "sample")
    return store


def load_sample(store: Store, folder: Path) -> None:
    """Import the sample of ``folder`` (resources/sample) into an empty store."""
    achievements = open_source(folder / "achievements.jsonl")
    report = run_import(store, achievements, guess_mapping("achievements", achievements.columns))
    if report.refused:
        raise ImportFileError(_("样例成果有 {n} 条读不了。").format(n=report.refused))
    with store.write() as session:
        firms = {firm["id"]: _add_firm(session, firm) for firm in _objects(folder / "enterprises.jsonl")}
    for entry in _objects(folder / "visits.jsonl"):
        firm = firms[entry["enterprise"]]
        with store.write() as session:
            _add_visit(session, {**entry, "enterprise": firm})


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines():
        if line.strip():
            yield orjson.loads(line)


def _add_firm(session: Session, firm: dict[str, Any]) -> dict[str, Any]:
    people = tuple(
        ContactDraft(one["name"], one.get("position", ""), one.get("phone", "")) for one in firm.get("contacts", [])
    )
    draft = EnterpriseDraft(
        name=firm["name"],
        credit_code=firm["uscc"],
        county=firm["county"],
        address=firm.get("address", ""),
        industries=tuple(firm.get("industry", [])),
        gb4754=firm.get("gb4754", ""),
        size=firm.get("size", ""),
        legal_person=firm.get("legal_person", ""),
        profile=firm.get("profile", ""),
        tags=tuple(firm.get("tags", [])),
        contacts=people,
        source_id=firm["id"],
    )
    saved = get_enterprise(session, save_enterprise(session, draft)).draft
    return {"name": saved.name, "uscc": saved.credit_code, "county_code": saved.county}


def _add_visit(session: Session, entry: dict[str, Any]) -> None:
    part = _SampleVisit.model_validate(entry)
    same_evening = datetime.combine(part.visit_date, _EVENING)
    added = add_visit(session, part, recorded_at=None if part.late_reason else same_evening)
    for need, need_id in zip(part.needs, added.need_ids, strict=True):
        for state in _steps(need.state, _NEED_PATH):
            # Whoever wrote a need may not verify it, so a colleague does.
            session.info["actor"] = _COLLEAGUE if state == NeedState.VERIFIED else sample_profile().actor
            move_need(session, need_id, state)
    session.info["actor"] = sample_profile().actor
    for state in _steps(part.state, _VISIT_PATH)[1:]:
        move_visit(session, added.visit_id, state)
    if part.state in (VisitState.ACCEPTED, VisitState.RETURNED):
        for state in (*_VISIT_PATH[1:], part.state):
            session.info["actor"] = _COLLEAGUE if state == part.state else sample_profile().actor
            move_visit(session, added.visit_id, state, _("缺统一社会信用代码") if state == VisitState.RETURNED else "")


def _steps(wanted: str, path: tuple[str, ...]) -> tuple[str, ...]:
    return path[: path.index(wanted) + 1] if wanted in path else ()
