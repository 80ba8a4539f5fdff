"""Translation of every text a person reads: screen, paper and command line share one catalogue.

Chinese is the source language, so a missing translation shows the Chinese sentence.
"""

import gettext
import os
from pathlib import Path

_DOMAIN = "broker"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(language: str, catalogues: Path) -> None:
    """Read the catalogue of ``language`` ("zh_CN" or "en") from the folder ``catalogues``."""
    global _catalogue
    _catalogue = gettext.translation(_DOMAIN, os.fspath(catalogues), [language], fallback=True)


def _(message: str) -> str:
    """Return ``message`` in the language in use."""
    return _catalogue.gettext(message)


def counted(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits ``count`` things, with ``{n}`` filled in."""
    return _catalogue.ngettext(one, many, count).format(n=count)
