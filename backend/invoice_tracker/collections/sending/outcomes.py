"""How a reminder's mail ended, in its row and on the invoice's timeline."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds.rows import set_hold
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices import timeline
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.reminder_sets.models import ReminderStep


@dataclass(frozen=True, slots=True)
class _End:
    state: ReminderState
    kind: str
    title: str


_ENDS = {
    MessageState.sent: _End(ReminderState.sent, "reminder_sent", "{name} was sent to {to}"),
    MessageState.failed: _End(
        ReminderState.failed, "reminder_failed", "{name} could not be delivered to {to}"
    ),
    MessageState.uncertain: _End(
        ReminderState.uncertain,
        "reminder_uncertain",
        "{name} may or may not have left: please decide",
    ),
}


async def record_outcome(
    session: AsyncSession,
    *,
    reminder: Reminder,
    message: DueMessage,
    outcome: Outcome,
    shared: int = 1,
) -> None:
    """Write it down. The caller holds the invoice row's lock. ``shared``: reminders in the mail.

    A mail that could not be delivered also holds the invoice, until a person has looked at the
    address.
    """
    if outcome.state is MessageState.cancelled:
        await _record_cancelled(session, reminder, outcome)
        return
    end = _ENDS[outcome.state]
    reminder.state = end.state
    reminder.reason = outcome.reason
    reminder.ended_at = outcome.at
    reminder.outbox_message_id = message.id
    await session.flush()
    step = await session.get_one(ReminderStep, reminder.step_id)
    await timeline.add(
        session,
        firm_id=reminder.firm_id,
        invoice_id=reminder.invoice_id,
        at=outcome.at,
        kind=end.kind,
        title=end.title.format(name=f"Reminder {step.position}", to=message.recipient),
        detail=outcome.reason or _subject(message, shared),
        reminder_id=reminder.id,
    )
    if outcome.state is MessageState.failed:
        await set_hold(
            session,
            firm_id=reminder.firm_id,
            invoice_id=reminder.invoice_id,
            kind=HoldKind.bounced,
            reason=f"Please check {message.recipient}, then resume",
            now=outcome.at,
        )


def _subject(message: DueMessage, shared: int) -> str:
    if shared == 1:
        return message.content.subject
    return f"{message.content.subject} (one mail for {shared} invoices)"


_WITHOUT_A_MAIL = {
    ReminderState.skipped: ("reminder_skipped", "A reminder was skipped"),
    ReminderState.failed: ("reminder_failed", "A reminder could not be written"),
}


async def _record_cancelled(session: AsyncSession, reminder: Reminder, outcome: Outcome) -> None:
    """Withdrawn before it left. What was skipped or failed at the last check stays so."""
    if reminder.state is ReminderState.queued:
        reminder.state = ReminderState.cancelled
    reminder.reason = reminder.reason or outcome.reason
    reminder.ended_at = outcome.at
    await session.flush()
    await record_withdrawn(session, reminder=reminder, at=outcome.at)


async def record_withdrawn(session: AsyncSession, *, reminder: Reminder, at: datetime) -> None:
    """Tell on the timeline of one that was skipped or failed at the last check."""
    if reminder.state not in _WITHOUT_A_MAIL:
        return
    kind, title = _WITHOUT_A_MAIL[reminder.state]
    await timeline.add(
        session,
        firm_id=reminder.firm_id,
        invoice_id=reminder.invoice_id,
        at=at,
        kind=kind,
        title=title,
        detail=reminder.reason,
        reminder_id=reminder.id,
    )
