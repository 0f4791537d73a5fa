"""One checkout for several invoices, and one payment intent for a payment of each of them.

On the way back checkouts of several invoices are dropped; it fails where one intent has paid
several invoices, because the older schema cannot hold that.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1630"
down_revision = "2026_11_23_1620"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
STATE = sa.String(length=40)
IS_OPEN = "state IN ('pending', 'open')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_unique_constraint("uq_checkouts_id_state", "checkouts", ["id", "state"])
    create_lines()
    op.execute(
        "INSERT INTO checkout_lines (checkout_id, invoice_id, firm_id, position, amount_minor, "
        "state) SELECT id, invoice_id, firm_id, 0, amount_minor, state FROM checkouts"
    )
    op.drop_index("uq_checkouts_open_invoice", "checkouts")
    op.drop_column("checkouts", "invoice_id")
    op.add_column(
        "checkouts",
        sa.Column(
            "pay_group_id",
            sa.Uuid(),
            sa.ForeignKey("pay_groups.id", name="fk_checkouts_pay_group_id"),
        ),
    )
    let_one_intent_pay_several()


def create_lines() -> None:
    op.create_table(
        "checkout_lines",
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column(
            "firm_id",
            sa.Uuid(),
            sa.ForeignKey("firms.id", name="fk_checkout_lines_firm_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.ForeignKeyConstraint(
            ["checkout_id", "state"],
            ["checkouts.id", "checkouts.state"],
            name="fk_checkout_lines_checkout_id_state",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name="fk_checkout_lines_invoice_id"
        ),
        sa.PrimaryKeyConstraint("checkout_id", "invoice_id", name="pk_checkout_lines"),
    )
    op.create_index(
        "uq_checkout_lines_open_invoice",
        "checkout_lines",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text(IS_OPEN),
    )
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    op.execute("ALTER TABLE checkout_lines ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_firm ON checkout_lines TO {APP_ROLE} "
        f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON checkout_lines TO {APP_ROLE}")


def let_one_intent_pay_several() -> None:
    op.add_column(
        "payments",
        sa.Column("excess_minor", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.execute(
        "UPDATE payments SET excess_minor = overpaid_minor + refunded_minor "
        "WHERE overpaid_minor > 0"
    )
    op.drop_constraint("uq_payments_firm_id_stripe_payment_intent_id", "payments")
    op.create_index(
        "uq_payments_intent_invoice",
        "payments",
        ["firm_id", "stripe_payment_intent_id", "invoice_id"],
        unique=True,
        postgresql_where=sa.text("stripe_payment_intent_id IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_index("uq_payments_intent_invoice", "payments")
    op.create_unique_constraint(
        "uq_payments_firm_id_stripe_payment_intent_id",
        "payments",
        ["firm_id", "stripe_payment_intent_id"],
    )
    op.drop_column("payments", "excess_minor")
    op.drop_column("checkouts", "pay_group_id")
    op.add_column("checkouts", sa.Column("invoice_id", sa.Uuid()))
    op.execute(
        "DELETE FROM checkouts c WHERE 1 <> "
        "(SELECT count(*) FROM checkout_lines l WHERE l.checkout_id = c.id)"
    )
    op.execute(
        "UPDATE checkouts c SET invoice_id = l.invoice_id "
        "FROM checkout_lines l WHERE l.checkout_id = c.id"
    )
    op.alter_column("checkouts", "invoice_id", nullable=False)
    op.create_foreign_key(
        "fk_checkouts_invoice_id", "checkouts", "invoices", ["invoice_id"], ["id"]
    )
    op.create_index(
        "uq_checkouts_open_invoice",
        "checkouts",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text(IS_OPEN),
    )
    op.drop_table("checkout_lines")
    op.drop_constraint("uq_checkouts_id_state", "checkouts")
