"""Who uses this profile, and opening it with everything that listens to its store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields

from sqlalchemy.orm import Session

from broker_app.db.actor import Actor
from broker_app.db.models import ProfileValue
from broker_app.db.session import Store, create_store, open_store, remove_store
from broker_app.paths import ProfilePaths
from broker_app.services.indexing import keep_index

_KEY = "profile"


@dataclass(frozen=True)
class Profile:
    """The broker as papers and records name them; ``is_sample`` marks a profile of made-up data."""

    user_id: str = "local"
    name: str = ""
    title: str = ""  # 中级技术经纪人
    role: str = "broker"  # code list visitor_role
    organisation: str = ""
    team: str = "local"
    team_name: str = ""
    county: str = "330300"
    phone: str = ""  # the office phone, printed on letters on purpose
    address: str = ""
    is_curator: bool = False
    is_sample: bool = False

    @property
    def actor(self) -> Actor:
        """The part of it that rows are stamped with."""
        return Actor(self.user_id, self.name, self.team, self.county, self.is_curator)


def create_profile(paths: ProfilePaths, data_key: bytes, profile: Profile) -> Store:
    """Make an empty store for ``profile`` and open it; what could not be made whole is not left behind.

    Raises:
        StoreError: there is one already, or the folder cannot be written.
    """
    made = create_store(paths, data_key)
    try:
        with _closed_on_failure(made) as store:
            keep_index(store, rebuild_now=False)
            with store.write() as session:
                save_profile(session, profile)
            store.actor = profile.actor
    except BaseException:
        remove_store(paths)
        raise
    return made


def open_profile(paths: ProfilePaths, data_key: bytes, *, mend_now: bool = True) -> Store:
    """Open the store of a profile with its person; raises like :func:`open_store`.

    ``mend_now``: a damaged index of texts is made whole before anything is asked; a window leaves that to
    :func:`broker_app.services.indexing.tend_index`, as both do with one of another tokenizer.
    """
    with _closed_on_failure(open_store(paths, data_key)) as store:
        keep_index(store, rebuild_now=False, mend_now=mend_now)
        with store.read() as session:
            store.actor = read_profile(session).actor
    return store


def read_profile(session: Session) -> Profile:
    """The person this profile belongs to; a field of a newer program is passed over."""
    row = session.get(ProfileValue, _KEY)
    known = {field.name for field in fields(Profile)}
    return Profile(**{name: value for name, value in (row.value if row else {}).items() if name in known})


def save_profile(session: Session, profile: Profile) -> None:
    """Write the person down; the store stamps new rows with them from its next opening on."""
    session.merge(ProfileValue(key=_KEY, value=asdict(profile)))


@contextmanager
def _closed_on_failure(store: Store) -> Iterator[Store]:
    """A store nobody gets to see must not keep its profile locked."""
    try:
        yield store
    except BaseException:
        store.close()
        raise
