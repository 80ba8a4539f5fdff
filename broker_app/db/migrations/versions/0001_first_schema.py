"""First schema: the records of a broker's day, the outbox and the imports."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NOTE_IS_FINAL = """
CREATE TRIGGER visit_note_is_final BEFORE UPDATE OF note ON visit
WHEN OLD.state NOT IN ('draft', 'planned', 'in_progress') AND NEW.note IS NOT OLD.note
BEGIN SELECT RAISE(ABORT, 'the raw note of a recorded visit never changes'); END
"""


def upgrade() -> None:
    """Make every table; the raw note of a recorded visit is guarded by the file itself."""
    op.create_table(
        "achievement",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("registration_no", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("completers", sa.JSON(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("indicators", sa.Text(), nullable=False),
        sa.Column("ip", sa.JSON(), nullable=False),
        sa.Column("modes", sa.JSON(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("service_achievement", sa.Boolean(), nullable=False),
        sa.Column("separate_ledger", sa.Boolean(), nullable=False),
        sa.Column("use_then_pay", sa.Boolean(), nullable=False),
        sa.Column("empowerment", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("import_batch_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement")),
    )
    op.create_index(op.f("ix_achievement_deleted_at"), "achievement", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_achievement_import_batch_id"), "achievement", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_achievement_owner"), "achievement", ["owner"], unique=False)
    op.create_index(op.f("ix_achievement_scope"), "achievement", ["scope"], unique=False)
    op.create_index(op.f("ix_achievement_source_id"), "achievement", ["source_id"], unique=False)
    op.create_index(op.f("ix_achievement_title"), "achievement", ["title"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("parent_kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_deleted_at"), "attachment", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_attachment_parent_id"), "attachment", ["parent_id"], unique=False)
    op.create_index(op.f("ix_attachment_scope"), "attachment", ["scope"], unique=False)
    op.create_index(op.f("ix_attachment_sha256"), "attachment", ["sha256"], unique=False)
    op.create_table(
        "contact",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("import_batch_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_deleted_at"), "contact", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_contact_enterprise_id"), "contact", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_contact_import_batch_id"), "contact", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_contact_scope"), "contact", ["scope"], unique=False)
    op.create_table(
        "enterprise",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("gb4754", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("legal_person", sa.Text(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("import_batch_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
    )
    op.create_index(op.f("ix_enterprise_county"), "enterprise", ["county"], unique=False)
    op.create_index(op.f("ix_enterprise_credit_code"), "enterprise", ["credit_code"], unique=False)
    op.create_index(op.f("ix_enterprise_deleted_at"), "enterprise", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_enterprise_import_batch_id"), "enterprise", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_enterprise_name"), "enterprise", ["name"], unique=False)
    op.create_index(op.f("ix_enterprise_scope"), "enterprise", ["scope"], unique=False)
    op.create_index(op.f("ix_enterprise_source_id"), "enterprise", ["source_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_deleted_at"), "follow_up", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_follow_up_due"), "follow_up", ["due"], unique=False)
    op.create_index(op.f("ix_follow_up_enterprise_id"), "follow_up", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_follow_up_scope"), "follow_up", ["scope"], unique=False)
    op.create_index(op.f("ix_follow_up_visit_id"), "follow_up", ["visit_id"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "columns", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "match",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("not_covered", sa.JSON(), nullable=False),
        sa.Column("pool_size", sa.Integer(), nullable=False),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.Column("decline_note", sa.Text(), nullable=False),
        sa.Column("enterprise_consent_at", sa.DateTime(), nullable=True),
        sa.Column("owner_consent_at", sa.DateTime(), nullable=True),
        sa.Column("needs_nda", sa.Boolean(), nullable=False),
        sa.Column("nda_signed_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match_achievement_id"), "match", ["achievement_id"], unique=False)
    op.create_index(op.f("ix_match_deleted_at"), "match", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_match_need_id"), "match", ["need_id"], unique=False)
    op.create_index(op.f("ix_match_number"), "match", ["number"], unique=False)
    op.create_index(op.f("ix_match_scope"), "match", ["scope"], unique=False)
    op.create_index(op.f("ix_match_state"), "match", ["state"], unique=False)
    op.create_table(
        "need",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("no_metric_reason", sa.Text(), nullable=False),
        sa.Column("budget_low", sa.Integer(), nullable=True),
        sa.Column("budget_high", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("four_list", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("use_then_pay", sa.Boolean(), nullable=False),
        sa.Column("confidential_fields", sa.JSON(), nullable=False),
        sa.Column("verifier_id", sa.Text(), nullable=False),
        sa.Column("verifier_name", sa.Text(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("common_need_id", sa.Uuid(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("import_batch_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index(op.f("ix_need_common_need_id"), "need", ["common_need_id"], unique=False)
    op.create_index(op.f("ix_need_deleted_at"), "need", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_need_enterprise_id"), "need", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_need_import_batch_id"), "need", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_need_number"), "need", ["number"], unique=False)
    op.create_index(op.f("ix_need_scope"), "need", ["scope"], unique=False)
    op.create_index(op.f("ix_need_source_id"), "need", ["source_id"], unique=False)
    op.create_index(op.f("ix_need_state"), "need", ["state"], unique=False)
    op.create_index(op.f("ix_need_visit_id"), "need", ["visit_id"], unique=False)
    op.create_table(
        "note_revision",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_revision")),
    )
    op.create_index(op.f("ix_note_revision_deleted_at"), "note_revision", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_note_revision_scope"), "note_revision", ["scope"], unique=False)
    op.create_index(op.f("ix_note_revision_visit_id"), "note_revision", ["visit_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("op", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("op", name=op.f("uq_outbox_op")),
    )
    op.create_index(op.f("ix_outbox_record_id"), "outbox", ["record_id"], unique=False)
    op.create_index(op.f("ix_outbox_sent_at"), "outbox", ["sent_at"], unique=False)
    op.create_table(
        "profile_value",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_profile_value")),
    )
    op.create_table(
        "referral_request",
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("refer_to", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_request")),
    )
    op.create_index(op.f("ix_referral_request_deleted_at"), "referral_request", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_referral_request_enterprise_id"), "referral_request", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_referral_request_scope"), "referral_request", ["scope"], unique=False)
    op.create_index(op.f("ix_referral_request_visit_id"), "referral_request", ["visit_id"], unique=False)
    op.create_table(
        "state_move",
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_move")),
    )
    op.create_index(op.f("ix_state_move_deleted_at"), "state_move", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_state_move_record_id"), "state_move", ["record_id"], unique=False)
    op.create_index(op.f("ix_state_move_scope"), "state_move", ["scope"], unique=False)
    op.create_table(
        "visit",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("companions", sa.JSON(), nullable=False),
        sa.Column("met", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confidential", sa.JSON(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("import_batch_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_deleted_at"), "visit", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_visit_enterprise_id"), "visit", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_visit_import_batch_id"), "visit", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_visit_number"), "visit", ["number"], unique=False)
    op.create_index(op.f("ix_visit_scope"), "visit", ["scope"], unique=False)
    op.create_index(op.f("ix_visit_source_id"), "visit", ["source_id"], unique=False)
    op.create_index(op.f("ix_visit_started_at"), "visit", ["started_at"], unique=False)
    op.create_index(op.f("ix_visit_state"), "visit", ["state"], unique=False)
    op.create_table(
        "term",
        sa.Column("lay", sa.Text(), nullable=False),
        sa.Column("technical", sa.JSON(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    op.create_index(op.f("ix_term_deleted_at"), "term", ["deleted_at"], unique=False)
    op.create_index(op.f("ix_term_lay"), "term", ["lay"], unique=False)
    op.create_index(op.f("ix_term_origin"), "term", ["origin"], unique=False)
    op.create_index(op.f("ix_term_scope"), "term", ["scope"], unique=False)
    op.execute(_NOTE_IS_FINAL)
    op.execute("PRAGMA user_version = 1")
