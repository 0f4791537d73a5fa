"""Rows of refunds, brought in line with what the provider lists."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.payments.models import Payment, Refund, RefundState
from invoice_tracker.payments.reports import PaymentReport, ReportedRefund

ENDED = (RefundState.succeeded, RefundState.failed, RefundState.refused)


async def note_refunds(
    session: AsyncSession, *, firm_id: UUID, report: PaymentReport, now: datetime
) -> None:
    """Each refund of the report has its row, and the row says that the payment counts it.

    In the transaction that has moved the payment's ``refunded_minor``.
    """
    rows = await refunds_of_intent(session, firm_id=firm_id, intent_id=report.intent_id)
    by_theirs = {row.stripe_refund_id: row for row in rows}
    by_ours = {row.id: row for row in rows}
    for given in report.refunds:
        row = by_theirs.get(given.refund_id)
        if row is None and given.marked_refund_id is not None:
            row = by_ours.get(given.marked_refund_id)
        if row is None:
            row = await _found_there(session, firm_id, report, given)
        row.stripe_refund_id = given.refund_id
        row.is_counted = True
        take_answer(row, state=given.state, problem=given.problem, now=now)
    await session.flush()


def take_answer(row: Refund, *, state: RefundState, problem: str | None, now: datetime) -> None:
    """What the provider says of the refund now."""
    if state in ENDED and row.state is not state:
        row.ended_at = now
    row.state = state
    row.problem = problem


async def refunds_of_intent(
    session: AsyncSession, *, firm_id: UUID, intent_id: str
) -> Sequence[Refund]:
    """All refunds of a payment intent as they are now, oldest first."""
    rows = await session.scalars(
        select(Refund)
        .where(Refund.firm_id == firm_id, Refund.stripe_payment_intent_id == intent_id)
        .order_by(Refund.created_at, Refund.id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def _found_there(
    session: AsyncSession, firm_id: UUID, report: PaymentReport, given: ReportedRefund
) -> Refund:
    """A refund that was given at the provider, or whose mark names no row of ours."""
    share = given.marked_payment_id
    known = share and await session.scalar(
        select(Payment.id).where(Payment.firm_id == firm_id, Payment.id == share)
    )
    row = Refund(
        id=uuid4(),
        firm_id=firm_id,
        stripe_payment_intent_id=report.intent_id,
        payment_id=known,
        amount_minor=given.amount_minor,
        currency=report.amount.currency,
        reason="",
        state=RefundState.asked,
        is_counted=True,
        created_at=given.created_at,
    )
    session.add(row)
    return row
