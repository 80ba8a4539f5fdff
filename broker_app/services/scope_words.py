"""What people call the places records belong to."""

from collections.abc import Mapping

from broker_app.codes.counties import county_label
from broker_app.i18n import _


def scope_word(scope: str, titles: Mapping[str, str]) -> str:
    """``汽摩配轻骑队`` where the server says so, else ``团队 12``, ``温州市瑞安市``, 公开的资料, 自己的."""
    known = titles.get(scope, "")
    if known and known != scope:
        return known
    place, _colon, rest = scope.partition(":")
    match place:
        case "team":
            return _("团队 {number}").format(number=rest)
        case "county":
            return county_label(rest)
        case "public":
            return _("公开的资料")
        case "held":
            return _("{place}里等人处理的").format(place=scope_word(rest, titles))
        case _:
            return _("自己的")
