"""Records that were entered twice: the same title, or nearly the same text. They are shown once."""

from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

from broker_app.matching.documents import Document
from broker_app.matching.text import bigrams, fold, han_runs

ALIKE = 0.9  # share of common bigrams (Jaccard), from which on two texts are one
MIN_LENGTH = 40  # characters below which texts are too short to be called the same
BITS = 2048  # places for the characters of a text at a glance


class _Face:
    """What is compared of a document; the body is folded only when a length comes close, the bigrams are cut late."""

    def __init__(self, document: Document) -> None:
        self.id = document.id
        self.title = "".join(character for character in fold(document.title) if character.isalnum())
        self.length = len(document.body)
        self._body = document.body

    @cached_property
    def folded(self) -> str:
        """The body as it is searched."""
        return fold(self._body)

    @cached_property
    def characters(self) -> int:
        """The characters that stand in bigrams of the body, as bits; a few of them share one."""
        bits = 0
        for character in frozenset().union(*han_runs(self.folded)):
            bits |= 1 << ord(character) % BITS
        return bits

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The bigrams of the body."""
        return frozenset(bigrams(self.folded))

    def has_text_of(self, other: "_Face") -> bool:
        """Tell whether both texts are nearly one; their lengths have been compared."""
        # A character only one of them has stands in a bigram only one of them has, and a bigram has two characters:
        # with more of such characters the bigrams cannot be alike, and need not be cut.
        unlike = 2 * (1 - ALIKE) / ALIKE * min(len(self.folded), len(other.folded))
        if (self.characters ^ other.characters).bit_count() > unlike:
            return False
        mine, theirs = len(self.pairs), len(other.pairs)
        if min(mine, theirs) < ALIKE * max(mine, theirs, 1):
            return False
        shared = len(self.pairs & other.pairs)
        return shared >= ALIKE * (mine + theirs - shared)


def find_twins(documents: Sequence[Document]) -> dict[UUID, tuple[UUID, ...]]:
    """Return the documents to show, in order, each with the ids of its twins further down."""
    kept: list[tuple[_Face, list[UUID]]] = []
    by_title: dict[str, list[UUID]] = {}
    for face in map(_Face, documents):
        twins = by_title.get(face.title) if face.title else None
        if twins is None:
            shortest, longest = max(MIN_LENGTH, ALIKE * face.length), face.length / ALIKE
            close = (pair for pair in kept if shortest <= pair[0].length <= longest)
            twins = next((ids for one, ids in close if face.length >= MIN_LENGTH and face.has_text_of(one)), None)
        if twins is not None:
            twins.append(face.id)
            continue
        kept.append((face, []))
        by_title[face.title] = kept[-1][1]
    return {face.id: tuple(ids) for face, ids in kept}
