"""The sample data holds together: made up, complete, and every mark points at something."""

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broker_app.exchange.role_part import RolePart

FOLDER = Path(__file__).parents[2] / "resources" / "sample"
COUNTIES = {
    "330302", "330303", "330304", "330305", "330324", "330326",
    "330327", "330328", "330329", "330381", "330382", "330383",
}  # fmt: skip
MAIN_INDUSTRIES = {f"{letter}{n}" for letter in "TE" for n in range(1, 6)}
FURTHER_INDUSTRIES = {*(f"N{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22, 23, 24, 25)), "N"}
INDUSTRIES = MAIN_INDUSTRIES | FURTHER_INDUSTRIES
TODAY = date(2026, 11, 24)

ENTERPRISE_KEYS = [
    "id", "name", "uscc", "county", "address", "industry", "gb4754", "size",
    "legal_person", "founded_on", "profile", "tags", "contacts",
]  # fmt: skip
ACHIEVEMENT_KEYS = [
    "id", "title", "abstract", "keywords", "industry", "field", "owner", "owner_kind", "completers",
    "trl", "stage", "ip", "modes", "price_wan", "level", "contact", "phone", "flags",
]  # fmt: skip
VISIT_KEYS = [
    "id", "enterprise", "visit_date", "started_at", "ended_at", "role", "place", "purposes", "companions", "met",
    "raw_note", "findings", "referrals", "follow_ups", "confidential", "opinion", "state",
]  # fmt: skip
MATCH_KEYS = ["need", "achievement", "chosen_on", "state", "nda", "decline_reason", "why"]
NEED_KEYS = [
    "id", "title", "text", "source_spans", "kind", "industry", "keywords", "metrics", "budget_wan",
    "deadline", "mode", "confidential_fields", "urgency", "state",
]  # fmt: skip


def _read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


ENTERPRISES = _read("enterprises.jsonl")
ACHIEVEMENTS = _read("achievements.jsonl")
VISITS = _read("visits.jsonl")
MATCHES = _read("matches.jsonl")
COMMON_NEEDS = _read("common_needs.jsonl")
NEEDS = [(visit, need) for visit in VISITS for need in visit["needs"]]


def _final_check(code: str) -> str:
    """GB 32100-2015, written without the program's own check so that neither can hide the other's mistake."""
    order = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(order.index(one) * weight for one, weight in zip(code[:17], weights, strict=True))
    return order[-total % 31]


def _inner_check(subject: str) -> str:
    """GB 11714 over the first eight characters of the subject code."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(one, 36) * weight for one, weight in zip(subject[:8], weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def test_there_is_enough_of_everything() -> None:
    assert len(ENTERPRISES) >= 40
    assert len(ACHIEVEMENTS) >= 200
    assert len(VISITS) >= 30
    assert len(NEEDS) >= 50


@pytest.mark.parametrize("rows", [ENTERPRISES, ACHIEVEMENTS, VISITS, [need for _, need in NEEDS]])
def test_ids_are_unique_and_leave_no_gap(rows: list[dict[str, Any]]) -> None:
    # Visits stand by day, so that the numbers of those that were added later are not in order.
    assert sorted(int(row["id"][2:]) for row in rows) == list(range(1, len(rows) + 1))


def test_objects_have_the_keys_of_the_shape_in_its_order() -> None:
    assert all(list(row) == ENTERPRISE_KEYS for row in ENTERPRISES)
    assert all(list(row) == ACHIEVEMENT_KEYS for row in ACHIEVEMENTS)
    by_role = {"late_reason", "needs", *RolePart.model_fields}
    assert all([key for key in row if key not in by_role] == VISIT_KEYS for row in VISITS)
    assert all([key for key in need if key != "goal"] == NEED_KEYS for _, need in NEEDS)
    assert {need["id"] for _, need in NEEDS if need["state"] == "published"} <= {
        need["id"] for _, need in NEEDS if need.get("goal")
    }, "what is published says in words for everybody what is wanted"
    assert all(list(match) == MATCH_KEYS for match in MATCHES)


def test_every_name_says_that_it_is_a_sample() -> None:
    names = [row["name"] for row in ENTERPRISES] + [row["owner"] for row in ACHIEVEMENTS]
    assert [name for name in names if "样例" not in name] == []
    assert [row["address"] for row in ENTERPRISES if "样例" not in row["address"]] == []
    numbers = [right["number"] for row in ACHIEVEMENTS for right in row["ip"] if right["number"]]
    assert [number for number in numbers if not number.endswith("样例")] == []


def test_credit_codes_pass_both_checks_and_were_never_issued() -> None:
    for row in ENTERPRISES:
        code = row["uscc"]
        assert re.fullmatch(r"9[13]3303\d\dXYXY\d{4}[0-9X][0-9A-Y]", code), row["name"]
        assert code[16] == _inner_check(code[8:16]), row["name"]
        assert code[17] == _final_check(code), row["name"]
    assert len({row["uscc"] for row in ENTERPRISES}) == len(ENTERPRISES)


def test_all_counties_and_industries_are_there() -> None:
    assert {row["county"] for row in ENTERPRISES} == COUNTIES
    of_firms = {code for row in ENTERPRISES for code in row["industry"]}
    of_achievements = Counter(code for row in ACHIEVEMENTS for code in row["industry"])
    assert of_firms == INDUSTRIES
    assert set(of_achievements) == INDUSTRIES
    assert {code: n for code, n in of_achievements.items() if code in MAIN_INDUSTRIES and n < 12} == {}
    assert {need["industry"] for _, need in NEEDS} >= MAIN_INDUSTRIES


def test_abstracts_are_short_and_concrete() -> None:
    for row in ACHIEVEMENTS:
        assert 80 <= len(row["abstract"]) <= 260, row["id"]
        assert 3 <= row["abstract"].count("。") <= 6, row["id"]
        assert re.search(r"\d", row["abstract"]), row["id"]
        assert 3 <= len(row["keywords"]) <= 6, row["id"]
        assert 1 <= row["trl"] <= 9, row["id"]
        assert sum(one["share"] for one in row["completers"]) == 100, row["id"]
        assert ("先用后转" in row["modes"]) == ("use_then_pay" in row["flags"]), row["id"]
        assert row["price_wan"] is None or row["price_wan"] > 0, row["id"]
    assert len({row["title"] for row in ACHIEVEMENTS}) == len(ACHIEVEMENTS)
    assert {row["trl"] for row in ACHIEVEMENTS} == set(range(1, 10))
    assert {row["owner_kind"] for row in ACHIEVEMENTS} == {"高校", "科研院所", "企业"}


def test_references_resolve() -> None:
    firms = {row["id"]: row for row in ENTERPRISES}
    assert {visit["enterprise"] for visit in VISITS} <= set(firms)
    assert {need["industry"] for _, need in NEEDS} <= INDUSTRIES
    assert {match["need"] for match in MATCHES} <= {need["id"] for _, need in NEEDS}
    assert {match["achievement"] for match in MATCHES} <= {row["id"] for row in ACHIEVEMENTS}
    far = {need["id"] for _, need in NEEDS if need["state"] in ("negotiating", "contracted", "solved")}
    assert far <= {match["need"] for match in MATCHES if match["state"] in ("introduced", "met", "agreed")}
    for visit in VISITS:
        phones = {one["name"]: one["phone"] for one in firms[visit["enterprise"]]["contacts"]}
        assert all(one["phone"] in ("", phones.get(one["name"])) for one in visit["met"]), visit["id"]


def test_marks_are_words_of_the_note() -> None:
    for visit in VISITS:
        note = visit["raw_note"]
        assert visit["state"] == "planned" or 70 <= len(note) <= 700, visit["id"]
        for words in visit["confidential"]:
            assert note.count(words) == 1, (visit["id"], words)
        for need in visit["needs"]:
            assert need["source_spans"], need["id"]
            assert [words for words in need["source_spans"] if words not in note] == [], need["id"]
    lengths = [len(visit["raw_note"]) for visit in VISITS if visit["raw_note"]]
    assert min(lengths) < 120
    assert max(lengths) > 600


def test_refined_text_tells_no_secret() -> None:
    for visit, need in NEEDS:
        told = need["title"] + need["text"]
        assert [words for words in visit["confidential"] if words in told] == [], need["id"]


def test_days_follow_each_other() -> None:
    for visit in VISITS:
        day = date.fromisoformat(visit["visit_date"])
        assert visit["started_at"] < visit["ended_at"], visit["id"]
        assert (day > TODAY) <= (visit["state"] == "planned") <= (day >= TODAY), visit["id"]
        dues = [row["due"] for row in (*visit["referrals"], *visit["follow_ups"]) if row["due"]]
        dues += [need["deadline"] for need in visit["needs"] if need["deadline"]]
        assert all(date.fromisoformat(due) >= day for due in dues), visit["id"]
    keys = [(visit["visit_date"], visit["started_at"]) for visit in VISITS]
    assert keys == sorted(keys)
    assert [visit["state"] for visit in VISITS if visit["visit_date"] == str(TODAY)] == [
        "recorded",
        "planned",
        "planned",
    ]
    assert sum(visit["visit_date"] > str(TODAY) for visit in VISITS) >= 4


def test_budgets_are_ranges_and_metrics_are_complete() -> None:
    for _, need in NEEDS:
        low, high = need["budget_wan"] or (0, 0)
        assert 0 <= low <= high, need["id"]
        for metric in need["metrics"]:
            assert list(metric) == ["name", "now", "target", "unit", "standard", "confidential"], need["id"]
            assert isinstance(metric["confidential"], bool), need["id"]


def test_the_cases_the_manual_shows_are_present() -> None:
    seen = Counter(visit["enterprise"] for visit in VISITS)
    states = {visit["state"] for visit in VISITS}
    assert sum(n > 1 for n in seen.values()) >= 2
    assert states == {"recorded", "confirmed", "submitted", "accepted", "returned", "planned", "draft"}
    assert any(visit.get("late_reason") for visit in VISITS)
    assert any(visit["state"] not in ("planned", "draft") and not visit["needs"] for visit in VISITS)
    assert {need["state"] for _, need in NEEDS} == {
        "raw", "refined", "verified", "published", "matching", "negotiating",
        "contracted", "solved", "no_match", "deferred", "merged",
    }  # fmt: skip
    assert {visit["role"] for visit in VISITS} == {"科技副总", "科技轻骑队", "科技特派员", "技术经纪人"}
    assert {row["kind"] for visit in VISITS for row in visit["referrals"]} >= {"融资", "人才", "政策咨询"}
    visited = {firm["county"] for firm in ENTERPRISES for visit in VISITS if visit["enterprise"] == firm["id"]}
    assert visited == COUNTIES
    text = (FOLDER / "enterprises.jsonl").read_text(encoding="utf-8")
    assert all(rare in text for rare in "喆堃镕䶮瓯埭垟塆")


def test_every_merged_need_is_in_one_common_need() -> None:
    assert all(list(one) == ["title", "sources", "merged_on"] for one in COMMON_NEEDS)
    sources = [source for one in COMMON_NEEDS for source in one["sources"]]
    assert sorted(sources) == sorted(need["id"] for _, need in NEEDS if need["state"] == "merged")
    assert all(len(one["sources"]) > 1 for one in COMMON_NEEDS)
    day_of = {need["id"]: visit["visit_date"] for visit, need in NEEDS}
    assert all(day_of[source] < one["merged_on"] <= str(TODAY) for one in COMMON_NEEDS for source in one["sources"])


def test_no_phone_but_the_made_up_series() -> None:
    for path in FOLDER.glob("*.jsonl"):
        text = path.read_text(encoding="utf-8")
        phones = set(re.findall(r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)", text))
        assert [one for one in phones if not re.fullmatch(r"138 0000 \d{4}", one)] == [], path.name
        assert re.findall(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)", text) == [], path.name
