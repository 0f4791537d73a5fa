"""Reminders that are decided but have not left: take them back, or have them looked at again."""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.service import cancel_unsent

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
    rows = await session.execute(
        select(Reminder.id, Reminder.state).where(
            Reminder.firm_id == firm_id,
            Reminder.collection_id.in_(collection_ids),
            Reminder.state.in_([ReminderState.queued, *TO_DO]),
        )
    )
    found = rows.all()
    queued = [reminder_id for reminder_id, state in found if state is ReminderState.queued]
    cancelled = set(
        await cancel_unsent(session, firm_id=firm_id, subject_ids=queued, reason=reason)
    )
    cancelled.update(reminder_id for reminder_id, state in found if state in TO_DO)
    if cancelled:
        await session.execute(
            update(Reminder)
            .where(Reminder.firm_id == firm_id, Reminder.id.in_(cancelled))
            .values(state=ReminderState.cancelled, reason=reason, ended_at=now)
            .execution_options(synchronize_session="fetch")
        )
    return sorted(cancelled)


async def look_again_now(
    session: AsyncSession, *, firm_id: UUID, collection_ids: Group[UUID], now: datetime
) -> None:
    """Queued mails of these collections that wait for a later time are looked at at once.

    Whether they may leave is decided there, as always.
    """
    queued = select(Reminder.id).where(
        Reminder.firm_id == firm_id,
        Reminder.collection_id.in_(collection_ids),
        Reminder.state == ReminderState.queued,
    )
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.subject_id.in_(queued),
            OutboxMessage.state == MessageState.waiting,
            # A mail server that answered "later" is not asked sooner because a fact has changed.
            OutboxMessage.attempts == 0,
            OutboxMessage.next_attempt_at > now,
        )
        .values(next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
