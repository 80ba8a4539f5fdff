"""Places of a firm in 企业梯队 and in the libraries: as typed, as kept, as read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from broker_app.codes.lists import CodeList, label
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, full_day_name


@dataclass(frozen=True)
class Tier:
    """A place in 企业梯队 or in one of the libraries: which (code list enterprise_tier), from when, until when.

    ``until`` None: it does not run out, or nobody wrote down when.
    """

    code: str
    since: date | None = None
    until: date | None = None


def tier_rows(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    """Tiers as the store keeps them: each code once, the one that runs longest.

    Raises:
        InvalidInputError: a tier that ends before it begins, or without a code.
    """
    for one in tiers:
        if not one.code:
            raise InvalidInputError("tiers", _("请选是哪一类。"))
        if one.since and one.until and one.until < one.since:
            words = _("「{tier}」的到期日早于认定日。").format(tier=label(CodeList.ENTERPRISE_TIER, one.code))
            raise InvalidInputError("tiers", words)
    return [
        {
            "code": one.code,
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
        }
        for one in _longest(tiers)
    ]


def read_tiers(rows: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    """Tiers as the store keeps them; of two entries of one code (written on two computers) the one that runs longer."""
    found = (Tier(str(row.get("code") or ""), _day(row.get("since")), _day(row.get("until"))) for row in rows)
    return _longest(one for one in found if one.code)


def tier_words(tier: Tier) -> str:
    """``高新技术企业 至2027年12月1日``."""
    name = label(CodeList.ENTERPRISE_TIER, tier.code)
    if tier.until is None:
        return name
    return _("{tier} 至{day}").format(tier=name, day=full_day_name(tier.until))


def _longest(tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """Each code once, the one that runs longest, in the order in which they came."""
    kept: dict[str, Tier] = {}
    for one in tiers:
        known = kept.get(one.code)
        if known is None or (known.until or date.max) < (one.until or date.max):
            kept[one.code] = one
    return tuple(kept.values())


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
