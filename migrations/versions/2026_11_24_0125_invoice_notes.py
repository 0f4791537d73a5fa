"""Notes that staff write on an invoice."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_0125"
down_revision = "2026_11_23_2210"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
TABLE = "invoice_notes"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("firm_id", sa.Uuid(), belongs("firm_id", "firms"), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), belongs("invoice_id", "invoices"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), belongs("author_id", "users", "SET NULL")),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT),
    )
    op.create_index("ix_invoice_notes_invoice", TABLE, ["firm_id", "invoice_id", "created_at"])
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_firm ON {TABLE} TO {APP_ROLE} "
        f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {APP_ROLE}")


def belongs(column: str, to: str, on_delete: str = "CASCADE") -> sa.ForeignKey:
    return sa.ForeignKey(f"{to}.id", name=f"fk_{TABLE}_{column}", ondelete=on_delete)


def downgrade() -> None:
    op.drop_table(TABLE)
