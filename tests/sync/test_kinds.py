"""Every column that travels has a rule; what is not on the allow-list cannot become public."""

import pytest

from broker_app.db.models import Base, Synced
from broker_app.db.outbox import synced_fields, table_name
from broker_app.sync.kinds import KINDS, Merge, may_be_public, rule_of

MODELS = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Synced)),
    key=lambda model: model.__name__,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_synced_column_has_a_merge_rule(model: type[Synced]) -> None:
    kind = KINDS.get(table_name(model))
    assert kind is not None, f"sync/kinds.py does not know {table_name(model)}"
    assert set(synced_fields(model)) == set(kind.fields)


def test_no_field_stands_in_the_table_twice_and_identities_are_fields() -> None:
    for name, kind in KINDS.items():
        assert not kind.identity or kind.identity in kind.fields, name
        assert kind.public <= kind.fields.keys(), name


def test_the_note_is_never_mixed_because_marks_count_its_characters() -> None:
    assert rule_of("visit", "note") is Merge.VALUE
    assert rule_of("visit", "confidential") is Merge.VALUE


def test_a_field_of_a_newer_program_is_a_value() -> None:
    assert rule_of("visit", "not_invented_yet") is Merge.VALUE
    assert rule_of("not_invented_yet", "name") is Merge.VALUE


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("need", {"title": [None, "要一种不开裂的焊料"]}),
        ("visit", {}),
        ("published_need", {"title": [None, "焊料"], "enterprise_id": [None, "0192"]}),
        ("published_need", {"metrics": [None, [{"name": "空洞率", "target": "2", "confidential": True}]]}),
        ("published_need", {"metrics": {"add": [{"name": "空洞率", "confidential": True}], "del": []}}),
        ("not_invented_yet", {"title": [None, "焊料"]}),
        ("state_move", {"why": [None, "价格没谈拢"]}),
    ],
)
def test_what_must_not_become_public_does_not(kind: str, changes: dict[str, object]) -> None:
    assert not may_be_public(kind, changes)


def test_cleared_fields_may_become_public() -> None:
    metrics = [{"name": "空洞率", "target": "2", "confidential": False}]
    assert may_be_public("published_need", {"title": [None, "焊料"], "metrics": [None, metrics]})
    assert may_be_public("achievement", {"title": [None, "低空洞焊膏"], "price": [None, 100]})


def test_a_need_that_is_published_shows_neither_firm_nor_raw_words() -> None:
    hidden = {"enterprise_id", "visit_id", "spans", "text", "confidential_fields", "partner", "verifier_name"}
    assert not hidden & KINDS["published_need"].public
