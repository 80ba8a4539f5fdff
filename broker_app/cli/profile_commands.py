"""The profile itself: ``init``, ``check``, ``passphrase``, ``recover``, ``backup`` and ``restore``."""

import argparse
from pathlib import Path
from typing import Any

from broker_app import credentials
from broker_app.cli.command import add_command, existing_profile, opened, profile_paths
from broker_app.cli.output import say, say_json
from broker_app.db.key_file import (
    change_passphrase,
    open_with_passphrase,
    open_with_recovery_code,
)
from broker_app.db.outbox import pending_count
from broker_app.db.session import Store, integrity_faults
from broker_app.errors import StoreError
from broker_app.exchange.sample import load_sample, sample_profile
from broker_app.i18n import _
from broker_app.paths import resources
from broker_app.services.backups import restore_backup, write_backup
from broker_app.services.entrance import begin
from broker_app.services.import_batches import record_counts
from broker_app.services.indexing import index_faults, index_is_current, tend_index
from broker_app.services.profile import Profile


def add_commands(commands: Any) -> None:
    """Add the commands that make, check and keep a profile."""
    init = add_command(commands, "init", _init, _("建立一份加密的资料"))
    init.add_argument("--sample", action="store_true", help=_("装入样例数据"))
    init.add_argument("--name", help=_("你的姓名"))
    init.add_argument("--county", default="330300", help=_("所在县区的六位代码"))
    check = add_command(commands, "check", _check, _("检查资料是否完好，并数一数"))
    check.add_argument("--json", action="store_true")
    check.add_argument("--repair", action="store_true", help=_("搜索索引有问题就重做，只读资料、不改资料"))
    renew = add_command(commands, "passphrase", _passphrase, _("换一个口令"))
    recover = add_command(commands, "recover", _recover, _("忘了口令：用恢复码设一个新口令"))
    recover.add_argument("--recovery-code-file", type=Path, metavar="F", help=_("从文件读恢复码"))
    for parser in (renew, recover):
        parser.add_argument("--new-passphrase-file", type=Path, metavar="F", help=_("从文件读新口令"))
    backup = add_command(commands, "backup", _backup, _("备份到一个文件夹（备份也是加密的）"))
    backup.add_argument("folder", type=Path, metavar="DIR")
    restore = add_command(commands, "restore", _restore, _("从备份恢复；现有的资料另存一份，不会丢"))
    restore.add_argument("file", type=Path, metavar="FILE")


def count_line(counts: dict[str, int]) -> str:
    """The counts of :func:`record_counts` in one line."""
    return _("企业 {enterprises}　走访 {visits}　需求 {needs}　成果 {achievements}　对接 {matches}").format(**counts)


def _init(arguments: argparse.Namespace) -> int:
    paths = profile_paths(arguments)
    if paths.database.exists():
        raise StoreError(_("这个资料夹里已经有资料，没有改动它。"))
    passphrase = credentials.find_passphrase(arguments.passphrase_file, ask_twice=True)
    profile = sample_profile() if arguments.sample else Profile(name=arguments.name or "", county=arguments.county)
    made = begin(paths, passphrase, profile)
    with made.store as store:
        say(_("资料已建立：{folder}").format(folder=paths.folder))
        say(_("恢复码（请抄下来收好，忘了口令只能靠它）：{code}").format(code=made.recovery_code))
        if arguments.sample:
            load_sample(store, resources() / "sample")
        with store.read() as session:
            say(count_line(record_counts(session)))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    with opened(arguments, mend_now=False) as store:
        faults = integrity_faults(store)
        index = _checked_index(store, repair=arguments.repair and not faults)
        with store.read() as session:
            counts, waiting = record_counts(session), pending_count(session)
    is_sound = not faults and not index["faults"]
    if arguments.json:
        say_json({"ok": is_sound, "faults": faults, "index": index, "counts": counts, "pending": waiting})
    else:
        say(count_line(counts))
        say(_("还没上传：{n} 条改动").format(n=waiting))
        say(_("资料完好。") if not faults else _("发现 {n} 处损坏，请从备份恢复。").format(n=len(faults)))
        say(_index_words(index))
    return 0 if is_sound else 1


def _checked_index(store: Store, *, repair: bool) -> dict[str, Any]:
    """The state of the index of texts, after mending it where that was asked for."""
    was_due = bool(index_faults(store)) or not index_is_current(store)
    if repair and was_due:
        tend_index(store)
    return {
        "faults": index_faults(store),
        "current": index_is_current(store),
        "repaired": repair and was_due,
    }


def _index_words(index: dict[str, Any]) -> str:
    if index["faults"]:
        return _("搜索索引不完整，资料没有受影响。重做索引：broker check --repair")
    if index["repaired"]:
        return _("搜索索引已按现有资料重做。")
    if not index["current"]:
        return _("搜索索引是旧版程序做的，还能用。现在更新：broker check --repair")
    return _("搜索索引完好。")


def _passphrase(arguments: argparse.Namespace) -> int:
    paths = existing_profile(arguments)
    data_key = open_with_passphrase(paths.key_file, credentials.find_passphrase(arguments.passphrase_file))
    change_passphrase(paths.key_file, data_key, credentials.find_new_passphrase(arguments.new_passphrase_file))
    say(_("口令已更换。恢复码不变，资料没有改动。以前做的备份仍用当时的口令打开。"))
    return 0


def _recover(arguments: argparse.Namespace) -> int:
    paths = existing_profile(arguments)
    data_key = open_with_recovery_code(paths.key_file, credentials.find_recovery_code(arguments.recovery_code_file))
    change_passphrase(paths.key_file, data_key, credentials.find_new_passphrase(arguments.new_passphrase_file))
    say(_("新口令已设好，资料没有改动。恢复码不变，请继续收好。"))
    return 0


def _backup(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        written = write_backup(store, arguments.folder)
        with store.read() as session:
            counts = record_counts(session)
    say(_("已备份并核对：{path}").format(path=written))
    say(count_line(counts))
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    passphrase = credentials.find_passphrase(arguments.passphrase_file)
    restored = restore_backup(profile_paths(arguments), arguments.file, passphrase)
    say(_("已从备份恢复：{name}").format(name=arguments.file.name))
    say(count_line(restored.counts))
    if restored.set_aside is not None:
        say(_("原来的资料另存在：{folder}").format(folder=restored.set_aside))
    return 0
