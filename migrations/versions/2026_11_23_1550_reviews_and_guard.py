"""Tomorrow's list for attorneys, and what the blast guard goes by."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1550"
down_revision = "2026_11_23_1535"
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column("attorneys_told_for", sa.Date()),
    sa.Column("guard_cap", sa.Integer(), nullable=False, server_default="0"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in COLUMNS:
        op.add_column("sending_rules", column)
    op.create_index(
        "ix_reminders_reviewed",
        "reminders",
        ["firm_id", "planned_on"],
        postgresql_where=sa.text("reviewed_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_reminders_reviewed", "reminders")
    for column in reversed(COLUMNS):
        op.drop_column("sending_rules", column.name)
