"""What a shut-out device could not send, written to a file for an administrator."""

import os
from pathlib import Path

import orjson
from sqlalchemy import select

from broker_app.db.models import OutboxOperation
from broker_app.errors import StoreError
from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.sessions import Sessions
from broker_app.sync.journal import operation_of


def write_leftovers(sessions: Sessions, folder: Path) -> Path:
    """Write every change that has not gone up as lines of JSON into ``folder``; returns the file.

    The lines are operations as they go over the wire. The file is not encrypted: only its owner may read it.

    Raises:
        StoreError: there is nothing to write, or the folder cannot be written.
    """
    with sessions.read() as session:
        rows = session.scalars(select(OutboxOperation).order_by(OutboxOperation.seq)).all()
        lines = [orjson.dumps(operation_of(row).as_wire()) for row in rows]
    if not lines:
        raise StoreError(_("没有还没上传的改动，不用导出。"))
    name = _("没上传的改动")
    target = folder / f"{name}-{utc_now().astimezone(CHINA_TIME):%Y%m%d-%H%M%S}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\n".join(lines) + b"\n")
    except OSError as error:
        raise StoreError(_("导出的文件写不了：{folder}。资料没有受影响。").format(folder=folder)) from error
    return target
