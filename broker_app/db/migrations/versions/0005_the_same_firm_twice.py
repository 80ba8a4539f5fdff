"""The same firm twice: a name to compare by, aliases after a merge; tiers of a firm; what left as a file."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TEXTS = ("carrier", "index_score", "index_source", "name_key")
_AT_ONCE = 1_000
_FORMS = (
    "股份有限公司", "有限责任公司", "有限公司", "股份公司", "分公司", "总公司", "公司", "集团", "总厂", "厂",
)  # fmt: skip
_PLACES = re.compile(
    r"(浙江|温州|杭州|宁波|台州|丽水|金华|乐清|瑞安|永嘉|平阳|苍南|龙港|文成|泰顺|洞头)(?:省|市|县|区)"
)
_OTHER = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")


def upgrade() -> None:
    """Add columns and tables; every firm there is gets the name it is compared by."""
    for name in _TEXTS:
        op.add_column("enterprise", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("enterprise", sa.Column("tiers", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("enterprise", sa.Column("index_on", sa.Date(), nullable=True))
    op.create_index("ix_enterprise_name_key", "enterprise", ["name_key"], unique=False)
    for table in ("outbox", "acknowledged_operation"):
        op.add_column(table, sa.Column("into_id", sa.Uuid(), nullable=True))
    op.create_table(
        "firm_alias",
        sa.Column("old", sa.Uuid(), nullable=False),
        sa.Column("new", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(), nullable=False),
        sa.Column("undo", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_firm_alias")),
    )
    op.create_index(op.f("ix_firm_alias_new"), "firm_alias", ["new"], unique=False)
    op.create_index(op.f("ix_firm_alias_merged_at"), "firm_alias", ["merged_at"], unique=False)
    op.create_table(
        "distinct_firms",
        sa.Column("one", sa.Uuid(), nullable=False),
        sa.Column("two", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("one", "two", name=op.f("pk_distinct_firms")),
    )
    op.create_table(
        "personal_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_export")),
    )
    op.create_index(op.f("ix_personal_export_at"), "personal_export", ["at"], unique=False)
    _fill_names()
    op.execute("PRAGMA user_version = 5")


def _fill_names() -> None:
    connection = op.get_bind()
    firm = sa.table("enterprise", sa.column("id"), sa.column("name"), sa.column("name_key"))
    rows = connection.execute(sa.select(firm.c.id, firm.c.name)).all()
    statement = sa.update(firm).where(firm.c.id == sa.bindparam("_id")).values(name_key=sa.bindparam("_key"))
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        connection.execute(statement, [{"_id": firm_id, "_key": _key(name)} for firm_id, name in some])


def _key(name: str) -> str:
    plain = _PLACES.sub(r"\1", _OTHER.sub("", unicodedata.normalize("NFKC", name).casefold()))
    while True:
        form = next((one for one in _FORMS if plain.endswith(one)), "")
        if not form:
            return plain
        plain = plain.removesuffix(form)
