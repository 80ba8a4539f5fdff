"""The data key goes into a key store that can be trusted, or nowhere."""

from collections.abc import Callable
from pathlib import Path

import keyring.backend
import pytest
from keyring.errors import InitError, KeyringError, PasswordDeleteError

from broker_app import credentials

KEY = bytes(range(32))

Offer = Callable[..., "FakeKeyStore"]


class FakeKeyStore:
    """A key store in memory; ``trouble`` names the calls that fail."""

    def __init__(self, error: Exception | None = None, trouble: tuple[str, ...] = (), *, keeps: bool = True) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.error, self.trouble, self.keeps = error, trouble, keeps

    def _try(self, call: str) -> None:
        if self.error and call in self.trouble:
            raise self.error

    def set_password(self, service: str, name: str, secret: str) -> None:
        self._try("set")
        if self.keeps:
            self.kept[service, name] = secret

    def get_password(self, service: str, name: str) -> str | None:
        self._try("get")
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        self._try("delete")
        del self.kept[service, name]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Makes the computer offer key stores, each of a class that lives in the module named."""

    def offered(store: FakeKeyStore, module: str, *others: str) -> FakeKeyStore:
        found = []
        for name in (*others, module):
            backend = store if name == module else FakeKeyStore()
            backend.__class__ = type("Keyring", (FakeKeyStore,), {"__module__": name})
            found.append(backend)
        monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda: found)
        return store

    return offered


def test_a_trusted_store_keeps_gives_and_forgets(offer: Offer, tmp_path: Path) -> None:
    store = offer(FakeKeyStore(), "keyring.backends.SecretService")
    assert credentials.remembered_data_key(tmp_path) is None
    assert credentials.remember_data_key(tmp_path, KEY)
    assert credentials.remembered_data_key(tmp_path) == KEY
    assert credentials.remembered_data_key(tmp_path / "other profile") is None
    assert list(store.kept.values()) == [KEY.hex()]
    assert credentials.forget_data_key(tmp_path)
    assert credentials.remembered_data_key(tmp_path) is None
    assert credentials.forget_data_key(tmp_path)


@pytest.mark.parametrize(
    "module",
    ["keyrings.alt.file", "keyrings.cryptfile.cryptfile", "keyring.backends.null", "keyring.backends.chainer", "mine"],
)
def test_a_store_that_cannot_be_trusted_is_never_touched(module: str, offer: Offer, tmp_path: Path) -> None:
    store = offer(FakeKeyStore(ValueError("touched"), ("set", "get", "delete")), module)
    assert not credentials.remember_data_key(tmp_path, KEY)
    assert credentials.remembered_data_key(tmp_path) is None
    assert credentials.forget_data_key(tmp_path)
    assert store.kept == {}


def test_among_several_the_trusted_one_is_taken(offer: Offer, tmp_path: Path) -> None:
    store = offer(FakeKeyStore(), "keyring.backends.Windows", "keyrings.alt.file", "keyring.backends.null")
    assert credentials.remember_data_key(tmp_path, KEY)
    assert list(store.kept.values()) == [KEY.hex()]


def test_no_store_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keyring.backend, "get_all_keyring", list)
    assert not credentials.remember_data_key(tmp_path, KEY)
    assert credentials.remembered_data_key(tmp_path) is None


def test_the_stores_of_this_machine_without_a_session_bus(tmp_path: Path) -> None:
    assert not credentials.remember_data_key(tmp_path, KEY)
    assert credentials.remembered_data_key(tmp_path) is None


def test_a_store_that_swallows_the_secret_is_noticed(offer: Offer, tmp_path: Path) -> None:
    offer(FakeKeyStore(keeps=False), "keyring.backends.kwallet")
    assert not credentials.remember_data_key(tmp_path, KEY)


@pytest.mark.parametrize("error", [InitError("locked"), KeyringError("dismissed"), OSError("bus gone")])
def test_a_store_that_fails_is_done_without(error: Exception, offer: Offer, tmp_path: Path) -> None:
    offer(FakeKeyStore(error, ("set", "get")), "keyring.backends.SecretService")
    assert not credentials.remember_data_key(tmp_path, KEY)
    assert credentials.remembered_data_key(tmp_path) is None


def test_a_store_that_will_not_let_go_is_said_so(offer: Offer, tmp_path: Path) -> None:
    offer(FakeKeyStore(PasswordDeleteError("locked"), ("delete",)), "keyring.backends.SecretService")
    assert credentials.remember_data_key(tmp_path, KEY)
    assert not credentials.forget_data_key(tmp_path)


@pytest.mark.parametrize("junk", ["", "no hex", "00ff"])
def test_junk_in_the_store_is_no_key(junk: str, offer: Offer, tmp_path: Path) -> None:
    store = offer(FakeKeyStore(), "keyring.backends.SecretService")
    credentials.remember_data_key(tmp_path, KEY)
    store.kept = dict.fromkeys(store.kept, junk)
    assert credentials.remembered_data_key(tmp_path) is None
