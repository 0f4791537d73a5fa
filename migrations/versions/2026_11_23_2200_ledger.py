"""Refunds asked for here, payments noted by hand and undone, money moved to another invoice.

On the way back notes of staff and refunds are dropped; it fails where money was assigned to
another invoice, because the older schema cannot hold that.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_2200"
down_revision = "2026_11_23_2150"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
STATE = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)
NOTES = (
    ("client_id", sa.Uuid()),
    ("assigned_from_id", sa.Uuid()),
    ("request_key", sa.String()),
    ("reference", sa.String()),
    ("received_on", sa.Date()),
    ("noted_by", sa.String()),
    ("voided_at", INSTANT),
    ("voided_by", sa.String()),
    ("void_reason", sa.String()),
    ("told_of", STATE),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, kind in NOTES:
        op.add_column("payments", sa.Column(name, kind, nullable=True))
    op.create_foreign_key(
        "fk_payments_client_id", "payments", "clients", ["client_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        "fk_payments_assigned_from_id", "payments", "payments", ["assigned_from_id"], ["id"]
    )
    op.create_unique_constraint(
        "uq_payments_firm_id_request_key", "payments", ["firm_id", "request_key"]
    )
    op.execute(
        "UPDATE payments p SET client_id = i.client_id FROM invoices i WHERE i.id = p.invoice_id"
    )
    # Nobody is written to about what happened before there were such mails.
    op.execute("UPDATE payments SET told_of = state WHERE state IN ('failed', 'disputed')")
    index_payments()
    create_refunds()
    op.create_index(
        "ix_timeline_entries_payment",
        "timeline_entries",
        ["payment_id"],
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )


def index_payments() -> None:
    op.drop_index("uq_payments_intent_invoice", "payments")
    unique_intent("stripe_payment_intent_id IS NOT NULL AND assigned_from_id IS NULL")
    op.create_index(
        "ix_payments_assigned_from",
        "payments",
        ["assigned_from_id"],
        postgresql_where=sa.text("assigned_from_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_to_tell",
        "payments",
        ["firm_id"],
        postgresql_where=sa.text(
            "state IN ('failed', 'disputed') AND told_of IS DISTINCT FROM state"
        ),
    )


def unique_intent(condition: str) -> None:
    op.create_index(
        "uq_payments_intent_invoice",
        "payments",
        ["firm_id", "stripe_payment_intent_id", "invoice_id"],
        unique=True,
        postgresql_where=sa.text(condition),
        postgresql_nulls_not_distinct=True,
    )


def create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("stripe_payment_intent_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("request_key", sa.String(), nullable=True),
        sa.Column("stripe_refund_id", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firms.id"], name="fk_refunds_firm_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_refunds_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.UniqueConstraint("firm_id", "request_key", name="uq_refunds_firm_id_request_key"),
        sa.UniqueConstraint(
            "firm_id", "stripe_refund_id", name="uq_refunds_firm_id_stripe_refund_id"
        ),
    )
    op.create_index("ix_refunds_intent", "refunds", ["firm_id", "stripe_payment_intent_id"])
    op.create_index(
        "ix_refunds_uncounted",
        "refunds",
        ["firm_id", "created_at"],
        postgresql_where=sa.text("NOT is_counted AND state <> 'refused'"),
    )
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    op.execute("ALTER TABLE refunds ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_firm ON refunds TO {APP_ROLE} "
        f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON refunds TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_index("ix_timeline_entries_payment", "timeline_entries")
    op.drop_table("refunds")
    op.drop_index("ix_payments_to_tell", "payments")
    op.drop_index("ix_payments_assigned_from", "payments")
    op.drop_index("uq_payments_intent_invoice", "payments")
    unique_intent("stripe_payment_intent_id IS NOT NULL")
    # What is voided counted for nothing; the older schema has no such state.
    op.execute("DELETE FROM payments WHERE state = 'voided'")
    op.drop_constraint("uq_payments_firm_id_request_key", "payments")
    op.drop_constraint("fk_payments_assigned_from_id", "payments")
    op.drop_constraint("fk_payments_client_id", "payments")
    for name, _ in NOTES:
        op.drop_column("payments", name)
