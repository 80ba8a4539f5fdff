"""Computers of brokers for tests: each an encrypted profile that exchanges with a server under test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from broker_app.db.models import Enterprise, Need, OutboxOperation
from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.services.enterprises import ContactDraft, EnterpriseDraft, get_enterprise, save_enterprise
from broker_app.services.profile import Profile, create_profile, open_profile
from broker_app.services.sync_state import Difference, SyncBoard, sync_board
from broker_app.sync.decisions import Choice, decide
from broker_app.sync.rounds import LogIn, Outcome, log_in, run_round
from tests.server_under_test import PASSWORD, ServerUnderTest

DATA_KEY = bytes(range(32))
COUNTY = "330381"


@dataclass
class Computer:
    """One profile: what a broker does on it, in few words."""

    store: Store
    login: str
    server: ServerUnderTest
    connect: dict[str, Any] = field(default_factory=dict)  # another way to connect, for faults

    def sign_in(self) -> None:
        """Sign in with the password every account of the tests has."""
        log_in(self.store, LogIn(self.server.url, self.login, PASSWORD, f"{self.login} 的电脑"), **self.connect)

    def sync(self, **choices: Any) -> Outcome:
        """One exchange."""
        return run_round(self.store, **{**self.connect, **choices})

    def add_firm(self, name: str, **facts: Any) -> UUID:
        """Add a firm of the county of the tests."""
        with self.store.write() as session:
            return save_enterprise(session, EnterpriseDraft(name=name, county=COUNTY, **facts))

    def edit_firm(self, firm: UUID, **changes: Any) -> None:
        """Change fields of a firm, as its form does."""
        with self.store.write() as session:
            row = session.get(Enterprise, firm)
            assert row is not None
            for name, value in changes.items():
                setattr(row, name, value)

    def firm(self, firm: UUID) -> Enterprise:
        """The row of a firm."""
        with self.store.read() as session:
            row = session.get(Enterprise, firm)
            assert row is not None
            return row

    def firms(self) -> list[str]:
        """Names of the firms a person sees here."""
        with self.store.read() as session:
            return list(
                session.scalars(
                    select(Enterprise.name).where(Enterprise.deleted_at.is_(None)).order_by(Enterprise.name)
                )
            )

    def add_need(self, title: str, **facts: Any) -> UUID:
        """Add a need of the team, as its form does."""
        with self.store.write() as session:
            row = Need(title=title, **facts)
            session.add(row)
            session.flush()
            return row.id

    def need(self, need: UUID) -> Need:
        """The row of a need."""
        with self.store.read() as session:
            row = session.get(Need, need)
            assert row is not None
            return row

    def waiting(self) -> list[OutboxOperation]:
        """What has not gone up."""
        with self.store.read() as session:
            return list(session.scalars(select(OutboxOperation).order_by(OutboxOperation.seq)))

    def board(self) -> SyncBoard:
        """What the sync centre shows."""
        with self.store.read() as session:
            return sync_board(session, lambda _sha256: False)

    def differences(self) -> tuple[Difference, ...]:
        """What waits for a person."""
        return self.board().differences

    def decide(self, difference: Difference, choice: Choice) -> None:
        """Choose."""
        with self.store.write() as session:
            decide(session, difference.id, choice)

    def reopen(self) -> None:
        """Close and open the profile again, as after a crash."""
        paths = self.store.paths
        self.store.close()
        self.store = open_profile(paths, DATA_KEY)

    def copy_disk(self) -> Path:
        """A copy of the file as it is now, as a backup of the whole disk has it."""
        paths = self.store.paths
        self.store.close()
        copy = paths.folder / "copy.db"
        shutil.copy(paths.database, copy)
        self.store = open_profile(paths, DATA_KEY)
        return copy

    def go_back_to(self, copy: Path) -> None:
        """Go on from a copy of the file, whatever happened since."""
        paths = self.store.paths
        self.store.close()
        shutil.copy(copy, paths.database)
        self.store = open_profile(paths, DATA_KEY)


__all__ = ["COUNTY", "Choice", "Computer", "ContactDraft", "get_enterprise", "new_computer"]


@contextmanager
def new_computer(folder: Path, login: str, server: ServerUnderTest, *, signed_in: bool = True) -> Iterator[Computer]:
    """A computer with an empty profile of ``login``."""
    paths = ProfilePaths(folder / f"profile-{login}-{len(list(folder.iterdir()))}")
    store = create_profile(paths, DATA_KEY, Profile(name=f"{login} 样例", county=COUNTY))
    computer = Computer(store, login, server)
    try:
        if signed_in:
            computer.sign_in()
        yield computer
    finally:
        computer.store.close()
