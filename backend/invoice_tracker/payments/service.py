"""Payments: one per payment intent, moved forward by what the payment provider reports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.payment_allocation import overpayment
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import amount_due, effective_balances
from invoice_tracker.payments.clio_comparison import Comparison, compare_with_clio
from invoice_tracker.payments.models import (
    HAS_MONEY,
    NOT_YET_IN_CLIO,
    Payment,
    PaymentSource,
    PaymentState,
    RecordState,
)
from invoice_tracker.payments.telling import tell, words

__all__ = [
    "Comparison",
    "PaymentChange",
    "PaymentReport",
    "ReportedState",
    "apply_report",
    "compare_with_clio",
    "effective_balances",
    "lock_invoice",
]


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


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """That a report has moved a payment, and how."""

    payment_id: UUID
    before: PaymentState | None
    after: PaymentState
    refunded_more_minor: int
    """Negative when a refund did not go through."""
    owed_again_minor: int
    """What of it was not merely overpaid."""


async def lock_invoice(session: AsyncSession, *, firm_id: UUID, invoice_id: UUID) -> Invoice:
    """The invoice's row, locked, as it is now. Raises ``NotFound``.

    Whoever records money, or is about to send a reminder, holds this lock.
    """
    locked = await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    if not locked:
        raise NotFound("There is no such invoice.")
    return locked[0]


async def apply_report(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    report: PaymentReport,
    now: datetime,
) -> PaymentChange | None:
    """Move the intent's payment to what was reported, under the lock of its invoice.

    Answers None where that changes nothing: a repeat, an older report, or a refused card, after
    which the client simply tries again. Money that has settled never becomes unsettled; it is only
    refunded or disputed.
    """
    invoice = await lock_invoice(session, firm_id=firm_id, invoice_id=invoice_id)
    payment = await _find(session, firm_id=firm_id, intent_id=report.intent_id)
    before = payment.state if payment else None
    if not _moves_forward(payment, report):
        return None
    if payment is None:
        payment = _begin(invoice, report, now)
        session.add(payment)
    refunded_before = payment.refunded_minor
    after = _state_of(report)
    if after in HAS_MONEY and before not in HAS_MONEY:
        await _settle(session, invoice, payment, report, now)
    payment.state = after
    payment.reported_at = report.asked_at
    payment.method = report.method or payment.method
    payment.stripe_session_id = payment.stripe_session_id or report.session_id
    overpaid = payment.overpaid_minor
    _give_back(payment, report.refunded_minor)
    await session.flush()
    more = payment.refunded_minor - refunded_before
    if after is before and more == 0:
        return None
    await tell(session, invoice, payment, before, more, report.failure, now)
    return PaymentChange(payment.id, before, after, more, max(0, more - overpaid))


async def _find(session: AsyncSession, *, firm_id: UUID, intent_id: str) -> Payment | None:
    found: Payment | None = await session.scalar(
        select(Payment)
        .where(Payment.firm_id == firm_id, Payment.stripe_payment_intent_id == intent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


def _moves_forward(payment: Payment | None, report: PaymentReport) -> bool:
    if payment is None:
        # A card that was refused has moved no money: the client tries again on the same page.
        return report.state is not ReportedState.failed
    if payment.reported_at is not None and report.asked_at < payment.reported_at:
        return False
    if payment.state in HAS_MONEY:
        return report.state is ReportedState.settled
    if payment.state is PaymentState.failed:
        return report.state is not ReportedState.processing
    return True


def _begin(invoice: Invoice, report: PaymentReport, now: datetime) -> Payment:
    same_currency = report.amount.currency == invoice.currency
    return Payment(
        id=uuid4(),
        firm_id=invoice.firm_id,
        # Money in another currency cannot be set against the balance: a person has to look.
        invoice_id=invoice.id if same_currency else None,
        source=PaymentSource.stripe,
        method=report.method,
        amount_minor=report.amount.amount_minor,
        refunded_minor=0,
        overpaid_minor=0,
        currency=report.amount.currency,
        state=PaymentState.processing,
        record_state=RecordState.not_needed,
        clio_paid_before_minor=invoice.clio_paid_minor,
        stripe_payment_intent_id=report.intent_id,
        created_at=now,
    )


def _state_of(report: PaymentReport) -> PaymentState:
    if report.state is not ReportedState.settled:
        return PaymentState(report.state.value)
    if report.disputed:
        return PaymentState.disputed
    if report.refunded_minor >= report.amount.amount_minor:
        return PaymentState.refunded
    return PaymentState.partly_refunded if report.refunded_minor else PaymentState.settled


async def _settle(
    session: AsyncSession, invoice: Invoice, payment: Payment, report: PaymentReport, now: datetime
) -> None:
    """The money is there: take the amount from the provider, and flag what exceeds the balance."""
    due = await amount_due(session, invoice=invoice)
    payment.amount_minor = report.amount.amount_minor
    if payment.invoice_id is not None:
        payment.overpaid_minor = overpayment(amount_minor=payment.amount_minor, balance_minor=due)
    payment.clio_paid_before_minor = invoice.clio_paid_minor
    payment.settled_at = now
    payment.record_state, payment.record_note = _how_to_record(invoice, payment)


def _how_to_record(invoice: Invoice, payment: Payment) -> tuple[RecordState, str | None]:
    if payment.invoice_id is None:
        note = (
            f"Paid in {payment.currency}, but invoice {invoice.number} is in {invoice.currency}. "
            "Please sort this out with the client."
        )
        return RecordState.queued, note
    if invoice.clio_state not in (ClioState.awaiting_payment, ClioState.paid):
        note = (
            f"Invoice {invoice.number} is not payable in Clio any more. "
            "Please refund the payment in Stripe."
        )
        return RecordState.queued, note
    if payment.overpaid_minor >= payment.amount_minor:
        return RecordState.not_needed, "Nothing was owed any more. Please refund it in Stripe."
    if payment.overpaid_minor > 0:
        note = f"{words(payment.overpaid_minor, payment)} more than was owed. Please refund that."
        return RecordState.waiting, note
    return RecordState.waiting, None


def _give_back(payment: Payment, refunded_minor: int) -> None:
    """A refund first makes good what was overpaid."""
    more = refunded_minor - payment.refunded_minor
    payment.refunded_minor = refunded_minor
    payment.overpaid_minor = max(0, payment.overpaid_minor - max(0, more))
    if more <= 0:
        return
    if payment.record_state in NOT_YET_IN_CLIO and payment.state is PaymentState.refunded:
        payment.record_state = RecordState.not_needed
        payment.record_note = "Refunded before it was recorded in Clio."
    elif payment.record_state in (RecordState.recorded, RecordState.confirmed):
        payment.record_note = "Refunded after it was recorded: please correct the bill in Clio."
