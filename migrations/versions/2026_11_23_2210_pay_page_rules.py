"""What a firm lets its clients do on the pay page; a checkout for a part of what is owed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_2210"
down_revision = "2026_11_23_2200"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "pay_page_rules",
        sa.Column(
            "firm_id",
            sa.Uuid(),
            sa.ForeignKey("firms.id", name="fk_pay_page_rules_firm_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("accepts_parts", sa.Boolean(), nullable=False),
        sa.Column("smallest_part_minor", sa.BigInteger(), nullable=False),
        sa.Column("offers_document", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("firm_id", name="pk_pay_page_rules"),
    )
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    op.execute("ALTER TABLE pay_page_rules ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_firm ON pay_page_rules TO {APP_ROLE} "
        f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON pay_page_rules TO {APP_ROLE}")
    op.add_column(
        "checkouts",
        sa.Column("is_part", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("checkouts", "is_part")
    op.drop_table("pay_page_rules")
