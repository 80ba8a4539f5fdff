"""Needs that are published: what everybody may read of them, one's own and those of other teams."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TEXTS = (
    "number", "title", "kind", "state", "problem", "goal", "mode", "urgency", "county", "contact_unit", "contact_name",
    "contact_phone", "pinyin", "author_id", "author_name",
)  # fmt: skip


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "published_need",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("industries", "keywords", "metrics", "extra")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("budget_low", "budget_high")),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("deadline", "published_on", "withdrawn_on")),
        sa.Column("use_then_pay", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_need")),
    )
    for name in ("number", "state", "scope", "deleted_at"):
        op.create_index(op.f(f"ix_published_need_{name}"), "published_need", [name], unique=False)
    op.execute("PRAGMA user_version = 6")
