"""Clio away is a hold of all; bills that became requests for trust money; suspended events."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1535"
down_revision = "2026_11_23_1520"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"

FIRST_COLUMNS = (
    "id",
    "firm_id",
    "clio_id",
    "number",
    "clio_state",
    "client_id",
    "matter_id",
    "subject",
    "issued_on",
    "due_on",
    "currency",
    "total_minor",
    "clio_paid_minor",
    "clio_paid_known_minor",
    "clio_balance_minor",
    "clio_pending_minor",
    "clio_url",
    "etag",
    "clio_updated_at",
    "last_read_at",
    "created_at",
)
"""Of invoices when the view was first made: a column the view has cannot be dropped."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("clio_webhooks", sa.Column("suspended_at", sa.DateTime(timezone=True)))
    op.add_column(
        "invoices",
        sa.Column("is_trust", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute("DROP VIEW invoice_overview")
    make_view((SQL / "invoice_overview_2.sql").read_text())


def downgrade() -> None:
    op.execute("DROP VIEW invoice_overview")
    op.drop_column("invoices", "is_trust")
    op.drop_column("clio_webhooks", "suspended_at")
    columns = ", ".join(f"i.{name}" for name in FIRST_COLUMNS)
    make_view((SQL / "invoice_overview.sql").read_text().replace("i.*", columns))


def make_view(text: str) -> None:
    """The view and its grant: two statements at once, which only the driver itself takes."""
    statements = text[text.index("CREATE VIEW") :]
    connection = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(statements))
