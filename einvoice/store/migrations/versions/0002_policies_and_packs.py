"""What an authority demands, which pack judged, and what came of the policies."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = "(verdict IS NULL OR verdict <> 'rejected') AND (policy_outcome IS NULL OR policy_outcome <> 'rejected')"


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "demands",
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"], name="fk_demands_authority_id"),
        sa.PrimaryKeyConstraint("authority_id", "policy", name="pk_demands"),
    )
    op.add_column("submissions", sa.Column("pack", sa.Text()))
    op.add_column("submissions", sa.Column("policy_outcome", sa.Text()))
    op.create_index("ix_submissions_pack_id", "submissions", ["pack", "id"])
    op.drop_index("uq_submissions_open_content", "submissions")
    op.create_index(
        "uq_submissions_open_content",
        "submissions",
        ["sender", "sha256"],
        unique=True,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
