"""The whole main job through the ``broker`` command, on the judged pool where it is there, else on our sample.

Each command runs as a process of its own, the way a person or a script calls it.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

PASSPHRASE = "端到端测试的口令"
SAMPLE = Path(__file__).parents[2] / "resources" / "sample"


@dataclass
class Broker:
    """Runs ``broker --profile DIR ...``."""

    profile: Path
    passphrase: str = PASSPHRASE
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | Path, feed: str | None = None, code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "BROKER_PASSPHRASE": self.passphrase, "PYTHONUTF8": "1", **self.environment}
        done = subprocess.run(
            [sys.executable, "-m", "broker_app.cli", "--profile", str(self.profile), *map(str, arguments)],
            input=feed,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=300,
        )
        assert done.returncode == code, (arguments, done.returncode, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments: str | Path, feed: str | None = None) -> Any:
        return json.loads(self.run(*arguments, "--json", feed=feed).stdout)

    def lines(self, *arguments: str | Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments).stdout.splitlines()]


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    broker = Broker(tmp_path / "profile")
    broker.run("init")
    return broker


def pdf_text(path: Path) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(path).pages)


def visits_with_needs(shared: Path) -> list[dict[str, Any]]:
    """The made-up notes, each with the needs a person would have written down from it."""
    visits = json.loads((shared / "data/samples/visits.json").read_text("utf-8"))["visits"]
    return [
        {**{name: value for name, value in visit.items() if name != "gold"}, "needs": visit["gold"]["needs"]}
        for visit in visits
    ]


@pytest.mark.timeout(300)
def test_the_main_job_on_the_judged_pool(broker: Broker, shared: Path, tmp_path: Path) -> None:
    report = broker.json("import", "achievements", shared / "data/matching/achievements_17540.jsonl")
    assert report["added"] + report["duplicates"] == 17_540
    assert report["added"] >= 17_500
    assert report["encoding"] == "UTF-8"

    added = broker.json("visit", "add", "-", feed=json.dumps(visits_with_needs(shared)))
    assert [one["source_id"] for one in added] == [f"V{n:02}" for n in range(1, 13)]
    assert len(broker.json("visit", "list")) == 12
    assert len(broker.json("need", "list")) == 25

    found = broker.lines(
        "match", "--needs", shared / "data/matching/dev_needs.jsonl", "--format", "jsonl", "--top", "20"
    )
    by_need: dict[str, list[dict[str, Any]]] = {}
    for line in found:
        by_need.setdefault(line["need_id"], []).append(line)
    assert len(by_need) == 20
    for lines in by_need.values():
        assert [line["rank"] for line in lines] == list(range(1, len(lines) + 1))
        assert all(round(sum(one["share"] for one in line["reasons"]), 2) == line["score"] for line in lines)
        assert all(line["source_id"].startswith("A") for line in lines)

    papers(broker, tmp_path, added[0]["id"], added[0]["need_ids"][0], "乐清市鹮盾样例电气有限公司")
    assert broker.json("check") == broker.json("check") | {"ok": True, "faults": []}


@pytest.mark.timeout(300)
def test_the_main_job_on_our_own_sample(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "profile")
    broker.run("init", "--sample")
    visit = next(one for one in broker.json("visit", "list") if one["needs"] and one["state"] == "recorded")
    needs = broker.json("visit", "show", visit["number"])["needs"]
    papers(broker, tmp_path, visit["id"], needs[0]["id"], visit["enterprise"])


def papers(broker: Broker, folder: Path, visit_id: str, need_id: str, enterprise: str) -> None:
    """Match one need, choose the best achievement, print both papers and read them back."""
    best = broker.lines("match", "--need", need_id, "--format", "jsonl", "--top", "5")[0]
    match_id = broker.run("match", "--need", need_id, "--choose", best["achievement_id"]).stdout.strip()
    broker.run("report", "visit", visit_id, "-o", folder / "visit.pdf")
    broker.run("report", "intro", match_id, "-o", folder / "intro.pdf")
    need = broker.json("need", "show", need_id)
    visit_text, letter = pdf_text(folder / "visit.pdf"), pdf_text(folder / "intro.pdf")
    assert "".join(enterprise.split()) in visit_text
    assert "".join(enterprise.split()) in letter
    assert "".join(need["draft"]["title"].split()) in visit_text
    assert "推介函" in letter


def test_a_wrong_passphrase_is_refused_with_a_sentence(broker: Broker) -> None:
    broker.passphrase = "不是这句口令啊"
    refused = broker.run("visit", "list", code=1)
    assert "口令不对" in refused.stderr
    assert refused.stdout == ""


def test_wrong_usage_is_exit_code_2(broker: Broker) -> None:
    broker.run("match", code=2)
    broker.run("import", "people", "x.csv", code=2)
    broker.run("report", "visit", "x", code=2)


def test_a_profile_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = Broker(tmp_path / "nowhere").run("check", code=1)
    assert "broker init" in refused.stderr


def test_a_second_init_leaves_the_profile_alone(broker: Broker) -> None:
    before = broker.profile.joinpath("broker.db").read_bytes()
    assert "没有改动" in broker.run("init", code=1).stderr
    assert broker.profile.joinpath("broker.db").read_bytes() == before


def test_markup_and_odd_characters_come_back_as_typed(broker: Broker, tmp_path: Path) -> None:
    nasty = '<b>粗</b> </para> & "引号" 😀 \x07 ⁣ 𬭎 \u202e倒'
    visit = {
        "visit_date": "2026-11-23",
        "role": "科技副总",
        "enterprise": {"name": f"样例{nasty}厂"},
        "place": nasty,
        "met": [{"name": nasty, "position": nasty, "phone": "13800000000"}],
        "companions": [nasty],
        "raw_note": nasty,
        "findings": nasty,
        "follow_ups": [nasty],
        "non_technical": [nasty],
        "needs": [{"title": nasty, "text": nasty, "keywords": [nasty], "metrics": {nasty: nasty}}],
    }
    added = broker.json("visit", "add", "-", feed=json.dumps(visit))
    shown = broker.json("visit", "show", added[0]["id"])
    assert shown["draft"]["note"] == nasty
    assert shown["needs"][0]["title"] == nasty.strip()
    broker.run("report", "visit", added[0]["id"], "-o", tmp_path / "nasty.pdf")
    assert "<b>粗</b></para>" in pdf_text(tmp_path / "nasty.pdf")
    assert "13800000000" not in pdf_text(tmp_path / "nasty.pdf")


def test_a_note_too_long_is_refused_and_nothing_stays(broker: Broker) -> None:
    visit = {
        "visit_date": "2026-11-23",
        "role": "科技副总",
        "enterprise": {"name": "样例厂"},
        "raw_note": "长" * 200_001,
    }
    assert "200000" in broker.run("visit", "add", "-", feed=json.dumps(visit), code=1).stderr
    assert broker.json("visit", "list") == []
    visit["raw_note"] = "长" * 200_000
    broker.run("visit", "add", "-", feed=json.dumps(visit))


def test_confidential_words_are_in_neither_paper(broker: Broker, tmp_path: Path) -> None:
    visit = {
        "visit_date": "2026-11-23",
        "role": "科技副总",
        "enterprise": {"name": "样例保密电气有限公司"},
        "raw_note": "断路器触点温升高，现在合格率只有91%。老板说新模具供应商是金鹭那家，别往外说。",
        "confidential": ["新模具供应商是金鹭那家"],
        "needs": [
            {
                "title": "断路器触点温升",
                "text": "断路器触点温升偏高，合格率 91%，新模具供应商是金鹭那家。",
                "metrics": [{"name": "一次合格率", "now": "91%", "target": "98%"}],
                "confidential_fields": ["现有合格率"],
            }
        ],
    }
    achievement = {"id": "S1", "title": "断路器触点温升控制", "abstract": "降低断路器触点温升的银镍材料。"}
    (tmp_path / "a.jsonl").write_text(json.dumps(achievement), "utf-8")
    broker.run("import", "achievements", tmp_path / "a.jsonl")
    added = broker.json("visit", "add", "-", feed=json.dumps(visit))
    broker.run("report", "visit", added[0]["id"], "-o", tmp_path / "visit.pdf")
    broker.run("report", "intro", f"{added[0]['need_ids'][0]}:S1", "-o", tmp_path / "intro.pdf")
    for paper in ("visit.pdf", "intro.pdf"):
        text = pdf_text(tmp_path / paper)
        assert "断路器触点温升" in text
        assert "金鹭" not in text
        assert "91%" not in text
