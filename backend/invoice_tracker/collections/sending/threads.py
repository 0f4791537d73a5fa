"""The mails of a collection that have left: the conversation the next one joins."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.reminder_sets.mail import SentMail


async def load_thread(
    session: AsyncSession, *, firm_id: UUID, collection_id: UUID
) -> list[SentMail]:
    """Mails that left, or perhaps left, oldest first."""
    rows = await session.execute(
        select(OutboxMessage.message_id, OutboxMessage.content["subject"].astext)
        .join(Reminder, Reminder.outbox_message_id == OutboxMessage.id)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.collection_id == collection_id,
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.state.in_([MessageState.sent, MessageState.uncertain]),
        )
        .order_by(OutboxMessage.sent_at, OutboxMessage.id)
    )
    return [SentMail(message_id, subject) for message_id, subject in rows]
