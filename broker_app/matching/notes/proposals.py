"""What a note proposes. Nothing of it is a record before a person accepts it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class NoteSpan:
    """A piece of the note: first character and length."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """The place after the last character."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class MetricProposal:
    """A figure: name, today, wanted, unit; parts that were not said are empty."""

    name: str
    now: str = ""
    target: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class NeedProposal:
    """A technology need. Budgets in 万元; ``missing`` says in words what to ask for; codes are those of the lists."""

    id: str
    title: str
    text: str
    spans: tuple[NoteSpan, ...]
    keywords: tuple[str, ...]
    industries: tuple[str, ...]
    kind: str
    metrics: tuple[MetricProposal, ...]
    budget_low: Decimal | None
    budget_high: Decimal | None
    deadline: date | None
    deadline_words: str
    mode: str
    missing: tuple[str, ...]
    is_deferred: bool = False
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class ReferralProposal:
    """A request that is not technical; ``kind`` is a code of referral_kind, ``refer_to`` its usual destination."""

    id: str
    title: str
    text: str
    spans: tuple[NoteSpan, ...]
    kind: str
    refer_to: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class FollowUpProposal:
    """A task; ``due_words`` is how the day was said."""

    id: str
    title: str
    text: str
    spans: tuple[NoteSpan, ...]
    due: date | None
    due_words: str


@dataclass(frozen=True, slots=True)
class ConfidentialProposal:
    """Words that must not leave; ``remark`` is how silence was asked for."""

    id: str
    text: str
    spans: tuple[NoteSpan, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class PersonProposal:
    """Somebody named, with a telephone number that stands beside the name."""

    id: str
    name: str
    title: str
    phone: str
    spans: tuple[NoteSpan, ...]


@dataclass(frozen=True, slots=True)
class NoteProposals:
    """Everything one note proposes, each list in the order of the note."""

    needs: tuple[NeedProposal, ...] = ()
    referrals: tuple[ReferralProposal, ...] = ()
    follow_ups: tuple[FollowUpProposal, ...] = ()
    confidential: tuple[ConfidentialProposal, ...] = ()
    people: tuple[PersonProposal, ...] = ()
    phones: tuple[str, ...] = ()
