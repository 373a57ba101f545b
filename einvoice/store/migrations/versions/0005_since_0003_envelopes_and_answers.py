"""Envelopes that submissions came in, and the answers to them.

Only adds: a program that knows nothing of them takes in, decides and hands over as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_since_0003"
down_revision = "0004_since_0003"
branch_labels = None
depends_on = None

_OWING = sa.text("owed IS NOT NULL AND handling <> 'received' AND handling <> 'processing'")
_UNWRITTEN = sa.text("written_at IS NULL AND folder IS NOT NULL")


def upgrade() -> None:
    """Step forward."""
    op.add_column("submissions", sa.Column("owed", sa.Text()))
    op.create_index("ix_submissions_owing", "submissions", ["id"], sqlite_where=_OWING, postgresql_where=_OWING)
    op.create_table(
        "envelopes",
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("instance_sha256", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text()),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_envelopes_submission_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_envelopes"),
        sa.UniqueConstraint(
            "instance_sha256", "scope", "payload_sha256", name="uq_envelopes_instance_sha256_scope_payload_sha256"
        ),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("folder", sa.Text()),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("sha256", sa.Text()),
        sa.Column("written_at", sa.DateTime(timezone=True)),
        sa.Column("writer", sa.Text()),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("reply", sa.JSON()),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_answers_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("submission_id", "kind", "number", name="uq_answers_submission_id_kind_number"),
    )
    op.create_index(
        "ix_answers_unwritten",
        "answers",
        ["issued_at", "id"],
        sqlite_where=_UNWRITTEN,
        postgresql_where=_UNWRITTEN,
    )
