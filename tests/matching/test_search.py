from dataclasses import replace

import pytest
from sqlalchemy import Connection

from broker_app.matching import Document, Expansion, MatchQuery, index, match
from broker_app.matching.question import split_parts
from tests.matching.pools import documents, record_id

BREAKER = MatchQuery(
    "断路器脱扣一致性不好", "我们做小型断路器,脱扣靠老师傅手调双金属片,想要自动校验", industries=("电气",)
)


def test_the_right_achievement_comes_first_and_is_strong(filled: Connection) -> None:
    answer = match(filled, BREAKER)
    assert answer.results[0].id == record_id(0)
    assert answer.evidence == "strong"
    assert answer.pool_size == len(documents())


def test_no_more_than_the_limit_is_returned(filled: Connection) -> None:
    answer = match(filled, MatchQuery("低温密封的断路器外壳"), limit=2)
    assert len(answer.results) + len(answer.weak_results) == 2


def test_a_need_the_pool_cannot_answer_is_said_to_be_weak(filled: Connection) -> None:
    answer = match(filled, MatchQuery("刹车片高温打滑又尖叫", "我们做摩托车制动片,温度高了刹不住,叫得难听,要新配方"))
    assert not answer.results
    assert answer.evidence in ("weak", "none")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "我们想要解决这个问题",
        "\x00\x01\ud800",
        "😀🙂",
        "。，！？",
        "123 456",
        "50万",
        '"',
        "* ( ) - :",
        "的",
    ],
)
def test_nothing_to_search_for_gives_no_result_and_no_evidence(filled: Connection, text: str) -> None:
    answer = match(filled, MatchQuery(text, text))
    assert (answer.results, answer.weak_results, answer.evidence) == ((), (), "none")


@pytest.mark.parametrize(
    "text",
    [
        'NEAR("断路器" 脱扣)',
        "断路器* OR 脱扣 AND NOT ^x",
        "tokens : 断路器",
        "断路器 - 脱扣 + (",
        '"断路器"" OR 1=1 --',
        "断路器';DROP TABLE match_text;--",
    ],
)
def test_search_syntax_in_a_need_is_only_text(filled: Connection, text: str) -> None:
    answer = match(filled, MatchQuery(text))
    assert record_id(0) in [result.id for result in (*answer.results, *answer.weak_results)]
    assert answer.pool_size == len(documents())


def test_an_empty_pool_gives_a_clear_answer(connection: Connection) -> None:
    answer = match(connection, BREAKER)
    assert (answer.results, answer.weak_results, answer.evidence, answer.pool_size) == ((), (), "none", 0)


def test_latin_only_finds_by_latin(filled: Connection) -> None:
    answer = match(filled, MatchQuery("PC/ABS UL94 V-0"))
    assert answer.results[0].id == record_id(2)
    assert [reason.term for reason in answer.results[0].reasons][:1] == ["PC/ABS"]


def test_a_very_long_need_still_finds_its_subject(filled: Connection) -> None:
    text = ("客户老是抱怨,我们很着急。" * 2000)[:20_000]
    answer = match(filled, MatchQuery("离心泵叶轮汽蚀", text))
    assert (*answer.results, *answer.weak_results)[0].id == record_id(5)


def test_the_other_direction_finds_the_need(connection: Connection) -> None:
    wanted = Document(record_id(100), BREAKER.title, (), BREAKER.text, industries=("电气",))
    other = Document(record_id(101), "杨梅两天就烂", (), "想要便宜的保鲜办法", industries=("现代农业",))
    index.put(connection, "need", [wanted, other])
    source = documents()[0]
    query = MatchQuery(source.title, source.body, source.keywords, field=source.field)
    answer = match(connection, query, pool="need")
    assert (*answer.results, *answer.weak_results)[0].id == wanted.id


def test_an_agreeing_industry_lifts_one_of_two_equal_records(connection: Connection) -> None:
    text = "一种低温密封结构的设计方法与试验验证,泄漏率低。"
    pair = [
        Document(record_id(1), "甲 低温密封结构", (), text, field="口腔医学"),
        Document(record_id(2), "乙 低温密封结构", (), text + "寿命长", field="机械工程"),
    ]
    index.put(connection, "achievement", pair)
    first = match(connection, MatchQuery("低温密封结构", industries=("泵阀",))).results[0]
    assert first.id == record_id(2)
    assert [reason.via for reason in first.reasons].count("industry") == 1


def test_a_record_entered_twice_is_shown_once(filled: Connection) -> None:
    source = documents()[0]
    index.put(
        filled, "achievement", [replace(source, id=record_id(50)), replace(source, id=record_id(51), title="校验")]
    )
    answer = match(filled, BREAKER)
    shown = [result.id for result in (*answer.results, *answer.weak_results)]
    copies = {record_id(0), record_id(50), record_id(51)}
    assert len(copies & set(shown)) == 1
    assert set(answer.results[0].twins) == copies - {answer.results[0].id}


def test_a_skipped_record_is_neither_shown_nor_the_measure(filled: Connection) -> None:
    answer = match(filled, replace(BREAKER, skip=frozenset({record_id(0)})))
    assert record_id(0) not in [result.id for result in (*answer.results, *answer.weak_results)]


def test_a_table_entry_finds_what_the_owner_did_not_say(filled: Connection) -> None:
    query = MatchQuery("塑料壳子天冷就开裂", "冬天运到东北壳子开裂")
    entry = Expansion("开裂", "缺口冲击", 2.0)
    without, with_entry = match(filled, query), match(filled, query, expansions=[entry])
    assert record_id(2) not in [result.id for result in without.results]
    found = {result.id: result for result in (*with_entry.results, *with_entry.weak_results)}[record_id(2)]
    assert [(reason.via, reason.expansion) for reason in found.reasons if reason.term == "缺口冲击"] == [
        ("terms", entry)
    ]
    assert [term.expansion for term in with_entry.terms if term.expansion] == [entry]


def test_facts_that_fit_are_part_of_the_score(connection: Connection) -> None:
    source = documents()[0]
    index.put(
        connection,
        "achievement",
        [replace(source, trl=7, price_fen=5_000_000, modes=("许可", "use_then_pay"), region="温州")],
    )
    query = replace(BREAKER, trl_min=6, budget_fen=8_000_000, modes=("许可",), region="温州", mountain_county=True)
    first = match(connection, query).results[0]
    assert {"trl", "budget", "mode", "region", "mountain"} <= {reason.via for reason in first.reasons}
    assert first.score == 1000


def test_of_two_things_in_one_need_each_finds_its_own(filled: Connection) -> None:
    query = MatchQuery(
        "离心泵叶轮汽蚀严重", "离心泵小流量振动大，叶轮汽蚀，叶片型线想优化，效率低。另外，杨梅两天就烂，要低温气调保鲜"
    )
    answer = match(filled, query)
    first = [result.id for result in sorted((*answer.results, *answer.weak_results), key=lambda one: one.rank)[:2]]
    assert set(first) == {record_id(5), record_id(7)}
    for result in (*answer.results, *answer.weak_results):
        assert sum(reason.share for reason in result.reasons) == result.score


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("校验慢，想自动校验。另外，触点含银太高，想降银。", 2),
        ("1.断路器校验慢；2.触点含银太高；3.模具开裂", 3),
        ("一是断路器校验慢，二是触点含银太高", 2),
        ("流量小的时候抖得厉害还有啪啪响声", 1),
        ("断路器校验慢。另外，谢谢", 1),
        ("", 1),
    ],
)
def test_only_a_need_that_says_so_is_taken_apart(text: str, count: int) -> None:
    parts = split_parts(text)
    assert len(parts) == count
    assert "".join(parts) == text
