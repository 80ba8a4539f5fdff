"""Templates of notes: per role, with variables, kept in the profile."""

import pytest

from broker_app.db.session import Store
from broker_app.errors import InvalidInputError
from broker_app.services.visit_templates import SHIPPED, VisitTemplate, filled, list_templates, save_templates


def test_a_fresh_profile_has_some_and_the_role_comes_first(store: Store) -> None:
    with store.read() as session:
        assert list_templates(session) == list(SHIPPED)
        assert [one.role for one in list_templates(session, "tech_vp")] == ["tech_vp", ""]


def test_variables_are_filled_in_and_what_is_not_known_is_left_blank() -> None:
    template = VisitTemplate("进厂", "{日期}到{企业}，同行{ 同行 }，{接待人}")
    values = {"日期": "11月24日", "企业": "甲样例{企业}", "同行": "", "接待人": "赵工"}
    assert filled(template, values) == "11月24日到甲样例{企业}，同行＿＿，赵工"


@pytest.mark.parametrize("text", ["{公司}", "{}", "｛厂名｝", "{企业名称}"])
def test_a_variable_nobody_knows_is_named(store: Store, text: str) -> None:
    with pytest.raises(InvalidInputError, match="认不出") as refused, store.write() as session:
        save_templates(session, [VisitTemplate("甲", f"到{text}")])
    assert refused.value.field == "text"
    assert text in refused.value.message


def test_braces_that_are_no_variable_stay() -> None:
    assert filled(VisitTemplate("甲", "集合 { 一\n二 } 和 }{"), {}) == "集合 { 一\n二 } 和 }{"


@pytest.mark.parametrize(
    ("templates", "field"),
    [
        ([VisitTemplate(" ", "内容")], "name"),
        ([VisitTemplate("甲", "\n")], "text"),
        ([VisitTemplate("甲", "一"), VisitTemplate("甲 ", "二")], "name"),
    ],
)
def test_what_cannot_be_kept(store: Store, templates: list[VisitTemplate], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused, store.write() as session:
        save_templates(session, templates)
    assert refused.value.field == field


def test_kept_as_given_even_if_none_are_left(store: Store) -> None:
    with store.write() as session:
        save_templates(session, [VisitTemplate("甲", "到{企业}", "broker")])
    with store.read() as session:
        assert list_templates(session) == [VisitTemplate("甲", "到{企业}\n", "broker")]
    with store.write() as session:
        save_templates(session, [])
    with store.read() as session:
        assert list_templates(session) == []
