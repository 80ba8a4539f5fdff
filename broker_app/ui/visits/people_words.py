"""People met as one line of text: ``赵工 生产部 138 0013 8000、陈厂长``."""

import re
from collections.abc import Sequence

from broker_app.i18n import _
from broker_app.services.visits import PersonMet

_PHONE = re.compile(r"(?:\+?\d[\d\s-]{5,}\d)")
_PARTS = re.compile(r"[、；;\n]+")
_BETWEEN = re.compile(r"[\s·•,，]+")


def people_text(people: Sequence[PersonMet]) -> str:
    """The line that :func:`typed_people` reads back."""
    return _("；").join(" ".join(part for part in (one.name, one.position, one.phone) if part) for one in people)


def typed_people(text: str) -> tuple[PersonMet, ...]:
    """The people of a line: of each part the first word is the name, digits the phone, the rest the position."""
    people = []
    for part in _PARTS.split(text):
        phone = _PHONE.search(part)
        words = _BETWEEN.split(_PHONE.sub(" ", part).strip())
        if words and words[0]:
            people.append(PersonMet(words[0], " ".join(words[1:]), phone.group().strip() if phone else ""))
    return tuple(people)
