"""The ``broker`` command: the same work as the window, by the same services, without a window.

Exit codes: 0 done, 1 refused with a sentence on stderr, 2 wrong usage.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from broker_app import __version__, credentials
from broker_app.cli_tables import detail_text, table_text
from broker_app.db.key_file import create_key_file, open_with_passphrase
from broker_app.db.models import Achievement, Match, Need, Visit
from broker_app.db.outbox import pending_count
from broker_app.db.session import Store, integrity_faults
from broker_app.errors import BrokerError, ImportFileError, PaperError, StoreError
from broker_app.exchange.error_rows import write_error_rows
from broker_app.exchange.import_run import ImportReport, run_import
from broker_app.exchange.mapping import Mapping, guess_mapping
from broker_app.exchange.need_questions import read_need_questions
from broker_app.exchange.sample import load_sample, sample_profile
from broker_app.exchange.source import open_source
from broker_app.exchange.visit_file import add_visit, read_visits
from broker_app.i18n import _, use_language
from broker_app.paths import ProfilePaths, default_profile, resources
from broker_app.services.import_batches import record_counts, remembered_mapping, undo_batch
from broker_app.services.matches import match_lines, match_need, match_question, record_match
from broker_app.services.needs import get_need, list_needs
from broker_app.services.papers import intro_sheet, visit_sheet
from broker_app.services.profile import Profile, create_profile, open_profile
from broker_app.services.records import resolve
from broker_app.services.sheets import IntroSheet, VisitSheet
from broker_app.services.visits import get_visit, list_visits
from broker_app.settings import read_settings

Command = Callable[[argparse.Namespace], int]
_ALL = 1_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    use_language(read_settings(_paths(arguments).settings).language, resources() / "i18n")
    try:
        command: Command = arguments.command
        return command(arguments)
    except BrokerError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except BrokenPipeError:
        return 1


def _paths(arguments: argparse.Namespace) -> ProfilePaths:
    return ProfilePaths(arguments.profile) if arguments.profile else default_profile()


def _say(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def _json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")


def _json_line(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")


def _opened(arguments: argparse.Namespace) -> Store:
    paths = _paths(arguments)
    if not paths.database.exists():
        raise StoreError(_("这里还没有资料：{folder}。先用 broker init 建立。").format(folder=paths.folder))
    passphrase = credentials.find_passphrase(arguments.passphrase_file)
    return open_profile(paths, open_with_passphrase(paths.key_file, passphrase))


def _init(arguments: argparse.Namespace) -> int:
    paths = _paths(arguments)
    if paths.database.exists() or paths.key_file.exists():
        raise StoreError(_("这个资料夹里已经有资料，没有改动它。"))
    passphrase = credentials.find_passphrase(arguments.passphrase_file, ask_twice=True)
    paths.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = create_key_file(paths.key_file, passphrase)
    profile = sample_profile() if arguments.sample else Profile(name=arguments.name or "", county=arguments.county)
    with create_profile(paths, key.data_key, profile) as store:
        if arguments.sample:
            load_sample(store, resources() / "sample")
        with store.read() as session:
            counts = record_counts(session)
    _say(_("资料已建立：{folder}").format(folder=paths.folder))
    _say(_("恢复码（请抄下来收好，忘了口令只能靠它）：{code}").format(code=key.recovery_code))
    _say(_count_line(counts))
    return 0


def _count_line(counts: dict[str, int]) -> str:
    return _("企业 {enterprises}　走访 {visits}　需求 {needs}　成果 {achievements}　对接 {matches}").format(**counts)


def _import(arguments: argparse.Namespace) -> int:
    source = open_source(arguments.file, encoding=arguments.encoding, sheet=arguments.sheet)
    with _opened(arguments) as store:
        mapping = _mapping(arguments, store, source.columns)
        report = run_import(store, source, mapping, dry_run=arguments.dry_run)
    if arguments.errors and report.refused_rows:
        write_error_rows(arguments.errors, source.columns, report.refused_rows)
    if arguments.json:
        _json(_import_json(report, source.encoding, mapping))
    else:
        _say(_import_text(report, source.format, source.encoding, mapping.ignored(source.columns)))
    return 0


def _mapping(arguments: argparse.Namespace, store: Store, columns: tuple[str, ...]) -> Mapping:
    if arguments.mapping:
        try:
            return Mapping.from_json(arguments.mapping.read_bytes())
        except OSError:
            raise ImportFileError(_("读不了对照表 {name}。").format(name=arguments.mapping.name)) from None
    with store.read() as session:
        kept = remembered_mapping(session, arguments.kind, columns)
    return Mapping(arguments.kind, tuple(kept.items())) if kept else guess_mapping(arguments.kind, columns)


def _import_json(report: ImportReport, encoding: str, mapping: Mapping) -> dict[str, Any]:
    return {
        "dry_run": report.dry_run,
        "batch_id": report.batch_id,
        "encoding": encoding,
        "mapping": dict(mapping.pairs),
        "added": report.added,
        "duplicates": report.duplicates,
        "refused": report.refused,
        "duplicate_rows": [{"line": row.line, "name": row.name, "why": row.why} for row in report.duplicate_rows[:200]],
        "refused_rows": [{"line": row.line, "reasons": row.reasons} for row in report.refused_rows[:200]],
    }


def _import_text(report: ImportReport, file_format: str, encoding: str, ignored: tuple[str, ...]) -> str:
    head = _("试一遍（没有写入）：") if report.dry_run else _("已导入：")
    lines = [
        head
        + _("新增 {added} 条，重复 {duplicates} 条，没能导入 {refused} 条").format(
            added=report.added, duplicates=report.duplicates, refused=report.refused
        ),
        _("文件：{format} {encoding}").format(format=file_format, encoding=encoding).strip(),
    ]
    if ignored:
        lines.append(_("没有用到的列：{columns}").format(columns="、".join(ignored)))
    lines += [
        _("第 {line} 行：{why}").format(line=row.line, why="；".join(row.reasons)) for row in report.refused_rows[:10]
    ]
    if report.batch_id:
        lines.append(_("整批撤销：broker undo-import {batch}").format(batch=report.batch_id))
    return "\n".join(lines)


def _undo_import(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store, store.write() as session:
        undone = undo_batch(session, arguments.batch)
    _say(
        _("已撤销：拿掉 {removed} 条，{kept} 条已被走访或对接用到，保留。").format(
            removed=undone.removed, kept=undone.kept
        )
    )
    return 0


def _visit_add(arguments: argparse.Namespace) -> int:
    parts = read_visits(_content(arguments.file))
    with _opened(arguments) as store, store.write() as session:
        added = [add_visit(session, part) for part in parts]
    if arguments.json:
        _json([{"id": one.visit_id, "source_id": one.source_id, "need_ids": one.need_ids} for one in added])
    else:
        for one in added:
            _say(_("已记录走访 {id}，需求 {n} 条").format(id=one.visit_id, n=len(one.need_ids)))
    return 0


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError:
        raise ImportFileError(_("读不了文件 {name}。").format(name=name)) from None


def _visit_list(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store, store.read() as session:
        rows = list_visits(session, arguments.query or "", limit=_ALL)
    columns = ("number", "started_at", "enterprise", "role", "state_label", "needs", "first_line")
    _json(rows) if arguments.json else _say(table_text(rows, columns))
    return 0


def _visit_show(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store, store.read() as session:
        detail = get_visit(session, resolve(session, Visit, arguments.id))
        needs = list_needs(session, visit_id=detail.id, limit=_ALL)
    if arguments.json:
        _json({**_flat(detail), "needs": needs})
    else:
        _say(detail_text(detail))
    return 0


def _need_list(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store, store.read() as session:
        rows = list_needs(session, arguments.query or "", limit=_ALL)
    columns = ("number", "title", "enterprise", "budget", "deadline", "state_label")
    _json(rows) if arguments.json else _say(table_text(rows, columns))
    return 0


def _need_show(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store, store.read() as session:
        detail = get_need(session, resolve(session, Need, arguments.id))
    _json(detail) if arguments.json else _say(detail_text(detail))
    return 0


def _flat(detail: Any) -> dict[str, Any]:
    flat: dict[str, Any] = orjson.loads(orjson.dumps(detail, default=str))
    return flat


def _match(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        if arguments.choose:
            with store.write() as session:
                need_id = resolve(session, Need, arguments.need or "")
                match_ids = [
                    record_match(session, need_id, resolve(session, Achievement, chosen)) for chosen in arguments.choose
                ]
            for match_id in match_ids:
                _say(str(match_id))
            return 0
        with store.read() as session:
            for lines in _answers(session, arguments):
                _print_matches(lines, arguments.format)
    return 0


def _answers(session: Session, arguments: argparse.Namespace) -> Iterator[list[dict[str, Any]]]:
    if arguments.need:
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
            _json_line({name: value for name, value in line.items() if name != "title"})
    elif lines:
        _say(table_text(lines, ("rank", "score", "evidence", "title", "source_id")))
    else:
        _say(_("没有找到有依据的成果。"))


def _report_visit(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store, store.read() as session:
        sheet = visit_sheet(session, resolve(session, Visit, arguments.id))
    return _write_paper(arguments.output, sheet, "visit_record", "build_visit_record")


def _report_intro(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        with store.write() as session:
            match_ids = [_match_id(session, reference) for reference in arguments.id]
        with store.read() as session:
            sheet = intro_sheet(session, match_ids)
    return _write_paper(arguments.output, sheet, "intro_letter", "build_intro_letter")


def _match_id(session: Session, reference: str) -> UUID:
    """A match by id or number, or NEED:ACHIEVEMENT, which records the match first."""
    need, colon, achievement = reference.partition(":")
    if colon:
        return record_match(session, resolve(session, Need, need), resolve(session, Achievement, achievement))
    return resolve(session, Match, reference)


def _write_paper(output: Path, sheet: VisitSheet | IntroSheet, module: str, builder: str) -> int:
    # reportlab is imported by the paper modules and most commands do without it
    for gap in import_module("broker_app.reports.missing").missing(sheet):
        sys.stderr.write(_("字库里没有这个字：{gap}，纸上印成〓，请手写补正。").format(gap=gap) + "\n")
    content: bytes = getattr(import_module(f"broker_app.reports.{module}"), builder)(sheet)
    try:
        output.write_bytes(content)
    except OSError:
        raise PaperError(_("没能写入 {name}。记录没有受影响，请换一个位置再试。").format(name=output.name)) from None
    _say(_("已生成：{path}").format(path=output))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        faults = integrity_faults(store)
        with store.read() as session:
            counts, waiting = record_counts(session), pending_count(session)
    if arguments.json:
        _json({"ok": not faults, "faults": faults, "counts": counts, "pending": waiting})
    else:
        _say(_count_line(counts))
        _say(_("还没上传：{n} 条改动").format(n=waiting))
        _say(_("资料完好。") if not faults else _("发现 {n} 处损坏，请从备份恢复。").format(n=len(faults)))
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="broker", description=_("科技走访：走访、需求、匹配、文书，断网可用。"))
    parser.add_argument("--version", action="version", version=f"broker {__version__}")
    parser.add_argument("--profile", type=Path, metavar="DIR", help=_("资料夹；不写就用本机默认的"))
    parser.add_argument("--passphrase-file", type=Path, metavar="F", help=_("从文件读本机口令"))
    commands = parser.add_subparsers(required=True, metavar=_("命令"))
    init = _command(commands, "init", _init, _("建立一份加密的资料"))
    init.add_argument("--sample", action="store_true", help=_("装入样例数据"))
    init.add_argument("--name", help=_("你的姓名"))
    init.add_argument("--county", default="330300", help=_("所在县区的六位代码"))
    _import_commands(commands)
    _record_commands(commands)
    _match_command(commands)
    _report_commands(commands)
    check = _command(commands, "check", _check, _("检查资料是否完好，并数一数"))
    check.add_argument("--json", action="store_true")
    return parser


def _command(commands: Any, name: str, command: Command, about: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=command)
    return parser


def _import_commands(commands: Any) -> None:
    parser = _command(commands, "import", _import, _("导入成果、企业或需求（jsonl、csv、xlsx）"))
    parser.add_argument("kind", choices=("achievements", "enterprises", "needs"))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--mapping", type=Path, metavar="F", help=_("列名对照表（JSON）"))
    parser.add_argument("--dry-run", action="store_true", help=_("只试一遍，不写入"))
    parser.add_argument("--encoding", help=_("指定文件编码"))
    parser.add_argument("--sheet", help=_("xlsx 的哪一张表"))
    parser.add_argument("--errors", type=Path, metavar="F", help=_("把没能导入的行存成 csv"))
    parser.add_argument("--json", action="store_true")
    undo = _command(commands, "undo-import", _undo_import, _("撤销一整批导入"))
    undo.add_argument("batch", type=UUID)


def _record_commands(commands: Any) -> None:
    visit = commands.add_parser("visit", help=_("走访")).add_subparsers(required=True)
    add = _command(visit, "add", _visit_add, _("从 JSON 文件记走访（- 为标准输入）"))
    add.add_argument("file", metavar="FILE.json|-")
    add.add_argument("--json", action="store_true")
    for noun, actions in (
        ("visit", visit),
        ("need", commands.add_parser("need", help=_("需求")).add_subparsers(required=True)),
    ):
        listing = _command(actions, "list", _visit_list if noun == "visit" else _need_list, _("列出"))
        listing.add_argument("--query", help=_("只列含这些字的"))
        listing.add_argument("--json", action="store_true")
        show = _command(actions, "show", _visit_show if noun == "visit" else _need_show, _("看一条"))
        show.add_argument("id", help=_("编号或 ID"))
        show.add_argument("--json", action="store_true")


def _match_command(commands: Any) -> None:
    parser = _command(commands, "match", _match, _("给需求找成果，附理由"))
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--need", metavar="ID", help=_("一条需求的编号或 ID"))
    which.add_argument("--needs", type=Path, metavar="FILE.jsonl", help=_("一个文件里的需求，每行一条"))
    parser.add_argument("--top", type=_positive, default=20, metavar="N")
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")
    parser.add_argument("--choose", action="append", metavar="ACHIEVEMENT", help=_("把这项成果记为对接，打印对接的 ID"))


def _report_commands(commands: Any) -> None:
    actions = commands.add_parser("report", help=_("生成文书 PDF")).add_subparsers(required=True)
    visit = _command(actions, "visit", _report_visit, _("走访记录表"))
    visit.add_argument("id", help=_("走访的编号或 ID"))
    intro = _command(actions, "intro", _report_intro, _("推介函"))
    intro.add_argument("id", nargs="+", metavar="MATCH_ID", help=_("对接的编号或 ID，或 需求:成果；同一需求可写几个"))
    for parser in (visit, intro):
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="F.pdf")


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(_("要 1 到 1000 之间的数"))
    return value


if __name__ == "__main__":
    sys.exit(main())
