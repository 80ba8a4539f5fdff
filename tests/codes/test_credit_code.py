"""The checks of credit codes and patent numbers."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.codes.credit_code import check_character, check_credit_code, normalized_credit_code
from broker_app.codes.patent_number import check_patent_number, patent_check_character

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID = "91350100M000100Y43"
BODIES = st.text(LETTERS, min_size=17, max_size=17)
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples" / "visits.json"


def test_the_example_of_the_standard() -> None:
    check = check_credit_code(VALID)
    assert (check.normalized, check.valid, check.problem, check.repairs) == (VALID, True, "", ())


@given(BODIES)
def test_valid_by_construction(body: str) -> None:
    assert check_credit_code(body + check_character(body)).valid


@given(BODIES, st.integers(0, 17), st.sampled_from(LETTERS + "IOSVZ"))
def test_any_single_substitution_is_found(body: str, place: int, letter: str) -> None:
    code = body + check_character(body)
    wrong = code[:place] + letter + code[place + 1 :]
    assert check_credit_code(wrong).valid == (wrong == code)


@given(st.text(max_size=24))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    check = check_credit_code(text)
    assert check.valid == (check.problem == "")
    assert check.valid or not check.inner_warning


@given(BODIES, st.integers(0, 17), st.sampled_from(LETTERS + "IOSVZ"))
def test_proposals_are_few_and_pass(body: str, place: int, letter: str) -> None:
    code = body + check_character(body)
    check = check_credit_code(code[:place] + letter + code[place + 1 :])
    assert len(check.repairs) <= 3
    assert all(check_credit_code(one).valid and one != check.normalized for one in check.repairs)


@pytest.mark.parametrize(
    "typed", ["91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３", " 9135 0100-M000—100Y43\u200b\n"]
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert check_credit_code(typed).valid
    assert normalized_credit_code(typed) == VALID


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "还没有填"),
        ("9135010", "这里有 7 位"),
        ("330382000012345", "旧营业执照注册号"),
        ("91350100M000100Y4Z", "第 18 位是「Z」"),
        ("91350100M000100Y4?", "「?」"),
        ("91350100M000100Y44", "校验位对不上"),
    ],
)
def test_the_problem_is_told(typed: str, told: str) -> None:
    check = check_credit_code(typed)
    assert told in check.problem
    assert not check.valid


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("91350100M000100Y4Z", VALID),
        ("9135O1OOMOOO1OOY43", VALID),
        ("9I350I00M000I00Y43", VALID),
        ("9135010DM000100Y43", VALID),
        ("91330383XY1Y00080B", "91330383XYXY00080B"),
        ("91330383XYXY00O80B", "91330383XYXY00080B"),
    ],
)
def test_a_misread_code_gets_its_proposal_and_stays_as_typed(typed: str, first: str) -> None:
    check = check_credit_code(typed)
    assert check.repairs[:1] == (first,)
    assert check.normalized == typed


def test_no_proposal_without_a_reason() -> None:
    assert check_credit_code("9135").repairs == ()
    assert check_credit_code("91350100M000100Y4?").repairs == ()


def test_the_inner_check_only_warns() -> None:
    body = "91330382XYXY00014"  # the true ninth character of this subject code is 3
    check = check_credit_code(body + check_character(body))
    assert check.valid
    assert "第 9—17 位" in check.inner_warning
    assert check_credit_code("91330382XYXY00013Y").inner_warning == ""


def test_codes_of_the_samples() -> None:
    if not SAMPLES.exists():
        pytest.skip("the samples beside the repository are not here")
    visits = {one["visit_id"]: one for one in json.loads(SAMPLES.read_text(encoding="utf-8"))["visits"]}
    for one in visits.values():
        check = check_credit_code(one["enterprise"]["uscc"])
        assert check.valid
        assert not check.inner_warning
    right = visits["V08"]["enterprise"]["uscc"]
    mistyped = check_credit_code("91330383XY1Y00080B")
    assert "91330383XY1Y00080B" in visits["V08"]["raw_note"]
    assert not mistyped.valid
    assert mistyped.repairs == (right,)


@pytest.mark.parametrize(
    "typed", ["ZL201510123456.1", "zl 2015 1 0123456.1", "ＺＬ２０１５１０１２３４５６．１", "ZL2015101234561"]
)
def test_a_patent_number_passes(typed: str) -> None:
    check = check_patent_number(typed)
    assert (check.normalized, check.valid, check.problem) == ("ZL201510123456.1", True, "")


def test_ten_is_written_x_and_an_application_has_no_zl() -> None:
    assert patent_check_character("200310100002") == "X"
    assert check_patent_number("200310100002.x").normalized == "200310100002.X"


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.sampled_from("0123456789"))
def test_a_wrong_digit_in_a_patent_number_is_found(digits: str, place: int, digit: str) -> None:
    wrong = digits[:place] + digit + digits[place + 1 :]
    assert check_patent_number(f"ZL{wrong}.{patent_check_character(digits)}").valid == (wrong == digits)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "还没有填"),
        ("ZL201510123456", "少了"),
        ("ZL201510123456.2", "校验位对不上"),
        ("CN104567890A", "公开"),
        ("发明专利一件", "ZL 加 12 位数字"),
    ],
)
def test_the_problem_of_a_patent_number_is_told(typed: str, told: str) -> None:
    check = check_patent_number(typed)
    assert told in check.problem
    assert not check.valid
