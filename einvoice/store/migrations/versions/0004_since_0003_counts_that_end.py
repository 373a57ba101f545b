"""Counts beside lists stop at a limit, so the indexes that held the whole state of every submission go.

Each step of a submission had to write all three of them anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_since_0003"
down_revision = "0003"
branch_labels = None
depends_on = None

_DECLINED = sa.text("policy_outcome = 'rejected'")


def upgrade() -> None:
    """Step forward."""
    for name in ("states", "states_authority_id", "states_sender"):
        op.drop_index(f"ix_submissions_{name}", "submissions")
    op.create_index(
        "ix_submissions_declined", "submissions", ["id"], sqlite_where=_DECLINED, postgresql_where=_DECLINED
    )
    op.create_index("ix_submissions_sender_verdict_id", "submissions", ["sender", "verdict", "id"])
