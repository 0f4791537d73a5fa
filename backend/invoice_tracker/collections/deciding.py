"""Decisions become rows: the reminder and its mail in one transaction, once, by a unique key."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import Loaded
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.sending.mails import Deciding, queue_mail, write
from invoice_tracker.collections.upcoming.reviewed import carry_over
from invoice_tracker.domain.reminder_schedule import Decision, NeedsApproval, Send, Skip, Task
from invoice_tracker.invoices import timeline
from invoice_tracker.outbox.schemas import MailContent
from invoice_tracker.reminder_sets.mail import CannotWrite


async def write_decisions(
    session: AsyncSession, this: Deciding, *, loaded: Loaded, decisions: list[Decision]
) -> None:
    """Write what was decided for one collection. The caller holds its invoice row's lock.

    A key that is there already is left alone, unless it was cancelled or only agreed to ahead:
    that is what makes it at most one message for each step, however often this is called.
    """
    for decision in decisions:
        match decision:
            case Send():
                await _queue(session, this, loaded, decision)
            case NeedsApproval():
                await _insert(session, this, loaded, decision, ReminderState.awaiting_approval)
            case Task():
                await _insert(session, this, loaded, decision, ReminderState.to_call)
            case Skip():
                await _skip(session, this, loaded, decision)


async def draft_content(
    session: AsyncSession, this: Deciding, *, reminder_id: UUID
) -> MailContent | None:
    """How the mail would read now, for whoever is to approve it; None if it cannot be written."""
    reminder = await session.get_one(Reminder, reminder_id)
    try:
        return await preview_content(session, this, reminder=reminder)
    except CannotWrite:
        return None


async def preview_content(
    session: AsyncSession, this: Deciding, *, reminder: Reminder
) -> MailContent:
    """How the mail of a reminder, stored or not, would read now. Raises ``CannotWrite``."""
    return (await write(session, this, reminders=[reminder])).content


async def _queue(session: AsyncSession, this: Deciding, loaded: Loaded, decision: Send) -> None:
    reminder_id = await _insert(session, this, loaded, decision, ReminderState.queued)
    if reminder_id is None:
        return
    await carry_over(session, reminder_id=reminder_id, now=this.now)
    reminder = await session.get(Reminder, reminder_id, populate_existing=True)
    assert reminder is not None
    try:
        await queue_mail(session, this, reminder=reminder, recipient=decision.recipient)
    except CannotWrite as error:
        await fail(session, reminder=reminder, reason=str(error), now=this.now)


async def fail(session: AsyncSession, *, reminder: Reminder, reason: str, now: datetime) -> None:
    """The reminder can never leave; the invoice's timeline says why."""
    reminder.state = ReminderState.failed
    reminder.reason = reason
    reminder.ended_at = now
    await session.flush()
    await timeline.add(
        session,
        firm_id=reminder.firm_id,
        invoice_id=reminder.invoice_id,
        at=now,
        kind="reminder_failed",
        title="A reminder could not be sent",
        detail=reason,
        reminder_id=reminder.id,
    )


async def _skip(session: AsyncSession, this: Deciding, loaded: Loaded, decision: Skip) -> None:
    reminder_id = await _skip_awaiting(session, loaded, decision, this.now)
    if reminder_id is None:
        reminder_id = await _insert(
            session, this, loaded, decision, ReminderState.skipped, reason=decision.reason
        )
    if reminder_id is not None:
        await timeline.add(
            session,
            firm_id=loaded.firm.firm_id,
            invoice_id=loaded.invoice.id,
            at=this.now,
            kind="reminder_skipped",
            title=f"Reminder {decision.step.position} was skipped",
            detail=decision.reason,
            reminder_id=reminder_id,
        )


async def _skip_awaiting(
    session: AsyncSession, loaded: Loaded, decision: Skip, now: datetime
) -> UUID | None:
    """A reminder whose time passed while it waited for a person or its day; its id, if any."""
    return await session.scalar(
        update(Reminder)
        .where(
            Reminder.firm_id == loaded.firm.firm_id,
            Reminder.collection_id == loaded.collection_id,
            Reminder.step_id == decision.step.id,
            Reminder.occurrence == decision.occurrence,
            Reminder.state.in_([ReminderState.awaiting_approval, ReminderState.approved]),
        )
        .values(state=ReminderState.skipped, reason=decision.reason, ended_at=now)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )


async def _insert(
    session: AsyncSession,
    this: Deciding,
    loaded: Loaded,
    decision: Send | NeedsApproval | Task | Skip,
    state: ReminderState,
    *,
    reason: str | None = None,
) -> UUID | None:
    """The reminder's id; None if it is decided already."""
    recipient = None if isinstance(decision, Task) else decision.recipient
    planned_on: date = decision.planned_on
    values = {
        "step_id": decision.step.id,
        "planned_on": planned_on,
        "state": state,
        "reason": reason,
        "balance_minor": loaded.invoice.balance_minor,
        "currency": loaded.invoice.currency,
        "created_at": this.now,
        "ended_at": this.now if state is ReminderState.skipped else None,
    }
    statement = (
        insert(Reminder)
        .values(
            id=uuid4(),
            firm_id=loaded.firm.firm_id,
            collection_id=loaded.collection_id,
            invoice_id=loaded.invoice.id,
            occurrence=decision.occurrence,
            kind=decision.step.kind,
            recipient=recipient,
            dedupe_key=decision.key,
            **values,
        )
        .on_conflict_do_update(
            index_elements=["firm_id", "dedupe_key"],
            set_=values,
            # Nothing of these has left: they are decided, or decided anew, under the same key.
            where=Reminder.state.in_([ReminderState.cancelled, ReminderState.approved]),
        )
        .returning(Reminder.id)
    )
    return await session.scalar(statement)
