"""A firm's calendar: its window, its weekdays, the public holidays it keeps, its closures."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.domain.firm_calendar import DaysOff, FirmCalendar
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.firms.models import Firm, FirmClosure, SendingRules
from invoice_tracker.firms.public_holidays import public_holidays

MOST_CLOSURES = 100


async def load_calendar(session: AsyncSession, *, firm_id: UUID) -> FirmCalendar:
    """When the firm's mail may leave."""
    time_zone, rules = (
        await session.execute(
            select(Firm.time_zone, SendingRules)
            .join(SendingRules, SendingRules.firm_id == Firm.id)
            .where(Firm.id == firm_id)
            .execution_options(populate_existing=True)
        )
    ).one()
    return FirmCalendar(
        time_zone=time_zone,
        window_start=rules.window_start,
        window_end=rules.window_end,
        sending_weekdays=frozenset(rules.weekdays),
        days_off=DaysOff(await _days_off(session, firm_id, rules)),
    )


async def list_days_off(
    session: AsyncSession, *, firm_id: UUID, first: date, last: date
) -> list[tuple[date, str]]:
    """Holidays and closures from the first to the last day, both included."""
    rules = await session.get_one(SendingRules, firm_id)
    found = await _days_off(session, firm_id, rules)
    return sorted((day, why) for day, why in found.items() if first <= day <= last)


async def list_closures(session: AsyncSession, *, firm_id: UUID) -> Sequence[FirmClosure]:
    """All of the firm's closures, past ones too, by their first day."""
    rows = await session.scalars(
        select(FirmClosure)
        .where(FirmClosure.firm_id == firm_id)
        .order_by(FirmClosure.starts_on, FirmClosure.id)
    )
    return rows.all()


async def add_closure(
    session: AsyncSession,
    *,
    firm_id: UUID,
    starts_on: date,
    ends_on: date,
    reason: str,
    now: datetime,
) -> FirmClosure:
    """Send nothing on these days. Raises ``Invalid`` if mail could not leave for a whole year."""
    if len(await list_closures(session, firm_id=firm_id)) >= MOST_CLOSURES:
        raise Invalid("These are too many closures. Please remove some that are over.")
    row = FirmClosure(
        id=uuid4(), firm_id=firm_id, starts_on=starts_on, ends_on=ends_on, reason=reason
    )
    session.add(row)
    await session.flush()
    calendar = await load_calendar(session, firm_id=firm_id)
    try:
        calendar.next_sending_day(starts_on)
    except ValueError as error:
        raise Invalid("With this closure no mail could leave for a whole year.") from error
    await mark_hints_stale(session, firm_id=firm_id, now=now)
    return row


async def remove_closure(
    session: AsyncSession, *, firm_id: UUID, closure_id: UUID, now: datetime
) -> None:
    """Mail may leave on these days again. Raises ``NotFound``."""
    row = await session.get(FirmClosure, closure_id)
    if row is None or row.firm_id != firm_id:
        raise NotFound("There is no such closure.")
    await session.delete(row)
    await mark_hints_stale(session, firm_id=firm_id, now=now)


async def firm_day(session: AsyncSession, *, firm_id: UUID, now: datetime) -> date:
    """The firm's day at this instant."""
    firm = await session.get_one(Firm, firm_id)
    return local_day(now, firm.time_zone)


async def _days_off(session: AsyncSession, firm_id: UUID, rules: SendingRules) -> dict[date, str]:
    found: dict[date, str] = {}
    if rules.holiday_country:
        found.update(public_holidays(rules.holiday_country, rules.holiday_region))
    for closure in await list_closures(session, firm_id=firm_id):
        days = (closure.ends_on - closure.starts_on).days + 1
        found.update({closure.starts_on + timedelta(days=n): closure.reason for n in range(days)})
    return found


async def mark_hints_stale(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """All dates of the firm's collections are derived anew at the worker's next tick."""
    rules = await session.get_one(SendingRules, firm_id)
    rules.hints_stale_since = now
    await session.flush()
