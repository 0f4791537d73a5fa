"""Decisions about a mail ahead of its day: it goes, it goes with another text, it does not go.

They are written as the reminder's own row, under the lock of its invoice, before the worker would
write it. Each can be taken back until the worker has taken it up.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.blast_guard.forecast import expect_mails
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.models import (
    Collection,
    CollectionState,
    Reminder,
    ReminderState,
)
from invoice_tracker.collections.reminders import actions as reminder_actions
from invoice_tracker.collections.sending.mails import (
    Deciding,
    lock_mail,
    members,
    note_balances,
    write,
)
from invoice_tracker.collections.service import reconsider
from invoice_tracker.collections.upcoming.review_rows import (
    Text,
    Which,
    find_row,
    find_step,
    lock_collection,
    write_ahead,
)
from invoice_tracker.core.errors import Conflict, Invalid
from invoice_tracker.domain.reminder_schedule import Planned, PlannedState
from invoice_tracker.invoices import timeline
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.reminder_sets.linter import errors_of
from invoice_tracker.reminder_sets.mail import CannotWrite
from invoice_tracker.reminder_sets.models import ReminderStep
from invoice_tracker.reminder_sets.schemas import StepFields

TAKEN_BACK = "Taken back before its day."


async def approve(
    session: AsyncSession, this: Deciding, *, firm_id: UUID, which: Which, actor: str
) -> None:
    """The mail goes when it is due, without anybody being asked again.

    Raises ``NotFound``, ``Conflict`` when there is nothing to agree to any more, ``Invalid``.
    """
    collection = await _lock_running(session, firm_id, which)
    row = await find_row(session, firm_id=firm_id, which=which)
    if row is not None and row.state is ReminderState.awaiting_approval:
        await reminder_actions.approve(
            session, this, firm_id=firm_id, reminder_id=row.id, actor=actor
        )
        return
    if row is not None:
        raise Conflict("This mail is decided already.")
    await _agree(session, this, collection, which, actor, None)
    await _tell(session, this, collection, "A reminder was approved ahead of its day", actor)


async def edit(
    session: AsyncSession, this: Deciding, *, firm_id: UUID, which: Which, text: Text, actor: str
) -> None:
    """The mail goes with this text, only this one. Whoever writes it also agrees to it.

    Raises ``NotFound``, ``Conflict`` when it has left, ``Invalid`` for what the linter refuses.
    """
    collection = await _lock_running(session, firm_id, which)
    refuse_errors(await find_step(session, firm_id=firm_id, which=which), text)
    row = await find_row(session, firm_id=firm_id, which=which)
    if row is None:
        await _agree(session, this, collection, which, actor, text)
    elif row.state in (ReminderState.approved, ReminderState.awaiting_approval):
        _note(row, this.now, actor, text)
        await session.flush()
        if row.state is ReminderState.awaiting_approval:
            await reminder_actions.approve(
                session, this, firm_id=firm_id, reminder_id=row.id, actor=actor
            )
    elif row.state is ReminderState.queued:
        _note(row, this.now, actor, text)
        await _rewrite(session, this, row)
    else:
        raise Conflict("This mail cannot be changed any more.")
    await _tell(session, this, collection, "The text of one reminder was changed", actor)


async def veto(
    session: AsyncSession, this: Deciding, *, firm_id: UUID, which: Which, reason: str, actor: str
) -> None:
    """The mail does not go; the series goes on with the next one. Also for a call.

    Raises ``NotFound``, or ``Conflict`` when it has left.
    """
    collection = await _lock_running(session, firm_id, which)
    words = f"Vetoed by {actor}: {reason}" if reason else f"Vetoed by {actor}."
    row = await find_row(session, firm_id=firm_id, which=which)
    if row is not None:
        await reminder_actions.skip(
            session, firm_id=firm_id, reminder_id=row.id, reason=words, actor=actor, now=this.now
        )
        row.reviewed_by, row.reviewed_at = actor, this.now
        await session.flush()
        return
    reminder_id, _ = await write_ahead(
        session,
        this,
        collection=collection,
        which=which,
        state=ReminderState.skipped,
        actor=actor,
        reason=words,
    )
    await timeline.add(
        session,
        firm_id=firm_id,
        invoice_id=collection.invoice_id,
        at=this.now,
        kind="reminder_skipped",
        title="A reminder was vetoed",
        detail=reason or None,
        actor=actor,
        reminder_id=reminder_id,
    )
    await _reconsider(session, this, collection)


async def undo(
    session: AsyncSession, this: Deciding, *, firm_id: UUID, which: Which, actor: str
) -> None:
    """Take a decision back: the reminder is planned again as if nobody had looked at it.

    Raises ``NotFound``, or ``Conflict`` when the worker has taken it up, or its day is over.
    """
    collection = await lock_collection(session, firm_id=firm_id, collection_id=which.collection_id)
    row = await find_row(session, firm_id=firm_id, which=which)
    firm = await load_firm(session, firm_id=firm_id)
    if row is None or not may_undo(row, today=firm.calendar.local_day(this.now)):
        raise Conflict("This cannot be taken back any more.")
    await _reopen(session, collection)
    row.state = ReminderState.cancelled
    row.reason = TAKEN_BACK
    row.ended_at = this.now
    row.edited_subject = row.edited_body = row.reviewed_by = row.reviewed_at = None
    await session.flush()
    await _tell(session, this, collection, "A decision about a reminder was taken back", actor)


def may_undo(row: Reminder, *, today: date) -> bool:
    """Whether what a person decided about it ahead can still be taken back."""
    if row.state is ReminderState.approved:
        return True
    vetoed = row.state is ReminderState.skipped and row.reviewed_at is not None
    return vetoed and row.planned_on >= today


def refuse_errors(step: ReminderStep, text: Text) -> None:
    """Raises ``Invalid`` with the first thing that the linter refuses."""
    fields = fields_of(step).model_copy(update={"subject": text.subject, "body": text.body})
    errors = errors_of([fields])
    if errors:
        raise Invalid(errors[0].message)


def fields_of(step: ReminderStep) -> StepFields:
    """A stored step as the linter takes it."""
    return StepFields(**{name: getattr(step, name) for name in StepFields.model_fields})


async def _lock_running(session: AsyncSession, firm_id: UUID, which: Which) -> Collection:
    collection = await lock_collection(session, firm_id=firm_id, collection_id=which.collection_id)
    await find_step(session, firm_id=firm_id, which=which)
    if collection.state is not CollectionState.active:
        raise Conflict("These reminders have ended.")
    return collection


async def _agree(
    session: AsyncSession,
    this: Deciding,
    collection: Collection,
    which: Which,
    actor: str,
    text: Text | None,
) -> None:
    _, planned = await write_ahead(
        session,
        this,
        collection=collection,
        which=which,
        state=ReminderState.approved,
        actor=actor,
        text=text,
    )
    await _expect(session, this, collection.firm_id, planned)


async def _expect(session: AsyncSession, this: Deciding, firm_id: UUID, planned: Planned) -> None:
    """A mail that would have waited for approval today is now one more that is meant to leave."""
    firm = await load_firm(session, firm_id=firm_id)
    if planned.state is PlannedState.awaiting_approval and planned.on == firm.calendar.local_day(
        this.now
    ):
        await expect_mails(session, firm=firm, count=1, now=this.now)


def _note(row: Reminder, now: datetime, actor: str, text: Text) -> None:
    row.edited_subject, row.edited_body = text.subject, text.body
    row.reviewed_by, row.reviewed_at = actor, now


async def _rewrite(session: AsyncSession, this: Deciding, row: Reminder) -> None:
    """A mail that waits in the outbox shows the new text at once. Raises ``Conflict``."""
    message_id = row.outbox_message_id
    await session.flush()
    if message_id is None or await lock_mail(session, message_id=message_id) is not (
        MessageState.waiting
    ):
        raise Conflict("This mail is leaving at this moment.")
    sharing = await members(session, firm_id=row.firm_id, message_id=message_id)
    try:
        written = await write(session, this, reminders=sharing)
    except CannotWrite as error:
        raise Invalid(str(error)) from error
    note_balances(sharing, written)
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.firm_id == row.firm_id, OutboxMessage.id == message_id)
        .values(content=written.content.model_dump(mode="json"))
        .execution_options(synchronize_session=False)
    )


async def _reopen(session: AsyncSession, collection: Collection) -> None:
    """A veto of the last step had completed the collection: it goes on. Raises ``Conflict``."""
    if collection.state is CollectionState.active:
        return
    running = await session.scalar(
        select(Collection.id).where(
            Collection.firm_id == collection.firm_id,
            Collection.invoice_id == collection.invoice_id,
            Collection.state == CollectionState.active,
        )
    )
    if collection.state is not CollectionState.completed or running is not None:
        raise Conflict("These reminders have ended.")
    collection.state = CollectionState.active
    collection.ended_at = None
    collection.end_reason = None
    await session.flush()


async def _tell(
    session: AsyncSession, this: Deciding, collection: Collection, title: str, actor: str
) -> None:
    await timeline.add(
        session,
        firm_id=collection.firm_id,
        invoice_id=collection.invoice_id,
        at=this.now,
        kind="note",
        title=title,
        actor=actor,
    )
    await _reconsider(session, this, collection)


async def _reconsider(session: AsyncSession, this: Deciding, collection: Collection) -> None:
    await reconsider(
        session, firm_id=collection.firm_id, invoice_ids=[collection.invoice_id], now=this.now
    )
