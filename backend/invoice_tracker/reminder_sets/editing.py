"""Who has a reminder set open to change it. Rows that are not refreshed die by themselves."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import User
from invoice_tracker.reminder_sets import repository
from invoice_tracker.reminder_sets.models import ReminderSetEditor
from invoice_tracker.reminder_sets.schemas import EditorOut

LIFETIME = timedelta(seconds=90)
"""An open page refreshes its row every 30 seconds; one that was torn away stops doing so."""


async def keep_editing(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID, user_id: UUID, now: datetime
) -> list[EditorOut]:
    """Note that this person edits the set; answers who else does. Raises ``NotFound``."""
    await repository.get_with_counts(session, firm_id=firm_id, set_id=set_id)
    await session.execute(
        delete(ReminderSetEditor).where(
            ReminderSetEditor.firm_id == firm_id,
            ReminderSetEditor.reminder_set_id == set_id,
            ReminderSetEditor.seen_at < now - LIFETIME,
        )
    )
    mine = insert(ReminderSetEditor).values(
        id=uuid4(),
        firm_id=firm_id,
        reminder_set_id=set_id,
        user_id=user_id,
        since=now,
        seen_at=now,
    )
    await session.execute(
        mine.on_conflict_do_update(
            index_elements=["reminder_set_id", "user_id"], set_={"seen_at": now}
        )
    )
    others = await session.execute(
        select(User.name, ReminderSetEditor.since)
        .join(User, User.id == ReminderSetEditor.user_id)
        .where(
            ReminderSetEditor.firm_id == firm_id,
            ReminderSetEditor.reminder_set_id == set_id,
            ReminderSetEditor.user_id != user_id,
        )
        .order_by(ReminderSetEditor.since, User.name)
    )
    return [EditorOut(name=row.name, since=row.since) for row in others]


async def stop_editing(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID, user_id: UUID
) -> None:
    """This person has closed the set. Raises ``NotFound``."""
    await repository.get_with_counts(session, firm_id=firm_id, set_id=set_id)
    await session.execute(
        delete(ReminderSetEditor).where(
            ReminderSetEditor.firm_id == firm_id,
            ReminderSetEditor.reminder_set_id == set_id,
            ReminderSetEditor.user_id == user_id,
        )
    )
