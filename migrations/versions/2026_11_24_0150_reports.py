"""Indexes for the reports: bills by the day of issue, and reminders that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_0150"
down_revision = "2026_11_24_0135"
branch_labels = None
depends_on = None

SENT = sa.text("state = 'sent'")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_invoices_firm_id_issued_on", "invoices", ["firm_id", "issued_on"])
    op.create_index(
        "ix_reminders_sent_of_invoice",
        "reminders",
        ["firm_id", "invoice_id", "ended_at"],
        postgresql_where=SENT,
    )
    op.create_index(
        "ix_reminders_sent", "reminders", ["firm_id", "ended_at"], postgresql_where=SENT
    )


def downgrade() -> None:
    op.drop_index("ix_reminders_sent", "reminders")
    op.drop_index("ix_reminders_sent_of_invoice", "reminders")
    op.drop_index("ix_invoices_firm_id_issued_on", "invoices")
