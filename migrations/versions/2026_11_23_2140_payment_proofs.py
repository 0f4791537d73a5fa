"""The three-way proof: its runs, their lines, and the differences that stand now."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_2140"
down_revision = "2026_11_23_1630"
branch_labels = None
depends_on = None

APP_ROLE = "invoice_tracker_app"
WORD = sa.String(length=40)
INSTANT = sa.DateTime(timezone=True)
TABLES = ("payment_proofs", "payment_proof_lines", "payment_differences")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_proofs()
    create_lines()
    create_differences()
    entered = "nullif(current_setting('app.firm_id', true), '')::uuid"
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_firm ON {table} TO {APP_ROLE} "
            f"USING (firm_id = {entered}) WITH CHECK (firm_id = {entered})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def of_a_firm(table: str) -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "firm_id",
            sa.Uuid(),
            sa.ForeignKey("firms.id", name=f"fk_{table}_firm_id", ondelete="CASCADE"),
            nullable=False,
        ),
    ]


def create_proofs() -> None:
    counts = ("differs", "not_checked", "waiting", "agrees", "outside", "healing")
    op.create_table(
        "payment_proofs",
        *of_a_firm("payment_proofs"),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("step", WORD, nullable=False),
        sa.Column("asked_by", sa.String()),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("picked_up_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("covers_from", INSTANT, nullable=False),
        sa.Column("stripe_checked", sa.Boolean(), nullable=False),
        sa.Column("stripe_problem", sa.String()),
        sa.Column("clio_checked", sa.Boolean(), nullable=False),
        sa.Column("clio_problem", sa.String()),
        *[sa.Column(name, sa.Integer(), nullable=False) for name in counts],
        sa.Column("error", sa.String()),
    )
    op.create_index(
        "uq_payment_proofs_running",
        "payment_proofs",
        ["firm_id"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_payment_proofs_firm_id_started_at",
        "payment_proofs",
        ["firm_id", "started_at", "id"],
    )


def create_lines() -> None:
    op.create_table(
        "payment_proof_lines",
        *of_a_firm("payment_proof_lines"),
        sa.Column(
            "proof_id",
            sa.Uuid(),
            sa.ForeignKey(
                "payment_proofs.id", name="fk_payment_proof_lines_proof_id", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("standing", WORD, nullable=False),
        sa.Column("finding", WORD, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("normal_until", INSTANT),
        sa.Column("currency", sa.String(), nullable=False),
        *[sa.Column(f"{side}_minor", sa.BigInteger()) for side in ("stripe", "here", "clio")],
        *[
            sa.Column(f"{side}_words", sa.String(), nullable=False)
            for side in ("stripe", "here", "clio")
        ],
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("advice", sa.String(), nullable=False),
        sa.Column("stripe_reference", sa.String()),
        sa.Column("payment_id", sa.Uuid()),
        sa.Column("invoice_id", sa.Uuid()),
        sa.Column("invoice_numbers", sa.String()),
        sa.Column("client_name", sa.String()),
        sa.Column("clio_url", sa.String()),
    )
    op.create_index(
        "ix_payment_proof_lines_page",
        "payment_proof_lines",
        ["firm_id", "proof_id", "rank", "at", "id"],
    )
    # The cascade from a run that is deleted looks its lines up by it.
    op.create_index("ix_payment_proof_lines_proof_id", "payment_proof_lines", ["proof_id"])


def create_differences() -> None:
    op.create_table(
        "payment_differences",
        *of_a_firm("payment_differences"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("finding", WORD, nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("raised_at", INSTANT),
        sa.Column(
            "line_id",
            sa.Uuid(),
            sa.ForeignKey(
                "payment_proof_lines.id",
                name="fk_payment_differences_line_id",
                ondelete="SET NULL",
            ),
        ),
        sa.UniqueConstraint(
            "firm_id", "key", "finding", name=op.f("uq_payment_differences_firm_id_key_finding")
        ),
    )
    op.create_index(
        "ix_payment_differences_raised",
        "payment_differences",
        ["firm_id", "raised_at"],
        postgresql_where=sa.text("raised_at IS NOT NULL"),
    )
    op.create_index("ix_payment_differences_line_id", "payment_differences", ["line_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
