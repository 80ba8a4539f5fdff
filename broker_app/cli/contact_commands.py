"""``contacts``: people of firms out to a card file and in from one, and what has left."""

import argparse
from pathlib import Path
from typing import Any

from broker_app.cli.command import add_command, opened
from broker_app.cli.output import say, say_json
from broker_app.db.models import Enterprise
from broker_app.errors import InvalidInputError
from broker_app.exchange.vcard import read_cards, write_cards
from broker_app.i18n import _, counted
from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.contacts import export_log, note_export, people_of, take_people
from broker_app.services.records import resolve


def add_commands(commands: Any) -> None:
    """Add ``contacts export``, ``import`` and ``log``."""
    contacts = commands.add_parser("contacts", help=_("联系人")).add_subparsers(required=True)
    export = add_command(contacts, "export", _export, _("把联系人写成名片文件（vcf）"))
    export.add_argument("file", type=Path, metavar="FILE.vcf")
    export.add_argument("--enterprise", metavar="ID", help=_("只要这一家的"))
    export.add_argument("--yes", action="store_true", help=_("确认：个人信息会离开这台电脑的加密资料"))
    take = add_command(contacts, "import", _import, _("从名片文件（vcf）加联系人"))
    take.add_argument("file", type=Path, metavar="FILE.vcf")
    take.add_argument("--enterprise", metavar="ID", help=_("都算这一家的；不写就看名片上的单位"))
    take.add_argument("--new-firms", action="store_true", help=_("名片上的单位还没有，就新建企业"))
    take.add_argument("--json", action="store_true")
    log = add_command(contacts, "log", _log, _("看哪些联系人被导出过"))
    log.add_argument("--json", action="store_true")


def _export(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store:
        with store.read() as session:
            firm = resolve(session, Enterprise, arguments.enterprise) if arguments.enterprise else None
            people = people_of(session, firm)
        count = counted("{n} 位联系人", "{n} 位联系人", len(people))
        if not arguments.yes:
            sentence = _("{count}的姓名和电话会写进没有加密的文件。确认要导出，请加 --yes。")
            raise InvalidInputError("yes", sentence.format(count=count))
        write_cards(arguments.file, people)
        with store.write() as session:
            note_export(session, arguments.file.name, len(people))
    say(_("已导出{count}，记入导出记录。").format(count=count))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    cards = read_cards(arguments.file)
    with opened(arguments) as store, store.write() as session:
        firm = resolve(session, Enterprise, arguments.enterprise) if arguments.enterprise else None
        taken = take_people(session, cards, enterprise_id=firm, add_firms=arguments.new_firms)
    if arguments.json:
        refused = [{"name": name, "why": why} for name, why in taken.refused]
        say_json({"added": len(taken.added), "known": taken.known, "firms": len(taken.firms), "refused": refused})
        return 0
    say(_("新增 {added} 位，已经有的 {known} 位，没有加的 {refused} 位。").format(
        added=len(taken.added), known=taken.known, refused=len(taken.refused)
    ))  # fmt: skip
    for name, why in taken.refused:
        say(_("没有加 {name}：{why}").format(name=name, why=why))
    return 0


def _log(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        lines = export_log(session)
    if arguments.json:
        say_json(lines)
        return 0
    for line in lines:
        when = line.at.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")
        say(_("{when}　{who}　{count}　{file}").format(
            when=when, who=line.who, count=counted("{n} 位联系人", "{n} 位联系人", line.people), file=line.file_name
        ))  # fmt: skip
    if not lines:
        say(_("还没有导出过联系人。"))
    return 0
