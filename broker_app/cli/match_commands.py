"""``match``: achievements for a need, with reasons."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from broker_app.cli.command import add_command, opened
from broker_app.cli.output import say, say_json_line
from broker_app.cli.tables import table_text
from broker_app.db.models import Achievement, Need
from broker_app.exchange.need_questions import read_need_questions
from broker_app.i18n import _
from broker_app.services.matches import match_lines, match_need, match_question, record_match
from broker_app.services.records import resolve


def _match(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        if arguments.choose:
            with store.write() as session:
                need_id = resolve(session, Need, arguments.need or "")
                match_ids = [
                    record_match(session, need_id, resolve(session, Achievement, chosen)) for chosen in arguments.choose
                ]
            for match_id in match_ids:
                say(str(match_id))
            return 0
        with store.read() as session:
            for lines in _answers(session, arguments):
                _print_matches(lines, arguments.format)
    return 0


def _answers(session: Session, arguments: argparse.Namespace) -> Iterator[list[dict[str, Any]]]:
    if arguments.need is not None:
        need_id = resolve(session, Need, arguments.need)
        answer = match_need(session, need_id, limit=arguments.top)
        yield match_lines(session, str(need_id), answer)
        return
    for question in read_need_questions(arguments.needs):
        answer = match_question(session, question.query, limit=arguments.top)
        yield match_lines(session, question.need_id, answer)


def _print_matches(lines: list[dict[str, Any]], form: str) -> None:
    if form == "jsonl":
        for line in lines:
            say_json_line({name: value for name, value in line.items() if name != "title"})
    elif lines:
        say(table_text(lines, ("rank", "score", "evidence", "title", "source_id")))
    else:
        say(_("没有找到有依据的成果。"))


def add_commands(commands: Any) -> None:
    parser = add_command(commands, "match", _match, _("给需求找成果，附理由"))
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--need", metavar="ID", help=_("一条需求的编号或 ID"))
    which.add_argument("--needs", type=Path, metavar="FILE.jsonl", help=_("一个文件里的需求，每行一条"))
    parser.add_argument("--top", type=_positive, default=20, metavar="N")
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")
    parser.add_argument("--choose", action="append", metavar="ACHIEVEMENT", help=_("把这项成果记为对接，打印对接的 ID"))


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(_("要 1 到 1000 之间的数"))
    return value
