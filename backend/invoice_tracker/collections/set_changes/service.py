"""What a changed set would mean for the collections that run on it, and moving them over."""

from collections import Counter
from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import Loaded, load_firm
from invoice_tracker.collections.hints import refresh
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.sending.queued import cancel_open
from invoice_tracker.collections.time_machine import DAYS, FutureMail, load_running, look_ahead
from invoice_tracker.domain.reminder_schedule import Step, StepKind
from invoice_tracker.invoices.models import TimelineEntry
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.reminder_sets.models import ReminderSetVersion
from invoice_tracker.reminder_sets.repository import get_latest_version, lineages
from invoice_tracker.reminder_sets.schemas import StepIn


@dataclass(frozen=True, slots=True)
class DayChange:
    """Mails of one day before and after a change."""

    on: date
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Runner:
    """A collection on the set, with the day of its next mail before and after the change."""

    loaded: Loaded
    version: int
    next_before: date | None
    next_after: date | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What happens in the next 90 days if all running collections move to the changed steps."""

    runners: Sequence[Runner]
    days: Sequence[DayChange]
    """Only days on which the number of mails differs."""
    mails_before: int
    mails_after: int


async def difference(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID, steps: Sequence[StepIn], now: datetime
) -> Difference:
    """Compare the plans of all people whom the set writes to. Changes nothing.

    Raises ``NotFound`` for the set.
    """
    reminder_set, _ = await get_latest_version(session, firm_id=firm_id, set_id=set_id)
    versions = await _running_on(session, firm_id=firm_id, set_id=set_id)
    if not versions:
        return Difference([], [], 0, 0)
    firm = await load_firm(session, firm_id=firm_id)
    until = firm.calendar.local_day(now) + timedelta(days=DAYS)
    loaded = await load_running(session, firm_id=firm_id, now=now, recipients_of=set(versions))
    known = await lineages(session, firm_id=firm_id, set_id=set_id)
    wanted = [(step, known.get(step.id) if step.id else None) for step in steps]
    other = {
        each.collection_id: _as_changed(each, wanted, reminder_set.needs_approval)
        for each in loaded
        if each.collection_id in versions
    }
    before = list(look_ahead(loaded, now=now, until=until))
    after = list(look_ahead(loaded, now=now, until=until, other_steps=other))
    first_before, first_after = _first_days(before), _first_days(after)
    return Difference(
        runners=[
            Runner(
                each,
                versions[each.collection_id],
                first_before.get(each.collection_id),
                first_after.get(each.collection_id),
            )
            for each in sorted(loaded, key=lambda each: each.invoice.number)
            if each.collection_id in versions
        ],
        days=_changes(before, after),
        mails_before=sum(future.mail.leaves for future in before),
        mails_after=sum(future.mail.leaves for future in after),
    )


async def move(
    session: AsyncSession,
    *,
    firm_id: UUID,
    set_id: UUID,
    collection_ids: Group[UUID] | None,
    actor: str,
    now: datetime,
) -> list[UUID]:
    """Move running collections, or all of them, to the set's newest version; those that moved.

    What was sent stays sent; what waits to leave is taken back and decided anew. Raises
    ``NotFound`` for the set.
    """
    reminder_set, version = await get_latest_version(session, firm_id=firm_id, set_id=set_id)
    versions = await _running_on(session, firm_id=firm_id, set_id=set_id)
    wanted = [
        collection_id
        for collection_id, number in versions.items()
        if number != version.version and (collection_ids is None or collection_id in collection_ids)
    ]
    moved = await _lock(session, firm_id, wanted)
    for collection in moved:
        collection.version_id = version.id
        collection.jump_position = collection.jump_on = None
    await session.flush()
    ids = [collection.id for collection in moved]
    reason = f"Moved to version {version.version} of “{reminder_set.name}”."
    await cancel_open(session, firm_id=firm_id, collection_ids=ids, reason=reason, now=now)
    session.add_all(
        TimelineEntry(
            firm_id=firm_id,
            invoice_id=collection.invoice_id,
            at=now,
            kind="collection_moved",
            title=f"Reminders moved to version {version.version} of “{reminder_set.name}”",
            actor=actor,
        )
        for collection in moved
    )
    firm = await load_firm(session, firm_id=firm_id)
    await refresh(session, firm=firm, collection_ids=ids, now=now)
    return ids


async def _running_on(session: AsyncSession, *, firm_id: UUID, set_id: UUID) -> dict[UUID, int]:
    """Running collections of a set, each with the version it runs on."""
    rows = await session.execute(
        select(Collection.id, ReminderSetVersion.version)
        .join(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
        .where(
            Collection.firm_id == firm_id,
            Collection.state == CollectionState.active,
            ReminderSetVersion.reminder_set_id == set_id,
        )
        .order_by(Collection.id)
    )
    return dict(rows.all())


async def _lock(
    session: AsyncSession, firm_id: UUID, collection_ids: Group[UUID]
) -> Sequence[Collection]:
    """These collections, as far as they still run, under the locks of their invoices."""
    running = select(Collection).where(
        Collection.firm_id == firm_id,
        Collection.id.in_(collection_ids),
        Collection.state == CollectionState.active,
    )
    before = (await session.scalars(running)).all()
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[row.invoice_id for row in before])
    return (await session.scalars(running.execution_options(populate_existing=True))).all()


def _as_changed(
    loaded: Loaded, wanted: Sequence[tuple[StepIn, UUID | None]], needs_approval: bool
) -> tuple[Step, ...]:
    """The changed steps as they would be for this collection: what lives on keeps its past."""
    own = {step.identity: step.id for step in loaded.facts.steps}
    return tuple(
        Step(
            id=own.get(lineage, uuid4()) if lineage else uuid4(),
            position=position,
            kind=step.kind,
            anchor=step.anchor,
            offset_days=step.offset_days,
            repeat_every_days=step.repeat_every_days,
            repeat_max=step.repeat_max,
            needs_approval=step.needs_approval or needs_approval,
            offset_unit=step.offset_unit,
            lineage=lineage,
            is_statement=step.is_statement,
        )
        for position, (step, lineage) in enumerate(wanted, start=1)
    )


def _first_days(mails: Sequence[FutureMail]) -> dict[UUID, date]:
    first: dict[UUID, date] = {}
    for future in mails:
        if future.mail.items[0].planned.step.kind is StepKind.email:
            for each in future.collections:
                known = first.get(each.collection_id, future.mail.on)
                first[each.collection_id] = min(known, future.mail.on)
    return first


def _changes(before: Sequence[FutureMail], after: Sequence[FutureMail]) -> list[DayChange]:
    was = Counter(future.mail.on for future in before if future.mail.leaves)
    will = Counter(future.mail.on for future in after if future.mail.leaves)
    return [
        DayChange(day, was[day], will[day])
        for day in sorted(was.keys() | will.keys())
        if was[day] != will[day]
    ]
