"""One payment with all that belongs to it: refunds, assignments, and what happened when."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.invoices.models import Invoice, TimelineEntry
from invoice_tracker.payments import repository
from invoice_tracker.payments.assigning import check_undoable
from invoice_tracker.payments.models import (
    Checkout,
    Payment,
    PaymentSource,
    Refund,
)
from invoice_tracker.payments.refund_rows import refunds_of_intent
from invoice_tracker.payments.refunds import left_of
from invoice_tracker.payments.repository import PaymentRow
from invoice_tracker.payments.schemas import (
    AssignmentOut,
    PaymentDetail,
    PaymentInvoice,
    PaymentOut,
    RefundOut,
    StoryEntry,
)


async def tell_story(session: AsyncSession, *, firm_id: UUID, payment_id: UUID) -> PaymentDetail:
    """The payment as its own page shows it. Raises ``NotFound``."""
    row = await repository.get_payment(session, firm_id=firm_id, payment_id=payment_id)
    payment = row.payment
    left = await left_of(session, payment=payment, lock=False)

    def money(amount_minor: int) -> MoneyOut:
        return MoneyOut(amount_minor=amount_minor, currency=payment.currency)

    return PaymentDetail(
        **dict(PaymentOut.of(row)),
        refundable=money(left.of_share),
        refundable_together=money(left.of_whole),
        refunds=[RefundOut.of(refund) for refund in await _refunds(session, payment)],
        assigned_to=await _assigned_to(session, payment),
        assigned_from=payment.assigned_from_id,
        can_undo=await _can_undo(session, payment),
        voided_at=payment.voided_at,
        voided_by=payment.voided_by,
        void_reason=payment.void_reason,
        story=await _entries(session, row),
    )


async def _refunds(session: AsyncSession, payment: Payment) -> Sequence[Refund]:
    """Of this share, and of the whole payment."""
    if payment.stripe_payment_intent_id is None:
        return []
    found = await refunds_of_intent(
        session, firm_id=payment.firm_id, intent_id=payment.stripe_payment_intent_id
    )
    return [refund for refund in found if refund.payment_id in (None, payment.id)]


async def _assigned_to(session: AsyncSession, payment: Payment) -> list[AssignmentOut]:
    rows = await session.execute(
        select(Payment, Invoice.number)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.firm_id == payment.firm_id, Payment.assigned_from_id == payment.id)
        .order_by(Payment.created_at, Payment.id)
    )
    return [
        AssignmentOut(
            payment_id=row.id,
            invoice=PaymentInvoice(id=row.invoice_id, number=number) if row.invoice_id else None,
            amount=MoneyOut(amount_minor=row.amount_minor, currency=row.currency),
            assigned_by=row.noted_by,
            assigned_at=row.created_at,
            taken_back_by=row.voided_by,
            taken_back_at=row.voided_at,
            reason=row.void_reason,
        )
        for row, number in rows
    ]


async def _can_undo(session: AsyncSession, payment: Payment) -> bool:
    by_staff = payment.source is PaymentSource.manual or payment.assigned_from_id is not None
    if not by_staff:
        return False
    try:
        await check_undoable(session, payment, lock=False)
    except Conflict:
        return False
    return True


async def _entries(session: AsyncSession, row: PaymentRow) -> list[StoryEntry]:
    payment = row.payment
    found = await session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.firm_id == payment.firm_id, TimelineEntry.payment_id == payment.id)
        .order_by(TimelineEntry.at, TimelineEntry.id)
    )
    entries = [
        StoryEntry(at=e.at, kind=e.kind, title=e.title, detail=e.detail, actor=e.actor)
        for e in found
    ]
    opened = await _opened(session, payment)
    if opened is not None:
        entries.append(opened)
    return sorted(entries, key=lambda entry: entry.at)


async def _opened(session: AsyncSession, payment: Payment) -> StoryEntry | None:
    """When the client opened the page to pay on."""
    if payment.stripe_session_id is None or payment.assigned_from_id is not None:
        return None
    at = await session.scalar(
        select(Checkout.created_at).where(
            Checkout.firm_id == payment.firm_id,
            Checkout.stripe_session_id == payment.stripe_session_id,
        )
    )
    if at is None:
        return None
    title = "The client opened the payment page"
    return StoryEntry(at=at, kind="checkout_opened", title=title, detail=None, actor=None)
