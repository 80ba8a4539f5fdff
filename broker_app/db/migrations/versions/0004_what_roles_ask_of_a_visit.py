"""What form F3 asks of a visit besides, by the role of the visitor, and the record of a training."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TEXTS = ("home_unit", "team", "team_field", "commissioner_kind", "service_mode")


def upgrade() -> None:
    """Add the columns; the visits there are say nothing in them."""
    for name in _TEXTS:
        op.add_column("visit", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("visit", sa.Column("term_from", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("term_to", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("services", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("visit", sa.Column("solved", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("visit", sa.Column("track_until", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("training_heads", sa.Integer(), nullable=True))
    op.add_column("visit", sa.Column("training_minutes", sa.Integer(), nullable=True))
    op.execute("PRAGMA user_version = 4")
