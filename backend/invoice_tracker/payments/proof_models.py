"""The three-way proof as it is kept: runs, their lines, and the differences that stand now."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified, Minor
from invoice_tracker.domain.payment_findings import Finding, Standing


class ProofKind(StrEnum):
    """Why a proof was made."""

    nightly = "nightly"
    by_hand = "by_hand"
    after_healing = "after_healing"


class ProofState(StrEnum):
    """How a proof stands."""

    running = "running"
    finished = "finished"
    failed = "failed"


class ProofStep(StrEnum):
    """What a running proof is doing."""

    waiting = "waiting"
    stripe = "stripe"
    clio = "clio"
    comparing = "comparing"
    healing = "healing"


class PaymentProof(Identified, FirmOwned, Base):
    """Stripe, the books and Clio, compared once. At most one runs per firm."""

    __tablename__ = "payment_proofs"
    __table_args__ = (
        Index(
            "uq_payment_proofs_running",
            "firm_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_payment_proofs_firm_id_started_at", "firm_id", "started_at", "id"),
    )

    kind: Mapped[ProofKind]
    state: Mapped[ProofState] = mapped_column(default=ProofState.running)
    step: Mapped[ProofStep] = mapped_column(default=ProofStep.waiting)
    asked_by: Mapped[str | None]
    """A person's name; nothing when the product did it."""
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """It waits until then: what was marked to be read again is read first."""
    picked_up_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    covers_from: Mapped[datetime]
    """Payments since then are in it, and older ones that moved or did not agree."""
    stripe_checked: Mapped[bool] = mapped_column(default=False)
    stripe_problem: Mapped[str | None]
    clio_checked: Mapped[bool] = mapped_column(default=False)
    clio_problem: Mapped[str | None]
    differs: Mapped[int] = mapped_column(default=0)
    not_checked: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    agrees: Mapped[int] = mapped_column(default=0)
    outside: Mapped[int] = mapped_column(default=0)
    healing: Mapped[int] = mapped_column(default=0)
    """How many payments and bills are being read again because of it."""
    error: Mapped[str | None]


class PaymentProofLine(Identified, FirmOwned, Base):
    """One payment on the three sides; amounts in minor units, nothing where a side has none."""

    __tablename__ = "payment_proof_lines"
    __table_args__ = (
        Index("ix_payment_proof_lines_page", "firm_id", "proof_id", "rank", "at", "id"),
        Index("ix_payment_proof_lines_proof_id", "proof_id"),
    )

    proof_id: Mapped[UUID] = mapped_column(ForeignKey("payment_proofs.id", ondelete="CASCADE"))
    rank: Mapped[int] = mapped_column(SmallInteger)
    """The standing's place on the page: differences are 0."""
    standing: Mapped[Standing]
    finding: Mapped[Finding]
    key: Mapped[str]
    """The same payment has the same key in every proof."""
    at: Mapped[datetime]
    since: Mapped[datetime]
    """From when on it stands like this, as far as the proofs know."""
    normal_until: Mapped[datetime | None]
    currency: Mapped[str]
    stripe_minor: Mapped[int | None] = mapped_column(Minor)
    here_minor: Mapped[int | None] = mapped_column(Minor)
    clio_minor: Mapped[int | None] = mapped_column(Minor)
    stripe_words: Mapped[str]
    here_words: Mapped[str]
    clio_words: Mapped[str]
    sentence: Mapped[str]
    advice: Mapped[str]
    stripe_reference: Mapped[str | None]
    payment_id: Mapped[UUID | None]
    """Ours; the first, where one payment is for several invoices."""
    invoice_id: Mapped[UUID | None]
    invoice_numbers: Mapped[str | None]
    client_name: Mapped[str | None]
    clio_url: Mapped[str | None]


class PaymentDifference(Identified, FirmOwned, Base):
    """A difference that the latest proof shows, since when, and whether people were told: once."""

    __tablename__ = "payment_differences"
    __table_args__ = (
        UniqueConstraint("firm_id", "key", "finding"),
        Index(
            "ix_payment_differences_raised",
            "firm_id",
            "raised_at",
            postgresql_where=text("raised_at IS NOT NULL"),
        ),
        Index("ix_payment_differences_line_id", "line_id"),
    )

    key: Mapped[str]
    finding: Mapped[Finding]
    first_seen_at: Mapped[datetime]
    raised_at: Mapped[datetime | None]
    """When it came into *To do*."""
    line_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("payment_proof_lines.id", ondelete="SET NULL")
    )
    """It in the latest proof that shows it."""
