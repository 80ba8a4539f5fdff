"""What can be done in a visit by key and palette; the page binds them, the key sheet lists them."""

from dataclasses import dataclass

from broker_app.i18n import _


@dataclass(frozen=True)
class VisitKey:
    """A command of the page of visits; ``keys`` is a shortcut as Qt writes it, or ""."""

    name: str
    title: str
    keys: str
    icon: str


VISIT_KEYS = (
    VisitKey("visit.need", _("选中的话转成需求"), "Ctrl+D", "plus"),
    VisitKey("visit.match", _("给需求找成果"), "Ctrl+M", "intersect"),
    VisitKey("visit.print", _("预览和打印走访记录表"), "Ctrl+P", "printer"),
    VisitKey("visit.sign", _("请企业签字"), "F8", "pen-nib"),
    VisitKey("visit.template", _("插入纪要模板"), "Ctrl+T", "note"),
    VisitKey("visit.templates", _("管理纪要模板"), "", "note"),
    VisitKey("visit.photo", _("加照片或文件"), "", "paperclip"),
    VisitKey("visit.secret", _("标为不得外传"), "", "lock-simple"),
)
