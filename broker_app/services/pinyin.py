"""Pinyin of names, so that `wzdq` and `wenzhou` find 温州电气."""

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def _pypinyin() -> ModuleType:
    return import_module("pypinyin")  # its tables take a tenth of a second to load


def search_keys(name: str) -> str:
    """Initials and full pinyin of ``name``, parted by a space: ``"wzdq wenzhoudianqi"``."""
    module = _pypinyin()
    syllables = module.lazy_pinyin(name[:80], errors=lambda other: [other.lower()] if other.isalnum() else [])
    return f"{''.join(each[:1] for each in syllables)} {''.join(syllables)}" if syllables else ""
