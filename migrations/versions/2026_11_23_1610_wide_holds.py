"""A hold of a client, a set or everything is seen in lists; a promise knows what was paid."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1610"
down_revision = "2026_11_23_1600"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "promises",
        sa.Column("paid_before_minor", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_index("ix_promises_firm_id_promised_on", "promises", ["firm_id", "promised_on", "id"])
    op.execute("DROP VIEW invoice_overview")
    make_view((SQL / "invoice_overview_3.sql").read_text())


def downgrade() -> None:
    op.execute("DROP VIEW invoice_overview")
    make_view((SQL / "invoice_overview_2.sql").read_text())
    op.drop_index("ix_promises_firm_id_promised_on", "promises")
    op.drop_column("promises", "paid_before_minor")


def make_view(text: str) -> None:
    """The view and its grant: two statements at once, which only the driver itself takes."""
    statements = text[text.index("CREATE VIEW") :]
    connection = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(statements))
