"""How many mails a firm means to send today: made when its day begins, raised by what people do.

What happens by itself, such as a due date that changes in Clio or a rule that starts reminders,
never raises it: that is what the blast guard compares with.
"""

from collections.abc import Collection as Group
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.controls import start_of
from invoice_tracker.collections.facts import FirmFacts, load_firm
from invoice_tracker.collections.models import DailyForecast
from invoice_tracker.collections.sending.mails import REMINDER
from invoice_tracker.collections.upcoming.plan import count_mails, load_upcoming
from invoice_tracker.core.deps import Adapters
from invoice_tracker.outbox.models import MessageState, OutboxMessage

A_DAY = timedelta(days=1)


async def make_todays(adapters: Adapters, firm_id: UUID) -> None:
    """The first look of the firm's day writes down what is expected of it; later ones find it."""
    async with adapters.database.transaction(firm_id) as session:
        firm = await load_firm(session, firm_id=firm_id)
        await expected_today(session, firm=firm, now=adapters.clock.now())


async def expected_today(session: AsyncSession, *, firm: FirmFacts, now: datetime) -> int:
    """How many mails are expected to leave on the firm's present day, in all.

    Counted now if nobody has asked before on this day.
    """
    expected = await find_expected(session, firm=firm, now=now)
    if expected is None:
        await _write_down(session, firm, now)
        expected = await find_expected(session, firm=firm, now=now)
    return expected or 0


async def find_expected(session: AsyncSession, *, firm: FirmFacts, now: datetime) -> int | None:
    """What is expected of the present day, if it has been counted yet. Writes nothing."""
    key = (firm.firm_id, firm.calendar.local_day(now))
    row = await session.get(DailyForecast, key, populate_existing=True)
    return row.expected if row is not None else None


async def expect_more(
    session: AsyncSession, *, firm_id: UUID, collection_ids: Group[UUID], now: datetime
) -> None:
    """A person has let these collections go (started, resumed): today's mails of them are meant."""
    if not collection_ids:
        return
    firm = await load_firm(session, firm_id=firm_id)
    found = await load_upcoming(
        session,
        firm=firm,
        day=firm.calendar.local_day(now),
        now=now,
        with_held=False,
        collection_ids=collection_ids,
    )
    await expect_mails(session, firm=firm, count=count_mails(found), now=now)


async def expect_mails(
    session: AsyncSession, *, firm: FirmFacts, count: int, now: datetime
) -> None:
    """A person has agreed to so many mails more today."""
    if count:
        await session.execute(
            update(DailyForecast)
            .where(
                DailyForecast.firm_id == firm.firm_id,
                DailyForecast.on == firm.calendar.local_day(now),
            )
            .values(expected=DailyForecast.expected + count)
            .execution_options(synchronize_session=False)
        )


async def about_to_leave(session: AsyncSession, *, firm: FirmFacts, now: datetime) -> int:
    """The reminders that have left today, are on their way, or wait to leave today."""
    today = firm.calendar.local_day(now)
    begins, ends = (start_of(firm.calendar, day) for day in (today, today + A_DAY))
    on_their_way = [MessageState.claimed, MessageState.sending]
    gone = [MessageState.sent, MessageState.uncertain]
    state, since = OutboxMessage.state, OutboxMessage.sent_at
    count = await session.scalar(
        select(func.count()).where(
            OutboxMessage.firm_id == firm.firm_id,
            OutboxMessage.kind == REMINDER,
            state.in_(on_their_way)
            | (state.in_(gone) & (since >= begins))
            | ((state == MessageState.waiting) & (OutboxMessage.next_attempt_at < ends)),
        )
    )
    return int(count or 0)


async def _write_down(session: AsyncSession, firm: FirmFacts, now: datetime) -> None:
    today = firm.calendar.local_day(now)
    planned = await load_upcoming(session, firm=firm, day=today, now=now, with_held=False)
    count = await about_to_leave(session, firm=firm, now=now) + count_mails(planned)
    await session.execute(
        insert(DailyForecast)
        .values(firm_id=firm.firm_id, on=today, expected=count, made_at=now)
        .on_conflict_do_nothing()
    )
