"""What people do with a running collection: pause, resume, stop."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.endings import end_collection
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.collections.holds.service import add_hold, release_holds
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import HoldKind, HoldReach, active_holds, describe_hold
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.service import lock_invoices

STOPPED_BY_HAND = "Stopped by hand."


async def pause(
    session: AsyncSession,
    *,
    firm_id: UUID,
    collection_id: UUID,
    until: date | None,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Send nothing until the firm's day ``until`` begins, or until somebody resumes.

    Raises ``NotFound``, ``Conflict`` when it has ended, ``Invalid`` for a day that has come.
    """
    collection = await _lock_active(session, firm_id=firm_id, collection_id=collection_id)
    ends_at = None
    if until is not None:
        calendar = (await load_firm(session, firm_id=firm_id)).calendar
        ends_at = end_of_pause(calendar, until=until, now=now)
    # A new pause replaces the one before: otherwise the longer of the two would win.
    await release_holds(
        session,
        firm_id=firm_id,
        invoice_id=collection.invoice_id,
        now=now,
        kinds=[HoldKind.paused],
        author=actor,
        silent=True,
    )
    await add_hold(
        session,
        firm_id=firm_id,
        invoice_id=collection.invoice_id,
        kind=HoldKind.paused,
        reason=reason,
        now=now,
        ends_at=ends_at,
        author=actor,
    )


async def resume(
    session: AsyncSession, *, firm_id: UUID, collection_id: UUID, actor: str, now: datetime
) -> None:
    """Release every hold that a person can end on this invoice. What is due then goes at its time.

    A payment under way, or a pause of more than this invoice, goes on holding. Raises ``NotFound``;
    ``Conflict`` when it has ended, or when only such a hold is left, which is then named.
    """
    collection = await _lock_active(session, firm_id=firm_id, collection_id=collection_id)
    invoice_id = collection.invoice_id
    released = await release_holds(
        session, firm_id=firm_id, invoice_id=invoice_id, now=now, author=actor
    )
    if released:
        return
    found = await load_holds(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    left = active_holds(found.get(invoice_id, []), now)
    if left:
        firm = await get_firm(session, firm_id)
        words = describe_hold(left[0], firm.time_zone)
        where = _WHERE_IT_ENDS[left[0].reach]
        if left[0].kind is HoldKind.wrong_person:
            where = "Please decide about the client's answer under To do."
        raise Conflict(f"{words}. {where}")


_WHERE_IT_ENDS = {
    HoldReach.invoice: "This ends by itself and cannot be resumed by hand.",
    HoldReach.client: "Please resume on the client's page.",
    HoldReach.reminder_set: "Please resume on the reminder set's page.",
    HoldReach.firm: "Please resume all reminders first.",
}


async def stop(
    session: AsyncSession,
    *,
    firm_id: UUID,
    collection_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """End it for good; the invoice can be started again. A second stop changes nothing.

    Raises ``NotFound``.
    """
    collection = await _lock(session, firm_id=firm_id, collection_id=collection_id)
    if collection.state is not CollectionState.active:
        return
    await end_collection(
        session,
        collection=collection,
        state=CollectionState.stopped,
        reason=reason or STOPPED_BY_HAND,
        now=now,
        actor=actor,
    )


def end_of_pause(calendar: FirmCalendar, *, until: date, now: datetime) -> datetime:
    """When a pause until a day ends, in UTC. Raises ``Invalid`` for a day that has come."""
    if until <= calendar.local_day(now):
        raise Invalid("Please choose a day after today, or none to pause until you resume.")
    return start_of(calendar, until)


def start_of(calendar: FirmCalendar, day: date) -> datetime:
    """Midnight of the firm's day, in UTC."""
    whole_day = FirmCalendar(calendar.time_zone, time(0), time(23, 59))
    return whole_day.opens_at(day)


async def _lock_active(session: AsyncSession, *, firm_id: UUID, collection_id: UUID) -> Collection:
    collection = await _lock(session, firm_id=firm_id, collection_id=collection_id)
    if collection.state is not CollectionState.active:
        raise Conflict("These reminders have ended.")
    return collection


async def _lock(session: AsyncSession, *, firm_id: UUID, collection_id: UUID) -> Collection:
    invoice_id = await session.scalar(
        select(Collection.invoice_id).where(
            Collection.firm_id == firm_id, Collection.id == collection_id
        )
    )
    if invoice_id is None:
        raise NotFound("There is no such collection.")
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    return await session.get_one(Collection, collection_id, populate_existing=True)
