"""What stands behind the first results: their order, their shares, and that the first ones stay as they are."""

import random

import pytest
from sqlalchemy import Connection

from broker_app.matching import Document, MatchQuery, index, match, weights
from broker_app.matching.neighbours import means_of_alike
from tests.matching.pools import record_id

WORDS = [
    "断路器",
    "触头",
    "温升",
    "密封",
    "叶轮",
    "汽蚀",
    "阻燃",
    "增韧",
    "保鲜",
    "涂胶",
    "轴承",
    "齿轮",
    "传动",
    "焊缝",
]
QUERY = MatchQuery("断路器触头温升", "阻燃外壳，叶轮汽蚀，轴承齿轮传动", trl_min=5)


@pytest.fixture
def crowd(connection: Connection) -> Connection:
    draw = random.Random(11)  # noqa: S311 - made-up texts, nothing secret
    index.put(
        connection,
        "achievement",
        [
            Document(
                record_id(n),
                f"第{n}项{draw.choice(WORDS)}",
                (),
                "。".join(draw.choices(WORDS, k=7)) + f"。甲{n}乙",
                trl=n % 9,
            )
            for n in range(400)
        ],
    )
    return connection


def test_a_longer_list_begins_with_the_shorter_one(crowd: Connection) -> None:
    short, long = match(crowd, QUERY, limit=weights.HEAD), match(crowd, QUERY, limit=120)
    shown = sorted((*long.results, *long.weak_results), key=lambda one: one.rank)
    first = sorted((*short.results, *short.weak_results), key=lambda one: one.rank)
    assert len(shown) == 120
    assert [(one.id, one.score, one.reasons) for one in first] == [
        (one.id, one.score, one.reasons) for one in shown[: weights.HEAD]
    ]
    assert not any(reason.via == "near" for one in first for reason in one.reasons)


def test_behind_the_first_scores_still_fall_and_shares_still_sum(crowd: Connection) -> None:
    answer = match(crowd, QUERY, limit=120)
    shown = sorted((*answer.results, *answer.weak_results), key=lambda one: one.rank)
    assert [one.score for one in shown] == sorted((one.score for one in shown), reverse=True)
    assert all(sum(reason.share for reason in one.reasons) == one.score for one in shown)
    assert all(any(reason.via == "near" for reason in one.reasons) for one in shown[weights.HEAD :])
    assert match(crowd, QUERY, limit=120).results == answer.results


def test_records_like_high_ones_are_drawn_up_and_a_lone_one_keeps_its_own() -> None:
    things = [
        "深冷球阀唇形密封结构",
        "杨梅气调包装腐烂率",
        "断路器双金属片脱扣",
        "鞋面柔性抓取涂胶",
        "离心泵叶轮汽蚀优化",
    ]
    pool = [Document(record_id(n), thing, (), f"样例{n}") for thing in things for n in range(4)]
    pool.append(Document(record_id(99), "SLM", (), "laser"))
    scores = [0.9, 0.8, 0.8, 0.2, *[0.1] * 16, 0.3]
    means = means_of_alike(pool, scores)
    assert means[3] == pytest.approx(sum(scores[:3]) / 3)
    assert max(means[4:20]) == pytest.approx(0.1)
    assert means[20] == 0.3
