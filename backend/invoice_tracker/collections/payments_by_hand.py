"""Payments that staff note, assign and undo, with what follows for the reminders at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments import assigning, manual
from invoice_tracker.payments.assigning import Part, assigned_from, check_undoable, mark_void
from invoice_tracker.payments.manual import NotedPayment
from invoice_tracker.payments.models import Payment, PaymentSource
from invoice_tracker.payments.words import words


async def note_payment(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID, noted: NotedPayment, now: datetime
) -> UUID:
    """Note a payment; reminders for what is paid end in this transaction. Its id."""
    payment = await manual.note_payment(
        session, firm_id=firm_id, invoice_id=invoice_id, noted=noted, now=now
    )
    await reconsider(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    return payment.id


async def assign(
    session: AsyncSession,
    *,
    firm_id: UUID,
    payment_id: UUID,
    parts: Sequence[Part],
    request_key: str,
    by: str,
    now: datetime,
) -> None:
    """Assign unmatched money; reminders for what is paid by it end in this transaction."""
    changed = await assigning.assign(
        session,
        firm_id=firm_id,
        payment_id=payment_id,
        parts=parts,
        request_key=request_key,
        by=by,
        now=now,
    )
    await reconsider(session, firm_id=firm_id, invoice_ids=changed, now=now)


async def undo(
    session: AsyncSession, *, firm_id: UUID, payment_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Undo what staff noted or assigned: it leaves a trace, and the invoice is owed again.

    A collection that has ended stays ended; one that goes on follows its own rules. Raises
    ``NotFound``, or ``Conflict`` where this was not done by staff, or cannot be undone any more.
    """
    payment = await session.scalar(
        select(Payment).where(Payment.firm_id == firm_id, Payment.id == payment_id)
    )
    if payment is None:
        raise NotFound("There is no such payment.")
    if payment.assigned_from_id is not None:
        changed = await assigning.take_back(session, payment=payment, reason=reason, by=by, now=now)
    elif payment.source is PaymentSource.manual:
        changed = await _void(session, payment, reason, by, now)
    else:
        raise Conflict("Only what staff have noted or assigned can be undone.")
    await reconsider(session, firm_id=firm_id, invoice_ids=changed, now=now)


async def _void(
    session: AsyncSession, payment: Payment, reason: str, by: str, now: datetime
) -> list[UUID]:
    assert payment.invoice_id is not None
    await lock_invoices(session, firm_id=payment.firm_id, invoice_ids=[payment.invoice_id])
    await session.refresh(payment, with_for_update=True)
    await check_undoable(session, payment)
    if await assigned_from(session, payment=payment):
        raise Conflict("A part was assigned to another invoice. Please take that back first.")
    mark_void(payment, reason=reason, by=by, now=now)
    await session.flush()
    await timeline.add(
        session,
        firm_id=payment.firm_id,
        invoice_id=payment.invoice_id,
        at=now,
        kind="payment_voided",
        title=f"The payment of {words(payment.amount_minor, payment)} was undone",
        detail=reason,
        actor=by,
        payment_id=payment.id,
    )
    return [payment.invoice_id]
