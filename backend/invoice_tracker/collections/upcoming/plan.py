"""What is planned for one day: the worker's own plan, for the collections that day concerns.

Bounded by what is due on the day, and by what is held, never by what exists.
"""

from collections.abc import Collection as Group
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import FirmFacts, Loaded, load
from invoice_tracker.collections.models import (
    Collection,
    CollectionState,
    Reminder,
    ReminderState,
)
from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.reminder_groups import GroupKey
from invoice_tracker.domain.reminder_schedule import Planned, PlannedState, StepKind, plan

BATCH = 500
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One planned reminder with what is known of its collection."""

    loaded: Loaded
    item: Planned

    @property
    def mail(self) -> tuple[str | None, GroupKey]:
        """What is the same for reminders that share a mail."""
        return self.item.recipient, self.loaded.group


async def load_upcoming(
    session: AsyncSession,
    *,
    firm: FirmFacts,
    day: date,
    now: datetime,
    with_held: bool,
    collection_ids: Group[UUID] | None = None,
) -> list[Upcoming]:
    """The mails and calls planned for a day; of all running collections, or of some.

    ``with_held``: also those that only a person or an event can let go, on the day they would go if
    they could go now. Mails that are decided and wait to leave are not among them.
    """
    ids = await _candidates(session, firm, day, with_held=with_held, among=collection_ids)
    found: list[Upcoming] = []
    for first in range(0, len(ids), BATCH):
        batch = ids[first : first + BATCH]
        loaded = await load(session, firm=firm, collection_ids=batch, now=now)
        for each in loaded.values():
            found += [
                Upcoming(each, item)
                for item in plan_until(each, now=now, until=day)
                if item.on == day and (with_held or item.state is not PlannedState.held)
            ]
    return found


def plan_until(loaded: Loaded, *, now: datetime, until: date) -> list[Planned]:
    """The reminders of one collection through a day."""
    return plan(
        loaded.invoice,
        loaded.facts,
        loaded.past,
        holds=loaded.holds,
        now=now,
        calendar=loaded.firm.calendar,
        rules=loaded.firm.rules,
        last_mail_on=loaded.last_mail_on,
        until=until,
    )


def count_mails(found: Iterable[Upcoming]) -> int:
    """How many mails would leave for these without anybody's doing: a group's is one."""
    return len(
        {
            each.mail
            for each in found
            if each.item.step.kind is StepKind.email and each.item.state is PlannedState.planned
        }
    )


def next_sending_day(calendar: FirmCalendar, now: datetime) -> date:
    """The first sending day after today."""
    return calendar.next_sending_day(calendar.local_day(now) + A_DAY)


async def _candidates(
    session: AsyncSession,
    firm: FirmFacts,
    day: date,
    *,
    with_held: bool,
    among: Group[UUID] | None,
) -> Sequence[UUID]:
    # A client's day may end almost a day after the firm's.
    due = Collection.next_action_at < firm.calendar.opens_at(day) + 2 * A_DAY
    if with_held:
        waiting = select(Reminder.collection_id).where(
            Reminder.firm_id == firm.firm_id, Reminder.state == ReminderState.awaiting_approval
        )
        due = or_(due, Collection.next_action_at.is_(None), Collection.id.in_(waiting))
    query = select(Collection.id).where(
        Collection.firm_id == firm.firm_id, Collection.state == CollectionState.active, due
    )
    if among is not None:
        query = query.where(Collection.id.in_(among))
    return (await session.scalars(query.order_by(Collection.id))).all()
