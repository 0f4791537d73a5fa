"""The three-way proof as the API shows it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from invoice_tracker.core.schemas import MoneyOut, Output
from invoice_tracker.domain.payment_findings import Finding, Standing
from invoice_tracker.payments.proof_models import (
    PaymentDifference,
    PaymentProof,
    PaymentProofLine,
    ProofKind,
    ProofState,
    ProofStep,
)


class ProofCounts(Output):
    """How many payments stand how."""

    differs: int
    not_checked: int
    waiting: int
    agrees: int
    outside: int


class PaymentProofOut(Output):
    """One check of Stripe, the books and Clio against one another."""

    id: UUID
    kind: ProofKind
    state: ProofState
    step: ProofStep
    asked_by: str | None
    started_at: datetime
    finished_at: datetime | None
    covers_from: datetime
    stripe_checked: bool
    stripe_problem: str | None
    clio_checked: bool
    clio_problem: str | None
    counts: ProofCounts
    healing: int
    """How many payments and bills are being read again because of it."""
    error: str | None

    @classmethod
    def of(cls, proof: PaymentProof) -> Self:
        """The proof of a row."""
        shared = {name: getattr(proof, name) for name in cls.model_fields if name != "counts"}
        return cls(**shared, counts=ProofCounts.model_validate(proof))


class PaymentProofLineOut(Output):
    """One payment on the three sides. A side without an amount has none, or was not checked."""

    id: UUID
    standing: Standing
    finding: Finding
    at: datetime
    since: datetime
    """From when on it stands like this, as far as the checks know."""
    normal_until: datetime | None
    stripe: MoneyOut | None
    here: MoneyOut | None
    clio: MoneyOut | None
    stripe_words: str
    here_words: str
    clio_words: str
    sentence: str
    advice: str
    stripe_reference: str | None
    payment_id: UUID | None
    invoice_id: UUID | None
    invoice_numbers: str | None
    client_name: str | None
    clio_url: str | None

    @classmethod
    def of(cls, line: PaymentProofLine) -> Self:
        """The line of a row."""
        sides = {
            side: MoneyOut(amount_minor=minor, currency=line.currency)
            if minor is not None
            else None
            for side in ("stripe", "here", "clio")
            for minor in [getattr(line, f"{side}_minor")]
        }
        shared = {name: getattr(line, name) for name in cls.model_fields if name not in sides}
        return cls(**shared, **sides)


class PaymentAlertOut(Output):
    """A difference that did not pass by itself: a person has to look."""

    id: UUID
    first_seen_at: datetime
    raised_at: datetime
    line: PaymentProofLineOut

    @classmethod
    def of(cls, difference: PaymentDifference, line: PaymentProofLine) -> Self:
        """The alert of a difference that was raised, with its line in the latest proof."""
        raised_at = difference.raised_at or difference.first_seen_at
        return cls(
            id=difference.id,
            first_seen_at=difference.first_seen_at,
            raised_at=raised_at,
            line=PaymentProofLineOut.of(line),
        )
