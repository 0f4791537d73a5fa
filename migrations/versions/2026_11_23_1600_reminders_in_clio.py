"""Reminders in Clio: finding those to log, and those that went wrong, without reading the rest."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1600"
down_revision = "2026_11_23_1555"
branch_labels = None
depends_on = None

LOGS = "clio_communication_logs"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_clio_communication_logs_pending",
        LOGS,
        ["firm_id", "next_attempt_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_clio_communication_logs_to_show",
        LOGS,
        ["firm_id", "created_at"],
        postgresql_where=sa.text("state IN ('failed', 'uncertain')"),
    )
    op.create_index("ix_reminders_outbox_message_id", "reminders", ["outbox_message_id"])


def downgrade() -> None:
    op.drop_index("ix_reminders_outbox_message_id", "reminders")
    op.drop_index("ix_clio_communication_logs_to_show", LOGS)
    op.drop_index("ix_clio_communication_logs_pending", LOGS)
