"""``import`` and ``undo-import``."""

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from broker_app.cli.command import add_command, opened
from broker_app.cli.output import say, say_json
from broker_app.db.session import Store
from broker_app.errors import ImportFileError
from broker_app.exchange.error_rows import write_error_rows
from broker_app.exchange.import_run import ImportReport, run_import
from broker_app.exchange.mapping import Mapping, guess_mapping
from broker_app.exchange.source import open_source
from broker_app.i18n import _, listed
from broker_app.services.import_batches import remembered_mapping, undo_batch


def _import(arguments: argparse.Namespace) -> int:
    source = open_source(arguments.file, encoding=arguments.encoding, sheet=arguments.sheet)
    with opened(arguments) as store:
        mapping = _mapping(arguments, store, source.columns)
        report = run_import(store, source, mapping, dry_run=arguments.dry_run)
    if arguments.errors and report.refused_rows:
        write_error_rows(arguments.errors, source.columns, report.refused_rows)
    if arguments.json:
        say_json(_import_json(report, source.encoding, mapping))
    else:
        say(_import_text(report, source.format, source.encoding, mapping.ignored(source.columns)))
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
        lines.append(_("没有用到的列：{columns}").format(columns=listed(ignored)))
    lines += [
        _("第 {line} 行：{why}").format(line=row.line, why=_("；").join(row.reasons))
        for row in report.refused_rows[:10]
    ]
    if report.batch_id:
        lines.append(_("整批撤销：broker undo-import {batch}").format(batch=report.batch_id))
    return "\n".join(lines)


def _undo_import(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.write() as session:
        undone = undo_batch(session, arguments.batch)
    say(
        _("已撤销：拿掉 {removed} 条，{kept} 条已被走访或对接用到，保留。").format(
            removed=undone.removed, kept=undone.kept
        )
    )
    return 0


def add_commands(commands: Any) -> None:
    parser = add_command(commands, "import", _import, _("导入成果、企业或需求（jsonl、csv、xlsx）"))
    parser.add_argument("kind", choices=("achievements", "enterprises", "needs"))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--mapping", type=Path, metavar="F", help=_("列名对照表（JSON）"))
    parser.add_argument("--dry-run", action="store_true", help=_("只试一遍，不写入"))
    parser.add_argument("--encoding", help=_("指定文件编码"))
    parser.add_argument("--sheet", help=_("xlsx 的哪一张表"))
    parser.add_argument("--errors", type=Path, metavar="F", help=_("把没能导入的行存成 csv"))
    parser.add_argument("--json", action="store_true")
    undo = add_command(commands, "undo-import", _undo_import, _("撤销一整批导入"))
    undo.add_argument("batch", type=UUID)
