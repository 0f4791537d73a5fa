"""What a person has decided about a mail ahead of its day, as the worker takes it up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.reminder_sets.models import ReminderStep

NEW_ADDRESS = "The client's address has changed."


def as_reviewed(step: ReminderStep, reminder: Reminder) -> ReminderStep:
    """The step with the text that a person wrote for this one mail, if one did."""
    if reminder.edited_subject is None and reminder.edited_body is None:
        return step
    values = {column.key: getattr(step, column.key) for column in ReminderStep.__table__.columns}
    own = {"subject": reminder.edited_subject, "body": reminder.edited_body}
    return ReminderStep(**values | {name: text for name, text in own.items() if text is not None})


async def carry_over(session: AsyncSession, *, reminder_id: UUID, now: datetime) -> None:
    """What was agreed for the client's former address holds for the mail to the present one."""
    reminder = await session.get_one(Reminder, reminder_id, populate_existing=True)
    former = await session.scalar(
        select(Reminder).where(
            Reminder.firm_id == reminder.firm_id,
            Reminder.collection_id == reminder.collection_id,
            Reminder.step_id == reminder.step_id,
            Reminder.occurrence == reminder.occurrence,
            Reminder.state == ReminderState.approved,
            Reminder.id != reminder.id,
        )
    )
    if former is None:
        return
    for name in ("edited_subject", "edited_body", "reviewed_by", "reviewed_at"):
        setattr(reminder, name, getattr(former, name))
    former.state = ReminderState.cancelled
    former.reason = NEW_ADDRESS
    former.ended_at = now
    await session.flush()
