"""The exchange with the server: ``sync login``, ``sync now`` and ``sync status``."""

import argparse
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from broker_app import credentials
from broker_app.cli.command import add_command, opened
from broker_app.cli.output import say, say_json
from broker_app.db.models import Enterprise, Need
from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.records import resolve
from broker_app.services.sealed_files import has_file
from broker_app.services.sync_state import SyncBoard, sync_board
from broker_app.sync.protocol import ACTIVATION_PREFIX

if TYPE_CHECKING:
    from broker_app.sync.rounds import Outcome


_HANDED: dict[str, type[Need] | type[Enterprise]] = {"need": Need, "enterprise": Enterprise}


def add_commands(commands: Any) -> None:
    """Add ``sync`` and what belongs to it."""
    sync = commands.add_parser("sync", help=_("和服务器上传、下载"), description=_("和服务器上传、下载"))
    parts = sync.add_subparsers(required=True, metavar=_("动作"))
    login = add_command(parts, "login", _login, _("登录服务器；密码用环境变量 BROKER_SERVER_PASSWORD 或文件给"))
    login.add_argument("url", metavar="URL", help=_("服务器地址、激活码，或激活文件（.txt、二维码图片）"))
    login.add_argument("login", metavar=_("账号"), nargs="?", default="", help=_("激活码里有就不用写"))
    login.add_argument("--password-file", type=Path, metavar="F", help=_("从文件读服务器密码"))
    login.add_argument("--device", default="", help=_("这台电脑的名字"))
    login.add_argument("--ca-file", type=Path, metavar="F", help=_("单位自己的证书文件"))
    now = add_command(parts, "now", _now, _("立即上传和下载"))
    now.add_argument("--allow-removals", action="store_true", help=_("服务器要收走很多条时也照办"))
    status = add_command(parts, "status", _status, _("还有多少没上传，有没有要确认的"))
    export = add_command(parts, "export", _export, _("把没上传的改动写成文件，交给管理员（不加密）"))
    export.add_argument("folder", type=Path, metavar="DIR")
    hand = add_command(parts, "hand-over", _hand_over, _("移交"))
    hand.add_argument("kind", choices=sorted(_HANDED))
    hand.add_argument("id", help=_("编号或 ID"))
    hand.add_argument("scope", nargs="?", metavar="team:N|county:N", help=_("移交给"))
    for parser in (now, status):
        parser.add_argument("--json", action="store_true")


def _rounds() -> Any:
    return import_module("broker_app.sync.rounds")  # HTTP is slow to load, and most commands never need it


def _login(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        password = credentials.find_server_password(arguments.password_file)
        ca_file = str(arguments.ca_file.resolve()) if arguments.ca_file else ""
        activated = _activated(arguments.url)
        wanted = _rounds().LogIn(arguments.url, arguments.login, password, arguments.device, ca_file)
        if activated is not None:
            code = activated.activation
            _rounds().find_activated(code, activated.certificate)
            login = arguments.login or code.login
            wanted = replace(wanted, url=code.server, login=login, certificate=activated.certificate)
        signed_in = _rounds().log_in(store, wanted)
    say(_("已登录「{server}」：{name}，这台电脑叫「{device}」。").format(
        server=signed_in.server_name, name=signed_in.name, device=signed_in.device_name
    ))  # fmt: skip
    return 0


def _activated(said: str) -> Any:
    """The activation code that was said instead of an address, None for an address."""
    module = import_module("broker_app.sync.activation_file")
    if ACTIVATION_PREFIX in said:
        return module.read_activation(said)
    return module.read_activation_file(Path(said)) if Path(said).is_file() else None


def _now(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        outcome = _rounds().run_round(store, allow_removals=arguments.allow_removals)
        with store.read() as session:
            board = sync_board(session, lambda sha256: has_file(store.paths, sha256))
    if arguments.json:
        say_json(_round_json(outcome) | _board_json(board))
    else:
        say(_("上传 {sent} 条，收到 {received} 条，文件 {files} 个。").format(
            sent=outcome.report.sent, received=outcome.report.received, files=outcome.files.up + outcome.files.down
        ))  # fmt: skip
        if outcome.report.receipt:
            say(_("收据 {mark}").format(mark=outcome.report.receipt))
        _say_board(board)
    return 1 if outcome.asked else 0


def _status(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        board = sync_board(session, lambda sha256: has_file(store.paths, sha256))
    if arguments.json:
        say_json(_board_json(board))
    else:
        _say_board(board)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        file = import_module("broker_app.sync.leftovers").write_leftovers(store, arguments.folder)
    say(_("已导出：{file}。它没有加密，交给管理员以后请删掉。").format(file=file))
    return 0


def _hand_over(arguments: argparse.Namespace) -> int:
    handover = import_module("broker_app.sync.handover")
    with opened(arguments) as store, store.write() as session:
        record = resolve(session, _HANDED[arguments.kind], arguments.id)
        offered = dict(handover.handover_of(session, arguments.kind, record).targets)
        if arguments.scope:
            handover.hand_over(session, arguments.kind, record, arguments.scope)
    if arguments.scope:
        say(_("已移交给{place}，会自动上传").format(place=offered[arguments.scope]))
        return 0
    for scope, words in offered.items():
        say(f"{scope}\t{words}")
    if not offered:
        say(_("你的账号只在一个团队（县区）里，没有可以移交的地方。要移交，请管理员先把你加进去。"))
    return 0


def _say_board(board: SyncBoard) -> None:
    if not board.account.is_known:
        say(_("还没有登录服务器。资料都在本机。"))
    elif board.account.is_revoked:
        say(_("管理员已停用这台电脑。资料都在本机。"))
    elif not board.account.is_open:
        say(_("要重新登录：{server}").format(server=board.account.server))
    else:
        say(_("服务器：{server}　账号：{login}").format(server=board.account.server, login=board.account.login))
    say(_("还没上传：{n} 条改动，{files} 个文件").format(n=board.pending, files=len(board.uploads)))
    say(_("要你确认：{n} 处　被退回：{m} 条").format(n=board.to_confirm, m=board.sent_back))
    for one in board.differences:
        say(_("· {title} 的{field}在两处被改过").format(title=one.title, field=one.field or _("去留")))
    for back in board.returned:
        say(_("· {title}：{reason}").format(title=back.title, reason=back.reason))
    if board.ask is not None:
        say(_("服务器要从本机收走 {n} 条，要你同意才照办：broker sync now --allow-removals").format(n=board.ask.count))
    if board.last is not None:
        say(_("上次成功：{at}").format(at=f"{board.last.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}"))


def _round_json(outcome: "Outcome") -> dict[str, Any]:
    report = outcome.report
    return {
        "sent": report.sent,
        "received": report.received,
        "removed": report.removed,
        "parked": report.parked,
        "receipt": report.receipt,
        "files": {"up": outcome.files.up, "down": outcome.files.down},
        "asked": outcome.asked,
    }


def _board_json(board: SyncBoard) -> dict[str, Any]:
    return {
        "server": board.account.url,
        "login": board.account.login,
        "signed_in": board.account.is_open,
        "pending": board.pending,
        "files_pending": len(board.uploads),
        "differences": [
            {"id": str(one.id), "title": one.title, "field": one.field, "mine": one.mine.words,
             "theirs": one.theirs.words} for one in board.differences
        ],
        "returned": [{"title": back.title, "reason": back.reason} for back in board.returned],
        "last": board.last,
    }  # fmt: skip
