"""What a Stripe key may do, the webhook's earlier secret, and who spoke for the payouts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_0210"
down_revision = "2026_11_24_0150"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLE = "stripe_connections"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        TABLE,
        sa.Column(
            "lacking_permissions",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
    )
    op.add_column(TABLE, sa.Column("permissions_checked_at", INSTANT))
    op.add_column(TABLE, sa.Column("payout_confirmed_by", sa.String()))
    op.add_column(TABLE, sa.Column("payout_confirmed_at", INSTANT))
    op.add_column(TABLE, sa.Column("earlier_webhook_secret", sa.LargeBinary()))
    op.add_column(TABLE, sa.Column("earlier_webhook_secret_until", INSTANT))


def downgrade() -> None:
    for name in (
        "earlier_webhook_secret_until",
        "earlier_webhook_secret",
        "payout_confirmed_at",
        "payout_confirmed_by",
        "permissions_checked_at",
        "lacking_permissions",
    ):
        op.drop_column(TABLE, name)
