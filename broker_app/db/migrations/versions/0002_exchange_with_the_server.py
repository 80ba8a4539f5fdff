"""The exchange with the server: what it last told, how far it was read, what it has taken in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables of the exchange, and to the outbox what the server has to be told besides the fields."""
    op.create_table(
        "acknowledged_operation",
        sa.Column("ordinal", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("op", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("seen", sa.String(length=40), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.String(length=40), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_acknowledged_operation")),
        sa.UniqueConstraint("op", name=op.f("uq_acknowledged_operation_op")),
    )
    op.create_index(
        op.f("ix_acknowledged_operation_acknowledged_at"), "acknowledged_operation", ["acknowledged_at"], unique=False
    )
    op.create_index(op.f("ix_acknowledged_operation_record_id"), "acknowledged_operation", ["record_id"], unique=False)
    op.create_table(
        "server_record",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=20), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("scope", "id", name=op.f("pk_server_record")),
    )
    op.create_index(op.f("ix_server_record_id"), "server_record", ["id"], unique=False)
    op.create_index(op.f("ix_server_record_kind"), "server_record", ["kind"], unique=False)
    op.create_table(
        "snapshot_chunk",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("scope", "sha256", name=op.f("pk_snapshot_chunk")),
    )
    op.create_table(
        "sync_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("receipt", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_round")),
    )
    op.create_index(op.f("ix_sync_round_started_at"), "sync_round", ["started_at"], unique=False)
    op.create_table(
        "sync_scope",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("cursor", sa.String(length=64), nullable=False),
        sa.Column("writable", sa.Boolean(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sum", sa.String(length=16), nullable=False),
        sa.Column("is_rebuilding", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_sync_scope")),
    )
    op.add_column("outbox", sa.Column("seen", sa.String(length=40), nullable=True))
    op.add_column("outbox", sa.Column("parked", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.execute("PRAGMA user_version = 2")
