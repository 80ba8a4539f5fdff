"""The term table 术语对照: what an owner says, and the words the literature has for it.

Shipped entries are files ``resources/terms/<trade>.tsv`` (lay phrase, technical terms separated by ``、``, weight,
note); what a user adds, changes or switches off is laid over them, see :mod:`broker_app.services.terms`. A phrase is
found in a folded need although people put filler words into it (发了黄, 老是漏油) or, where the entry writes ``…`` or
is long enough, a few other characters. The first two characters lead to the candidates, so that thousands of entries
cost no more than the length of the need.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from broker_app.matching import weights
from broker_app.matching.industry_prior import industries as known_industries
from broker_app.matching.industry_prior import sector_of
from broker_app.matching.text import fold, is_han, segments
from broker_app.paths import resources

FaultKind = Literal["columns", "lay", "technical", "weight", "itself", "circle", "industry", "encoding"]

ANY_TRADE = "*"
OTHER_INDUSTRIES = "N"  # 其他产业: every trade that has no code of its own
_BETWEEN = "、"  # stands between the technical terms of an entry
GAP = "..."  # how … is folded
MAX_GAP = 8  # characters a written gap may hold
MAX_SLIP = 4  # characters that may stand between two halves of a long phrase
MIN_HALF = 2  # characters on either side of such a slip
SLIP_FROM = 4  # characters a phrase must have to be allowed one
MAX_LAY = 40
MAX_TECHNICAL = 40  # characters of one technical term
MAX_TERMS = 24  # technical terms of one entry
LEAST_WEIGHT, MOST_WEIGHT = 0.5, 2.0

# What people put between the words without changing what they say; longest first.
_FILLERS = (
    "时不时", "有时候", "总归是", "一直在", "不断地", "很容易", "特别的", "老是要", "动不动", "越来越",
    "老是", "总是", "一直", "经常", "常常", "时常", "容易", "有点", "有些", "非常", "特别", "比较", "还是", "已经",
    "开始", "慢慢", "逐渐", "不断", "继续", "突然", "偶尔", "往往", "十分", "极其", "相当", "真的", "这么", "那么",
    "的", "了", "得", "很", "太", "会", "也", "都", "又", "就", "还", "挺", "蛮", "更",
)  # fmt: skip
_STOPS = frozenset("，。；、,;.!?！？:：()（）\n\t ")


@dataclass(frozen=True, slots=True)
class TermEntry:
    """One entry. ``industries`` as written in the file (codes, or ``*`` for any trade); ``id`` is stable.

    A shipped entry is called ``<trade>:<lay>``, so that files can be sorted and extended without touching what a
    user changed; an entry of the user carries the id of its row.
    """

    id: str
    lay: str
    technical: tuple[str, ...]
    weight: float = 1.5
    industries: tuple[str, ...] = ()
    note: str = ""

    @property
    def trades(self) -> frozenset[str]:
        """Keys of the industries it belongs to; empty means any."""
        return _trades(self.industries)


@dataclass(frozen=True, slots=True)
class TermFault:
    """A line that is left out, and why: file name, line (from 1, 0: the whole file), kind, the words concerned."""

    file: str
    line: int
    kind: FaultKind
    words: str


@dataclass(frozen=True, slots=True)
class TermHit:
    """An entry found in a folded text at ``[start, end)``; ``weight`` is that of the entry here, in this trade."""

    entry: TermEntry
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class ShippedTerms:
    """What the files hold, and the lines that were left out."""

    entries: tuple[TermEntry, ...]
    faults: tuple[TermFault, ...]


@dataclass(slots=True)
class _Pattern:
    """The parts of a phrase as they are looked for; ``bare``: in a text without fillers."""

    entry: TermEntry
    parts: tuple[str, ...]
    slips: bool


@dataclass(slots=True)
class _Thinned:
    """A text without fillers, and where each of its characters stood; the end stands for the end."""

    text: str
    places: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """A line of a shipped file that may hold an entry."""

    file: str
    number: int
    industries: tuple[str, ...]
    written: str


class _Patterns:
    """Patterns by the first two characters. Lines not read yet are read when a need holds those characters."""

    def __init__(self) -> None:
        self.ready: dict[str, list[_Pattern]] = defaultdict(list)
        self.lines: dict[str, list[_Line]] = defaultdict(list)

    def at(self, key: str) -> Sequence[_Pattern]:
        """Return the patterns that begin with ``key``."""
        found = self.ready.get(key)
        if found is not None:
            return found
        lines = self.lines.get(key)
        if lines is None:
            return ()
        # Put there whole: another thread may ask for the same key meanwhile.
        read = [_pattern(entry, _placed(_folded(entry.lay))[1]) for entry in _read_lines(lines)]
        self.ready[key] = read
        return read


class TermTable:
    """Entries ready to be found; build it once, ask it for every need."""

    def __init__(self, entries: Iterable[TermEntry]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._plain = _Patterns()
        self._bare = _Patterns()
        for entry in self._entries.values():
            is_bare, written = _placed(_folded(entry.lay))
            key = _key(written)
            if key:
                (self._bare if is_bare else self._plain).ready[key].append(_pattern(entry, written))

    @property
    def entries(self) -> Mapping[str, TermEntry]:
        """All entries by id."""
        return self._entries

    def find(self, folded: str, trades: frozenset[str] = frozenset()) -> list[TermHit]:
        """Return the entries found in a folded text, each where it stands first, by place.

        ``trades`` are the industries of the need (keys).
        """
        borders = _Borders(folded)
        plain = _Thinned(folded, list(range(len(folded) + 1)))
        found: dict[str, TermHit] = {}
        for text, patterns in ((thin(folded), self._bare), (plain, self._plain)):
            for entry, start, end in _scan(text, patterns):
                weight = 0.0 if entry.id in found else _weight_here(entry, trades)
                if weight and borders.allow(entry, start, end, trades):
                    found[entry.id] = TermHit(entry, start, end, weight)
        return sorted(found.values(), key=_by_place)


class _ShippedTable(TermTable):
    """The shipped entries, of which those are read that a need comes near to: all of them take a tenth of a second."""

    def __init__(self, lines: Iterable[_Line]) -> None:
        super().__init__(())
        for line in lines:
            is_bare, written = _placed(_folded(line.written.partition("\t")[0]))
            key = _key(written)
            if key:
                (self._bare if is_bare else self._plain).lines[key].append(line)

    @property
    def entries(self) -> Mapping[str, TermEntry]:
        """All entries by id."""
        return {entry.id: entry for entry in shipped_terms().entries}


class _LaidOver(TermTable):
    """A table with entries changed, added or (None) switched off, which leaves the table itself alone."""

    def __init__(self, table: TermTable, changes: Mapping[str, TermEntry | None]) -> None:
        super().__init__(entry for entry in changes.values() if entry is not None)
        self._table = table
        self._changed = changes.keys()

    @property
    def entries(self) -> Mapping[str, TermEntry]:
        """All entries by id."""
        kept = {name: entry for name, entry in self._table.entries.items() if name not in self._changed}
        return {**kept, **self._entries}

    def find(self, folded: str, trades: frozenset[str] = frozenset()) -> list[TermHit]:
        """Return the entries found, as a table of all of them would."""
        kept = [hit for hit in self._table.find(folded, trades) if hit.entry.id not in self._changed]
        return sorted((*kept, *super().find(folded, trades)), key=_by_place)


def lay_over(table: TermTable, changes: Mapping[str, TermEntry | None]) -> TermTable:
    """Return ``table`` with entries changed, added or (None) switched off by id."""
    return _LaidOver(table, changes)


def _by_place(hit: TermHit) -> tuple[int, int, str]:
    return hit.start, -hit.end, hit.entry.id


def _placed(lay: str) -> tuple[bool, str]:
    """Return whether a folded phrase is looked for in a text without fillers, and how it is written there."""
    bare = lay if _FIRST_OF_FILLERS.isdisjoint(lay) else thin(lay).text
    # 太重, 会烂: without the filler too little would be left to look for.
    return (True, bare) if len(bare.replace(GAP, "")) >= 2 else (False, lay)


def _key(written: str) -> str:
    return (written if GAP not in written else next(iter(_parts(written)), ""))[:2]


def _parts(written: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in written.split(GAP)) if part)


def _pattern(entry: TermEntry, written: str) -> _Pattern:
    parts = _parts(written)
    return _Pattern(entry, parts, len(parts) == 1 and len(parts[0]) >= SLIP_FROM and _all_han(parts[0]))


def thin(folded: str) -> _Thinned:
    """Return a folded text without the filler words people put in anywhere."""
    kept: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(folded):
        character = folded[at]
        filler = next((word for word in _FILLERS_BY_FIRST.get(character, ()) if folded.startswith(word, at)), "")
        if filler:
            at += len(filler)
            continue
        kept.append(character)
        places.append(at)
        at += 1
    places.append(len(folded))
    return _Thinned("".join(kept), places)


@cache
def shipped_terms(folder: Path | None = None) -> ShippedTerms:
    """Read the entries that ship with the program, once; a bad line is reported and left out, never an error."""
    faults: list[TermFault] = []
    entries = {entry.id: entry for entry in _read_lines(_shipped_lines(folder, faults), faults)}
    for ring in circles(entries.values()):
        faults.append(TermFault("", 0, "circle", " → ".join((*ring, ring[0]))))
        _open_ring(entries, ring)
    return ShippedTerms(tuple(entries.values()), tuple(faults))


def _shipped_lines(folder: Path | None, faults: list[TermFault]) -> Iterator[_Line]:
    for file in sorted((folder or resources() / "terms").glob("*.tsv")):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            faults.append(TermFault(file.name, 0, "encoding", str(error.reason)))
            continue
        yield from _lines(text, file.name)


def _read_lines(lines: Iterable[_Line], faults: list[TermFault] | None = None) -> Iterable[TermEntry]:
    """Return the entries of lines, those of one trade and phrase joined; bad lines go to ``faults``."""
    entries: dict[str, TermEntry] = {}
    for line in lines:
        item = _read_line(line)
        if isinstance(item, TermFault):
            if faults is not None:
                faults.append(item)
        else:
            known = entries.get(item.id)
            entries[item.id] = item if known is None else _joined(known, item)
    return entries.values()


def _open_ring(entries: dict[str, TermEntry], ring: Sequence[str]) -> None:
    """Leave out the step that leads from the last phrase of a ring back to its first."""
    for name, entry in list(entries.items()):
        if _folded(entry.lay) == ring[-1]:
            technical = tuple(term for term in entry.technical if _folded(term) != ring[0])
            if technical:
                entries[name] = replace(entry, technical=technical)
            else:
                del entries[name]


@cache
def shipped_table() -> TermTable:
    """The table of the shipped entries alone."""
    return _ShippedTable(_shipped_lines(None, []))


def read_terms(text: str, file: str) -> Iterator[TermEntry | TermFault]:
    """Yield the entries of one file, and a fault for each line that is none."""
    return map(_read_line, _lines(text, file))


def _lines(text: str, file: str) -> Iterator[_Line]:
    industries: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("#"):
            industries = _named_industries(stripped) or industries
        elif stripped:
            yield _Line(file, number, industries, line)


def _read_line(line: _Line) -> TermEntry | TermFault:
    columns = [column.strip() for column in line.written.split("\t")]
    if len(columns) not in (3, 4):
        return TermFault(line.file, line.number, "columns", line.written.strip()[:40])
    lay, terms, weight, note = (*columns, "")[:4]
    technical = _split(terms)
    kind, words = entry_fault(lay, technical, weight)
    if kind is not None:
        return TermFault(line.file, line.number, kind, words)
    same = _folded(lay)
    if same in _folded_terms(technical):
        technical = tuple(term for term in technical if _folded(term) != same)
    trade = line.file.removesuffix(".tsv")
    return TermEntry(f"{trade}:{same}", lay, technical, float(weight), line.industries, note)


def entry_fault(lay: str, technical: Sequence[str], weight: str | float) -> tuple[FaultKind | None, str]:
    """Return what is wrong with an entry and the words concerned; (None, "") when nothing is."""
    folded = _folded(lay)
    if GAP in folded:
        folded = folded.replace(GAP, "").strip()
    if not folded or len(lay) > MAX_LAY:
        return "lay", lay[:MAX_LAY]
    terms = _folded_terms(tuple(technical))
    if not any(terms) or len(terms) > MAX_TERMS or max(map(len, terms)) > MAX_TECHNICAL:
        return "technical", lay
    if folded in terms and set(terms) == {folded}:
        return "itself", lay
    return _weight_fault(weight)


def _weight_fault(weight: str | float) -> tuple[FaultKind | None, str]:
    try:
        value = float(weight)
    except ValueError:
        return "weight", str(weight)[:20]
    if not LEAST_WEIGHT <= value <= MOST_WEIGHT:  # also refuses nan
        return "weight", str(weight)[:20]
    return None, ""


@lru_cache(8192)
def _split(column: str) -> tuple[str, ...]:
    """Return the terms of a column; many phrases share one list, so each list is taken apart once."""
    return tuple(dict.fromkeys(term.strip() for term in column.split(_BETWEEN) if term.strip()))


@lru_cache(8192)
def _folded_terms(technical: tuple[str, ...]) -> tuple[str, ...]:
    # Folded in one piece: for short words the call costs more than the characters.
    folded = fold(_BETWEEN.join(technical)).split(_BETWEEN)
    if len(folded) != len(technical):
        folded = list(map(fold, technical))
    return tuple(map(str.strip, folded))


@lru_cache(16384)
def _folded(phrase: str) -> str:
    return fold(phrase).strip()


def circles(entries: Iterable[TermEntry]) -> list[tuple[str, ...]]:
    """Return the rings of phrases that lead back to themselves (甲 -> 乙 -> 甲); harmless, but a sign of a slip.

    A need is expanded once and never again, so a circle cannot run away; it says that neither word is the technical
    one. Each ring is reported once, starting with its smallest phrase.
    """
    known = [(_folded(entry.lay), entry.technical) for entry in entries]
    lays = {lay for lay, _technical in known}
    leads: dict[str, set[str]] = defaultdict(set)
    for lay, technical in known:
        if not lays.isdisjoint(_folded_terms(technical)):
            leads[lay].update(lays.intersection(_folded_terms(technical)))
    rings: set[tuple[str, ...]] = set()
    for start in sorted(leads):
        path = _way_back(leads, start)
        if path:
            least = path.index(min(path))
            rings.add((*path[least:], *path[:least]))
    return sorted(rings)


def _way_back(leads: Mapping[str, set[str]], start: str) -> tuple[str, ...]:
    """Return the shortest way from ``start`` back to it through entries, () if there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        longer: list[tuple[str, ...]] = []
        for way in ways:
            for term in sorted(leads.get(way[-1], ())):
                if term == start:
                    return way
                if term in leads and term not in seen:
                    seen.add(term)
                    longer.append((*way, term))
        ways = longer
    return ()


def _scan(text: _Thinned, patterns: _Patterns) -> Iterator[tuple[TermEntry, int, int]]:
    written = text.text
    for at in range(len(written)):
        for key in (written[at : at + 2], written[at]):
            for pattern in patterns.at(key):
                end = _match_at(written, at, pattern)
                if end:
                    yield pattern.entry, text.places[at], text.places[end - 1] + 1


def _match_at(text: str, at: int, pattern: _Pattern) -> int:
    """Return where ``pattern`` that starts at ``at`` ends, 0 if it does not stand there."""
    first = pattern.parts[0]
    if text.startswith(first, at):
        end = at + len(first)
    elif pattern.slips:
        end = _with_slip(text, at, first)
    else:
        return 0
    for part in pattern.parts[1:]:
        if not end:
            return 0
        end = _next_within(text, end, part, MAX_GAP)
    return end


def _with_slip(text: str, at: int, phrase: str) -> int:
    for cut in range(MIN_HALF, len(phrase) - MIN_HALF + 1):
        if not text.startswith(phrase[:cut], at):
            return 0
        end = _next_within(text, at + cut, phrase[cut:], MAX_SLIP)
        if end:
            return end
    return 0


def _next_within(text: str, start: int, part: str, gap: int) -> int:
    """Return the end of ``part`` when it follows within ``gap`` characters of the same clause, else 0."""
    found = text.find(part, start, start + gap + len(part))
    if found < 0 or any(character in _STOPS for character in text[start:found]):
        return 0
    return found + len(part)


class _Borders:
    """Where words begin and end in a need: a short phrase must not be cut out of the middle of another word."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self._ends: dict[int, int] | None = None  # of the word that begins at a place
        self._starts: list[int] = []

    def allow(self, entry: TermEntry, start: int, end: int, trades: frozenset[str]) -> bool:
        """Tell whether ``entry`` may count where it was found."""
        if not is_han(self._folded[start]):
            return self._stands_free(start, end)
        if end - start > 2:
            return True
        if self._ends is None:
            self._ends = {word.start: word.end for word in segments(self._folded)}
            self._starts = sorted(self._ends)
        if end - start == 1:
            # One character means something only as a word of its own and in its own trade.
            return self._ends.get(start) == end and bool(entry.trades & trades)
        return not (self._is_crossed(start, start, end) or self._is_crossed(end, start, end))

    def _is_crossed(self, border: int, start: int, end: int) -> bool:
        """Tell whether a word lies across ``border`` and reaches out of ``[start, end)`` without holding it whole."""
        at = bisect_right(self._starts, border) - 1
        if at < 0 or self._ends is None:
            return False
        left = self._starts[at]
        right = self._ends[left]
        return left < border < right and not (left <= start and end <= right)

    def _stands_free(self, start: int, end: int) -> bool:
        """Latin letters must not go on before or after."""
        before = self._folded[start - 1 : start] if start else ""
        return not _is_latin(before) and not _is_latin(self._folded[end : end + 1])


def _all_han(text: str) -> bool:
    return not text.isascii() and all(map(is_han, text))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


@cache
def _trades(industries: tuple[str, ...]) -> frozenset[str]:
    if ANY_TRADE in industries:
        return frozenset()
    others = {one.key for one in known_industries() if not one.codes} if OTHER_INDUSTRIES in industries else set()
    return sector_of(industries, "").keys | others


def _weight_here(entry: TermEntry, trades: frozenset[str]) -> float:
    if not trades or not entry.trades or entry.trades & trades:
        return entry.weight
    return entry.weight * weights.OTHER_TRADE


def _named_industries(comment: str) -> tuple[str, ...]:
    name, _, value = comment.lstrip("# ").partition(":")
    if name.strip().lower() != "industry":
        return ()
    return tuple(code.strip() for code in value.replace("、", ",").replace(" ", ",").split(",") if code.strip())


def _joined(first: TermEntry, second: TermEntry) -> TermEntry:
    technical = tuple(dict.fromkeys((*first.technical, *second.technical)))[:MAX_TERMS]
    return replace(first, technical=technical, weight=max(first.weight, second.weight), note=first.note or second.note)


_FIRST_OF_FILLERS = frozenset(word[0] for word in _FILLERS)
_FILLERS_BY_FIRST: dict[str, tuple[str, ...]] = {}
for _filler in sorted(_FILLERS, key=lambda word: (-len(word), word)):
    _FILLERS_BY_FIRST[_filler[0]] = (*_FILLERS_BY_FIRST.get(_filler[0], ()), _filler)
