"""Kinds of records, and how each of their fields is merged when two people changed it.

One table for the client and the server. A field that is not in it (a newer program's) is stored and merged
as a value. ``tests/sync/test_kinds.py`` demands an entry for every synced column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Merge(StrEnum):
    """What happens to a field that was changed in two places.

    VALUE   one of the two stands, the other is kept in a conflict that people see
    TEXT    paragraphs are merged; only paragraphs changed in both places become a conflict
    SET     elements are added and removed; never a conflict
    SERVER  the first value stands for ever; a later one is only noted in the history
    """

    VALUE = "value"
    TEXT = "text"
    SET = "set"
    SERVER = "server"


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    ``public`` names the fields that may stand in the scope ``public``; empty means that no record of this
    kind belongs there. ``identity`` is the field by which two records are recognised as the same thing.
    """

    fields: Mapping[str, Merge]
    public: frozenset[str] = field(default_factory=frozenset)
    identity: str = ""


def rule_of(kind: str, name: str) -> Merge:
    """How field ``name`` of a record of ``kind`` is merged; anything unknown is a value."""
    known = KINDS.get(kind)
    return Merge.VALUE if known is None else known.fields.get(name, Merge.VALUE)


def may_be_public(kind: str, changes: Mapping[str, Any]) -> bool:
    """Whether ``changes`` (``{field: [old, new]}``) of a record of ``kind`` may stand in the scope ``public``.

    Only fields of the allow-list may, and no element of a list that is itself marked as confidential.
    """
    known = KINDS.get(kind)
    if known is None or not known.public:
        return False
    return changes.keys() <= known.public and not any(map(_is_secret, changes.values()))


def _is_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value.get("confidential")) or any(map(_is_secret, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_is_secret, value))


def _fields(value: str = "", text: str = "", members: str = "", server: str = "") -> dict[str, Merge]:
    groups = {Merge.VALUE: value, Merge.TEXT: text, Merge.SET: members, Merge.SERVER: server}
    return {name: rule for rule, names in groups.items() for name in names.split()}


# The first author stays the author: two brokers who enter the same firm have nothing to decide about that.
_AUTHOR = "author_id author_name created_at"

_ACHIEVEMENT = _fields(
    value="title field registration_no owner owner_kind finished_on stage trl level price service_achievement "
    "separate_ledger use_then_pay empowerment contact_name contact_phone source_id "
    "completers",  # their shares add up to a whole, so a mixture of two lists would be wrong
    text="abstract indicators",
    members="keywords industries modes ip",
    server=_AUTHOR,
)

# What a need shows to everybody: never its firm, people, raw words, spans or confidential figures.
_PUBLISHED_NEED = _fields(
    value="number title kind state budget_low budget_high deadline mode urgency county use_then_pay "
    "published_on withdrawn_on contact_unit contact_name contact_phone",
    text="problem goal",
    members="industries keywords metrics",
    server=_AUTHOR,
)

KINDS: Mapping[str, Kind] = {
    "enterprise": Kind(
        _fields(
            value="name credit_code county address gb4754 size legal_person founded_on website email source_id "
            "carrier index_score index_on index_source",
            text="profile",
            members="industries tags tiers",
            server=_AUTHOR,
        ),
        identity="credit_code",
    ),
    "contact": Kind(_fields(value="enterprise_id name position phone email", server=_AUTHOR)),
    "visit": Kind(
        _fields(
            # Marks of what is confidential count characters of the note, so the note is never mixed from two.
            value="number enterprise_id role state place started_at ended_at recorded_at late_reason is_late note "
            "confidential revision source_id home_unit term_from term_to team team_field commissioner_kind "
            "service_mode solved track_until training_heads training_minutes",
            text="findings opinion",
            members="purposes companions met services",
            server=_AUTHOR,
        )
    ),
    "note_revision": Kind(_fields(value="visit_id ordinal text reason", server=_AUTHOR)),
    "referral_request": Kind(
        _fields(value="visit_id enterprise_id kind refer_to due done_at", text="text", server=_AUTHOR)
    ),
    "follow_up": Kind(_fields(value="visit_id enterprise_id who due done_at", text="text", server=_AUTHOR)),
    "need": Kind(
        _fields(
            value="number enterprise_id visit_id title spans kind state no_metric_reason budget_low budget_high "
            "deadline mode urgency four_list use_then_pay verifier_id verifier_name verified_on common_need_id "
            "review_on source_id",
            text="text problem goal partner",
            members="industries keywords metrics confidential_fields",
            server=_AUTHOR,
        )
    ),
    "published_need": Kind(_PUBLISHED_NEED, public=frozenset(_PUBLISHED_NEED)),
    "achievement": Kind(_ACHIEVEMENT, public=frozenset(_ACHIEVEMENT), identity="registration_no"),
    "match": Kind(
        _fields(
            value="number need_id achievement_id state score reasons evidence not_covered pool_size decline_reason "
            "enterprise_consent_at owner_consent_at needs_nda nda_signed_at",
            text="decline_note",
            server=_AUTHOR,
        )
    ),
    "attachment": Kind(
        _fields(value="parent_kind parent_id kind name sha256 size mime consent", server=_AUTHOR),
    ),
    "state_move": Kind(_fields(value="record_kind record_id from_state to_state why", server=_AUTHOR)),
    "term": Kind(
        _fields(value="lay weight enabled origin", text="note", members="technical industries", server=_AUTHOR)
    ),
    # Written by the server (sync.md section 3); people only close it.
    "conflict": Kind(
        _fields(
            value="status resolution",
            server="record record_kind field kind reason base current other operation user user_name device at "
            "current_user current_name current_at twin_scope twin",
        )
    ),
}
