from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.matching import Document
from broker_app.matching.compare import Asked, AskedMetric, Compared, Offered, compare_elements
from broker_app.matching.figures import figures
from broker_app.matching.text import fold
from tests.matching.pools import record_id

TEXT = (
    "采用粉末冶金制备，银含量降低22%。一次合格率由91%升到98.5%。触头温升满足GB/T 10963.1的要求。"
    "-30℃缺口冲击强度达42 kJ/m²，不加溴系阻燃剂。分断时间缩短至4.2 ms。面形精度PV值为150 nm。剥离强度32 N/cm。"
)
OFFERED = Offered(Document(record_id(1), "低银触头", (), TEXT, trl=8, price_fen=60_000_000, modes=("licence",)), 2, 1)


def _verdicts(asked: Asked, offered: Offered = OFFERED) -> dict[tuple[str, str], Compared]:
    return {(row.element, row.name): row for row in compare_elements(asked, offered)}


@pytest.mark.parametrize(
    ("metric", "verdict", "words"),
    [
        (AskedMetric("一次合格率", "91%", "≥98%"), "met", "98.5%"),
        (AskedMetric("一次合格率", "91%", "99%"), "unmet", "98.5%"),
        (AskedMetric("含银量", target="-20%"), "met", "银含量"),
        (AskedMetric("含银量", target="-25%"), "unmet", "银含量"),
        (AskedMetric("缺口冲击", target="≥40", unit="kJ/m²"), "met", "42 kJ/m²"),
        (AskedMetric("分断时间", "9ms", "<5ms"), "met", "4.2 ms"),
        (AskedMetric("分断时间", target="0.004", unit="s"), "unmet", "4.2 ms"),
        (AskedMetric("面形精度PV", "0.5μm", "≤0.2μm"), "met", "150 nm"),
        (AskedMetric("剥离强度", "2.4→≥3.0 N/mm", "2.4→≥3.0 N/mm"), "met", "32 N/cm"),
        (AskedMetric("采样率", target="≥50kHz"), "unknown", ""),
        (AskedMetric("缺口冲击", target="≥40 MPa"), "unknown", ""),
    ],
)
def test_a_figure_is_judged_in_comparable_units_with_its_sentence(
    metric: AskedMetric, verdict: str, words: str
) -> None:
    row = _verdicts(Asked(metrics=(metric,)))["metric", metric.name]
    assert row.verdict == verdict
    assert words in row.sentence
    assert row.sentence in TEXT


def test_a_standard_is_looked_for_as_a_standard() -> None:
    rows = _verdicts(
        Asked(metrics=(AskedMetric("温升", target="符合GB/T 10963"), AskedMetric("防护", standard="IEC 60529")))
    )
    assert rows["standard", "GB/T10963"].verdict == "met"
    assert rows["standard", "IEC60529"].verdict == "unknown"
    assert ("metric", "温升") not in rows


def test_facts_are_met_unmet_or_unknown_and_never_guessed() -> None:
    asked = Asked("外壳料不能含溴", (), 6, 50_000_000, date(2027, 3, 1), ("licence",), wants_rights=True)
    rows = {row.element: row.verdict for row in compare_elements(asked, OFFERED)}
    assert rows == {"exclusion": "met", "trl": "met", "ip": "met", "cost": "unmet", "term": "met", "mode": "met"}
    silent = compare_elements(asked, Offered(Document(record_id(2), "别的")))
    assert {row.verdict for row in silent} == {"unknown"}


@given(st.text(max_size=300))
def test_any_text_gives_figures_inside_it(written: str) -> None:
    folded = fold(written)
    for figure in figures(folded):
        assert figure.low <= figure.high
        assert 0 <= figure.start < figure.end


@pytest.mark.parametrize(
    ("written", "low", "high", "dimension"),
    [
        ("120-150 MPa", 120e6, 150e6, "pressure"),
        ("寿命3万次", 30_000, 30_000, "times"),
        ("60 m/min", 1.0, 1.0, "speed"),
        ("百分之五", None, None, ""),
        ("百分之12", 12, 12, "percent"),
        ("1,200 kg", 1200, 1200, "mass"),
    ],
)
def test_a_figure_is_read_with_its_unit(written: str, low: float | None, high: float | None, dimension: str) -> None:
    found = figures(fold(written))
    if low is None:
        assert found == []
    else:
        assert [(one.low, one.high, one.dimension) for one in found] == [  # type: ignore[comparison-overlap]
            (pytest.approx(low), pytest.approx(high), dimension)
        ]
