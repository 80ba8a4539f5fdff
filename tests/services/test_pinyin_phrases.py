"""Reading phrase by phrase says what pypinyin says of the whole."""

import pytest

from broker_app.services import pinyin


@pytest.mark.parametrize(
    "name",
    [
        "样例银行长度单晶公司",
        "一种ABC银行10号材料",
        "重庆长城2025电池",
        "〇一中𠮷野家",
        "々中·行长①",
        "ＡＢＣ公司 a1中b2",
        "",
    ],
)
def test_phrases_read_one_by_one_are_the_whole(name: str) -> None:
    assert pinyin._read(name) == pinyin._pypinyin().lazy_pinyin(name, errors=pinyin._letters)
