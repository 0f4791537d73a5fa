"""Thanks for payments: from when on, and whether also for those recorded in Clio."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1620"
down_revision = "2026_11_23_1610"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("mail_texts", sa.Column("enabled_since", sa.DateTime(timezone=True)))
    op.add_column(
        "mail_texts",
        sa.Column("includes_clio", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_payments_firm_id_settled_at",
        "payments",
        ["firm_id", "settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL AND invoice_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_payments_firm_id_settled_at", "payments")
    op.drop_column("mail_texts", "includes_clio")
    op.drop_column("mail_texts", "enabled_since")
