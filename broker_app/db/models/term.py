"""What users add to the term table, and what they change in the entries that ship with the program."""

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Authored, Base, Synced, TextList


class Term(Synced, Authored, Base):
    """术语对照: a lay phrase and its technical terms. ``weight`` in hundredths (150 is 1.5 times as if said).

    ``origin`` is "user" for an entry of one's own and "shipped:<id>" for a row that lies over a shipped entry; shipped
    entries themselves are never copied into the store, so that a newer program can improve them.
    """

    __tablename__ = "term"
    lay: Mapped[str] = mapped_column(index=True)
    technical: Mapped[TextList] = mapped_column(default=list)
    weight: Mapped[int] = mapped_column(default=150)
    industries: Mapped[TextList] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    origin: Mapped[str] = mapped_column(default="user", index=True)
