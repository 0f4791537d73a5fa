"""Reminders that are decided but have not left: take them back, or have them looked at again."""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.sending.mails import withdraw
from invoice_tracker.outbox.models import MessageState, OutboxMessage

TO_DO = (ReminderState.awaiting_approval, ReminderState.approved, ReminderState.to_call)
"""Waiting for a person, or for their day; nothing of them is in the outbox."""


async def cancel_open(
    session: AsyncSession,
    *,
    firm_id: UUID,
    collection_ids: Group[UUID],
    reason: str,
    now: datetime,
) -> list[UUID]:
    """Cancel what these collections have not sent yet; ids of the reminders cancelled.

    The caller holds the lock of the invoice rows. A mail that is leaving at this moment stays: its
    own end will be recorded.
    """
    if not collection_ids:
        return []
    rows = await session.scalars(
        select(Reminder)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.collection_id.in_(collection_ids),
            Reminder.state.in_([ReminderState.queued, *TO_DO]),
        )
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    to_do = [reminder for reminder in found if reminder.state in TO_DO]
    for reminder in to_do:
        reminder.state = ReminderState.cancelled
        reminder.reason = reason
        reminder.ended_at = now
    taken = await withdraw(
        session,
        firm_id=firm_id,
        reminders=[reminder for reminder in found if reminder.state is ReminderState.queued],
        state=ReminderState.cancelled,
        reason=reason,
        now=now,
    )
    return sorted(reminder.id for reminder in [*to_do, *taken])


async def look_again_now(
    session: AsyncSession, *, firm_id: UUID, collection_ids: Group[UUID], now: datetime
) -> None:
    """Queued mails of these collections that wait for a later time are looked at at once.

    Whether they may leave is decided there, as always.
    """
    queued = select(Reminder.outbox_message_id).where(
        Reminder.firm_id == firm_id,
        Reminder.collection_id.in_(collection_ids),
        Reminder.state == ReminderState.queued,
    )
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.id.in_(queued),
            OutboxMessage.state == MessageState.waiting,
            # A mail server that answered "later" is not asked sooner because a fact has changed.
            OutboxMessage.attempts == 0,
            OutboxMessage.next_attempt_at > now,
        )
        .values(next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
