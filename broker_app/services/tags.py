"""标签 of firms: which there are, and giving one to many firms at once."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise
from broker_app.i18n import _
from broker_app.services.pinyin import search_keys
from broker_app.services.records import live, text_field

LONGEST = 50
_MOST = 300


def known_tags(session: Session) -> tuple[str, ...]:
    """Tags in use, the most used first."""
    counts = Counter(
        tag for tags in session.scalars(select(Enterprise.tags).where(Enterprise.deleted_at.is_(None))) for tag in tags
    )
    return tuple(sorted(counts, key=lambda tag: (-counts[tag], tag))[:_MOST])


def matching_tags(tags: Sequence[str], word: str, *, limit: int = 8) -> tuple[str, ...]:
    """Those of ``tags`` that contain ``word`` or whose pinyin begins with it; none for no word."""
    wanted = word.strip().casefold()
    return tuple(tag for tag in tags if _fits(tag, wanted))[:limit] if wanted else ()


def add_tag(session: Session, firm_ids: Sequence[UUID], tag: str) -> tuple[UUID, ...]:
    """Give ``tag`` to each of these firms; returns those that did not have it.

    Raises:
        InvalidInputError: no tag, or one that is too long.
        NotFoundError: a firm is not here.
    """
    tag = text_field("tag", tag, LONGEST, required=_("请写标签。"))
    added = []
    for firm_id in firm_ids:
        row = live(session, Enterprise, firm_id)
        if tag not in row.tags:
            row.tags = [*row.tags, tag]
            added.append(firm_id)
    session.flush()
    return tuple(added)


def remove_tag(session: Session, firm_ids: Sequence[UUID], tag: str) -> None:
    """Take ``tag`` from these firms."""
    for firm_id in firm_ids:
        row = live(session, Enterprise, firm_id)
        row.tags = [one for one in row.tags if one != tag]
    session.flush()


def _fits(tag: str, wanted: str) -> bool:
    if wanted in tag.casefold():
        return True
    return wanted.isascii() and wanted.isalnum() and any(key.startswith(wanted) for key in search_keys(tag).split())
