"""What people decide about single reminders: approve, skip, say what became of it, call."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.blast_guard.forecast import expect_mails
from invoice_tracker.collections.facts import load_firm, load_invoices
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.sending.mails import Deciding, members, queue_mail, withdraw
from invoice_tracker.collections.sending.queued import TO_DO
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.reminder_facts import reminder_key
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.outbox.service import Resolution, resolve_uncertain
from invoice_tracker.reminder_sets.mail import CannotWrite
from invoice_tracker.reminder_sets.models import ReminderStep

SKIPPED_BY_HAND = "Skipped by hand."


async def approve(
    session: AsyncSession, this: Deciding, *, firm_id: UUID, reminder_id: UUID, actor: str
) -> None:
    """Let the mail go, after the usual checks, to the address the client has now.

    Raises ``NotFound``, ``Conflict`` when it does not wait for approval, ``Invalid`` where the mail
    cannot be written or has no recipient.
    """
    reminder = await _lock(session, firm_id=firm_id, reminder_id=reminder_id)
    if reminder.state is not ReminderState.awaiting_approval:
        raise Conflict("This reminder does not wait for approval any more.")
    firm = await load_firm(session, firm_id=firm_id)
    found = await load_invoices(session, firm=firm, invoice_ids=[reminder.invoice_id], now=this.now)
    recipient = found[reminder.invoice_id].facts.recipient
    if recipient is None:
        raise Invalid("The client has no e-mail address.")
    if recipient != reminder.recipient:
        step = await session.get_one(ReminderStep, reminder.step_id)
        reminder.recipient = recipient
        reminder.dedupe_key = reminder_key(
            reminder.collection_id, step.lineage_id, reminder.occurrence, recipient
        )
    try:
        await queue_mail(session, this, reminder=reminder, recipient=recipient)
    except CannotWrite as error:
        raise Invalid(str(error)) from error
    await expect_mails(session, firm=firm, count=1, now=this.now)
    await _note(session, reminder, "note", "A reminder was approved", None, actor, this.now)
    await reconsider(session, firm_id=firm_id, invoice_ids=[reminder.invoice_id], now=this.now)


async def skip(
    session: AsyncSession,
    *,
    firm_id: UUID,
    reminder_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """This one does not go; the series goes on. Raises ``NotFound``, or ``Conflict`` if it left."""
    reminder = await _lock(session, firm_id=firm_id, reminder_id=reminder_id)
    reason = reason or SKIPPED_BY_HAND
    if reminder.state is ReminderState.queued:
        if not await withdraw(
            session,
            firm_id=firm_id,
            reminders=[reminder],
            state=ReminderState.skipped,
            reason=reason,
            now=now,
        ):
            raise Conflict("This mail is leaving at this moment.")
    elif reminder.state not in TO_DO:
        raise Conflict("This reminder cannot be skipped any more.")
    reminder.state = ReminderState.skipped
    reminder.reason = reason
    reminder.ended_at = now
    await session.flush()
    await _note(session, reminder, "reminder_skipped", "A reminder was skipped", reason, actor, now)
    await reconsider(session, firm_id=firm_id, invoice_ids=[reminder.invoice_id], now=now)


async def resolve(
    session: AsyncSession,
    *,
    firm_id: UUID,
    reminder_id: UUID,
    outcome: Resolution,
    actor: str,
    now: datetime,
) -> None:
    """Say what became of an uncertain mail; ``send_again`` tries it after the usual checks.

    It concerns every invoice of that mail. Raises ``NotFound``, or ``Conflict`` when it is not
    uncertain.
    """
    reminder = await session.get(Reminder, reminder_id)
    if reminder is None or reminder.firm_id != firm_id:
        raise NotFound("There is no such reminder.")
    sharing = await _lock_uncertain(session, reminder)
    if not sharing or reminder.outbox_message_id is None:
        raise Conflict("Nobody needs to decide about this reminder.")
    await resolve_uncertain(
        session,
        firm_id=firm_id,
        message_id=reminder.outbox_message_id,
        outcome=outcome,
        now=now,
    )
    for each in sharing:
        if outcome is Resolution.it_was_sent:
            each.state = ReminderState.sent
            kind, title = "reminder_sent", "A reminder is counted as sent"
        else:
            each.state = ReminderState.queued
            each.ended_at = None
            kind, title = "note", "A reminder is sent again"
        each.reason = None
        await session.flush()
        await _note(session, each, kind, title, None, actor, now)
    invoice_ids = [each.invoice_id for each in sharing]
    await reconsider(session, firm_id=firm_id, invoice_ids=invoice_ids, now=now)


async def _lock_uncertain(session: AsyncSession, reminder: Reminder) -> Sequence[Reminder]:
    """The uncertain reminders of the same mail, their invoices locked; none if it is certain."""
    message_id = reminder.outbox_message_id
    if message_id is None:
        return []
    uncertain = [ReminderState.uncertain]
    before = await members(
        session, firm_id=reminder.firm_id, message_id=message_id, states=uncertain
    )
    await lock_invoices(
        session, firm_id=reminder.firm_id, invoice_ids={each.invoice_id for each in before}
    )
    return await members(session, firm_id=reminder.firm_id, message_id=message_id, states=uncertain)


async def mark_called(
    session: AsyncSession,
    *,
    firm_id: UUID,
    reminder_id: UUID,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    """The call was made. Raises ``NotFound``, or ``Conflict`` when it is no open call."""
    reminder = await _lock(session, firm_id=firm_id, reminder_id=reminder_id)
    if reminder.state is not ReminderState.to_call:
        raise Conflict("This call is not to be made any more.")
    reminder.state = ReminderState.called
    reminder.reason = note or None
    reminder.ended_at = now
    await session.flush()
    await _note(session, reminder, "note", "The client was called", note or None, actor, now)
    await reconsider(session, firm_id=firm_id, invoice_ids=[reminder.invoice_id], now=now)


async def _lock(session: AsyncSession, *, firm_id: UUID, reminder_id: UUID) -> Reminder:
    invoice_id = await session.scalar(
        select(Reminder.invoice_id).where(Reminder.firm_id == firm_id, Reminder.id == reminder_id)
    )
    if invoice_id is None:
        raise NotFound("There is no such reminder.")
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    return await session.get_one(Reminder, reminder_id, populate_existing=True)


async def _note(
    session: AsyncSession,
    reminder: Reminder,
    kind: str,
    title: str,
    detail: str | None,
    actor: str,
    now: datetime,
) -> None:
    await timeline.add(
        session,
        firm_id=reminder.firm_id,
        invoice_id=reminder.invoice_id,
        at=now,
        kind=kind,
        title=title,
        detail=detail,
        actor=actor,
        reminder_id=reminder.id,
    )
