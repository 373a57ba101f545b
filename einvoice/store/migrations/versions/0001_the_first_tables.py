"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "authorities",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_authorities"),
    )
    op.create_table(
        "suppliers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suppliers"),
        sa.UniqueConstraint("name", name="uq_suppliers_name"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text()),
        sa.Column("supplier_id", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_accounts_authority_id"),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name="fk_accounts_supplier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("login", name="uq_accounts_login"),
    )
    op.create_table(
        "leitweg_ids",
        sa.Column("leitweg_id", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_leitweg_ids_authority_id"),
        sa.PrimaryKeyConstraint("leitweg_id", name="pk_leitweg_ids"),
    )
    op.create_index("ix_leitweg_ids_authority_id", "leitweg_ids", ["authority_id"])
    op.create_table(
        "submissions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("claim_token", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("fault_cause", sa.Text()),
        sa.Column("refusal", sa.JSON()),
        sa.Column("authority_id", sa.Text()),
        sa.Column("leitweg_id", sa.Text()),
        sa.Column("invoice_number", sa.Text()),
        sa.Column("seller_name", sa.Text()),
        sa.Column("scenario", sa.Text()),
        sa.Column("errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warnings", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_submissions_authority_id"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
    )
    op.create_index(
        "ix_submissions_authority_id_handling_decided_at", "submissions", ["authority_id", "handling", "decided_at"]
    )
    op.create_index("ix_submissions_authority_id_id", "submissions", ["authority_id", "id"])
    op.create_index("ix_submissions_due_at_id", "submissions", ["due_at", "id"])
    op.create_index("ix_submissions_hold_id", "submissions", ["hold", "id"])
    op.create_index("ix_submissions_sender_id", "submissions", ["sender", "id"])
    op.create_index("ix_submissions_verdict_id", "submissions", ["verdict", "id"])
    op.create_index(
        "uq_submissions_open_content",
        "submissions",
        ["sender", "sha256"],
        unique=True,
        sqlite_where=sa.text("verdict IS NULL OR verdict <> 'rejected'"),
        postgresql_where=sa.text("verdict IS NULL OR verdict <> 'rejected'"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text()),
        sa.Column("supplier_id", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_tokens_authority_id"),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name="fk_tokens_supplier_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("sha256", name="uq_tokens_sha256"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True)),
        sa.Column("returned_token", sa.Text()),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_deliveries_authority_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_deliveries_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("submission_id", name="uq_deliveries_submission_id"),
    )
    op.create_index("ix_deliveries_authority_id", "deliveries", ["authority_id"])
    op.create_index("ix_deliveries_lease_expires_at", "deliveries", ["lease_expires_at"])
    op.create_table(
        "events",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Text()),
        sa.Column("sequence", sa.Integer()),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_events_authority_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_events_submission_id"),
        sa.PrimaryKeyConstraint("number", name="pk_events"),
        sa.UniqueConstraint("authority_id", "sequence", name="uq_events_authority_id_sequence"),
    )
    op.create_index("ix_events_submission_id", "events", ["submission_id"])
    op.create_table(
        "examinations",
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_examinations_submission_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_examinations"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_idempotency_keys_submission_id"),
        sa.PrimaryKeyConstraint("sender", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_submission_id", "idempotency_keys", ["submission_id"])
    op.create_table(
        "rule_hits",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_rule_hits_submission_id"),
        sa.PrimaryKeyConstraint("rule", "submission_id", name="pk_rule_hits"),
    )
    op.create_index("ix_rule_hits_submission_id", "rule_hits", ["submission_id"])
    op.create_table(
        "sessions",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sessions_account_id"),
        sa.PrimaryKeyConstraint("sha256", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_table(
        "sign_in_links",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sign_in_links_account_id"),
        sa.PrimaryKeyConstraint("sha256", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_account_id", "sign_in_links", ["account_id"])
