"""one job of a lock runs

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


FREED = """
UPDATE jobs SET state = 'queued', lease_until = NULL
WHERE state = 'running' AND EXISTS (
    SELECT 1 FROM jobs AS other
    WHERE other.lock = jobs.lock AND other.state = 'running' AND other.id < jobs.id
)
"""


def upgrade() -> None:
    op.execute(FREED)
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_lock"))
        batch_op.create_index("ix_jobs_lock_state", ["lock", "state"], unique=False)
        batch_op.create_index(
            "uq_jobs_lock_running",
            ["lock"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_jobs_lock_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index("ix_jobs_lock_state")
        batch_op.create_index(batch_op.f("ix_jobs_lock"), ["lock"], unique=False)
