"""Who may read and write which scope: roles are given per scope, and everything follows from them.

| role      | in the scope it is given for                                                       |
|-----------|------------------------------------------------------------------------------------|
| broker    | reads and writes                                                                   |
| lead      | reads and writes a team, and sees what others could not put there (``held:``)      |
| officer   | the same for a county                                                              |
| curator   | the same for ``public``                                                            |
| registrar | reads and writes                                                                   |
| auditor   | reads                                                                              |

Everybody reads ``public`` and owns ``user:<id>``. An administrator has accounts and devices, no records.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from broker_app.sync.protocol import PUBLIC, held_scope, user_scope


class Role(StrEnum):
    """What somebody is in a scope."""

    BROKER = "broker"
    LEAD = "lead"
    OFFICER = "officer"
    CURATOR = "curator"
    REGISTRAR = "registrar"
    AUDITOR = "auditor"


_LEADS = {Role.LEAD, Role.OFFICER, Role.CURATOR}
_PLACES: dict[Role, tuple[str, ...]] = {
    Role.LEAD: ("team:",),
    Role.OFFICER: ("county:",),
    Role.CURATOR: (PUBLIC,),
    Role.BROKER: ("team:", "county:"),
    Role.REGISTRAR: ("team:", "county:"),
    Role.AUDITOR: ("team:", "county:", PUBLIC),
}


@dataclass(frozen=True)
class Grant:
    """A role in a scope."""

    scope: str
    role: Role


@dataclass(frozen=True)
class Access:
    """The scopes somebody may read, and those of them they may write."""

    readable: frozenset[str]
    writable: frozenset[str]


def access_of(account: UUID, grants: Iterable[Grant]) -> Access:
    """What ``grants`` and the person themselves open."""
    own = user_scope(account)
    readable, writable = {PUBLIC, own}, {own}
    for grant in grants:
        readable.add(grant.scope)
        if grant.role is not Role.AUDITOR:
            writable.add(grant.scope)
        if grant.role in _LEADS:
            readable.add(held_scope(grant.scope))
            writable.add(held_scope(grant.scope))
    return Access(frozenset(readable), frozenset(writable))


def is_possible(grant: Grant) -> bool:
    """Whether that role exists in that kind of scope."""
    return grant.scope.startswith(_PLACES[grant.role])
