"""How drop folders are, as the workers that look after them say, and failed documents to be tried again.

Only adds: a program that knows nothing of them looks after its folders as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_since_0003"
down_revision = "0005_since_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "folders",
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("folder", "process", name="pk_folders"),
    )
    op.create_table(
        "folder_wishes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_folder_wishes"),
    )
