"""What *Why?* adds to the schedule's own explanation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import FirmFacts, LoadedInvoice
from invoice_tracker.collections.models import Collection, Reminder, ReminderState
from invoice_tracker.collections.schemas import ExplanationOut, ReasonOut
from invoice_tracker.domain.invoice_state import why_not_remindable
from invoice_tracker.domain.reminder_facts import ReasonCode
from invoice_tracker.outbox.models import MessageState, OutboxMessage

NEVER_STARTED = "No reminders were started for this invoice."


def not_collected(firm: FirmFacts, invoice: LoadedInvoice, now: datetime) -> ExplanationOut:
    """For an invoice that never had a collection: that, and whether it could have one."""
    today = firm.calendar.local_day(now)
    against = why_not_remindable(invoice.facts, rules=firm.rules, today=today)
    reasons = [ReasonOut(code=ReasonCode.not_started, sentence=NEVER_STARTED)]
    reasons += [ReasonOut.model_validate(reason) for reason in against]
    return ExplanationOut(
        sentence=" ".join(reason.sentence for reason in reasons), reasons=reasons, next=None
    )


async def blocked_mail(session: AsyncSession, *, collection: Collection) -> list[ReasonOut]:
    """Why a mail that is ready does not leave: the outbox's reason. And how it all ended."""
    if collection.ended_at is not None:
        sentence = f"Reminders have ended: {_lower(collection.end_reason or 'no more steps.')}"
        return [ReasonOut(code=ReasonCode.no_more_steps, sentence=sentence)]
    rows = await session.scalars(
        select(OutboxMessage.reason)
        .join(Reminder, Reminder.outbox_message_id == OutboxMessage.id)
        .where(
            Reminder.firm_id == collection.firm_id,
            Reminder.collection_id == collection.id,
            Reminder.state == ReminderState.queued,
            OutboxMessage.state == MessageState.waiting,
            OutboxMessage.reason.is_not(None),
        )
    )
    return [
        ReasonOut(
            code=ReasonCode.queued, sentence=f"The mail is ready but waits: {_lower(reason or '')}"
        )
        for reason in rows
    ]


def _lower(sentence: str) -> str:
    if sentence.startswith(("Clio", "Safe Mode", "Stripe")):
        return sentence
    return sentence[:1].lower() + sentence[1:]
