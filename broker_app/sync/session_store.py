"""The sign-in of this profile: which server, who, which device. It lies inside the encrypted store.

The refresh token and the device's key are worth nothing outside it; a restored copy of the profile holds an
old token and has to sign in again (sync.md, pitfall 10).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from broker_app.db.models import OutboxOperation, ProfileValue
from broker_app.errors import ExchangeError, SignInError
from broker_app.i18n import _
from broker_app.services.profile import Profile, read_profile, save_profile
from broker_app.services.sync_state import SIGN_IN
from broker_app.sync.bodies import models, table_of
from broker_app.sync.protocol import refresh_message

_PEOPLE = ("author_id", "verifier_id")


@dataclass(frozen=True)
class SignIn:
    """What is known of the server and of us there. ``refresh_token`` empty: the sign-in has ended."""

    url: str = ""
    server_name: str = ""
    login: str = ""
    name: str = ""
    user: str = ""
    device: str = ""
    device_name: str = ""
    device_key: str = ""  # base64 of the private Ed25519 key
    refresh_token: str = ""
    team: str = ""  # the scope of the person's own team
    scopes: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What people call the scopes they have a role in."""

    is_revoked: bool = False
    ca_file: str = ""
    certificate: str = ""
    """The certificate that came with the activation code (PEM); like ``ca_file`` the only one that is believed."""

    @property
    def is_open(self) -> bool:
        """Whether a round can be tried without asking for the password."""
        return bool(self.refresh_token) and not self.is_revoked

    def proof(self) -> str:
        """The device's signature over its refresh token."""
        message = refresh_message(self.refresh_token, UUID(self.device))
        return base64.b64encode(_private(self.device_key).sign(message)).decode()


def read_sign_in(session: Session) -> SignIn:
    """The sign-in of this profile; an empty one if there never was one."""
    row = session.get(ProfileValue, SIGN_IN)
    known = {field.name for field in fields(SignIn)}
    values = {name: value for name, value in (row.value if row else {}).items() if name in known}
    return SignIn(**{**values, "scopes": tuple(values.get("scopes", ()))})


def save_sign_in(session: Session, sign_in: SignIn) -> None:
    """Write the sign-in down."""
    session.merge(ProfileValue(key=SIGN_IN, value=asdict(sign_in)))


def new_device_key() -> str:
    """A fresh private key of this device (base64)."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key(device_key: str) -> str:
    """The public half, as the server registers it."""
    raw = _private(device_key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def check_same_server(before: SignIn, after: SignIn) -> None:
    """A profile belongs to one account of one server for good: nothing of it is ever told to another one.

    Raises:
        ExchangeError: it is another account or another server.
    """
    if before.user and before.user != after.user:
        raise ExchangeError(
            _("这份资料是「{server}」上 {name} 的，不能换到别的服务器或别的账号。资料没有改动。").format(
                server=before.server_name or before.url, name=before.name or before.login
            )
        )


def take_over(session: Session, sign_in: SignIn, grants: Sequence[tuple[str, str]]) -> Profile:
    """Write down who the person is at the server, and with it what new records are stamped with.

    Raises:
        SignInError: the account belongs to no team, so nothing of it could be kept anywhere.
    """
    profile = read_profile(session)
    if profile.is_sample:
        raise ExchangeError(_("这是样例资料，里面的企业和人都是编的，不能上传。请用自己的资料登录。"))
    teams = [scope for scope, role in grants if scope.startswith("team:") and role != "auditor"]
    counties = [scope.removeprefix("county:") for scope, _role in grants if scope.startswith("county:")]
    if not teams:
        raise SignInError(_("这个账号还没有分到团队，请联系管理员。本机的资料没有受影响。"))
    team = f"team:{profile.team}" if f"team:{profile.team}" in teams else teams[0]
    county = profile.county if profile.county in counties or not counties else counties[0]
    changed = replace(
        profile,
        user_id=sign_in.user,
        name=profile.name or sign_in.name,
        team=team.removeprefix("team:"),
        county=county,
        is_curator=any(scope == "public" and role == "curator" for scope, role in grants),
    )
    save_profile(session, changed)
    save_sign_in(session, replace(sign_in, team=team))
    if profile.user_id != sign_in.user:
        _own(session, profile.user_id, sign_in.user)
    return changed


def _own(session: Session, before: str, after: str) -> None:
    """What was written here before the first sign-in is by the person who signs in now."""
    for kind, model in models().items():
        table = table_of(kind)
        for name in _PEOPLE:
            if hasattr(model, name):
                mine = (table.c[name] == before) & (table.c.rev == 0)
                session.execute(update(table).where(mine).values({name: after}))
    for row in session.scalars(select(OutboxOperation).where(OutboxOperation.sent_at.is_(None))):
        named = {name: [row.fields[name][0], after] for name in _PEOPLE if row.fields.get(name, ["", ""])[1] == before}
        if named:
            row.fields = {**row.fields, **named}


def _private(device_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(device_key))
