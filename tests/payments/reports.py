"""What a payment provider may report."""

from datetime import datetime
from typing import Any

from invoice_tracker.domain.money import Money
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.service import PaymentReport, ReportedState


def report(
    state: str, *, at: datetime, amount: int = 120_000, currency: str = "USD", **more: Any
) -> PaymentReport:
    """A report on intent ``pi_1``, asked for at ``at``."""
    fields: dict[str, Any] = {
        "intent_id": "pi_1",
        "session_id": "cs_1",
        "refunded_minor": 0,
        "disputed": False,
        "method": "card",
    }
    return PaymentReport(
        state=ReportedState(state),
        amount=Money(amount, currency),
        asked_at=at,
        **(fields | more),
    )


def lines(*invoices: Invoice, amount: int = 120_000) -> list[Line]:
    """A checkout that asked for the same amount for each of these."""
    return [Line(invoice.id, amount) for invoice in invoices]
