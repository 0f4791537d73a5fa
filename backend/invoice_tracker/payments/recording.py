"""Ticking a payment off once a person has written it into Clio."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.invoices import timeline
from invoice_tracker.payments.models import NOT_YET_IN_CLIO, Payment, RecordState
from invoice_tracker.payments.words import words


async def tick_off(
    session: AsyncSession, *, firm_id: UUID, payment_id: UUID, by: str, now: datetime
) -> Payment:
    """A person has written the payment into Clio by hand. A second tick changes nothing.

    Raises ``NotFound``, or ``Conflict`` where there is nothing to record.
    """
    payment = await session.scalar(
        select(Payment)
        .where(Payment.firm_id == firm_id, Payment.id == payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if payment is None:
        raise NotFound("There is no such payment.")
    if payment.record_state in (RecordState.recorded, RecordState.confirmed):
        return payment
    if payment.record_state not in NOT_YET_IN_CLIO:
        raise Conflict("There is nothing to record in Clio for this payment.")
    payment.record_state = RecordState.recorded
    payment.record_note = f"Recorded in Clio by {by}."
    payment.recorded_at = now
    await session.flush()
    if payment.invoice_id is not None:
        await timeline.add(
            session,
            firm_id=firm_id,
            invoice_id=payment.invoice_id,
            at=now,
            kind="recorded_in_clio",
            title=f"{words(payment.amount_minor, payment)} was recorded in Clio by hand",
            actor=by,
            payment_id=payment.id,
        )
    return payment
