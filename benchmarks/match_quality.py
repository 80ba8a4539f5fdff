"""How well matching ranks, against plain peers in the same run, on needs judged by people.

Prints JSON: nDCG@10, recall@50 and MRR of each system, per need for the product; the gain of the product over each
peer with a paired bootstrap; the spread over folds of needs and what choosing the weights on the other folds would
give; and how often it says 证据不足 where it should and where it should not, with the threshold it has and with one
chosen without the need in question. Peers are FTS5's trigram, FTS5 over pre-cut words, BM25 over words, over pairs of
characters, and their sum; bm25s and tantivy where installed. The judged needs are not part of this repository; without
them it prints why it was skipped.

Run: python benchmarks/match_quality.py [--data DIR]
"""

import argparse
import csv
import json
import math
import random
import sqlite3
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import rjieba
from sqlalchemy import Connection, create_engine

from broker_app.matching import Document, MatchQuery, index, match, weights
from broker_app.matching.question import read_question
from broker_app.matching.rank import rank
from broker_app.matching.terms import TermTable, shipped_table, shipped_terms
from broker_app.matching.text import bigrams, fold

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "matching"
NAMESPACE = UUID("0b0a4a52-1c67-4a4d-8ed5-1d7b0a3d0c55")
DRAWS = 10_000
LIMIT = 50
FOLDS = 5
# Values tried around each weight, one at a time.
GRID: dict[str, tuple[float, ...]] = {
    "TITLE_WEIGHT": (1.5, 3.0),
    "PART_SHARE": (0.3, 0.7),
    "TABLE_SCALE": (0.6, 0.7, 1.0, 1.2),
    "NAME_LENGTH_DAMPING": (0.0, 0.5),
    "OTHER_NAMES": (0.0, 0.5, 1.0),
    "OTHER_TRADE": (0.0, 0.6, 1.0),
    "KNOWN_LEAST": (50, 800),
    "INDUSTRY_WEIGHT": (0.0, 0.1, 0.3),
}

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


class TokensPeer:
    """BM25 over one kind of token, one combined field with title and keywords twice: what a careful person builds."""

    def __init__(self, rows: Sequence[dict[str, Any]], tokens: Callable[[str], list[str]]) -> None:
        self.tokens = tokens
        self.ids = [row["id"] for row in rows]
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.lengths = []
        for at, row in enumerate(rows):
            head = fold(row["title"] + "\n" + " ".join(row["keywords"] or ()))
            counts = Counter(tokens(head) * 2 + tokens(fold(row["abstract"])))
            self.lengths.append(sum(counts.values()))
            for word, count in counts.items():
                self.postings[word].append((at, count))
        self.mean = sum(self.lengths) / len(self.lengths)

    def scores(self, need: Need) -> dict[int, float]:
        """Return the score of every document that shares a token."""
        scores: dict[int, float] = defaultdict(float)
        for token in dict.fromkeys(self.tokens(fold(need["title"] + "\n" + need["description"]))):
            found = self.postings.get(token, [])
            weight = math.log(1 + (len(self.ids) - len(found) + 0.5) / (len(found) + 0.5))
            for at, count in found:
                scores[at] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * self.lengths[at] / self.mean))
        return scores

    def __call__(self, need: Need) -> Sequence[str]:
        """Return the ids of the best documents."""
        return self.best(self.scores(need))

    def best(self, scores: dict[int, float]) -> Sequence[str]:
        """Return the ids of the highest scores."""
        return [self.ids[at] for at in sorted(scores, key=lambda at: (-scores[at], at))[:LIMIT]]


class SumPeer:
    """WB: words and pairs of characters, each divided by its best score, added."""

    def __init__(self, *peers: TokensPeer) -> None:
        self.peers = peers

    def __call__(self, need: Need) -> Sequence[str]:
        """Return the ids of the best documents."""
        total: dict[int, float] = defaultdict(float)
        for peer in self.peers:
            scores = peer.scores(need)
            best = max(scores.values(), default=1.0)
            for at, score in scores.items():
                total[at] += score / best
        return self.peers[0].best(total)


class SegmentedPeer:
    """SQLite's own ``bm25()`` over words cut beforehand, title and keywords twice in one field."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.store = sqlite3.connect(":memory:")
        self.store.execute("CREATE VIRTUAL TABLE pool USING fts5(id UNINDEXED, words, tokenize='unicode61')")
        cut = ((row["id"], " ".join(_words(fold(_doubled(row))))) for row in rows)
        self.store.executemany("INSERT INTO pool VALUES (?, ?)", cut)

    def __call__(self, need: Need) -> Sequence[str]:
        """Return the ids of the best documents."""
        words = dict.fromkeys(_words(fold(need["title"] + "\n" + need["description"])))
        asked = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        rows = self.store.execute("SELECT id FROM pool WHERE pool MATCH ? ORDER BY rank LIMIT ?", (asked, LIMIT))
        return [row[0] for row in rows]


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


def product(connection: Connection, names: dict[UUID, str], table: TermTable, *, with_industry: bool = True) -> System:
    """Return the product's matching as a system: strong results first, then those under 证据不足, as on the screen."""

    def ask(need: Need) -> Sequence[str]:
        answer = match(connection, query(need, with_industry=with_industry), limit=LIMIT, table=table)
        return [names[result.id] for result in (*answer.results, *answer.weak_results)]

    return ask


def optional_peers(rows: Sequence[dict[str, Any]]) -> dict[str, System]:
    """Return bm25s and tantivy over the same words, where they are installed."""
    peers: dict[str, System] = {}
    if find_spec("bm25s"):
        peers["bm25s words"] = _bm25s(rows)
    if find_spec("tantivy"):
        peers["tantivy words"] = _tantivy(rows)
    return peers


def _bm25s(rows: Sequence[dict[str, Any]]) -> System:
    bm25s = import_module("bm25s")
    ids = [row["id"] for row in rows]
    retriever = bm25s.BM25(k1=1.2, b=0.75)
    retriever.index([_words(fold(_doubled(row))) for row in rows], show_progress=False)

    def ask(need: Need) -> Sequence[str]:
        asked = [_words(fold(need["title"] + "\n" + need["description"]))]
        found, _scores = retriever.retrieve(asked, k=LIMIT, show_progress=False)
        return [ids[at] for at in found[0]]

    return ask


def _tantivy(rows: Sequence[dict[str, Any]]) -> System:
    tantivy = import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace")
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    made = tantivy.Index(builder.build())
    writer = made.writer()
    for row in rows:
        writer.add_document(tantivy.Document(id=row["id"], words=" ".join(_words(fold(_doubled(row))))))
    writer.commit()
    made.reload()
    searcher = made.searcher()

    def ask(need: Need) -> Sequence[str]:
        terms = dict.fromkeys(_words(fold(need["title"] + "\n" + need["description"])))
        any_of = [
            (tantivy.Occur.Should, tantivy.Query.term_query(made.schema, "words", term))
            for term in terms
            if term.strip()
        ]
        found = searcher.search(tantivy.Query.boolean_query(any_of), LIMIT).hits
        return [searcher.doc(address)["id"][0] for _score, address in found]

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
    grades = [judged[need["id"]] for need in needs]
    names = {uuid5(NAMESPACE, row["id"]): row["id"] for row in rows}
    table = shipped_table()
    words, pairs = TokensPeer(rows, _words), TokensPeer(rows, bigrams)
    with tempfile.TemporaryDirectory() as folder, _pool(Path(folder) / "pool.db", rows) as connection:
        systems: dict[str, System] = {
            "product": product(connection, names, table),
            "product without term table": product(connection, names, TermTable(())),
            "product without industry": product(connection, names, table, with_industry=False),
            "WB": SumPeer(words, pairs),
            "BM25 bigrams": pairs,
            "BM25 words": words,
            "FTS5 words": SegmentedPeer(rows),
            "FTS5 trigram": TrigramPeer(rows),
            **optional_peers(rows),
        }
        runs = {name: [system(need) for need in needs] for name, system in systems.items()}
        evidence = _evidence(connection, needs, read_lines(data / "dev_weak_needs.jsonl"), table)
        quality = {name: [ndcg(*pair) for pair in zip(run, grades, strict=True)] for name, run in runs.items()}
        folds = _cross_validation(connection, names, table, needs, grades)
    return {
        "needs": len(needs),
        "pool": len(rows),
        "term_table": {"entries": len(table.entries), "faults": len(shipped_terms().faults)},
        "systems": {name: _figures(run, grades) for name, run in runs.items()},
        "product_by_need": {
            need["id"]: {"ndcg@10": round(ndcg(run, grade), 3), "recall@50": round(recall(run, grade), 3)}
            for need, run, grade in zip(needs, runs["product"], grades, strict=True)
        },
        "product_gain_in_ndcg": {
            name: bootstrap([mine - theirs for mine, theirs in zip(quality["product"], values, strict=True)])
            for name, values in quality.items()
            if name != "product"
        },
        "cross_validation": folds,
        "said_weak": evidence,
        "holds": _held_goals(
            {name: statistics.fmean(values) for name, values in quality.items()},
            statistics.fmean(recall(*pair) for pair in zip(runs["product"], grades, strict=True)),
            evidence,
        ),
    }


def _cross_validation(
    connection: Connection,
    names: dict[UUID, str],
    table: TermTable,
    needs: Sequence[Need],
    grades: Sequence[dict[str, int]],
) -> dict[str, Any]:
    """Return the spread over folds, and the nDCG if each fold were asked with the weights best on the others."""
    ask = product(connection, names, table)
    shipped = {name: getattr(weights, name) for name in GRID}
    settings = [shipped] + [{**shipped, name: value} for name, values in GRID.items() for value in values]
    quality: list[list[float]] = []
    for setting in settings:
        _set_weights(setting)
        quality.append([ndcg(ask(need), grade) for need, grade in zip(needs, grades, strict=True)])
    _set_weights(shipped)
    folds = [range(first, len(needs), FOLDS) for first in range(FOLDS)]
    chosen: list[float] = []
    for held in folds:
        sums = [sum(value for at, value in enumerate(values) if at not in held) for values in quality]
        best = quality[sums.index(max(sums))]
        chosen.extend(best[at] for at in held)
    means = [statistics.fmean(quality[0][at] for at in held) for held in folds]
    every = [statistics.fmean(values) for values in quality]
    return {
        "settings": len(settings),
        "ndcg_of_shipped_weights_by_fold": [round(mean, 4) for mean in means],
        "spread_over_folds": round(statistics.stdev(means), 4),
        "ndcg_with_weights_chosen_on_the_other_folds": round(statistics.fmean(chosen), 4),
        "ndcg_over_settings": {
            "least": round(min(every), 4),
            "shipped": round(every[0], 4),
            "most": round(max(every), 4),
        },
    }


def _set_weights(setting: dict[str, float]) -> None:
    for name, value in setting.items():
        setattr(weights, name, value)


def _evidence(
    connection: Connection, needs: Sequence[Need], unanswerable: Sequence[Need], table: TermTable
) -> dict[str, float]:
    """Return how often 证据不足 is said, with the threshold as it is and with one set without the need in question."""
    strong = [_strength(connection, need, table) for need in needs]
    weak = [_strength(connection, need, table) for need in unanswerable]
    left_out_weak = [value < _threshold(strong, _without(weak, at)) for at, value in enumerate(weak)]
    left_out_strong = [value < _threshold(_without(strong, at), weak) for at, value in enumerate(strong)]
    return {
        "needs_the_pool_cannot_answer": round(statistics.fmean(value < 1 for value in weak), 4),
        "needs_the_pool_answers": round(statistics.fmean(value < 1 for value in strong), 4),
        "cannot_answer_threshold_left_out": round(statistics.fmean(left_out_weak), 4),
        "answers_threshold_left_out": round(statistics.fmean(left_out_strong), 4),
        "area_under_curve": round(
            statistics.fmean((mine > other) + (mine == other) / 2 for mine in strong for other in weak), 4
        ),
    }


def _threshold(strong: Sequence[float], weak: Sequence[float]) -> float:
    """Return the middle of the widest gap among thresholds that tell most weak ones at 15 % false alarms or fewer."""
    edges = sorted({*strong, *weak})
    middles = [(low + high) / 2 for low, high in pairwise(edges)]

    def worth(threshold: float) -> tuple[int, int]:
        alarms = sum(value < threshold for value in strong)
        return (sum(value < threshold for value in weak) if alarms <= 0.15 * len(strong) else -1, -alarms)

    best: float = max(middles, key=worth)
    return best


def _without(values: Sequence[float], at: int) -> list[float]:
    return [value for number, value in enumerate(values) if number != at]


def _strength(connection: Connection, need: Need, table: TermTable) -> float:
    asked = query(need)
    return rank(connection, asked, read_question(asked, (), table), "achievement", 20).strength


def _figures(run: Sequence[Sequence[str]], grades: Sequence[dict[str, int]]) -> dict[str, float]:
    pairs = list(zip(run, grades, strict=True))
    return {
        "ndcg@10": round(sum(ndcg(*pair) for pair in pairs) / len(pairs), 4),
        "recall@50": round(sum(recall(*pair) for pair in pairs) / len(pairs), 4),
        "mrr": round(sum(reciprocal_rank(*pair) for pair in pairs) / len(pairs), 4),
    }


def _held_goals(quality: dict[str, float], found: float, evidence: dict[str, float]) -> dict[str, bool]:
    return {
        "ndcg_at_least_0.62": quality["product"] >= 0.62,
        "recall_at_least_0.85": found >= 0.85,
        "at_least_1.45_x_bm25_words": quality["product"] >= 1.45 * quality["BM25 words"],
        "at_least_2.2_x_fts5_trigram": quality["product"] >= 2.2 * quality["FTS5 trigram"],
        "says_weak_for_70_percent_it_cannot_answer": evidence["needs_the_pool_cannot_answer"] >= 0.7,
        "at_most_15_percent_false_alarms": evidence["needs_the_pool_answers"] <= 0.15,
    }


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


def _doubled(row: dict[str, Any]) -> str:
    head = [row["title"], *(row["keywords"] or ())]
    return "\n".join([*head, *head, row["abstract"]])


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def main() -> int:
    """Print the figures; the exit code is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    data: Path = parser.parse_args().data
    if not (data / "dev_needs.jsonl").is_file():
        print(json.dumps({"skipped": "the judged needs are not on this machine"}))
        return 0
    figures = measure(data)
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if all(figures["holds"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
