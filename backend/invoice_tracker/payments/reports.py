"""What the payment provider says of a payment, in the product's own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from invoice_tracker.domain.money import Money


class ReportedState(StrEnum):
    """How far a payment intent has come, by the provider."""

    processing = "processing"
    failed = "failed"
    settled = "settled"


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
