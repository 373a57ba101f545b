"""The audit chain, priorities, holds by people, sealing, retention: what makes the intake provable.

Only adds to the tables. What was received before has no entries in the chain.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_WORK = sa.text("due_at IS NOT NULL")
_OPEN = sa.text(
    "(verdict IS NULL OR verdict <> 'rejected') AND (policy_outcome IS NULL OR policy_outcome <> 'rejected')"
    " AND (handling <> 'withdrawn' OR malware IS NOT NULL)"
)


def upgrade() -> None:
    """Step forward."""
    _submissions()
    _audit()
    _people()
    _sealing()
    _processes()


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _submissions() -> None:
    for column in (
        sa.Column("blob", sa.Text()),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("report_sha256", sa.Text()),
        sa.Column("malware", sa.Text()),
        sa.Column("human_decision", sa.Text()),
        sa.Column("seller_id", sa.Text()),
        sa.Column("issue_year", sa.Integer()),
        sa.Column("duplicate_of", sa.Text()),
        sa.Column("delete_after", _time()),
        sa.Column("legal_hold", sa.Text()),
    ):
        op.add_column("submissions", column)
    op.drop_index("uq_submissions_open_content", "submissions")
    op.create_index(
        "uq_submissions_open_content",
        "submissions",
        ["sender", "sha256"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.drop_index("ix_submissions_due_at_id", "submissions")
    op.create_index(
        "ix_submissions_work",
        "submissions",
        ["priority", "due_at", "id"],
        sqlite_where=_AT_WORK,
        postgresql_where=_AT_WORK,
    )
    named = ("authority_id", "seller_id", "invoice_number")
    op.create_index(f"ix_submissions_{'_'.join(named)}", "submissions", list(named))
    states = ["verdict", "handling", "hold", "policy_outcome"]
    op.create_index("ix_submissions_states", "submissions", states)
    op.create_index("ix_submissions_states_authority_id", "submissions", ["authority_id", *states])
    op.create_index("ix_submissions_states_sender", "submissions", ["sender", *states])
    op.drop_index("ix_deliveries_authority_id", "deliveries")
    op.create_index("ix_deliveries_authority_id_lease_expires_at", "deliveries", ["authority_id", "lease_expires_at"])
    op.create_index("ix_submissions_delete_after", "submissions", ["delete_after"])
    op.create_index("ix_submissions_received_at", "submissions", ["received_at"])


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", _number(), autoincrement=False, nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_object", "audit_entries", ["object"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "key_id", name="pk_audit_checkpoints"),
    )


def _people() -> None:
    op.create_table(
        "doors",
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("paused_at", _time(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("door", name="pk_doors"),
    )
    op.create_table(
        "consents",
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", _time(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_consents_submission_id"),
        sa.PrimaryKeyConstraint("submission_id", "actor", name="pk_consents"),
    )


def _sealing() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("master", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.Column("retired_at", _time()),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
    )
    op.create_index("ix_keys_owner", "keys", ["owner"])
    op.create_table(
        "data_keys",
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_data_keys_submission_id"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="fk_data_keys_key_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_data_keys"),
    )
    op.create_index("ix_data_keys_key_id", "data_keys", ["key_id"])


def _processes() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", _time(), nullable=False),
        sa.Column("seen_at", _time(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
