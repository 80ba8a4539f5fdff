"""Entries of the term table written to a table and taken in from one."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from broker_app.db.session import Store
from broker_app.errors import ImportFileError
from broker_app.exchange.term_file import MOST_ROWS, give_back, take_terms, write_terms
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile
from broker_app.services.term_book import keep_term, read_book, turn_term
from broker_app.services.terms import TermDraft, delete_term

OWN = (
    TermDraft("一摔就成渣", ("PC/ABS", "低温韧性"), Decimal("1.8"), ("E5", "T1"), "=1+1"),
    TermDraft("冬天…碎", ("低温脆性",)),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with create_profile(ProfilePaths(tmp_path / "profile"), bytes(range(32)), Profile(name="林样例")) as store:
        yield store


def test_what_was_written_is_taken_in_again_and_given_back_whole(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "对照.csv"
    with store.write() as session:
        ids = [keep_term(session, draft).id for draft in OWN]
        turn_term(session, ids[1], enabled=False)
        rows = [row for row in read_book(session).rows if row.origin == "user"]
        assert write_terms(file, rows) == 2
        assert "'=1+1" in file.read_text("utf-8-sig")
        for one in ids:
            delete_term(session, one)
        taken = take_terms(session, file)
        assert (taken.added, taken.refused) == (2, ())
        again = {row.draft: row.enabled for row in read_book(session).rows if row.origin == "user"}
        assert again == {OWN[0]: True, OWN[1]: False}
        give_back(session, taken)
        assert read_book(session).counts().user == 0
        assert read_book(session).counts().off == 0


def test_lines_that_make_no_sense_are_left_out_and_named(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "对照.tsv"
    lines = (
        "企业怎么说\t专业上叫什么\t权重\t行业",
        "发脆样例\t韧性，增韧\t1.7\t新材料",
        "发脆\t发脆\t1.5\t",
        "松样例\t防松\t很重\t",
        "漏样例\t密封\t9\t",
        "响样例\t降噪\t\t造火箭",
    )
    file.write_text("\n".join(lines), "utf-8")
    with store.write() as session:
        taken = take_terms(session, file)
        assert [one.line for one in taken.refused] == [3, 4, 5, 6]
        own = read_book(session).find(kind="user")
        assert [(row.draft.lay, row.draft.technical, row.draft.industries) for row in own] == [
            ("发脆样例", ("韧性", "增韧"), ("E5",))
        ]


@pytest.mark.parametrize("text", ["姓名,电话\n张,1\n", "企业怎么说,专业上叫什么\n" + "松样例,防松\n" * (MOST_ROWS + 1)])
def test_a_file_of_something_else_or_too_much_is_refused(store: Store, tmp_path: Path, text: str) -> None:
    file = tmp_path / "别的.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(ImportFileError), store.write() as session:
        take_terms(session, file)
