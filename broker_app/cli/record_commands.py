"""Records on the command line: ``visit``, ``need``, ``enterprise`` and ``achievement``, each listed and shown."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.orm import Session

from broker_app.cli.command import EVERYTHING, Command, add_command, opened
from broker_app.cli.note_commands import add_split
from broker_app.cli.output import say, say_json
from broker_app.cli.publish_commands import add_publishing
from broker_app.cli.tables import detail_text, table_text
from broker_app.db.models import Achievement, Enterprise, Need, Visit
from broker_app.errors import ImportFileError
from broker_app.exchange.visit_file import add_visit, read_visits
from broker_app.i18n import _
from broker_app.services.achievements import get_achievement, list_achievements
from broker_app.services.enterprises import get_enterprise, list_enterprises
from broker_app.services.needs import get_need, list_needs
from broker_app.services.records import resolve
from broker_app.services.visits import get_visit, list_visits

Lister = Callable[..., Sequence[Any]]
Getter = Callable[[Session, str], Any]


def add_commands(commands: Any) -> None:
    """Add the nouns with their actions."""
    visit = commands.add_parser("visit", help=_("走访")).add_subparsers(required=True)
    add = add_command(visit, "add", _visit_add, _("从 JSON 文件记走访（- 为标准输入）"))
    add.add_argument("file", metavar="FILE.json|-")
    add.add_argument("--json", action="store_true")
    _list_command(
        visit,
        list_visits,
        ("number", "started_at", "enterprise", "role", "state_label", "needs", "first_line"),
    )
    _show_command(visit, _visit_show)
    need = commands.add_parser("need", help=_("需求")).add_subparsers(required=True)
    _list_command(need, list_needs, ("number", "title", "enterprise", "budget", "deadline", "state_label"))
    _show_command(need, _shown(lambda session, name: get_need(session, resolve(session, Need, name))))
    add_split(need)
    add_publishing(need)
    enterprise = commands.add_parser("enterprise", help=_("企业")).add_subparsers(required=True)
    _list_command(enterprise, list_enterprises, ("name", "county", "industries", "size", "visits", "needs", "id"))
    _show_command(enterprise, _shown(lambda session, name: get_enterprise(session, resolve(session, Enterprise, name))))
    achievement = commands.add_parser("achievement", help=_("成果")).add_subparsers(required=True)
    _list_command(achievement, list_achievements, ("source_id", "title", "owner", "field", "trl", "price"))
    _show_command(
        achievement, _shown(lambda session, name: get_achievement(session, resolve(session, Achievement, name)))
    )


def _list_command(actions: Any, lister: Lister, columns: tuple[str, ...]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        with opened(arguments) as store, store.read() as session:
            rows = lister(session, arguments.query or "", limit=EVERYTHING)
        if arguments.json:
            say_json(rows)
        else:
            say(table_text(rows, columns))
        return 0

    listing = add_command(actions, "list", run, _("列出"))
    listing.add_argument("--query", help=_("只列含这些字的"))
    listing.add_argument("--json", action="store_true")


def _show_command(actions: Any, command: Command) -> None:
    show = add_command(actions, "show", command, _("看一条"))
    show.add_argument("id", help=_("编号或 ID"))
    show.add_argument("--json", action="store_true")


def _shown(getter: Getter) -> Command:
    def run(arguments: argparse.Namespace) -> int:
        with opened(arguments) as store, store.read() as session:
            detail = getter(session, arguments.id)
        if arguments.json:
            say_json(detail)
        else:
            say(detail_text(detail))
        return 0

    return run


def _visit_add(arguments: argparse.Namespace) -> int:
    parts = read_visits(_content(arguments.file))
    with opened(arguments) as store, store.write() as session:
        added = [add_visit(session, part) for part in parts]
    if arguments.json:
        say_json([{"id": one.visit_id, "source_id": one.source_id, "need_ids": one.need_ids} for one in added])
    else:
        for one in added:
            say(_("已记录走访 {id}，需求 {n} 条").format(id=one.visit_id, n=len(one.need_ids)))
    return 0


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError:
        raise ImportFileError(_("读不了文件 {name}。").format(name=name)) from None


def _visit_show(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        detail = get_visit(session, resolve(session, Visit, arguments.id))
        needs = list_needs(session, visit_id=detail.id, limit=EVERYTHING)
    if arguments.json:
        say_json({**_flat(detail), "needs": needs})
    else:
        say(detail_text(detail))
    return 0


def _flat(detail: Any) -> dict[str, Any]:
    flat: dict[str, Any] = orjson.loads(orjson.dumps(detail, default=str))
    return flat
