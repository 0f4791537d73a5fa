"""Mails that wait for a time that may have been moved: look at all of them again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.mails import REMINDER
from invoice_tracker.outbox.models import MessageState, OutboxMessage


async def wake_mails(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """After a change that concerns many collections, such as the end of a pause of everything.

    Whether they may leave is decided at the last check, as always. The change is committed by now.
    """
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.kind == REMINDER,
            OutboxMessage.state == MessageState.waiting,
            # A mail server that answered "later" is not asked sooner because a fact has changed.
            OutboxMessage.attempts == 0,
            OutboxMessage.next_attempt_at > now,
        )
        .values(next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
