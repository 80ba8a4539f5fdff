"""What a note falls into while it is read: stretches of talk, each of one matter, and pleas for silence."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from broker_app.matching.notes.acts import Act, Said

_RECOGNISED = 2000  # characters of a stretch that later clauses are compared with
_RECENT = 12  # needs that a speaker may still return to


@dataclass(slots=True)
class Stretch:
    """Clauses that speak of one thing. ``lane`` is need, request, follow_up or dropped; ``kind`` that of a request.

    ``text`` is their folded words, clauses apart, as far as they are needed to recognise the matter again.
    """

    lane: str
    said: list[Said] = field(default_factory=list)
    kind: str = ""
    inherits_wish: bool = False
    over: bool = False
    text: str = ""
    acts: Act = Act.NONE

    def __post_init__(self) -> None:
        """Take in the clauses given at the start."""
        given, self.said = self.said, []
        self.add(given)

    def add(self, said: Sequence[Said]) -> None:
        """Take in more clauses."""
        self.said.extend(said)
        for one in said:
            self.acts |= one.acts
            if len(self.text) < _RECOGNISED:
                self.text = f"{self.text}，{one.text}" if self.text else one.text

    def keep(self, said: Sequence[Said]) -> None:
        """Be left with ``said`` only."""
        self.said, self.text, self.acts = [], "", Act.NONE
        self.add(said)

    def does(self, acts: Act) -> bool:
        """Tell whether any clause performs any of ``acts``."""
        return bool(self.acts & acts)


@dataclass(slots=True)
class Talk:
    """Everything the discourse of a note fell into, in order of appearance."""

    stretches: list[Stretch] = field(default_factory=list)
    secrets: list[Said] = field(default_factory=list)
    shared: list[tuple[Said, list[Stretch]]] = field(default_factory=list)

    def needs(self) -> list[Stretch]:
        """The stretches that may be needs, withdrawn ones included."""
        return [one for one in self.stretches if one.lane == "need"]

    def recent(self) -> list[Stretch]:
        """The needs told last, in the order they were told."""
        found: list[Stretch] = []
        for one in reversed(self.stretches):
            if one.lane == "need":
                found.append(one)
                if len(found) == _RECENT:
                    break
        return found[::-1]
