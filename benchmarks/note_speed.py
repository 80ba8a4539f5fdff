"""How long a very long note takes to read, and whether the time grows with its length and not with its square.

Prints JSON: for each kind of hostile note, processor time for 10,000 and for 40,000 characters and how often the one
goes into the other; the goals, and which of them hold.

Run: python benchmarks/note_speed.py
"""

import json
import sys
import time
from datetime import date
from typing import Any

from broker_app.matching.notes import split_note

VISIT = date(2026, 11, 24)
PIECES = {
    "one word": "想",
    "digits": "1",
    "numerals": "一",
    "open brackets": "（",
    "blanks": " ",
    "line ends": "\n",
    "sums": "要1万，",
    "days": "明年3月20前",
    "whole needs": "气孔多，想改，预算30万。",
    "pleas for silence": "这个别外传。",
    "pictures": "😀",
    "chat": "张工 14:32\n好\n",
    "numbered": "①",
    "dictated": "叶轮气蚀老是打坑想换个材料预算二十万明年五月前要另外密封也漏还想问专精特新怎么报我说下周三回话",
}
SHORT, LONG = 10_000, 40_000
GOALS = {"slowest_10000_characters_s": 1.0, "most_times_longer_for_four_times_the_text": 8.0}


def measure() -> dict[str, Any]:
    """Read each kind of note at both lengths and return the figures."""
    split_note("热身，想要。", VISIT)
    took = {name: (_seconds(piece, SHORT), _seconds(piece, LONG)) for name, piece in PIECES.items()}
    # Below a hundredth of a second the clock says more than the note.
    growth = {name: long / max(short, 0.01) for name, (short, long) in took.items()}
    figures: dict[str, Any] = {
        "seconds": {name: [round(one, 3) for one in both] for name, both in took.items()},
        "slowest_10000_characters_s": round(max(short for short, _ in took.values()), 3),
        "most_times_longer_for_four_times_the_text": round(max(growth.values()), 1),
    }
    return {**figures, "goals": GOALS, "holds": {name: figures[name] <= goal for name, goal in GOALS.items()}}


def _seconds(piece: str, length: int) -> float:
    note = (piece * length)[:length]
    started = time.process_time()
    split_note(note, VISIT)
    return time.process_time() - started


def main() -> int:
    """Print the figures; the exit code is 1 when a goal is missed."""
    figures = measure()
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 0 if all(figures["holds"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
