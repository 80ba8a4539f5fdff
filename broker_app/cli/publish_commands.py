"""Publishing on the command line: ``need publish``, ``need withdraw``, ``need public`` and ``need take``."""

import argparse
from dataclasses import replace
from typing import Any

from broker_app.cli.command import EVERYTHING, add_command, opened
from broker_app.cli.output import say, say_json
from broker_app.cli.tables import table_text
from broker_app.db.models import Need, PublishedNeed
from broker_app.i18n import _, listed
from broker_app.services.public_needs import list_public_needs, take_over
from broker_app.services.publishing import PublicPreview, preview_publication, publish_need, withdraw_publication
from broker_app.services.records import resolve


def add_publishing(need: Any) -> None:
    """Add the actions to the group ``need``."""
    publish = add_command(need, "publish", _publish, _("公开一条核实过的需求；不加 --yes 只看会公开什么"))
    publish.add_argument("id", help=_("编号或 ID"))
    publish.add_argument("--yes", action="store_true", help=_("看过了，公开"))
    publish.add_argument("--unit", help=_("联系单位，不写企业"))
    publish.add_argument("--name", help=_("联系人"))
    publish.add_argument("--phone", help=_("办公电话"))
    withdraw = add_command(need, "withdraw", _withdraw, _("撤回发布"))
    withdraw.add_argument("id", help=_("编号或 ID"))
    withdraw.add_argument("--why", default="", help=_("原因"))
    public = add_command(need, "public", _public, _("列出公开需求，自己的和别的团队的"))
    public.add_argument("--query", default="", help=_("只列含这些字的"))
    take = add_command(need, "take", _take, _("把一条公开需求收进本团队"))
    take.add_argument("id", help=_("编号或 ID"))
    for parser in (publish, public):
        parser.add_argument("--json", action="store_true")


def _publish(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.write() as session:
        need_id = resolve(session, Need, arguments.id)
        preview = preview_publication(session, need_id)
        said = {name: value for name in ("unit", "name", "phone") if (value := getattr(arguments, name)) is not None}
        preview = replace(preview, office=replace(preview.office, **said))
        if arguments.yes:
            publish_need(session, need_id, preview.office, expected=preview.text)
    if arguments.json:
        say_json({"published": arguments.yes, "text": preview.text, "office": preview.office, "faults": preview.faults})
    else:
        _say_preview(preview)
        say(_("已公开，下次上传送出去。") if arguments.yes else _("还没有公开。看过没问题，加 --yes 再运行一次。"))
    return 0


def _say_preview(preview: PublicPreview) -> None:
    office = preview.office
    for key, words in (*preview.lines, (_("有兴趣的人找谁"), f"{office.unit} {office.name} {office.phone}".strip())):
        say(f"{key}\t{words}")
    say(_("只留在团队里：{words}").format(words=listed(preview.stays_inside)))
    for words in preview.reminders:
        say(_("企业要求「{words}」不得外传，请自己再看一遍上面有没有。").format(words=words))
    for words in preview.faults:
        say(words)


def _withdraw(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.write() as session:
        withdraw_publication(session, resolve(session, Need, arguments.id), arguments.why)
    say(_("已撤回发布，下次上传送出去。"))
    return 0


def _public(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.read() as session:
        rows = list_public_needs(session, arguments.query, limit=EVERYTHING)
    if arguments.json:
        say_json(rows)
    else:
        say(table_text(rows, ("number", "title", "county", "budget", "deadline", "contact_unit", "is_ours")))
    return 0


def _take(arguments: argparse.Namespace) -> int:
    with opened(arguments) as store, store.write() as session:
        need_id = take_over(session, resolve(session, PublishedNeed, arguments.id))
    say(_("已收进本团队：{id}").format(id=need_id))
    return 0
