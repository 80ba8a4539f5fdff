"""What a shut-out computer could not send, brought in from the file it wrote.

The operations keep their ids, so a file may be read twice; they count as the account's, with the roles it has now:
what it may not write any more is held for whoever leads that scope.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from broker_app.sync.protocol import MAX_OPERATIONS, Operation
from broker_server import admin, audit
from broker_server.admin import AdminError
from broker_server.database import reading, writing
from broker_server.push import push_for
from broker_server.wire import OperationIn

_LARGEST = 256 * 1024 * 1024


def import_leftovers(engine: Engine, file: Path, login: str, now: datetime) -> Counter[str]:
    """Take in every line of ``file`` as ``login``; how many operations met which fate.

    Raises:
        AdminError: no such account, or the file is none of ours; then nothing of it was taken in.
        Problem: busy.
    """
    operations = _read(file)
    with reading(engine) as connection:
        account = admin.account_of(connection, login)
    fates: Counter[str] = Counter()
    for batch in _batches(operations):
        fates.update(str(result["status"]) for result in push_for(engine, account, batch, now))
    with writing(engine) as connection:
        audit.note(connection, account, None, "leftovers taken in", str(fates.total()), now)
    return fates


def _read(file: Path) -> list[Operation]:
    try:
        if file.stat().st_size > _LARGEST:
            raise AdminError(f"文件 {file} 太大，不是客户端导出的。")
        lines = file.read_bytes().splitlines()
    except OSError:
        raise AdminError(f"读不了文件 {file}。") from None
    found = []
    for number, line in enumerate((line for line in lines if line.strip()), 1):
        try:
            found.append(OperationIn.model_validate_json(line).as_operation())
        except ValidationError:
            raise AdminError(f"文件第 {number} 行读不懂，一条也没有读入。") from None
    if not found:
        raise AdminError(f"文件 {file} 里没有改动。")
    return found


def _batches(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """At most as many as a device may send at once; operations of one action stay together."""
    batch: list[Operation] = []
    for operation in operations:
        together = batch and operation.group is not None and operation.group == batch[-1].group
        if len(batch) >= MAX_OPERATIONS and not together:
            yield batch
            batch = []
        batch.append(operation)
    if batch:
        yield batch
