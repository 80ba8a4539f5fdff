"""The pages of the window and where the navigation lists them; a page is imported when it is first shown."""

from collections.abc import Callable
from importlib import import_module

from broker_app.i18n import _
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.navigation import Place
from broker_app.ui.shell.page import Page

FIRST_PAGE = "today"

_PAGES = {
    "today": "broker_app.ui.today.page:TodayPage",
    "visits": "broker_app.ui.visits.page:VisitsPage",
    "enterprises": "broker_app.ui.enterprises.page:EnterprisesPage",
    "enterprise": "broker_app.ui.enterprises.profile_page:EnterpriseProfilePage",
    "duplicates": "broker_app.ui.enterprises.duplicates_page:DuplicatesPage",
    "needs": "broker_app.ui.needs.page:NeedsPage",
    "need": "broker_app.ui.needs.need_page:NeedPage",
    "public_need": "broker_app.ui.needs.public_need_page:PublicNeedPage",
    "achievements": "broker_app.ui.achievements.page:AchievementsPage",
    "achievement": "broker_app.ui.achievements.achievement_page:AchievementPage",
    "recommend": "broker_app.ui.matches.recommend_page:RecommendPage",
    "matches": "broker_app.ui.matches.page:MatchesPage",
    "import": "broker_app.ui.imports.page:ImportPage",
    "papers": "broker_app.ui.papers.page:PapersPage",
    "terms": "broker_app.ui.terms.page:TermsPage",
    "evaluation": "broker_app.ui.evaluation.page:EvaluationPage",
    "figures": "broker_app.ui.figures.page:FiguresPage",
    "sync": "broker_app.ui.sync.page:SyncPage",
    "calendar": "broker_app.ui.calendar.page:CalendarPage",
    "proposals": "broker_app.ui.calendar.proposals_page:ProposalsPage",
    "help": "broker_app.ui.help.page:HelpPage",
    "trash": "broker_app.ui.trash.page:TrashPage",
    "settings": "broker_app.ui.settings.page:SettingsPage",
}


def places() -> tuple[Place, ...]:
    """What the navigation lists, in groups."""
    return (
        Place("today", _("今日"), "sun"),
        Place("visits", _("走访"), "map-pin", 1),
        Place("enterprises", _("企业"), "buildings", 1),
        Place("needs", _("需求"), "clipboard-text", 1),
        Place("achievements", _("成果"), "flask", 1),
        Place("recommend", _("匹配"), "intersect", 2),
        Place("matches", _("对接"), "handshake", 2),
        Place("papers", _("文书"), "file-text", 3),
        Place("terms", _("术语对照"), "book-open", 3),
        Place("figures", _("统计"), "chart-bar", 3),
        Place("sync", _("同步中心"), "cloud-arrow-up", 4, foot=True),
        Place("settings", _("设置"), "gear-six", 4, foot=True),
    )


def page_makers() -> dict[str, Callable[[Desk], Page]]:
    """How each page is made, by its name."""
    return {name: _maker(where) for name, where in _PAGES.items()}


def _maker(where: str) -> Callable[[Desk], Page]:
    module, _colon, name = where.partition(":")

    def make(desk: Desk) -> Page:
        page: Page = getattr(import_module(module), name)(desk)
        return page

    return make
