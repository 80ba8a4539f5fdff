"""From any string to the tokens the index holds: the one place that decides what a word is.

Pool texts and questions go through the same code, otherwise they would not meet. Two kinds of token
are made: *words* (rjieba in search mode, so that 断路器 also yields 断路; Latin and number runs whole,
with their parts) and *bigrams* (each two neighbouring Han characters), because either alone ranks worse
than both.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata

import rjieba

TOKENIZER_NAME = "words+bigrams"
TOKENIZER_VERSION = 1

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = r"a-z0-9\u0370-\u03ff\u0400-\u04ff"
_UNIT = (
    r"(?:°c|k?pa|mpa|gpa|[kmuμnp]m|mm2|cm2|m2|m3|mm3|cm3|[kmμ]?g|kg/m3|[km]?v|[mμk]?a|ma|kva|[kmg]?w|kwh|[kmg]?hz|rpm|r/min|"
    r"m/s|m/min|db|n|kn|kj/m2|j|kj|ml|l|mg/l|ppm|s|ms|min|h|%|wt%|ω|kω|mω|db\(a\))"
)
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    rf"|(?P<standard>(?:gb|gjb|jb|hg|qb|fz|iec|iso|din|astm|ul|en|jis|ansi|ieee)(?:/[tz])?\s?\d+(?:[.\-]\d+)*)(?![{_LETTER}])"
    rf"|(?P<measure>\d+(?:\.\d+)?\s?{_UNIT})(?![{_LETTER}])"
    rf"|(?P<latin>[{_LETTER}]+(?:[./+\-_&#°][{_LETTER}]+)*[%+]?)"
)
_HAN_RUN = re.compile(f"[{_HAN}]+")
_PART = re.compile(rf"[{_LETTER}]+(?:\.\d+)?")
# Characters that new words are guessed with, but that no technical word starts or ends with.
_GLUE = "想做要加减把被让给用拿弄搞的得地了着过和与跟及或又不也很太都再就还能会可是有在里既"
_GLUED = re.compile(rf"[{_GLUE}]|[^{_GLUE}]+")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]+[”’」』）)\]】\"']*|(?<![\d.])[.．](?=\s|$|[" + _HAN + "])")


class _FoldTable(dict[int, str]):
    """Maps a character to its searchable form on first use: compatibility form, lower case, no accents."""

    def __missing__(self, point: int) -> str:
        """Return and remember the form of ``point``; controls become a space, lone surrogates vanish."""
        character = chr(point)
        category = unicodedata.category(character)
        if category == "Cs":
            form = ""
        elif category in ("Cc", "Cf", "Co", "Cn"):
            form = " "
        else:
            # Accents go, so that é typed as one character or as two is the same letter.
            form = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)).lower()
        self[point] = form
        return form


_FOLDED = _FoldTable()


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its place ``[start, end)`` in the folded text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its ordinal (from 1) and its place ``[start, end)`` in the original text."""

    ordinal: int
    start: int
    end: int


@cache
def tokenizer_id() -> str:
    """Return the name under which an index remembers how it was cut; it changes whenever tokens could."""
    try:
        dictionary = metadata.version("rjieba")
    except metadata.PackageNotFoundError:
        dictionary = "bundled"
    return f"{TOKENIZER_NAME}/{TOKENIZER_VERSION} rjieba/{dictionary} unicode/{unicodedata.unidata_version}"


def fold(text: str) -> str:
    """Return the form of ``text`` that is searched: full width, case, accents and control characters evened out."""
    return text.translate(_FOLDED)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Return ``fold(text)`` and, for each of its characters and its end, the index in ``text`` it came from."""
    if all(len(_FOLDED[ord(character)]) == 1 for character in frozenset(text)):
        return fold(text), list(range(len(text) + 1))
    pieces: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        form = _FOLDED[ord(character)]
        pieces.append(form)
        offsets.extend([index] * len(form))
    offsets.append(len(text))
    return "".join(pieces), offsets


def words(folded: str) -> list[str]:
    """Return the words of a folded text, repeated as often as they occur."""
    found: list[str] = []
    for run in _RUN.finditer(folded):
        if run.lastgroup == "han":
            found.extend(rjieba.cut_for_search(run.group(), True))
        else:
            found.extend(_whole_and_parts(run.group()))
    return found


def bigrams(folded: str) -> list[str]:
    """Return each pair of neighbouring Han characters of a folded text, repeated as often as it occurs."""
    return [folded[at : at + 2] for run in _HAN_RUN.finditer(folded) for at in range(run.start(), run.end() - 1)]


def han_runs(folded: str) -> list[str]:
    """Return the runs of Han characters long enough to hold a bigram."""
    return [run for run in _HAN_RUN.findall(folded) if len(run) > 1]


def segments(folded: str) -> Iterator[Token]:
    """Yield the words of a folded text once each, without the overlaps of search mode, in order."""
    for run in _RUN.finditer(folded):
        start = run.start()
        if run.lastgroup != "han":
            yield Token(squeeze(run.group()), start, run.end())
            continue
        for word in rjieba.cut(run.group(), True):
            yield from _without_glue(word, start)
            start += len(word)


def _without_glue(word: str, start: int) -> Iterator[Token]:
    """Yield ``word`` without the verbs and particles that guessing stuck to it (想改, 做电); known words stay whole."""
    if len(word) < 2 or rjieba.has_word(word):
        yield Token(word, start, start + len(word))
        return
    for piece in _GLUED.finditer(word):
        yield Token(piece.group(), start + piece.start(), start + piece.end())


@lru_cache(4096)
def subwords(segment: str) -> tuple[str, ...]:
    """Return the index words of one segment: itself and the shorter words inside it."""
    return tuple(words(segment))


def measures(folded: str) -> list[str]:
    """Return the numbers with units and the standards named in a folded text, squeezed (``1.6 mm`` -> ``1.6mm``)."""
    found = (run for run in _RUN.finditer(folded) if run.lastgroup in ("measure", "standard"))
    return [squeeze(run.group()) for run in found]


def squeeze(run: str) -> str:
    """Return a Latin or number run without inner spaces (``GB/T 10963.1`` -> ``gb/t10963.1``)."""
    return "".join(run.split())


def is_han(token: str) -> bool:
    """Tell whether ``token`` starts with a Han character (tokens never mix scripts)."""
    return _HAN_RUN.match(token) is not None


def sentences(text: str) -> list[Sentence]:
    """Split ``text`` at the ends of sentences; blank pieces are left out, no character is counted twice."""
    found: list[Sentence] = []
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
        piece = text[start:end]
        if piece.strip():
            left = start + len(piece) - len(piece.lstrip())
            found.append(Sentence(len(found) + 1, left, left + len(piece.strip())))
        start = end
    return found


def _whole_and_parts(run: str) -> list[str]:
    whole = squeeze(run)
    parts = [part for part in _PART.findall(run) if len(part) > 1 and part != whole]
    return [whole, *parts]
