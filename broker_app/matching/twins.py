"""Records that were entered twice: the same title, or nearly the same text. They are shown once."""

from collections.abc import Sequence
from uuid import UUID

from broker_app.matching.documents import Document
from broker_app.matching.text import bigrams, fold

ALIKE = 0.9  # share of common bigrams (Jaccard), from which on two texts are one
MIN_LENGTH = 40  # characters below which texts are too short to be called the same


class _Face:
    """What is compared of a document; the bigrams are cut only when a length comes close."""

    def __init__(self, document: Document) -> None:
        self.id = document.id
        self.title = "".join(character for character in fold(document.title) if character.isalnum())
        self.length = len(document.body)
        self._body = document.body
        self._pairs: frozenset[str] | None = None

    @property
    def pairs(self) -> frozenset[str]:
        """The bigrams of the body."""
        if self._pairs is None:
            self._pairs = frozenset(bigrams(fold(self._body)))
        return self._pairs

    def is_twin_of(self, other: "_Face") -> bool:
        """Tell whether both are one record."""
        if self.title and self.title == other.title:
            return True
        if min(self.length, other.length) < max(MIN_LENGTH, ALIKE * max(self.length, other.length)):
            return False
        return len(self.pairs & other.pairs) >= ALIKE * len(self.pairs | other.pairs) > 0


def find_twins(documents: Sequence[Document]) -> dict[UUID, tuple[UUID, ...]]:
    """Return the documents to show, in order, each with the ids of its twins further down."""
    kept: list[tuple[_Face, list[UUID]]] = []
    for face in map(_Face, documents):
        first = next((pair for pair in kept if pair[0].is_twin_of(face)), None)
        if first is None:
            kept.append((face, []))
        else:
            first[1].append(face.id)
    return {face.id: tuple(ids) for face, ids in kept}
