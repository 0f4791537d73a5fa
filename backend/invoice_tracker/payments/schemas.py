"""Payments as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Header
from pydantic import Field

from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.payments.assigning import OpenInvoice, unmatched_minor
from invoice_tracker.payments.manual import ManualMethod
from invoice_tracker.payments.models import (
    Payment,
    PaymentSource,
    PaymentState,
    RecordState,
    Refund,
    RefundState,
)
from invoice_tracker.payments.repository import CurrencyTotal, PaymentPart, PaymentRow

MOST_MINOR = 10**12
Amount = Annotated[int, Field(gt=0, le=MOST_MINOR, description="Whole minor units (cents)")]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
RequestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        description="Made by the caller, new for each wish: asking again with it does nothing new",
    ),
]


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
    client_id: UUID | None
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
    unmatched: MoneyOut | None
    """What of it matches no open balance: to be assigned or refunded."""
    reference: str | None
    """As staff noted it."""
    received_on: date | None
    noted_by: str | None
    is_assigned: bool
    """A person took this money from another payment that had too much."""
    paid_together: list[PaymentPartOut]
    """All that the client paid in one go, this one too; empty for a payment of one invoice."""

    @classmethod
    def of(cls, row: PaymentRow) -> Self:
        """The payment of a row that the repository read."""
        payment = row.payment
        unmatched = unmatched_minor(payment, row.invoice_state)
        return cls(
            id=payment.id,
            invoice=_invoice_of(payment, row.invoice_number),
            client_id=row.client_id,
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
            unmatched=_money(unmatched, payment) if unmatched else None,
            reference=payment.reference,
            received_on=payment.received_on,
            noted_by=payment.noted_by,
            is_assigned=payment.assigned_from_id is not None,
            paid_together=[PaymentPartOut.of(part) for part in row.parts],
        )


class RefundOut(Output):
    """Money given back, or on its way."""

    id: UUID
    amount: MoneyOut
    state: RefundState
    reason: str
    asked_by: str | None
    """Nothing where it was given in Stripe itself."""
    of_whole_payment: bool
    problem: str | None
    stripe_reference: str | None
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """The refund of a row."""
        return cls(
            id=refund.id,
            amount=MoneyOut(amount_minor=refund.amount_minor, currency=refund.currency),
            state=refund.state,
            reason=refund.reason,
            asked_by=refund.asked_by,
            of_whole_payment=refund.payment_id is None,
            problem=refund.problem,
            stripe_reference=refund.stripe_refund_id,
            asked_at=refund.created_at,
            ended_at=refund.ended_at,
        )


class AssignmentOut(Output):
    """Money that a person moved to, or from, another invoice of the same client."""

    payment_id: UUID
    invoice: PaymentInvoice | None
    amount: MoneyOut
    assigned_by: str | None
    assigned_at: datetime
    taken_back_by: str | None
    taken_back_at: datetime | None
    reason: str | None


class StoryEntry(Output):
    """One thing that happened to a payment."""

    at: datetime
    kind: str
    title: str
    detail: str | None
    actor: str | None


class PaymentDetail(PaymentOut):
    """One payment with its story."""

    refundable: MoneyOut
    """What of this invoice's share can be given back now."""
    refundable_together: MoneyOut
    """The same of all that was paid at once."""
    refunds: list[RefundOut]
    assigned_to: list[AssignmentOut]
    assigned_from: UUID | None
    can_undo: bool
    """Noted or assigned by staff, and it can be undone now."""
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    story: list[StoryEntry]
    """The oldest first."""


class RefundInput(Input):
    """Money to give back."""

    amount_minor: Amount | None = None
    """Nothing: what was too much, or else all that is left."""
    whole_payment: bool = False
    """Of all that was paid at once, not of this invoice's share alone."""
    reason: Reason


class NotedPaymentInput(Input):
    """A payment that the firm got by itself."""

    amount_minor: Amount
    received_on: date
    method: ManualMethod
    reference: Annotated[str, Field(max_length=200)] = ""


class AssignmentPart(Input):
    """What of the money goes to one invoice."""

    invoice_id: UUID
    amount_minor: Amount


class AssignmentInput(Input):
    """Where unmatched money goes."""

    parts: Annotated[list[AssignmentPart], Field(min_length=1, max_length=50)]


class UndoInput(Input):
    """Why something is undone."""

    reason: Reason


class OpenInvoiceOut(Output):
    """An open invoice that money can be assigned to."""

    id: UUID
    number: str
    due_on: date | None
    balance: MoneyOut

    @classmethod
    def of(cls, found: OpenInvoice) -> Self:
        """The invoice and what is owed for it."""
        invoice = found.invoice
        return cls(
            id=invoice.id,
            number=invoice.number,
            due_on=invoice.due_on,
            balance=MoneyOut(amount_minor=found.due_minor, currency=invoice.currency),
        )


class PaymentTotal(Output):
    """Sums of the listed payments in one currency."""

    count: int
    received: MoneyOut
    refunded: MoneyOut
    net: MoneyOut
    under_way: MoneyOut
    """Bank debits that have not settled yet."""

    @classmethod
    def of(cls, total: CurrencyTotal) -> Self:
        """The sums that the repository made."""

        def money(amount_minor: int) -> MoneyOut:
            return MoneyOut(amount_minor=amount_minor, currency=total.currency)

        return cls(
            count=total.count,
            received=money(total.received_minor),
            refunded=money(total.refunded_minor),
            net=money(total.received_minor - total.refunded_minor),
            under_way=money(total.under_way_minor),
        )


def _invoice_of(payment: Payment, number: str | None) -> PaymentInvoice | None:
    if payment.invoice_id is None or number is None:
        return None
    return PaymentInvoice(id=payment.invoice_id, number=number)


def _money(amount_minor: int, payment: Payment) -> MoneyOut:
    return MoneyOut(amount_minor=amount_minor, currency=payment.currency)
