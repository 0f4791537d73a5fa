"""The rows of one payment intent: a share for each invoice that it pays.

How much goes to which invoice follows from what the checkout asked for it, and from nothing that
may change meanwhile. So late, repeated and shuffled reports lead to the same rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict
from invoice_tracker.domain.payment_allocation import allocate, overpayment
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import (
    HAS_MONEY,
    NOT_YET_IN_CLIO,
    Payment,
    PaymentSource,
    PaymentState,
    RecordState,
)
from invoice_tracker.payments.reports import PaymentReport, ReportedState
from invoice_tracker.payments.words import words

BANK_DEBITS = frozenset(
    [
        "us_bank_account",
        "acss_debit",
        "au_becs_debit",
        "bacs_debit",
        "nz_bank_account",
        "sepa_debit",
    ]
)
"""Methods that take days to succeed or fail."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one invoice has of a payment, and how its row stood before the report."""

    invoice: Invoice
    payment: Payment
    amount_minor: int
    """By the report."""
    before: PaymentState | None
    refunded_before_minor: int

    @property
    def is_moved(self) -> bool:
        """Whether the report has changed anything."""
        return self.payment.state is not self.before or self.refunded_more_minor != 0

    @property
    def refunded_more_minor(self) -> int:
        """By this report; negative when a refund did not go through."""
        return self.payment.refunded_minor - self.refunded_before_minor

    @property
    def owed_again_minor(self) -> int:
        """What of it was not merely overpaid."""
        overpaid_before = max(0, self.payment.excess_minor - self.refunded_before_minor)
        return max(0, self.refunded_more_minor - overpaid_before)


async def split_payment(
    session: AsyncSession,
    *,
    invoices: Mapping[UUID, Invoice],
    lines: Sequence[Line],
    report: PaymentReport,
    now: datetime,
) -> list[Share]:
    """The shares of an intent in the order of the lines, new ones made; none where it stands still.

    Money in another currency cannot be set against a balance: it is one row that belongs to no
    invoice, and a person has to look.
    """
    first = invoices[lines[0].invoice_id]
    found = await rows_of_intent(session, firm_id=first.firm_id, intent_id=report.intent_id)
    rows = {row.invoice_id: row for row in found if row.assigned_from_id is None}
    if not _moves_forward(next(iter(rows.values()), None), report):
        return []
    if report.amount.currency != first.currency:
        amounts: dict[UUID | None, int] = {None: report.amount.amount_minor}
    else:
        split = allocate(report.amount.amount_minor, [line.amount_minor for line in lines])
        amounts = {line.invoice_id: part for line, part in zip(lines, split, strict=True)}
    shares = []
    for invoice_id, amount_minor in amounts.items():
        invoice = invoices[invoice_id] if invoice_id else first
        row = rows.get(invoice_id)
        if row is None and amount_minor == 0:
            continue
        before, refunded = (row.state, row.refunded_minor) if row else (None, 0)
        if row is None:
            row = _begin(invoice, invoice_id, amount_minor, report, now)
            session.add(row)
        shares.append(Share(invoice, row, amount_minor, before, refunded))
    assigned = [row for row in found if row.assigned_from_id is not None]
    if any(row.invoice_id not in invoices for row in assigned):
        # Before its invoice could be locked; the event is handled again in a moment.
        raise Conflict("Some of this payment has just been assigned to another invoice.")
    return shares + [
        Share(invoices[row.invoice_id], row, row.amount_minor, row.state, row.refunded_minor)
        for row in assigned
        if row.invoice_id is not None
    ]


async def rows_of_intent(
    session: AsyncSession, *, firm_id: UUID, intent_id: str, lock: bool = True
) -> Sequence[Payment]:
    """All that counts of an intent, oldest first: its shares and what was assigned of it."""
    statement = (
        select(Payment)
        .where(
            Payment.firm_id == firm_id,
            Payment.stripe_payment_intent_id == intent_id,
            Payment.state != PaymentState.voided,
        )
        .order_by(Payment.created_at, Payment.id)
        .execution_options(populate_existing=True)
    )
    found = await session.scalars(statement.with_for_update() if lock else statement)
    return found.all()


async def assigned_invoices(
    session: AsyncSession, *, firm_id: UUID, intent_id: str
) -> Sequence[UUID]:
    """Invoices that a person has assigned some of this intent's money to."""
    found = await session.scalars(
        select(Payment.invoice_id).where(
            Payment.firm_id == firm_id,
            Payment.stripe_payment_intent_id == intent_id,
            Payment.assigned_from_id.is_not(None),
            Payment.state != PaymentState.voided,
        )
    )
    return [invoice_id for invoice_id in found if invoice_id is not None]


def _moves_forward(payment: Payment | None, report: PaymentReport) -> bool:
    """Of one row of the intent; the others have heard the same reports."""
    if payment is None:
        # A card that was refused has moved no money: the client tries again on the same page. A
        # debit that failed stays written down, so that older news cannot bring it back to life.
        return report.state is not ReportedState.failed or report.method in BANK_DEBITS
    if payment.reported_at is not None and report.asked_at < payment.reported_at:
        return False
    if payment.state in HAS_MONEY:
        return report.state is ReportedState.settled
    if payment.state is PaymentState.failed:
        return report.state is not ReportedState.processing
    return True


def _begin(
    invoice: Invoice,
    invoice_id: UUID | None,
    amount_minor: int,
    report: PaymentReport,
    now: datetime,
) -> Payment:
    return Payment(
        id=uuid4(),
        firm_id=invoice.firm_id,
        invoice_id=invoice_id,
        client_id=invoice.client_id,
        source=PaymentSource.stripe,
        method=report.method,
        amount_minor=amount_minor,
        refunded_minor=0,
        excess_minor=0,
        overpaid_minor=0,
        currency=report.amount.currency,
        state=PaymentState.processing,
        record_state=RecordState.not_needed,
        clio_paid_before_minor=invoice.clio_paid_minor,
        stripe_payment_intent_id=report.intent_id,
        created_at=now,
    )


def settle_share(share: Share, *, due_minor: int, now: datetime) -> None:
    """The money is there: take the amount from the provider, and flag what exceeds the balance."""
    payment = share.payment
    payment.amount_minor = share.amount_minor
    if payment.invoice_id is not None:
        payment.excess_minor = overpayment(
            amount_minor=payment.amount_minor, balance_minor=due_minor
        )
    payment.overpaid_minor = payment.excess_minor
    payment.clio_paid_before_minor = share.invoice.clio_paid_minor
    payment.settled_at = now
    payment.record_state, payment.record_note = how_to_record(share.invoice, payment)


def how_to_record(invoice: Invoice, payment: Payment) -> tuple[RecordState, str | None]:
    """Whether the product is to write it into Clio, and what a person should know."""
    if payment.invoice_id is None:
        note = (
            f"Paid in {payment.currency}, but invoice {invoice.number} is in {invoice.currency}. "
            "Please sort this out with the client."
        )
        return RecordState.queued, note
    if invoice.clio_state not in (ClioState.awaiting_payment, ClioState.paid):
        note = (
            f"Invoice {invoice.number} is not payable in Clio any more. "
            "Please refund the payment, or assign it to another invoice."
        )
        return RecordState.queued, note
    if payment.overpaid_minor >= payment.amount_minor:
        return RecordState.not_needed, "Nothing was owed any more. Please refund or assign it."
    if payment.overpaid_minor > 0:
        more = words(payment.overpaid_minor, payment)
        note = f"{more} more than was owed. Please refund or assign it."
        return RecordState.waiting, note
    return RecordState.waiting, None


def refund_share(share: Share, refunded_minor: int) -> None:
    """Of all that was given back until now, this much is of this share: first what was too much."""
    payment = share.payment
    payment.refunded_minor = refunded_minor
    payment.overpaid_minor = max(0, payment.excess_minor - refunded_minor)
    if share.refunded_more_minor < 0 and payment.record_state is RecordState.not_needed:
        payment.record_state, payment.record_note = how_to_record(share.invoice, payment)
    if share.refunded_more_minor <= 0:
        return
    if payment.record_state in NOT_YET_IN_CLIO and payment.state is PaymentState.refunded:
        payment.record_state = RecordState.not_needed
        payment.record_note = "Refunded before it was recorded in Clio."
    elif payment.record_state in (RecordState.recorded, RecordState.confirmed):
        payment.record_note = "Refunded after it was recorded: please correct the bill in Clio."
