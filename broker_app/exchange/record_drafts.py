"""From what a file says to the drafts that services take: names become codes, unknown ones are kept as words."""

from collections.abc import Iterable
from dataclasses import replace

from broker_app.codes.counties import find_county
from broker_app.codes.industries import find_industries
from broker_app.codes.lists import CodeList, find
from broker_app.exchange.particulars import IpRight as FileRight
from broker_app.exchange.records import AchievementRecord, EnterpriseRecord, NeedRecord
from broker_app.services.achievements import AchievementDraft, Completer, IpRight
from broker_app.services.enterprises import ContactDraft, EnterpriseDraft
from broker_app.services.firm_tiers import Tier
from broker_app.services.needs import Metric, NeedDraft
from broker_app.services.redaction import marks_metric

_USE_THEN_PAY = ("先用后转", "use_then_pay")
_SEPARATE = ("单列", "separate")
_SERVICE = ("职务", "service")


def achievement_draft(record: AchievementRecord) -> AchievementDraft:
    """The draft of an achievement row."""
    flags = " ".join((*record.flags, *record.modes))
    return AchievementDraft(
        title=record.title[:300],
        abstract=record.abstract,
        keywords=record.keywords,
        field=record.field,
        industries=_industries(record.industry),
        owner=record.owner,
        owner_kind=_code(CodeList.OWNER_KIND, record.owner_kind),
        completers=tuple(Completer(one.name, one.unit, one.share) for one in record.completers),
        finished_on=record.finished_on,
        stage=_code(CodeList.ACHIEVEMENT_STAGE, record.stage),
        trl=record.trl,
        level=record.level,
        indicators=record.metrics,
        ip=tuple(right for one in record.ip for right in _rights(one)),
        modes=tuple(_code(CodeList.TRANSFER_MODE, mode) for mode in record.modes),
        price_wan=record.price_wan.wan,
        service_achievement=_has(flags, _SERVICE),
        separate_ledger=_has(flags, _SEPARATE),
        use_then_pay=_has(flags, _USE_THEN_PAY),
        contact_name=record.contact,
        contact_phone=record.phone,
        source_id=record.source_id,
    )


def enterprise_draft(record: EnterpriseRecord) -> EnterpriseDraft:
    """The draft of a firm row; its one contact comes along."""
    county = find_county(record.county) if record.county else None
    people = (ContactDraft(record.contact, record.position, record.phone),) if record.contact else ()
    return EnterpriseDraft(
        name=record.name,
        credit_code=record.uscc,
        county=county.code if county else record.county,
        address=record.address,
        industries=_industries(record.industry),
        gb4754=record.gb4754,
        size=_code(CodeList.ENTERPRISE_SIZE, record.size),
        legal_person=record.legal_person,
        founded_on=record.founded_on,
        website=record.website,
        email=record.email,
        profile=record.profile,
        tags=tuple(tag for tag in record.tags if find(CodeList.ENTERPRISE_TIER, tag) is None),
        tiers=tuple(Tier(code) for tag in record.tags if (code := find(CodeList.ENTERPRISE_TIER, tag)) is not None),
        contacts=people,
        source_id=record.source_id,
    )


def need_draft(record: NeedRecord) -> NeedDraft:
    """The draft of a need row; its firm is looked up by whoever saves it."""
    return NeedDraft(
        title=record.title[:100],
        text=record.description if len(record.title) <= 100 else f"{record.title}\n{record.description}",
        kind=_code(CodeList.NEED_KIND, record.kind),
        industries=_industries(record.industry),
        keywords=record.keywords,
        metrics=confidential_metrics(
            (Metric(one.name, one.now, one.target, one.unit, one.standard) for one in record.metrics),
            record.confidential,
        ),
        budget_low=record.budget_wan.low,
        budget_high=record.budget_wan.high,
        deadline=record.deadline,
        mode=_code(CodeList.COOPERATION_MODE, record.mode),
        confidential_fields=record.confidential,
        source_id=record.source_id,
    )


def confidential_metrics(metrics: Iterable[Metric], fields: tuple[str, ...]) -> tuple[Metric, ...]:
    """Mark each metric that one of the confidential ``fields`` speaks of."""
    return tuple(
        replace(one, confidential=one.confidential or any(marks_metric(field, one.name) for field in fields))
        for one in metrics
    )


def _rights(right: FileRight) -> Iterable[IpRight]:
    granted = right.granted_on.isoformat() if right.granted_on else ""
    kind = _code(CodeList.IP_KIND, right.kind)
    return [IpRight(kind, right.number, right.holder, granted)] * min(right.count, 50)


def _industries(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for name in names for code in find_industries(name)))


def _code(code_list: CodeList, text: str) -> str:
    return (find(code_list, text) or text) if text else ""


def _has(flags: str, words: tuple[str, ...]) -> bool:
    return any(word in flags for word in words)
