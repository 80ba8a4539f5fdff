"""Taking in photos of 12 and 20 megapixels: checked, shrunk, without their place, sealed and previewed.

It happens off the UI thread; limit: a second for 12 megapixels (ux.md 2.11). The floor is the same photo opened, made
smaller and written again by Pillow alone.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from broker_app.paths import ProfilePaths  # noqa: E402
from broker_app.services.attachments import take_file, vault_of  # noqa: E402
from broker_app.services.profile import Profile, create_profile  # noqa: E402

SIZES = {"12 MP": (4000, 3000), "20 MP": (5472, 3648)}
LIMIT_SECONDS = {"12 MP": 1.0, "20 MP": 1.7}
ROUNDS = 5


def photo(width: int, height: int) -> bytes:
    """A made-up photo with as much in it as a workshop: noise over a gradient."""
    dice = random.Random(12)  # noqa: S311 - a picture, nothing secret
    small = Image.frombytes("RGB", (250, 180), dice.randbytes(250 * 180 * 3))
    out = BytesIO()
    small.resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()


def floor(content: bytes) -> None:
    """Open, shrink and write again, nothing else."""
    with Image.open(BytesIO(content)) as opened:
        opened.draft("RGB", (2048, 2048))
        opened.thumbnail((2048, 2048))
        opened.save(BytesIO(), "JPEG", quality=88)


def main() -> int:
    """Print one JSON object; exit with 1 when a limit is passed."""
    figures: dict[str, object] = {}
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        paths = ProfilePaths(Path(folder) / "profile")
        with create_profile(paths, bytes(range(32)), Profile()) as store:
            vault = vault_of(store)
            for name, (width, height) in SIZES.items():
                content = photo(width, height)
                ours = _median(lambda content=content: vault.keep(take_file(content, "a.jpg")))  # type: ignore[misc]
                least = _median(lambda content=content: floor(content))  # type: ignore[misc]
                figures[name] = {
                    "file_mb": round(len(content) / 1e6, 1),
                    "seconds": round(ours, 2),
                    "floor_seconds": round(least, 2),
                    "times_floor": round(ours / least, 1),
                    "limit_seconds": LIMIT_SECONDS[name],
                }
                if ours > LIMIT_SECONDS[name]:
                    missed.append(name)
    sys.stdout.write(json.dumps({**figures, "missed": missed}, ensure_ascii=False) + "\n")
    return 1 if missed else 0


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main())
