"""Auto-Collect: a rule that is deleted stays named; matters are read for attorney and area."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_1555"
down_revision = "2026_11_23_1550"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("auto_collect_rules", sa.Column("deleted_at", INSTANT))
    op.add_column("matters", sa.Column("details_read_at", INSTANT))
    op.create_index(
        "ix_matters_unread",
        "matters",
        ["firm_id", "clio_id"],
        postgresql_where=sa.text("details_read_at IS NULL"),
    )
    op.create_index(
        "ix_collections_auto_collect_rule_id",
        "collections",
        ["auto_collect_rule_id"],
        postgresql_where=sa.text("auto_collect_rule_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_collections_auto_collect_rule_id", "collections")
    op.drop_index("ix_matters_unread", "matters")
    op.drop_column("matters", "details_read_at")
    op.drop_column("auto_collect_rules", "deleted_at")
