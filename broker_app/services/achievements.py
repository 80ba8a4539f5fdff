"""The pool of research achievements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, listed
from broker_app.rules.calendar import utc_now
from broker_app.services.money import amount_label, fen
from broker_app.services.pinyin import search_keys
from broker_app.services.records import live, text_field, text_list, trashed
from broker_app.services.search import contains_words


@dataclass(frozen=True)
class IpRight:
    """A patent or other right of an achievement."""

    kind: str
    number: str = ""
    holder: str = ""
    granted_on: str = ""
    ipc: str = ""
    expires_on: str = ""


@dataclass(frozen=True)
class Completer:
    """Somebody who made the achievement; ``share`` in percent as text."""

    name: str
    unit: str = ""
    share: str = ""


@dataclass(frozen=True)
class AchievementDraft:
    """An achievement as typed (form F2). ``price_wan`` None means 面议."""

    title: str
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    field: str = ""
    industries: tuple[str, ...] = ()
    registration_no: str = ""
    owner: str = ""
    owner_kind: str = ""
    completers: tuple[Completer, ...] = ()
    finished_on: date | None = None
    stage: str = ""
    trl: int | None = None
    level: str = ""
    indicators: str = ""
    ip: tuple[IpRight, ...] = ()
    modes: tuple[str, ...] = ()
    price_wan: Decimal | None = None
    service_achievement: bool = False
    separate_ledger: bool = False
    use_then_pay: bool = False
    empowerment: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class AchievementRow:
    """A line of the list of achievements."""

    id: UUID
    title: str
    owner: str
    field: str
    trl: int | None
    ip_count: int
    price: str
    use_then_pay: bool
    source_id: str


@dataclass(frozen=True)
class AchievementDetail:
    """Everything the page of an achievement shows."""

    id: UUID
    draft: AchievementDraft
    industry_labels: tuple[str, ...]
    readiness: str
    ip_text: str
    modes_text: str
    price: str
    edited_at: datetime | None


def save_achievement(session: Session, draft: AchievementDraft, achievement_id: UUID | None = None) -> UUID:
    """Add an achievement, or change the one of ``achievement_id``; returns its id.

    Raises:
        InvalidInputError: title missing, a text too long, or a readiness outside 1 to 9.
    """
    row = live(session, Achievement, achievement_id) if achievement_id else Achievement()
    fill_achievement(row, draft)
    if achievement_id is None:
        session.add(row)
    session.flush()
    return row.id


def fill_achievement(row: Achievement, draft: AchievementDraft, *, import_batch_id: UUID | None = None) -> None:
    """Copy a draft onto a row that is not added yet, or belongs to a transaction; raises InvalidInputError."""
    title = text_field("title", draft.title, 300, required=_("请写成果名称。"))
    abstract = text_field("abstract", draft.abstract, 20_000)
    if draft.trl is not None and not 1 <= draft.trl <= 9:
        raise InvalidInputError("trl", _("技术就绪水平是 1 到 9 级。"))
    row.price = fen(draft.price_wan)
    row.title, row.abstract, row.pinyin = title, abstract, search_keys(title)
    row.keywords = text_list("keywords", draft.keywords, 200)[:30]
    row.field, row.industries = text_field("field", draft.field, 200), list(draft.industries)
    row.registration_no = text_field("registration_no", draft.registration_no, 100)
    row.owner, row.owner_kind = text_field("owner", draft.owner, 200), draft.owner_kind
    row.completers = [
        {
            "name": text_field("completers", one.name, 100),
            "unit": text_field("completers", one.unit, 200),
            "share": one.share,
        }
        for one in draft.completers
    ]
    row.finished_on, row.stage, row.trl, row.level = draft.finished_on, draft.stage, draft.trl, draft.level
    row.indicators = text_field("indicators", draft.indicators, 5000)
    row.ip = [
        {
            "kind": one.kind,
            "number": text_field("ip", one.number, 100),
            "holder": text_field("ip", one.holder, 500),
            "granted_on": one.granted_on,
            "ipc": one.ipc,
            "expires_on": one.expires_on,
        }
        for one in draft.ip
    ]
    row.modes = list(draft.modes)
    row.service_achievement, row.separate_ledger = draft.service_achievement, draft.separate_ledger
    row.use_then_pay, row.empowerment = draft.use_then_pay, draft.empowerment
    row.contact_name = text_field("contact_name", draft.contact_name, 200)
    row.contact_phone = text_field("contact_phone", draft.contact_phone, 200)
    row.source_id = row.source_id or draft.source_id
    row.import_batch_id = row.import_batch_id or import_batch_id


def list_achievements(
    session: Session, query: str = "", *, offset: int = 0, limit: int = 100
) -> Sequence[AchievementRow]:
    """Achievements whose title, keywords, owner or abstract hold every word of ``query``."""
    order = (Achievement.created_at.desc(), Achievement.source_id, Achievement.id)
    # The page is found in an index alone; sorting whole rows would read every abstract.
    page = (
        select(Achievement.id)
        .where(
            Achievement.deleted_at.is_(None),
            contains_words(
                query,
                Achievement.title,
                Achievement.owner,
                Achievement.field,
                Achievement.abstract,
                pinyin=Achievement.pinyin,
            ),
        )
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    )
    rows = session.scalars(select(Achievement).where(Achievement.id.in_(page)).order_by(*order))
    return [
        AchievementRow(
            row.id,
            row.title,
            row.owner,
            row.field or listed(industry_label(code) for code in row.industries),
            row.trl,
            len(row.ip),
            price_label(row.price),
            row.use_then_pay,
            row.source_id,
        )
        for row in rows
    ]


def count_achievements(session: Session) -> int:
    """How many achievements are on this computer."""
    return session.scalar(select(func.count()).select_from(Achievement).where(Achievement.deleted_at.is_(None))) or 0


def get_achievement(session: Session, achievement_id: UUID) -> AchievementDetail:
    """An achievement with its labels; raises NotFoundError."""
    row = live(session, Achievement, achievement_id)
    return AchievementDetail(
        id=row.id,
        draft=_draft(row),
        industry_labels=tuple(industry_label(code) for code in row.industries),
        readiness=readiness_label(row.trl),
        ip_text=ip_label(row.ip),
        modes_text=modes_label(row.modes),
        price=price_label(row.price),
        edited_at=row.edited_at,
    )


def delete_achievement(session: Session, achievement_id: UUID) -> None:
    """Move an achievement to the trash."""
    live(session, Achievement, achievement_id).deleted_at = utc_now()


def restore_achievement(session: Session, achievement_id: UUID) -> None:
    """Take an achievement back out of the trash."""
    trashed(session, Achievement, achievement_id).deleted_at = None


def price_label(price: int | None) -> str:
    """The owner's asking price: ``60 万元`` or 面议."""
    return _("面议") if price is None else amount_label(price)


def readiness_label(trl: int | None) -> str:
    """``7 级（环境级）`` or 未说明."""
    if trl is None:
        return _("未说明")
    return _("{n} 级（{name}）").format(n=trl, name=label(CodeList.TRL, str(trl)))


def ip_label(rights: list[dict[str, str]]) -> str:
    """``发明专利 2 件、技术秘密 1 件`` of the rows of an achievement; "" for none."""
    counts: dict[str, int] = {}
    for right in rights:
        kind = label(CodeList.IP_KIND, right["kind"])
        counts[kind] = counts.get(kind, 0) + 1
    return listed(_("{kind} {n} 件").format(kind=kind, n=count) for kind, count in counts.items())


def modes_label(modes: list[str]) -> str:
    """``许可、作价投资``."""
    return listed(label(CodeList.TRANSFER_MODE, mode) for mode in modes)


def _draft(row: Achievement) -> AchievementDraft:
    return AchievementDraft(
        title=row.title,
        abstract=row.abstract,
        keywords=tuple(row.keywords),
        field=row.field,
        industries=tuple(row.industries),
        registration_no=row.registration_no,
        owner=row.owner,
        owner_kind=row.owner_kind,
        completers=tuple(Completer(**one) for one in row.completers),
        finished_on=row.finished_on,
        stage=row.stage,
        trl=row.trl,
        level=row.level,
        indicators=row.indicators,
        ip=tuple(IpRight(**one) for one in row.ip),
        modes=tuple(row.modes),
        price_wan=None if row.price is None else Decimal(row.price) / 1_000_000,
        service_achievement=row.service_achievement,
        separate_ledger=row.separate_ledger,
        use_then_pay=row.use_then_pay,
        empowerment=row.empowerment,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        source_id=row.source_id,
    )
