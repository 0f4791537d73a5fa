"""Payments as the API shows them."""

from datetime import datetime
from typing import Self
from uuid import UUID

from invoice_tracker.core.schemas import MoneyOut, Output
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState
from invoice_tracker.payments.repository import PaymentPart, PaymentRow


class PaymentInvoice(Output):
    """The invoice that was paid."""

    id: UUID
    number: str


class PaymentPartOut(Output):
    """The share of one invoice in a payment for several."""

    payment_id: UUID
    invoice: PaymentInvoice | None
    amount: MoneyOut
    refunded: MoneyOut
    state: PaymentState

    @classmethod
    def of(cls, part: PaymentPart) -> Self:
        """The share that the repository read."""
        payment = part.payment
        return cls(
            payment_id=payment.id,
            invoice=_invoice_of(payment, part.invoice_number),
            amount=_money(payment.amount_minor, payment),
            refunded=_money(payment.refunded_minor, payment),
            state=payment.state,
        )


class PaymentOut(Output):
    """One payment. Settled (money there), recorded (written to Clio) and confirmed (Clio shows it)
    are three separate facts.
    """

    id: UUID
    invoice: PaymentInvoice | None
    client_name: str | None
    source: PaymentSource
    method: str | None
    amount: MoneyOut
    refunded: MoneyOut
    state: PaymentState
    record_state: RecordState
    record_note: str | None
    paid_at: datetime | None
    settled_at: datetime | None
    recorded_at: datetime | None
    confirmed_at: datetime | None
    stripe_reference: str | None
    clio_url: str | None
    has_clio_task: bool
    """Somebody in Clio was given the task of recording it."""
    overpaid: MoneyOut | None
    paid_together: list[PaymentPartOut]
    """All that the client paid in one go, this one too; empty for a payment of one invoice."""

    @classmethod
    def of(cls, row: PaymentRow) -> Self:
        """The payment of a row that the repository read."""
        payment = row.payment
        return cls(
            id=payment.id,
            invoice=_invoice_of(payment, row.invoice_number),
            client_name=row.client_name,
            source=payment.source,
            method=payment.method,
            amount=_money(payment.amount_minor, payment),
            refunded=_money(payment.refunded_minor, payment),
            state=payment.state,
            record_state=payment.record_state,
            record_note=payment.record_note,
            paid_at=payment.created_at,
            settled_at=payment.settled_at,
            recorded_at=payment.recorded_at,
            confirmed_at=payment.confirmed_at,
            stripe_reference=payment.stripe_payment_intent_id,
            clio_url=row.clio_url or None,
            has_clio_task=payment.clio_task_id is not None,
            overpaid=_money(payment.overpaid_minor, payment) if payment.overpaid_minor else None,
            paid_together=[PaymentPartOut.of(part) for part in row.parts],
        )


def _invoice_of(payment: Payment, number: str | None) -> PaymentInvoice | None:
    if payment.invoice_id is None or number is None:
        return None
    return PaymentInvoice(id=payment.invoice_id, number=number)


def _money(amount_minor: int, payment: Payment) -> MoneyOut:
    return MoneyOut(amount_minor=amount_minor, currency=payment.currency)
