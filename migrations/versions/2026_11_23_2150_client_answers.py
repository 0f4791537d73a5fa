"""What clients answer without logging in, and an index for the links by which they do."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_2150"
down_revision = "2026_11_23_2140"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
WORD = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)
TABLES = ("client_answers", "answered_invoices")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_answers()
    create_invoices()
    op.create_index("ix_link_tokens_subject", "link_tokens", ["firm_id", "kind", "subject_id"])
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_firm ON {table} TO {APP_ROLE} "
            f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def belongs(table: str, column: str, to: str, on_delete: str = "CASCADE") -> sa.ForeignKey:
    return sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}", ondelete=on_delete)


def create_answers() -> None:
    table = "client_answers"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("firm_id", sa.Uuid(), belongs(table, "firm_id", "firms"), nullable=False),
        sa.Column("client_id", sa.Uuid(), belongs(table, "client_id", "clients"), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date()),
        sa.Column("paid_by", WORD),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("promised_on", sa.Date()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.String()),
        sa.Column("end_note", sa.String(), nullable=False),
    )
    op.create_index(
        "ix_client_answers_open",
        table,
        ["firm_id", "created_at", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_client_answers_client", table, ["firm_id", "client_id", "created_at"])


def create_invoices() -> None:
    table = "answered_invoices"
    op.create_table(
        table,
        sa.Column(
            "answer_id", sa.Uuid(), belongs(table, "answer_id", "client_answers"), primary_key=True
        ),
        sa.Column(
            "invoice_id", sa.Uuid(), belongs(table, "invoice_id", "invoices"), primary_key=True
        ),
        sa.Column("firm_id", sa.Uuid(), belongs(table, "firm_id", "firms"), nullable=False),
        sa.Column("hold_id", sa.Uuid(), belongs(table, "hold_id", "holds", "SET NULL")),
        sa.Column("replaced_at", INSTANT),
    )
    op.create_index("ix_answered_invoices_invoice", table, ["firm_id", "invoice_id"])


def downgrade() -> None:
    op.drop_index("ix_link_tokens_subject", "link_tokens")
    for table in reversed(TABLES):
        op.drop_table(table)
