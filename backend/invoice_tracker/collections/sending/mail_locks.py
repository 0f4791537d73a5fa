"""Locks of a mail that is about to leave, or has: first its invoices, then its own row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Collection, Reminder, ReminderState
from invoice_tracker.collections.sending.mails import lock_mail, members, stated_invoices
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.outbox.handlers import Cancel, Later
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import DueMessage, Outcome

NO_LONGER_WANTED = "This reminder is no longer wanted."
JOINED = "Another invoice has just joined this mail."

_ENDED_BY = {
    MessageState.cancelled: (
        ReminderState.queued,
        ReminderState.skipped,
        ReminderState.failed,
    ),
}
_LEFT = (ReminderState.queued, ReminderState.uncertain)


@dataclass(frozen=True, slots=True)
class Locked:
    """A mail's members and the invoices it tells about, locked to the end of the transaction."""

    reminders: Sequence[Reminder]
    invoices: dict[UUID, Invoice]
    collections: dict[UUID, Collection]


async def lock_members(
    session: AsyncSession, *, message: DueMessage, now: datetime
) -> Locked | Cancel | Later:
    """Lock all that a mail states. ``Later`` if its members changed while the locks were taken."""
    firm_id = message.firm_id
    before = await members(session, firm_id=firm_id, message_id=message.id)
    if not before:
        return Cancel(NO_LONGER_WANTED)
    stated = await stated_invoices(session, reminders=before, now=now)
    invoices = await lock_invoices(session, firm_id=firm_id, invoice_ids=stated)
    await lock_mail(session, message_id=message.id)
    reminders = await members(session, firm_id=firm_id, message_id=message.id)
    if not reminders:
        return Cancel(NO_LONGER_WANTED)
    if {reminder.invoice_id for reminder in reminders} - {invoice.id for invoice in invoices}:
        return Later(JOINED, now)
    rows = await session.scalars(
        select(Collection)
        .where(Collection.id.in_([reminder.collection_id for reminder in reminders]))
        .execution_options(populate_existing=True)
    )
    return Locked(
        reminders=reminders,
        invoices={invoice.id: invoice for invoice in invoices},
        collections={collection.id: collection for collection in rows},
    )


async def lock_for_record(
    session: AsyncSession, *, message: DueMessage, outcome: Outcome
) -> Sequence[Reminder]:
    """The members of a mail whose end is to be written down, their invoices locked."""
    states = _ENDED_BY.get(outcome.state, _LEFT)
    before = await members(session, firm_id=message.firm_id, message_id=message.id, states=states)
    await lock_invoices(
        session, firm_id=message.firm_id, invoice_ids={each.invoice_id for each in before}
    )
    return await members(session, firm_id=message.firm_id, message_id=message.id, states=states)
