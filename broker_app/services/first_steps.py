"""上手清单: what a new broker does first, and which of it is done, read from the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from broker_app.db.models import Achievement, Enterprise, Match, Need, SyncScope, Visit
from broker_app.i18n import _
from broker_app.rules.states import OPEN_NOTE_STATES
from broker_app.services.profile import read_profile


@dataclass(frozen=True)
class FirstStep:
    """One line of the list: ``page`` and ``what`` are where it is done."""

    words: str
    why: str
    done: bool
    page: str
    what: str | None = None


def first_steps(session: Session) -> Sequence[FirstStep]:
    """The steps in the order they are best taken."""
    profile = read_profile(session)
    recorded = select(Visit.id).where(Visit.deleted_at.is_(None), Visit.state.not_in(OPEN_NOTE_STATES))
    return [
        FirstStep(
            _("填好姓名、单位和县区"),
            _("文书的落款和编号用它们。"),
            bool(profile.name and profile.organisation and profile.county),
            "settings",
        ),
        FirstStep(
            _("导入企业名单"),
            _("有了名单，走访时打几个拼音首字母就能选到企业。"),
            _any(session, Enterprise),
            "import",
            "enterprises",
        ),
        FirstStep(
            _("导入成果，或登录服务器下载"),
            _("有了成果，没有网也能当场给企业找。"),
            _any(session, Achievement),
            "import",
            "achievements",
        ),
        FirstStep(
            _("记完一次走访"),
            _("按 Ctrl+N，边打边存；Ctrl+Enter 完成，原话从此不变。"),
            bool(session.scalar(select(exists(recorded)))),
            "visits",
            "new",
        ),
        FirstStep(
            _("把一句原话变成需求"),
            _("在纪要里选中一句，按 Ctrl+D。"),
            _any(session, Need),
            "visits",
        ),
        FirstStep(
            _("给一条需求找成果，记下对接"),
            _("按 Ctrl+M，看理由和没说到的，空格选中，Ctrl+Enter 记下。"),
            _any(session, Match),
            "recommend",
        ),
        FirstStep(
            _("登录服务器"),
            _("不登录也能一直用；登录以后团队看得到，电脑丢了也不怕。"),
            bool(session.scalar(select(exists(select(SyncScope.scope))))),
            "sync",
        ),
    ]


def _any(session: Session, model: type[Enterprise | Achievement | Need | Match]) -> bool:
    return bool(session.scalar(select(exists(select(model.id).where(model.deleted_at.is_(None))))))
