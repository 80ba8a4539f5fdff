"""What the server did not take in is found without reading the whole outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Index the few operations of the outbox that wait for a person; every start asks for them."""
    op.create_index("ix_outbox_parked", "outbox", ["seq"], unique=False, sqlite_where=sa.text("parked IS NOT NULL"))
    op.execute("PRAGMA user_version = 3")
