"""The reminder engine: calendars, groups, holds of every reach, promises, rules, reviews, guard."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_1520"
down_revision = "2026_11_23_1130"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
FIRM_TABLES = (
    "firm_closures",
    "mail_texts",
    "promises",
    "auto_collect_rules",
    "daily_forecasts",
    "pay_groups",
    "pay_group_invoices",
)
INSTANT = sa.DateTime(timezone=True)
STATE = sa.String(length=40)
NO_TEXTS = sa.text("'{}'::text[]")
NO_IDS = sa.text("'{}'::uuid[]")
HOLD_REACH = "num_nonnulls(invoice_id, client_id, reminder_set_id) <= 1"


def new_columns() -> dict[str, list[sa.Column[object]]]:
    """The columns that tables gain. Those that must not be empty have a default for old rows."""
    return {
        "reminder_steps": [
            sa.Column("lineage_id", sa.Uuid()),
            sa.Column("offset_unit", STATE, nullable=False, server_default="calendar_days"),
            sa.Column("attach_bill", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("is_statement", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("body_format", STATE, nullable=False, server_default="plain"),
        ],
        "reminder_sets": [
            sa.Column(
                "needs_approval",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            ),
        ],
        "collections": [
            sa.Column("jump_position", sa.Integer()),
            sa.Column("jump_on", sa.Date()),
            sa.Column("auto_collect_rule_id", sa.Uuid()),
        ],
        "reminders": [
            sa.Column("edited_subject", sa.String()),
            sa.Column("edited_body", sa.String()),
            sa.Column("reviewed_by", sa.String()),
            sa.Column("reviewed_at", INSTANT),
        ],
        "holds": [
            sa.Column("client_id", sa.Uuid()),
            sa.Column("reminder_set_id", sa.Uuid()),
        ],
        "sending_rules": [
            sa.Column("grouping", STATE, nullable=False, server_default="client"),
            sa.Column("holiday_country", sa.String(length=2)),
            sa.Column("holiday_region", sa.String(length=10)),
            sa.Column(
                "holds_for_other_senders",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            ),
            sa.Column(
                "attorney_preview",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            ),
            sa.Column("hints_stale_since", INSTANT),
            sa.Column("guard_tripped_at", INSTANT),
            sa.Column("guard_reason", sa.String()),
            sa.Column("guard_released_on", sa.Date()),
        ],
        "clients": [sa.Column("time_zone", sa.String())],
        "matters": [
            sa.Column("attorney_clio_id", sa.BigInteger()),
            sa.Column("attorney_name", sa.String()),
            sa.Column("attorney_email", sa.String()),
            sa.Column("practice_area", sa.String()),
        ],
        "firms": [
            sa.Column("logo", sa.LargeBinary()),
            sa.Column("logo_type", sa.String(length=40)),
        ],
    }


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, columns in new_columns().items():
        for column in columns:
            op.add_column(table, column)
    op.execute("UPDATE reminder_steps SET lineage_id = id")
    op.alter_column("reminder_steps", "lineage_id", nullable=False)
    create_tables()
    build_walls()
    widen_holds()
    op.create_foreign_key(
        "fk_collections_auto_collect_rule_id",
        "collections",
        "auto_collect_rules",
        ["auto_collect_rule_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_constraint("fk_collections_auto_collect_rule_id", "collections")
    op.execute("DELETE FROM holds WHERE invoice_id IS NULL")
    op.drop_index("ix_holds_wide", "holds")
    op.drop_constraint("ck_holds_reach", "holds")
    op.alter_column("holds", "invoice_id", nullable=False)
    for table in reversed(FIRM_TABLES):
        op.drop_table(table)
    for table, columns in new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def widen_holds() -> None:
    """A hold may be for one invoice, one client, one set, or for everything."""
    op.alter_column("holds", "invoice_id", nullable=True)
    for parent, column in (
        ("clients", "client_id"),
        ("reminder_sets", "reminder_set_id"),
    ):
        op.create_foreign_key(f"fk_holds_{column}", "holds", parent, [column], ["id"])
    op.create_check_constraint("reach", "holds", HOLD_REACH)
    op.create_index(
        "ix_holds_wide",
        "holds",
        ["firm_id"],
        postgresql_where=sa.text("released_at IS NULL AND invoice_id IS NULL"),
    )


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
        "firm_closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("firm_closures"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_firm_closures"),
    )
    op.create_index("ix_firm_closures_firm_id_ends_on", "firm_closures", ["firm_id", "ends_on"])
    op.create_table(
        "mail_texts",
        firm_id("mail_texts"),
        sa.Column("kind", STATE, nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("body_format", STATE, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "kind", name="pk_mail_texts"),
    )
    create_promises()
    create_auto_collect_rules()
    op.create_table(
        "daily_forecasts",
        firm_id("daily_forecasts"),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "on", name="pk_daily_forecasts"),
    )
    op.create_table(
        "pay_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("pay_groups"),
        sa.Column("client_id", sa.Uuid()),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        belongs_to("clients", "pay_groups", "client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_groups"),
        sa.UniqueConstraint("firm_id", "members", name="uq_pay_groups_firm_id_members"),
    )
    op.create_table(
        "pay_group_invoices",
        sa.Column("pay_group_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        firm_id("pay_group_invoices"),
        belongs_to("pay_groups", "pay_group_invoices", "pay_group_id"),
        belongs_to("invoices", "pay_group_invoices", "invoice_id"),
        sa.PrimaryKeyConstraint("pay_group_id", "invoice_id", name="pk_pay_group_invoices"),
    )


def create_promises() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("promises"),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("jump_position", sa.Integer()),
        sa.Column("author", sa.String()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        belongs_to("invoices", "promises", "invoice_id"),
        belongs_to("holds", "promises", "hold_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
    )
    op.create_index("ix_promises_firm_id_invoice_id", "promises", ["firm_id", "invoice_id"])
    op.create_index(
        "uq_promises_open",
        "promises",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def create_auto_collect_rules() -> None:
    op.create_table(
        "auto_collect_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        firm_id("auto_collect_rules"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("reminder_set_id", sa.Uuid(), nullable=False),
        sa.Column("backlog", STATE, nullable=False),
        sa.Column("min_days_overdue", sa.Integer()),
        sa.Column("max_days_overdue", sa.Integer()),
        sa.Column("min_balance_minor", sa.BigInteger()),
        sa.Column("max_balance_minor", sa.BigInteger()),
        sa.Column("currency", sa.String()),
        sa.Column("client_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default=NO_IDS),
        sa.Column("matter_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default=NO_IDS),
        sa.Column(
            "attorneys",
            postgresql.ARRAY(sa.TEXT()),
            nullable=False,
            server_default=NO_TEXTS,
        ),
        sa.Column(
            "practice_areas",
            postgresql.ARRAY(sa.TEXT()),
            nullable=False,
            server_default=NO_TEXTS,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("last_run_at", INSTANT),
        belongs_to("reminder_sets", "auto_collect_rules", "reminder_set_id"),
        sa.PrimaryKeyConstraint("id", name="pk_auto_collect_rules"),
    )
    op.create_index(
        "ix_auto_collect_rules_firm_id_priority",
        "auto_collect_rules",
        ["firm_id", "priority", "id"],
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
