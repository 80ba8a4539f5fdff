"""Whatever bytes a file holds, it is read or refused with a sentence; nothing else may happen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker_app.errors import ImportFileError
from broker_app.exchange.source import open_source

WorkbookMaker = Callable[..., Path]
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(many, max_examples=25)
GRAINS = [
    b'"',
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\x00",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xb5\xe7",
    "阀".encode(),
    b"a",
    b"=",
]


def survives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        source = open_source(path)
        count = sum(1 for _ in source.rows())
    except ImportFileError as refusal:
        sentence = refusal.message
    else:
        assert count == source.row_count
        return
    assert path.name in sentence


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_text(tmp_path: Path, name: str) -> None:
    @many
    @given(st.binary(max_size=300) | st.lists(st.sampled_from(GRAINS), max_size=60).map(b"".join))
    def check(content: bytes) -> None:
        survives(tmp_path / name, content)

    check()


def test_chosen_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    @many
    @given(
        st.binary(max_size=300) | st.lists(st.sampled_from(GRAINS), max_size=60).map(b"".join),
        st.sampled_from(["UTF-8", "GB18030", "UTF-16", "Big5"]),
    )
    def check(content: bytes, encoding: str) -> None:
        path.write_bytes(content)
        try:
            rows = list(open_source(path, encoding=encoding).rows())
        except ImportFileError:
            return
        assert all(str(row).encode("utf-8") for row in rows)

    check()


def test_workbook_with_wrong_bytes(workbook: WorkbookMaker, tmp_path: Path) -> None:
    whole = workbook([["名称", "电话"], *[[f"甲厂{n}", n] for n in range(50)]]).read_bytes()

    @few
    @given(st.lists(st.tuples(st.integers(4, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=6))
    def check(wrong: list[tuple[int, int]]) -> None:
        content = bytearray(whole)
        for place, value in wrong:
            content[place] = value
        survives(tmp_path / "wrong.xlsx", bytes(content))

    check()
