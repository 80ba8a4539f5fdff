"""The whole main job without a display: what ``make run`` does on a machine that has none.

Made-up data, one visit from a raw note, its need, achievements with reasons, both papers and a picture of
the window; then it says where they lie.
"""

import os
import shutil
import sys
from pathlib import Path
from uuid import UUID

from broker_app.db.session import Store
from broker_app.exchange.sample import create_sample
from broker_app.exchange.visit_file import add_visit, read_visits
from broker_app.i18n import _, listed
from broker_app.paths import ProfilePaths, resources
from broker_app.reports.by_name import make_pdf
from broker_app.services.import_batches import record_counts
from broker_app.services.matches import match_need, reason_term, record_match
from broker_app.services.papers import intro_sheet, visit_sheet

_FIRST = 3


def run_main_job(folder: Path) -> int:
    """Do the main job in ``folder`` (made anew) and print each step; returns the exit code."""
    profile = ProfilePaths(folder / "profile")
    shutil.rmtree(profile.folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with create_sample(profile) as store:
        with store.read() as session:
            counts = record_counts(session)
        _say(_("样例资料：企业 {enterprises}　走访 {visits}　需求 {needs}　成果 {achievements}").format(**counts))
        visit_id, need_id = _log_visit(store)
        match_id = _choose(store, need_id)
        _print_papers(store, folder, visit_id, match_id)
        _say(_("窗口截图：{path}").format(path=_screenshot(store, folder / "window.png")))
    _say(_("加密的样例资料：{path}").format(path=profile.folder))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _log_visit(store: Store) -> tuple[UUID, UUID]:
    (part,) = read_visits((resources() / "sample" / "main_job_visit.json").read_bytes())
    with store.write() as session:
        added = add_visit(session, part)
    _say(
        _("记了一次走访：{firm}，原始纪要 {n} 个字，需求 {needs} 条").format(
            firm=part.enterprise.name, n=len(part.raw_note), needs=len(added.need_ids)
        )
    )
    return added.visit_id, added.need_ids[0]


def _choose(store: Store, need_id: UUID) -> UUID:
    with store.read() as session:
        answer = match_need(session, need_id, limit=_FIRST)
    _say(_("在 {pool} 项成果里找到（{ms:.0f} 毫秒）：").format(pool=answer.pool_size, ms=answer.took_ms))
    results = (*answer.results, *answer.weak_results)
    for result in results:
        # What is thin on evidence has no score to be compared by (docs/manual/matching.md).
        is_weak = result in answer.weak_results
        worth = _("证据不足") if is_weak else _("{score:.1f} 分").format(score=result.score / 100)
        _say(f"  {result.rank}. {result.title}  {worth}")
        shares = listed(f"{reason_term(one)} {one.share / 100:.2f}" for one in result.reasons)
        _say("     " + _("理由：{shares}").format(shares=shares))
    with store.write() as session:
        return record_match(session, need_id, results[0].id)


def _print_papers(store: Store, folder: Path, visit_id: UUID, match_id: UUID) -> None:
    with store.read() as session:
        record, letter = visit_sheet(session, visit_id), intro_sheet(session, [match_id])
    for name, content in (
        (_("走访记录表.pdf"), make_pdf("visit_record", record)),
        (_("推介函.pdf"), make_pdf("intro_letter", letter)),
    ):
        (folder / name).write_bytes(content)
        _say(_("文书：{path}").format(path=folder / name))


def _screenshot(store: Store, path: Path) -> Path:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from broker_app.app import picture_of_window  # noqa: PLC0415 - Qt reads the platform at import

    return picture_of_window(store, path)
