"""What the payment provider says of a payment, in the product's own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from invoice_tracker.domain.money import Money
from invoice_tracker.payments.models import RefundState


class ReportedState(StrEnum):
    """How far a payment intent has come, by the provider."""

    processing = "processing"
    failed = "failed"
    settled = "settled"


@dataclass(frozen=True, slots=True)
class ReportedRefund:
    """What the provider says of one refund. The marks are ours; without them it was given there."""

    refund_id: str
    amount_minor: int
    state: RefundState
    created_at: datetime
    problem: str | None = None
    marked_refund_id: UUID | None = None
    """Our row that asked for it."""
    marked_payment_id: UUID | None = None
    """Whose share it is meant for."""


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What the provider says of one payment intent, just read. Amounts in minor units."""

    intent_id: str
    session_id: str | None
    state: ReportedState
    amount: Money
    refunded_minor: int
    """Given back, or lost in a dispute."""
    disputed: bool
    """A dispute is open."""
    method: str | None
    asked_at: datetime
    """When the question was put: of two answers the later question's counts."""
    failure: str | None = None
    refunds: tuple[ReportedRefund, ...] = ()
    """The oldest first; those that failed too."""
