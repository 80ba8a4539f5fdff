"""How well matching ranks, against plain peers in the same run, on needs judged by people.

Prints JSON: nDCG@10, recall@50 and MRR of each system, the gain of the product over each peer with a paired bootstrap,
and how often it says 证据不足 where it should and where it should not. The judged needs are not part of this
repository; without them it prints why it was skipped.

Run: python benchmarks/match_quality.py [--data DIR]
"""

import argparse
import csv
import json
import math
import random
import sqlite3
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import rjieba
from sqlalchemy import Connection, create_engine

from broker_app.matching import Document, MatchQuery, index, match
from broker_app.matching.text import fold

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "matching"
NAMESPACE = UUID("0b0a4a52-1c67-4a4d-8ed5-1d7b0a3d0c55")
DRAWS = 10_000
LIMIT = 50

Need = dict[str, Any]
Judged = dict[str, dict[str, int]]
System = Callable[[Need], Sequence[str]]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_judgements(path: Path) -> Judged:
    """Return grades (0-3) by need and achievement."""
    judged: Judged = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            judged[row["need_id"]][row["achievement_id"]] = int(row["grade"])
    return judged


def document(row: dict[str, Any]) -> Document:
    """Return an achievement of the data set as the pool takes it."""
    return Document(
        uuid5(NAMESPACE, row["id"]),
        row["title"],
        tuple(row["keywords"] or ()),
        row["abstract"],
        field=row["field"] or "",
    )


def query(need: Need, *, with_industry: bool = True) -> MatchQuery:
    """Return a judged need as a question."""
    return MatchQuery(need["title"], need["description"], industries=(need["industry"],) if with_industry else ())


class WordsPeer:
    """BM25 over rjieba words, one combined field with title and keywords twice: what a careful person builds first."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.ids = [row["id"] for row in rows]
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.lengths = []
        for at, row in enumerate(rows):
            head = fold(row["title"] + "\n" + " ".join(row["keywords"] or ()))
            counts = Counter(_words(head) * 2 + _words(fold(row["abstract"])))
            self.lengths.append(sum(counts.values()))
            for word, count in counts.items():
                self.postings[word].append((at, count))
        self.mean = sum(self.lengths) / len(self.lengths)

    def __call__(self, need: Need) -> Sequence[str]:
        """Return the ids of the best documents."""
        scores: dict[int, float] = defaultdict(float)
        for word in dict.fromkeys(_words(fold(need["title"] + "\n" + need["description"]))):
            found = self.postings.get(word, [])
            weight = math.log(1 + (len(self.ids) - len(found) + 0.5) / (len(found) + 0.5))
            for at, count in found:
                scores[at] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[at] / self.mean))
        return [self.ids[at] for at in sorted(scores, key=lambda at: (-scores[at], at))[:LIMIT]]


class TrigramPeer:
    """SQLite's own trigram tokenizer with an OR of all three-character pieces."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.store = sqlite3.connect(":memory:")
        self.store.execute(
            "CREATE VIRTUAL TABLE pool USING fts5(id UNINDEXED, title, keywords, body, tokenize='trigram')"
        )
        self.store.executemany(
            "INSERT INTO pool VALUES (?, ?, ?, ?)",
            ((row["id"], row["title"], " ".join(row["keywords"] or ()), row["abstract"]) for row in rows),
        )

    def __call__(self, need: Need) -> Sequence[str]:
        """Return the ids of the best documents."""
        text = "".join(c if c.isalnum() else " " for c in need["title"] + " " + need["description"])
        pieces = dict.fromkeys(run[at : at + 3] for run in text.split() for at in range(len(run) - 2))
        asked = " OR ".join(f'"{piece}"' for piece in pieces)
        rows = self.store.execute("SELECT id FROM pool WHERE pool MATCH ? ORDER BY rank LIMIT ?", (asked, LIMIT))
        return [row[0] for row in rows]


def product(connection: Connection, names: dict[UUID, str], *, with_industry: bool) -> System:
    """Return the product's matching as a system: strong results first, then those under 证据不足, as on the screen."""

    def ask(need: Need) -> Sequence[str]:
        answer = match(connection, query(need, with_industry=with_industry), limit=LIMIT)
        return [names[result.id] for result in (*answer.results, *answer.weak_results)]

    return ask


def ndcg(found: Sequence[str], grades: dict[str, int], depth: int = 10) -> float:
    """Return nDCG with gains 2^grade - 1; what was not judged counts as 0."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(name, 0) for name in found[:depth]]) / ideal if ideal else 0.0


def recall(found: Sequence[str], grades: dict[str, int], depth: int = 50) -> float:
    """Return the share of the useful achievements (grade 1 and more) among the first."""
    useful = {name for name, grade in grades.items() if grade > 0}
    return len(useful & set(found[:depth])) / len(useful) if useful else 0.0


def reciprocal_rank(found: Sequence[str], grades: dict[str, int]) -> float:
    """Return 1 / rank of the first useful achievement."""
    return next((1 / place for place, name in enumerate(found, 1) if grades.get(name, 0) > 0), 0.0)


def bootstrap(gains: Sequence[float]) -> dict[str, float]:
    """Return mean, 95 % interval and the share of draws without a gain, over needs drawn with replacement."""
    draw = random.Random(20261124)  # noqa: S311 - resampling, nothing secret
    means = sorted(sum(draw.choices(gains, k=len(gains))) / len(gains) for _ in range(DRAWS))
    return {
        "mean": round(sum(gains) / len(gains), 4),
        "low": round(means[int(DRAWS * 0.025)], 4),
        "high": round(means[int(DRAWS * 0.975)], 4),
        "no_gain": round(sum(mean <= 0 for mean in means) / DRAWS, 4),
    }


def measure(data: Path) -> dict[str, Any]:
    """Run all systems over the judged needs of ``data`` and return the figures."""
    rows = read_lines(data / "achievements_17540.jsonl")
    needs, judged = read_lines(data / "dev_needs.jsonl"), read_judgements(data / "dev_qrels.csv")
    names = {uuid5(NAMESPACE, row["id"]): row["id"] for row in rows}
    with tempfile.TemporaryDirectory() as folder, _pool(Path(folder) / "pool.db", rows) as connection:
        systems: dict[str, System] = {
            "product": product(connection, names, with_industry=True),
            "product without industry": product(connection, names, with_industry=False),
            "BM25 words": WordsPeer(rows),
            "FTS5 trigram": TrigramPeer(rows),
        }
        runs = {name: [system(need) for need in needs] for name, system in systems.items()}
        evidence = {
            "needs_the_pool_cannot_answer": _said_weak(connection, read_lines(data / "dev_weak_needs.jsonl")),
            "needs_the_pool_answers": _said_weak(connection, needs),
        }
    grades = [judged[need["id"]] for need in needs]
    quality = {name: [ndcg(*pair) for pair in zip(run, grades, strict=True)] for name, run in runs.items()}
    return {
        "needs": len(needs),
        "pool": len(rows),
        "systems": {name: _figures(run, grades) for name, run in runs.items()},
        "product_gain_in_ndcg": {
            name: bootstrap([mine - theirs for mine, theirs in zip(quality["product"], values, strict=True)])
            for name, values in quality.items()
            if name != "product"
        },
        "said_weak": evidence,
        "limits": _limits({name: sum(values) / len(values) for name, values in quality.items()}, evidence),
    }


def _figures(run: Sequence[Sequence[str]], grades: Sequence[dict[str, int]]) -> dict[str, float]:
    pairs = list(zip(run, grades, strict=True))
    return {
        "ndcg@10": round(sum(ndcg(*pair) for pair in pairs) / len(pairs), 4),
        "recall@50": round(sum(recall(*pair) for pair in pairs) / len(pairs), 4),
        "mrr": round(sum(reciprocal_rank(*pair) for pair in pairs) / len(pairs), 4),
    }


def _limits(quality: dict[str, float], evidence: dict[str, float]) -> dict[str, bool]:
    return {
        "at_least_1.05_x_bm25_words": quality["product"] >= 1.05 * quality["BM25 words"],
        "at_least_2_x_fts5_trigram": quality["product"] >= 2 * quality["FTS5 trigram"],
        "says_weak_for_70_percent_it_cannot_answer": evidence["needs_the_pool_cannot_answer"] >= 0.7,
        "at_most_15_percent_false_alarms": evidence["needs_the_pool_answers"] <= 0.15,
    }


def _said_weak(connection: Connection, needs: Sequence[Need]) -> float:
    answers = [match(connection, query(need)) for need in needs]
    return round(sum(answer.evidence != "strong" for answer in answers) / len(answers), 4)


def _pool(path: Path, rows: Sequence[dict[str, Any]]) -> Connection:
    connection = create_engine(f"sqlite+pysqlite:///{path}").connect()
    index.create(connection)
    index.put(connection, "achievement", _documents(rows))
    connection.commit()
    return connection


def _documents(rows: Sequence[dict[str, Any]]) -> Iterator[Document]:
    return (document(row) for row in rows)


def _words(folded: str) -> list[str]:
    return [word for word in rjieba.cut_for_search(folded, True) if word.strip()]


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def main() -> int:
    """Print the figures; the exit code is 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    data: Path = parser.parse_args().data
    if not (data / "dev_needs.jsonl").is_file():
        print(json.dumps({"skipped": "the judged needs are not on this machine"}))
        return 0
    figures = measure(data)
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if all(figures["limits"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
