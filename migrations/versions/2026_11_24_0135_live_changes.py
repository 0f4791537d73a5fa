"""Changes are told to whoever listens; who is editing a reminder set."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_0135"
down_revision = "2026_11_24_0125"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"

# What a change of each table is called: as in the API's addresses.
NOUNS = {
    "answered_invoices": "answers",
    "auto_collect_rules": "auto-collect",
    "checkouts": "payments",
    "client_answers": "answers",
    "clients": "clients",
    "clio_connections": "clio",
    "clio_webhooks": "clio",
    "collections": "collections",
    "daily_forecasts": "blast-guard",
    "firm_closures": "calendar",
    "firms": "firm",
    "holds": "holds",
    "invoice_notes": "timeline",
    "invoices": "invoices",
    "login_sessions": "sessions",
    "mail_texts": "thank-you",
    "matters": "invoices",
    "pay_page_rules": "pay-page-rules",
    "payment_differences": "payment-proofs",
    "payment_proofs": "payment-proofs",
    "payments": "payments",
    "promises": "holds",
    "refunds": "payments",
    "reminder_set_editors": "editors",
    "reminder_sets": "reminder-sets",
    "reminders": "reminders",
    "senders": "firm",
    "sending_rules": "firm",
    "stripe_connections": "stripe",
    "sync_runs": "sync-runs",
    "timeline_entries": "timeline",
    "users": "sessions",
}

# A log-in concerns nobody else; that somebody is still editing is no news.
NOT_TOLD = {("login_sessions", "INSERT"), ("reminder_set_editors", "UPDATE")}

ROWS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_editors()
    # A statement that changes nothing tells nothing: hence the rows, and hence three triggers,
    # for one that names its rows may belong to one kind of statement only.
    op.execute(
        """
        CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            firm uuid;
        BEGIN
            IF TG_TABLE_NAME = 'firms' THEN
                FOR firm IN SELECT id FROM changed LOOP
                    PERFORM pg_notify('invoice_tracker_changes', firm || ' ' || TG_ARGV[0]);
                END LOOP;
            ELSE
                FOR firm IN SELECT DISTINCT firm_id FROM changed LOOP
                    PERFORM pg_notify('invoice_tracker_changes', firm || ' ' || TG_ARGV[0]);
                END LOOP;
            END IF;
            RETURN NULL;
        END
        $$
        """
    )
    for table, noun in NOUNS.items():
        for kind, rows in ROWS.items():
            if (table, kind) not in NOT_TOLD:
                op.execute(
                    f"CREATE TRIGGER tell_{kind.lower()} AFTER {kind} ON {table} "
                    f"REFERENCING {rows} TABLE AS changed "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION tell_change('{noun}')"
                )


def _create_editors() -> None:
    op.create_table(
        "reminder_set_editors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("reminder_set_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_set_editors"),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firms.id"], name="fk_reminder_set_editors_firm_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reminder_set_id"],
            ["reminder_sets.id"],
            name="fk_reminder_set_editors_reminder_set_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_reminder_set_editors_user_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "reminder_set_id", "user_id", name="uq_reminder_set_editors_reminder_set_id_user_id"
        ),
    )
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    op.execute("ALTER TABLE reminder_set_editors ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_firm ON reminder_set_editors TO {APP_ROLE} "
        f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON reminder_set_editors TO {APP_ROLE}")


def downgrade() -> None:
    for table in NOUNS:
        for kind in ROWS:
            op.execute(f"DROP TRIGGER IF EXISTS tell_{kind.lower()} ON {table}")
    op.execute("DROP FUNCTION tell_change()")
    op.drop_table("reminder_set_editors")
