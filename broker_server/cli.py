"""The ``broker-server`` command."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO
from uuid import UUID

import uvicorn
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from broker_app.sync.protocol import CONFLICT, HELD
from broker_server import __version__, admin, auth, backups, meta, metrics, tables
from broker_server.activation import activation_of, read_certificate, write_activation
from broker_server.admin import AdminError
from broker_server.backups import BackupError
from broker_server.database import open_engine, reading, see_all, utc_now, writing
from broker_server.leftovers import import_leftovers
from broker_server.migrations.upgrade import is_at_head
from broker_server.problems import Problem
from broker_server.scopes import Grant, Role
from broker_server.settings import Settings, from_environment

Arguments = argparse.Namespace
PASSWORD_VARIABLE = "BROKER_SERVER_PASSWORD"  # noqa: S105 - the name of a variable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it was done, 1 with a sentence if it could not be, 2 for a wrong command line."""
    chosen = _parser().parse_args(arguments)
    settings = from_environment()
    if chosen.home:
        settings = replace(settings, home=chosen.home)
    if chosen.database is not None:
        settings = replace(settings, database=chosen.database)
    engine = open_engine(settings)
    try:
        if chosen.needs_tables:
            _check_tables(engine)
        return int(chosen.run(engine, settings, chosen) or 0)
    except (AdminError, BackupError) as error:
        return _refuse(str(error))
    except Problem as problem:
        return _refuse(str(problem.detail))
    except OperationalError:
        return _refuse("连不上数据库，或它正被占用。请检查 --database，稍后再试。")
    finally:
        engine.dispose()


def _check_tables(engine: Engine) -> None:
    with reading(engine) as connection:
        if not is_at_head(connection):
            raise AdminError("数据库还没有准备好，请先运行 broker-server init。")


def _say(text: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(text + "\n")


def _refuse(sentence: str) -> int:
    _say(sentence, sys.stderr)
    return 1


# --- commands ---------------------------------------------------------------------------------------------


def _init(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    admin.init(engine, chosen.name, utc_now())
    with reading(engine) as connection:
        epoch = meta.facts(connection)[meta.EPOCH]
        if admin.bypasses_security(connection):
            _say("注意：数据库用户是超级用户，行级安全对它不起作用。请换一个普通用户。", sys.stderr)
    _say(f"数据库已就绪：{engine.url.render_as_string()}\n数据库编号：{epoch}")


def _serve(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    os.environ.update(settings.as_environment())
    settings.metrics.mkdir(parents=True, exist_ok=True)
    for old in settings.metrics.glob("*.json"):
        old.unlink()
    server = None
    if chosen.metrics_port:
        address = (chosen.metrics_host, chosen.metrics_port)
        server = metrics.serve(address, settings.metrics, lambda: metrics.gauges(engine, utc_now()))
    try:
        uvicorn.run(
            "broker_server.app:from_env",
            factory=True,
            host=chosen.host,
            port=chosen.port,
            workers=chosen.workers,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=chosen.proxy,
            timeout_graceful_shutdown=20,
        )
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()


def _user_add(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    grants = [_grant(text) for text in chosen.grant]
    password = _password(chosen)
    with writing(engine) as connection:
        now = utc_now()
        account = admin.add_user(
            connection, chosen.login, chosen.name or chosen.login, password, now, administrator=chosen.administrator
        )
        for grant in grants:
            admin.give(connection, chosen.login, grant, now)
    _say(f"已建立账号 {chosen.login}：{account}")


def _user_password(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    password = _password(chosen)
    with writing(engine) as connection:
        admin.set_password(connection, chosen.login, password, utc_now())
    _say("密码已更换。")


def _user_close(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with writing(engine) as connection:
        admin.close_account(connection, chosen.login, utc_now())
    _say("账号已停用，写过的记录都还在。")


def _user_grant(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with writing(engine) as connection:
        admin.give(connection, chosen.login, _grant(chosen.grant), utc_now())
    _say("已授权。")


def _user_withdraw(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with writing(engine) as connection:
        gone = admin.take(connection, chosen.login, chosen.scope, utc_now())
    _say(f"已收回 {gone} 项授权。")


def _import_leftovers(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    counts = import_leftovers(engine, chosen.file, chosen.user, utc_now())
    held, conflicts = counts[HELD], counts[CONFLICT]
    _say(f"读入 {counts.total()} 条改动，以前读过的不会重复。其中 {held} 条等队长处理，{conflicts} 条要两边确认。")
    _say("文件没有加密，读入以后请删掉。照片和附件的内容不在文件里。")


def _activation(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with reading(engine) as connection:
        organisation = meta.facts(connection).get(meta.NAME, "")
        if chosen.user:
            admin.account_of(connection, chosen.user)
    certificate = read_certificate(chosen.ca_file) if chosen.ca_file else ""
    code = activation_of(chosen.address, organisation, chosen.user, certificate)
    if chosen.output is None:
        _say(code.as_text())
        return
    write_activation(code, certificate, chosen.output)
    _say(f"激活码已写到 {chosen.output}。里面没有密码，密码另外告诉本人。")


def _user_list(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    account = tables.account
    with reading(engine) as connection:
        for row in connection.execute(select(account).order_by(account.c.login)).all():
            grants = " ".join(f"{grant.scope}={grant.role}" for grant in auth.grants_of(connection, row.id))
            marks = ("管理员 " if row.administrator else "") + ("已停用 " if row.closed_at else "")
            _say(f"{row.id}  {row.login}  {row.name}  {marks}{grants}")


def _team_add(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    _add_scope(engine, f"team:{chosen.number}", chosen.title)


def _scope_add(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    _add_scope(engine, chosen.scope, chosen.title)


def _add_scope(engine: Engine, scope: str, title: str) -> None:
    with writing(engine) as connection:
        admin.add_scope(connection, scope, title, utc_now())
    _say(f"已建立 {scope}。")


def _scope_list(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with reading(engine) as connection:
        see_all(connection)
        for row in connection.execute(select(tables.scope).order_by(tables.scope.c.scope)):
            _say(f"{row.scope}  {row.title}  第 {row.rev} 版  {row.records} 条")


def _device_list(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    device, account = tables.device, tables.account
    query = select(device, account.c.login).join(account, account.c.id == device.c.account)
    if chosen.login:
        query = query.where(account.c.login == chosen.login)
    with reading(engine) as connection:
        for row in connection.execute(query.order_by(account.c.login, device.c.created_at)):
            state = f"已吊销 {row.revoked_at}" if row.revoked_at else f"最近 {row.seen_at}"
            _say(f"{row.id}  {row.login}  {row.name}  {state}")


def _device_revoke(engine: Engine, settings: Settings, chosen: Arguments) -> int:
    with writing(engine) as connection:
        done = auth.revoke_device(connection, chosen.device, None, utc_now())
    if not done:
        return _refuse("没有这台设备，或它早已吊销。")
    _say("设备已吊销，它从现在起不能再同步。")
    return 0


def _back_up(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    folder = backups.back_up(engine, settings, chosen.folder, utc_now())
    _say(f"已备份到 {folder}，正在试恢复……")
    _report(engine, backups.verify(folder))


def _verify(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    _report(engine, backups.verify(chosen.folder))


def _report(engine: Engine, checked: backups.Checked) -> None:
    counted = backups.mark_verified(engine, checked, utc_now())
    _say(f"备份完好：{checked.records} 条记录，{checked.files} 个附件，覆盖到 {checked.covers_at}。")
    if not counted:
        _say("它属于这个数据库恢复之前的一段，不计入客户端的安全点。")


def _restore(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    checked = backups.restore(engine, settings, chosen.folder, utc_now(), replace=chosen.replace)
    _say(f"已恢复 {checked.records} 条记录，数据库换了新编号。各客户端会要求重新登录，并自动补发备份之后的改动。")
    _say("备份之后吊销过的设备，请用 device revoke 再吊销一次。")


def _new_epoch(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with writing(engine) as connection:
        meta.begin_life(connection)
    _say("数据库换了新编号。各客户端会要求重新登录，并自动补发它们保留的改动。")


def _stats(engine: Engine, settings: Settings, chosen: Arguments) -> int:
    with reading(engine) as connection:
        counts = admin.recount(connection)
        covered = meta.facts(connection).get(meta.COVERED, "还没有验证过的备份")
    for count in counts:
        _say(f"{count.scope}  {count.title}  第 {count.rev} 版  {count.count} 条  {count.fault or '相符'}")
    _say(f"备份覆盖到：{covered}")
    return 1 if any(count.fault for count in counts) else 0


def _tidy(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with writing(engine) as connection:
        files, chunks = admin.tidy(connection, settings, utc_now())
    _say(f"清理了 {files} 个没有记录提到的附件、{chunks} 个旧快照块。")


def _audit(engine: Engine, settings: Settings, chosen: Arguments) -> None:
    with reading(engine) as connection:
        for at, action, detail in admin.audit_of(connection, chosen.scope):
            _say(f"{at}  {action}  {detail}")


def _grant(text: str) -> Grant:
    scope, equals, role = text.partition("=")
    if not equals or role not in admin.roles():
        raise AdminError(f"授权写作 范围=角色，例如 team:12=lead。角色有：{'、'.join(admin.roles())}。")
    return Grant(scope, Role(role))


def _password(chosen: Arguments) -> str:
    if chosen.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    return os.environ.get(PASSWORD_VARIABLE) or getpass.getpass("密码（至少 10 个字符）：")


# --- the command line -------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="broker-server", description="科技走访 · 同步服务器 / central sync server")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--home", type=Path, help="数据文件夹，默认 ./broker-server（或环境变量 BROKER_SERVER_HOME）")
    parser.add_argument("--database", help="PostgreSQL 地址；不写就用数据文件夹里的 SQLite")
    parser.set_defaults(needs_tables=True)
    commands = parser.add_subparsers(required=True, metavar="命令")

    def command(group: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Callable[..., int | None],
                text: str) -> argparse.ArgumentParser:  # fmt: skip
        added = group.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    def group(name: str, text: str) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
        return commands.add_parser(name, help=text).add_subparsers(required=True, metavar="做什么")

    one = command(commands, "init", _init, "建立或升级数据库 / make or upgrade the database")
    one.add_argument("--name", default="", help="客户端看到的服务器名称")
    one.set_defaults(needs_tables=False)

    one = command(commands, "serve", _serve, "启动服务 / serve")
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--port", type=int, default=8600)
    one.add_argument("--workers", type=int, default=1, help="进程数")
    one.add_argument("--metrics-host", default="127.0.0.1")
    one.add_argument("--metrics-port", type=int, default=0, help="Prometheus 指标端口，0 为不开")
    one.add_argument("--proxy", default="127.0.0.1", help="反向代理的地址，只信它报来的客户端地址")

    users = group("user", "账号 / accounts")
    one = command(users, "add", _user_add, "建立账号")
    one.add_argument("login")
    one.add_argument("--name", default="")
    one.add_argument("--grant", action="append", default=[], metavar="范围=角色")
    one.add_argument("--administrator", action="store_true")
    one.add_argument("--password-stdin", action="store_true")
    one = command(users, "password", _user_password, "更换密码")
    one.add_argument("login")
    one.add_argument("--password-stdin", action="store_true")
    command(users, "close", _user_close, "停用账号").add_argument("login")
    one = command(users, "grant", _user_grant, "授权")
    one.add_argument("login")
    one.add_argument("grant", metavar="范围=角色")
    one = command(users, "withdraw", _user_withdraw, "收回授权")
    one.add_argument("login")
    one.add_argument("scope")
    command(users, "list", _user_list, "列出账号")

    one = command(commands, "import-leftovers", _import_leftovers, "读入停用的电脑导出的改动 / take in leftovers")
    one.add_argument("file", type=Path, help="客户端「导出没上传的」写的 .jsonl 文件")
    one.add_argument("--user", required=True, help="是谁的改动：按他现在的授权读入")

    one = command(commands, "activation", _activation, "激活码：地址、单位和账号，没有密码 / activation code")
    one.add_argument("--address", required=True, help="客户端用的地址，像 https://sync.example.cn")
    one.add_argument("--user", default="", help="给谁的；不写就谁都能用")
    one.add_argument("--ca-file", type=Path, help="单位自己的证书（PEM）")
    one.add_argument("-o", "--output", type=Path, help="写成文件：.png 是二维码，.txt 是文字，带证书")

    one = command(group("team", "团队 / teams"), "add", _team_add, "建立团队")
    one.add_argument("number")
    one.add_argument("title")

    scopes = group("scope", "范围 / scopes")
    one = command(scopes, "add", _scope_add, "建立县区或团队")
    one.add_argument("scope", help="county:330381 或 team:12")
    one.add_argument("title")
    command(scopes, "list", _scope_list, "列出范围")

    devices = group("device", "设备 / devices")
    command(devices, "list", _device_list, "列出设备").add_argument("--login", default="")
    command(devices, "revoke", _device_revoke, "吊销设备").add_argument("device", type=UUID)

    command(commands, "backup", _back_up, "备份并试恢复 / back up and verify").add_argument("folder", type=Path)
    command(commands, "verify-backup", _verify, "检查一份备份 / verify a backup").add_argument("folder", type=Path)
    one = command(commands, "restore", _restore, "恢复一份备份 / restore a backup")
    one.add_argument("folder", type=Path)
    one.add_argument("--replace", action="store_true", help="换掉现有的记录")
    one.set_defaults(needs_tables=False)
    command(commands, "new-epoch", _new_epoch, "用别的工具恢复过数据库之后运行 / after restoring with other tools")
    command(commands, "stats", _stats, "重新计数并核对 / recount and compare")
    command(commands, "tidy", _tidy, "清理无主附件 / drop files nobody names")
    command(commands, "audit", _audit, "管理记录 / audit").add_argument("--scope", default="server")
    return parser
