"""Lists and searches of a store with 100,000 firms: each reads its page from an index instead of sorting whole rows."""

from alembic import op

revision = "0007"
down_revision = "0006"

_INDEXES = (
    ("ix_visit_list", "visit", ("deleted_at", "started_at")),
    ("ix_visit_of_firm", "visit", ("enterprise_id", "deleted_at", "started_at", "state")),
    ("ix_achievement_list", "achievement", ("deleted_at", "created_at", "source_id", "id")),
    ("ix_enterprise_lookup", "enterprise", ("deleted_at", "name", "pinyin", "credit_code", "address", "id")),
)


def upgrade() -> None:
    """Add the indexes."""
    for name, table, columns in _INDEXES:
        op.create_index(name, table, list(columns), unique=False)
    op.execute("PRAGMA user_version = 7")
