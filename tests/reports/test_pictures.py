"""The pages look as they looked when somebody last judged them: small grey pictures, a small difference allowed.

A page that was changed on purpose: delete its picture, run this once (it fails and draws the new one), look at it.
"""

import io
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.reports.papers import PAPERS, content
from tests.reports.sheets import VISIT

PICTURES = Path(__file__).parent / "pictures"
DPI, LIMIT = 40, 1.0  # mean difference of a pixel, of 255
JUDGED = [name for name in PAPERS if name != "nasty"]


def pictures(paper: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(paper)
    try:
        return [page.render(scale=DPI / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


@pytest.mark.parametrize("name", JUDGED)
def test_pages_look_the_same(name: str) -> None:
    for number, picture in enumerate(pictures(content(name)), 1):
        path = PICTURES / f"{name}-{number}.png"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            picture.save(path, optimize=True)
            pytest.fail(f"{path.name} was not there; it is drawn now, look at it")
        with Image.open(io.BytesIO(path.read_bytes())) as judged:
            assert difference(picture, judged.convert("L")) < LIMIT, path.name


def test_a_page_that_moved_would_be_seen() -> None:
    before = pictures(content("visit"))[0]
    after = pictures(PAPERS["visit"].build(replace(VISIT, enterprise=VISIT.enterprise * 4)))[0]
    assert difference(before, after) > 3 * LIMIT
