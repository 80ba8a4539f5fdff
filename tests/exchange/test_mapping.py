"""Which column goes where: guessed, corrected, kept, refused."""

from pathlib import Path

import pytest

from broker_app.errors import ImportFileError
from broker_app.exchange.fields import KINDS, Kind, fields_of
from broker_app.exchange.mapping import Mapping, checked_mapping, columns_signature, guess_mapping

POOL_COLUMNS = (
    "id",
    "title",
    "title_from_abstract",
    "abstract",
    "keywords",
    "field",
    "field_predicted",
    "source",
    "source_id",
)


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        (
            "achievements",
            ("成果名称", "完成单位", "摘要", "关键词", "成熟度", "转化方式", "拟转让价格（万元）"),
            ("title", "owner", "abstract", "keywords", "trl", "modes", "price_wan"),
        ),
        (
            "enterprises",
            ("序号", "*企业名称（必填）", "统一社会信用代码", "所在县(市、区)", "联系人", "联系人职务", "手 机"),
            ("source_id", "name", "uscc", None, "contact", "position", "phone"),
        ),
        (
            "needs",
            ("需求名称", "需求描述", "企业名称", "budget_wan", "Deadline", "合作方式"),
            ("title", "description", "enterprise", "budget_wan", "deadline", "mode"),
        ),
        ("needs", ("企业技术需求名称", "需求内容简述", "备注"), ("title", "description", None)),
    ],
)
def test_headings_people_use(kind: Kind, columns: tuple[str, ...], expected: tuple[str | None, ...]) -> None:
    mapping = guess_mapping(kind, columns)
    assert tuple(mapping.field_of(column) for column in columns) == expected


def test_the_pool_of_the_matching_test_maps_by_id() -> None:
    mapping = guess_mapping("achievements", POOL_COLUMNS)
    assert mapping.field_of("id") == "source_id"
    assert mapping.field_of("title") == "title"
    assert mapping.ignored(POOL_COLUMNS) == ("title_from_abstract", "field_predicted", "source", "source_id")


@pytest.mark.parametrize("kind", KINDS)
def test_every_own_heading_maps_to_its_field(kind: Kind) -> None:
    fields = fields_of(kind)
    for columns in ([field.name for field in fields], [field.label for field in fields]):
        mapping = guess_mapping(kind, columns)
        assert [mapping.field_of(column) for column in columns] == [field.name for field in fields]


def test_a_correction_moves_a_field() -> None:
    mapping = guess_mapping("needs", ("需求名称", "难题"))
    moved = mapping.with_pair("难题", "title")
    assert moved.pairs == (("难题", "title"),)
    assert moved.with_pair("难题", None).pairs == ()
    assert [field.name for field in moved.missing(("需求名称",))] == ["title"]


def test_mapping_file_round_trip(tmp_path: Path) -> None:
    mapping = guess_mapping("needs", ("需求名称", "预算（万元）"))
    path = tmp_path / "mapping.json"
    path.write_text(mapping.to_json(), encoding="utf-8")
    assert Mapping.from_json(path.read_bytes()) == mapping


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "不合 JSON 格式"),
        ("[]", "对照表应当写成"),
        ('{"kind": "visits", "columns": {}}', "记录种类“visits”不认识"),
        ('{"kind": "needs", "columns": {"甲": "colour"}}', "“甲”对应的“colour”不认识"),
        ('{"kind": "needs", "columns": {"甲": "title", "乙": "title"}}', "“title”用了两次"),
    ],
)
def test_bad_mapping_files(text: str, sentence: str) -> None:
    with pytest.raises(ImportFileError, match=sentence):
        Mapping.from_json(text)


def test_column_used_twice_is_refused() -> None:
    with pytest.raises(ImportFileError, match="“甲”用了两次"):
        checked_mapping("needs", [("甲", "title"), ("甲", "description")])


def test_signature_remembers_headings_in_any_order_and_dress() -> None:
    assert columns_signature(("名称", "*电话（必填）")) == columns_signature(("电话", "名称"))
    assert columns_signature(("名称",)) != columns_signature(("电话",))
