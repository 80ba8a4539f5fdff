"""Looking after a profile from the window: passphrase, backup, health check."""

from dataclasses import dataclass
from pathlib import Path

from broker_app import credentials
from broker_app.db.key_file import change_passphrase, open_with_passphrase
from broker_app.db.session import Store, integrity_faults
from broker_app.services.backups import write_backup
from broker_app.services.import_batches import record_counts
from broker_app.services.sessions import Sessions


@dataclass(frozen=True)
class Health:
    """What the check found: faults (none is good) and how many records there are."""

    faults: tuple[str, ...]
    counts: dict[str, int]


def set_passphrase(sessions: Sessions, old: str, new: str) -> None:
    """Wrap the data key with another passphrase; records and recovery code stay as they are.

    Raises:
        WrongKeyError: ``old`` is not the passphrase in force.
        InvalidInputError: ``new`` is too weak; nothing has changed.
    """
    paths = _store(sessions).paths
    change_passphrase(paths.key_file, open_with_passphrase(paths.key_file, old), new)
    credentials.forget_data_key(paths.folder)


def back_up(sessions: Sessions, folder: Path) -> Path:
    """Write a checked backup into ``folder``; returns its path. Raises StoreError or DiskFullError."""
    return write_backup(_store(sessions), folder)


def check_health(sessions: Sessions) -> Health:
    """Check every page of the store and count the records."""
    store = _store(sessions)
    faults = tuple(integrity_faults(store))
    with store.read() as session:
        return Health(faults, record_counts(session))


def _store(sessions: Sessions) -> Store:
    if not isinstance(sessions, Store):
        raise TypeError("looking after a profile needs its open store")
    return sessions
