"""How a word typed into a list's search field becomes a condition."""

from typing import Any

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from broker_app.services.records import plain_text


def contains_words(
    query: str, *columns: InstrumentedAttribute[Any], pinyin: InstrumentedAttribute[str] | None = None
) -> ColumnElement[bool]:
    """Every word of ``query`` stands in one of ``columns``, or in ``pinyin`` if the word is plain letters."""
    condition: ColumnElement[bool] = true()
    for word in plain_text(query).split()[:8]:
        places = [column.icontains(word, autoescape=True) for column in columns]
        if pinyin is not None and word.isascii() and word.isalnum():
            places.append(pinyin.icontains(word, autoescape=True))
        condition = condition & or_(*places)
    return condition
