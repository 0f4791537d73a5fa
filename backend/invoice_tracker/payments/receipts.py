"""What a client has paid on one page: the facts of a receipt."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.local_days import local_day
from invoice_tracker.domain.money import Money
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.models import (
    HAS_MONEY,
    Checkout,
    CheckoutLine,
    Payment,
    PaymentState,
)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """The share of one invoice."""

    number: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment with its shares. The day is the firm's."""

    lines: tuple[ReceiptLine, ...]
    total: Money
    given_back: Money
    is_settled: bool
    has_failed: bool
    day: date
    method: str | None
    reference: str


async def is_paid_here(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID], session_id: str
) -> bool:
    """Whether the session was opened for these invoices, and for no other."""
    found = await session.scalars(
        select(CheckoutLine.invoice_id)
        .join(Checkout, Checkout.id == CheckoutLine.checkout_id)
        .where(Checkout.firm_id == firm_id, Checkout.stripe_session_id == session_id)
    )
    paid = set(found)
    return bool(paid) and paid <= set(invoice_ids)


async def load_receipt(session: AsyncSession, *, firm: Firm, session_id: str) -> Receipt | None:
    """What has been paid in this session, as far as the books know of it."""
    rows = await session.execute(
        select(Payment, Invoice.number)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.firm_id == firm.id, Payment.stripe_session_id == session_id)
        .order_by(Invoice.due_on, Invoice.number, Payment.id)
    )
    everything = [(payment, number) for payment, number in rows]
    if not everything:
        return None
    # Where less has arrived than was under way, an invoice may have got nothing of it.
    alive = [row for row in everything if row[0].state is not PaymentState.failed]
    found = alive or everything
    first = found[0][0]
    currency = first.currency
    return Receipt(
        lines=tuple(
            ReceiptLine(number or "", Money(payment.amount_minor, currency))
            for payment, number in found
        ),
        total=Money(sum(payment.amount_minor for payment, _ in found), currency),
        given_back=Money(sum(payment.refunded_minor for payment, _ in found), currency),
        is_settled=any(payment.state in HAS_MONEY for payment, _ in found),
        has_failed=not alive,
        day=_local(first.settled_at or first.created_at, firm),
        method=first.method,
        reference=first.stripe_payment_intent_id or "",
    )


def _local(at: datetime, firm: Firm) -> date:
    return local_day(at, firm.time_zone)
