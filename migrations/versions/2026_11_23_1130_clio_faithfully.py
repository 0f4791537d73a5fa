"""Clio, faithfully: resumable runs, differences, webhooks, addresses, documents, communications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_1130"
down_revision = "2026_11_23_0700"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
FIRM_TABLES = (
    "sync_differences",
    "clio_webhooks",
    "clio_rereads",
    "clio_communication_logs",
    "bill_documents",
)
INSTANT = sa.DateTime(timezone=True)
STATE = sa.String(length=40)
ONE_AT_A_TIME = {
    "uq_sync_runs_reading": "state = 'running' AND kind <> 'reconciliation'",
    "uq_sync_runs_reconciling": "state = 'running' AND kind = 'reconciliation'",
}


def new_columns() -> dict[str, list[sa.Column[object]]]:
    """The columns that tables gain. Those that must not be empty have a default for old rows."""
    return {
        "clio_connections": [
            sa.Column("side_read_at", INSTANT),
            sa.Column("log_reminders_since", INSTANT),
        ],
        "clio_oauth_states": [
            sa.Column(
                "accepts_other_account", sa.Boolean(), nullable=False, server_default=sa.false()
            ),
        ],
        "sync_runs": [
            sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("position", postgresql.JSONB()),
            sa.Column("clio_time", INSTANT),
            sa.Column("differences", sa.Integer(), nullable=False, server_default="0"),
        ],
        "clients": [
            sa.Column("email_addresses", postgresql.JSONB(), nullable=False, server_default="[]"),
            sa.Column(
                "clio_reminders_enabled", sa.Boolean(), nullable=False, server_default=sa.false()
            ),
        ],
        "invoices": [
            sa.Column("matter_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default="{}"),
            sa.Column("is_split", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("clio_user_id", sa.BigInteger()),
        ],
        "payments": [
            sa.Column("clio_task_id", sa.BigInteger()),
            sa.Column("clio_task_asked_at", INSTANT),
        ],
    }


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, columns in new_columns().items():
        for column in columns:
            op.add_column(table, column)
    create_tables()
    build_walls()
    op.drop_index("uq_sync_runs_running", "sync_runs")
    for name, where in ONE_AT_A_TIME.items():
        op.create_index(
            name, "sync_runs", ["firm_id"], unique=True, postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    for name in ONE_AT_A_TIME:
        op.drop_index(name, "sync_runs")
    op.execute("DELETE FROM sync_runs WHERE kind = 'reconciliation'")
    op.create_index(
        "uq_sync_runs_running",
        "sync_runs",
        ["firm_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    for table in reversed(FIRM_TABLES):
        op.drop_table(table)
    for table, columns in new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def build_walls() -> None:
    """A row is there only for the firm that the transaction has entered."""
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    for table in FIRM_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_firm ON {table} TO {APP_ROLE} "
            f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def create_tables() -> None:
    op.create_table(
        "sync_differences",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("sync_differences"),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("clio_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.Uuid()),
        sa.Column("kind", STATE, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        belongs_to("sync_runs", "sync_differences", "run_id"),
        belongs_to("invoices", "sync_differences", "invoice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_differences"),
    )
    op.create_index(
        "ix_sync_differences_firm_id_run_id", "sync_differences", ["firm_id", "run_id", "id"]
    )
    op.create_table(
        "clio_webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("clio_webhooks"),
        sa.Column("model", STATE, nullable=False),
        sa.Column("clio_webhook_id", sa.BigInteger()),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("status", STATE, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_event_at", INSTANT),
        sa.Column("look_at", INSTANT),
        sa.Column("problem", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_clio_webhooks"),
        sa.UniqueConstraint("firm_id", "model", name="uq_clio_webhooks_firm_id_model"),
    )
    op.create_table(
        "clio_rereads",
        firm_id("clio_rereads"),
        sa.Column("model", STATE, nullable=False),
        sa.Column("clio_id", sa.BigInteger(), nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "model", "clio_id", name="pk_clio_rereads"),
    )
    op.create_table(
        "clio_communication_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("clio_communication_logs"),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("clio_communication_id", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("error", sa.String()),
        sa.Column("created_at", INSTANT, nullable=False),
        belongs_to("reminders", "clio_communication_logs", "reminder_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clio_communication_logs"),
        sa.UniqueConstraint("reminder_id", name="uq_clio_communication_logs_reminder_id"),
    )
    op.create_table(
        "bill_documents",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        firm_id("bill_documents"),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        belongs_to("invoices", "bill_documents", "invoice_id"),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_bill_documents"),
    )


def firm_id(table: str) -> sa.Column[object]:
    """Whose row it is."""
    name = f"fk_{table}_firm_id"
    return sa.Column(
        "firm_id",
        sa.Uuid(),
        sa.ForeignKey("firms.id", name=name, ondelete="CASCADE"),
        nullable=False,
    )


def belongs_to(parent: str, table: str, column: str) -> sa.ForeignKeyConstraint:
    """The row goes with its parent."""
    return sa.ForeignKeyConstraint(
        [column], [f"{parent}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )
