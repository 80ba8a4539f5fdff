"""What resembles what: the offline search of needs and achievements, with exact reasons.

``match`` is the door; ``Document`` and ``index.put`` feed the pools.
"""

from broker_app.matching.documents import Document
from broker_app.matching.explain import ExclusionCheck, Gap, MatchResult, Quote, Reason
from broker_app.matching.question import Expansion, MatchQuery
from broker_app.matching.search import MatchAnswer, SearchTerm, match

__all__ = [
    "Document",
    "ExclusionCheck",
    "Expansion",
    "Gap",
    "MatchAnswer",
    "MatchQuery",
    "MatchResult",
    "Quote",
    "Reason",
    "SearchTerm",
    "match",
]
