"""After a change that concerns many collections: mails are looked at again, and are meant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.blast_guard.forecast import (
    about_to_leave,
    expect_mails,
    find_expected,
)
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.sending.mails import REMINDER
from invoice_tracker.collections.upcoming.plan import count_mails, load_upcoming
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


async def expect_what_is_due(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """A person has made many mails due today, by ending a pause, say: the guard is to know.

    Call it once the dates are derived anew.
    """
    firm = await load_firm(session, firm_id=firm_id)
    expected = await find_expected(session, firm=firm, now=now)
    if expected is None:
        return
    today = firm.calendar.local_day(now)
    planned = await load_upcoming(session, firm=firm, day=today, now=now, with_held=False)
    meant = await about_to_leave(session, firm=firm, now=now) + count_mails(planned)
    await expect_mails(session, firm=firm, count=max(0, meant - expected), now=now)
