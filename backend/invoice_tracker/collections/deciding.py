"""Decisions become rows: the reminder and its mail in one transaction, once, by a unique key."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import Loaded
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.reviewed import as_reviewed, carry_over
from invoice_tracker.collections.threads import load_thread
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.reminder_schedule import Decision, NeedsApproval, Send, Skip, Task
from invoice_tracker.invoices import timeline
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.schemas import MailContent
from invoice_tracker.outbox.service import enqueue
from invoice_tracker.reminder_sets.mail import CannotWrite, write_mail
from invoice_tracker.reminder_sets.mail_facts import load_mail_facts
from invoice_tracker.reminder_sets.models import ReminderStep

REMINDER = "reminder"
"""Kind of the outbox messages."""


class AlreadyWritten(Exception):
    """A second mail for one reminder was asked for: a fault, and nothing is written."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What writing decisions down needs: the moment, and how mails are written."""

    adapters: Adapters
    now: datetime
    can_take_payments: bool


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


async def queue_mail(
    session: AsyncSession, this: Deciding, *, reminder: Reminder, recipient: str
) -> None:
    """Write the reminder's mail into the outbox. Raises ``CannotWrite``.

    A mail that was cancelled before may be written again; for one with any other end, or none yet,
    raises ``AlreadyWritten``.
    """
    firm_id = reminder.firm_id
    former = await session.execute(
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.firm_id == firm_id, OutboxMessage.subject_id == reminder.id)
        .group_by(OutboxMessage.state)
    )
    states = dict(former.all())
    if set(states) - {MessageState.cancelled}:
        raise AlreadyWritten(f"reminder {reminder.id} has a message that was not cancelled")
    message_id = await enqueue(
        session,
        firm_id=firm_id,
        kind=REMINDER,
        dedupe_key=f"{reminder.dedupe_key}#{sum(states.values()) + 1}",
        subject_id=reminder.id,
        recipient=recipient,
        content=await write_content(session, this, reminder=reminder),
        now=this.now,
    )
    reminder.outbox_message_id = message_id
    reminder.state = ReminderState.queued
    await session.flush()


async def write_content(
    session: AsyncSession, this: Deciding, *, reminder: Reminder
) -> MailContent:
    """The reminder's mail with the facts of this moment, which are noted in its row.

    Raises ``CannotWrite``.
    """
    content, balance_minor = await _write(session, this, reminder)
    reminder.balance_minor = balance_minor
    return content


async def draft_content(
    session: AsyncSession, this: Deciding, *, reminder_id: UUID
) -> MailContent | None:
    """How the mail would read now, for whoever is to approve it; None if it cannot be written."""
    reminder = await session.get_one(Reminder, reminder_id)
    try:
        return (await _write(session, this, reminder))[0]
    except CannotWrite:
        return None


async def _write(
    session: AsyncSession, this: Deciding, reminder: Reminder
) -> tuple[MailContent, int]:
    step = await session.get(ReminderStep, reminder.step_id)
    if step is None:
        raise NotFound("There is no such step.")
    facts = await load_mail_facts(
        session,
        this.adapters,
        firm_id=reminder.firm_id,
        invoice_id=reminder.invoice_id,
        now=this.now,
        can_take_payments=this.can_take_payments,
    )
    thread = await load_thread(
        session, firm_id=reminder.firm_id, collection_id=reminder.collection_id
    )
    mail = write_mail(as_reviewed(step, reminder), facts, thread=thread)
    return mail, facts.text.balance.amount_minor


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
            step_id=decision.step.id,
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
