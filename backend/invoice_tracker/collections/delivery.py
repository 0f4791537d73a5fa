"""The outbox's handler of reminders: is this mail still right, this second?

A mail is decided once (planner) and checked again at the last moment, by the same pure functions.
Three answers: it goes, with its text written anew from the facts of this moment; it waits, with the
reason; or it is cancelled, and if another is due the planner decides that one. A cancelled reminder
may be decided anew under its own key; then the outbox gets a new row, and only if every earlier row
of that reminder was cancelled. So there is never a second mail.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.deciding import Deciding, write_content
from invoice_tracker.collections.endings import end_of
from invoice_tracker.collections.facts import Loaded, load, load_firm
from invoice_tracker.collections.models import (
    Collection,
    CollectionState,
    Reminder,
    ReminderState,
)
from invoice_tracker.collections.outcomes import record_outcome
from invoice_tracker.collections.service import reconsider
from invoice_tracker.collections.truth_check import TRY_AGAIN, ask_again
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.reminder_schedule import Send as Goes
from invoice_tracker.domain.reminder_schedule import Skip, Wait, recheck
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.outbox.handlers import Cancel, Decision, Later, Send
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.reminder_sets.mail import CannotWrite

FRESH = timedelta(minutes=30)
"""How old the last reading of a bill may be when its mail leaves."""
LOOK_AGAIN = timedelta(hours=6)
"""For a hold without an end; whatever ends it asks for a look at once."""
NO_LONGER_WANTED = "This reminder is no longer wanted."


class ReminderDelivery:
    """Handler of the kind ``reminder``. Lives for one round of one firm."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters
        self._can_take_payments: dict[UUID, bool] = {}

    @property
    def automatic(self) -> bool:
        """Nobody asks for a reminder: Safe Mode and the pace hold it back."""
        return True

    async def look_again(
        self, firm_id: UUID, messages: Sequence[DueMessage]
    ) -> Mapping[UUID, Later]:
        """Read the bills again and ask about open checkouts; what cannot be asked waits."""
        if not messages:
            return {}
        now = self._adapters.clock.now()
        self._can_take_payments[firm_id] = await self._adapters.gateway.can_take_payments(firm_id)
        invoice_of = await self._invoices_of(firm_id, messages)
        truth = await ask_again(
            self._adapters, firm_id=firm_id, invoice_ids=set(invoice_of.values())
        )
        later = {}
        for message_id, invoice_id in invoice_of.items():
            doubt = truth.doubts.get(invoice_id)
            if doubt is not None:
                later[message_id] = Later(doubt.reason, now + doubt.wait)
        return later

    async def _invoices_of(self, firm_id: UUID, messages: Sequence[DueMessage]) -> dict[UUID, UUID]:
        subjects = {m.subject_id: m.id for m in messages if m.subject_id is not None}
        async with self._adapters.database.transaction(firm_id) as session:
            rows = await session.execute(
                select(Reminder.id, Reminder.invoice_id).where(
                    Reminder.firm_id == firm_id, Reminder.id.in_(subjects)
                )
            )
            return {subjects[reminder_id]: invoice_id for reminder_id, invoice_id in rows}

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        """Lock the invoice and the person's mailbox, look at everything again, and decide."""
        now = self._adapters.clock.now()
        locked = await _lock(session, message)
        if locked is None:
            return Cancel(NO_LONGER_WANTED)
        invoice, collection, reminder = locked
        if collection.state is not CollectionState.active:
            return Cancel(collection.end_reason or NO_LONGER_WANTED)
        if reminder.state is not ReminderState.queued:
            return Cancel(reminder.reason or NO_LONGER_WANTED)
        if invoice.last_read_at < now - FRESH:
            return Later("The bill was not read from Clio recently enough.", now + TRY_AGAIN)
        await _one_mail_at_a_time(session, message)
        firm = await load_firm(session, firm_id=message.firm_id)
        found = await load(
            session,
            firm=firm,
            collection_ids=[collection.id],
            now=now,
            queued_mail_counts=False,
        )
        facts = found[collection.id]
        end = end_of(invoice, balance_minor=facts.invoice.balance_minor)
        if end is not None:
            return Cancel(end[1])
        return await self._decide(session, message, reminder, facts, now)

    async def _decide(
        self,
        session: AsyncSession,
        message: DueMessage,
        reminder: Reminder,
        facts: Loaded,
        now: datetime,
    ) -> Decision:
        answer = recheck(
            reminder.step_id,
            reminder.occurrence,
            facts.invoice,
            facts.facts,
            facts.past,
            holds=facts.holds,
            now=now,
            calendar=facts.firm.calendar,
            rules=facts.firm.rules,
            last_mail_on=facts.last_mail_on,
        )
        if isinstance(answer, Wait):
            return Later(answer.reason, answer.until or now + LOOK_AGAIN)
        if isinstance(answer, Skip):
            reminder.state = ReminderState.skipped
            reminder.reason = answer.reason
            await session.flush()
            return Cancel(answer.reason)
        if not isinstance(answer, Goes):
            return Cancel(answer.reason)
        can_take_payments = self._can_take_payments.get(message.firm_id, False)
        this = Deciding(self._adapters, now, can_take_payments)
        try:
            content = await write_content(session, this, reminder=reminder)
        except CannotWrite as error:
            reminder.state = ReminderState.failed
            return Cancel(str(error))
        await session.flush()
        return Send(content)

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        """Write the end into the reminder and the timeline, and look what comes next."""
        locked = await _lock(session, message)
        if locked is None:
            return
        invoice, _, reminder = locked
        await record_outcome(session, reminder=reminder, message=message, outcome=outcome)
        await reconsider(session, firm_id=message.firm_id, invoice_ids=[invoice.id], now=outcome.at)


async def _lock(
    session: AsyncSession, message: DueMessage
) -> tuple[Invoice, Collection, Reminder] | None:
    if message.subject_id is None:
        return None
    invoice_id = await session.scalar(
        select(Reminder.invoice_id).where(
            Reminder.firm_id == message.firm_id, Reminder.id == message.subject_id
        )
    )
    if invoice_id is None:
        return None
    invoices = await lock_invoices(session, firm_id=message.firm_id, invoice_ids=[invoice_id])
    reminder = await session.get_one(Reminder, message.subject_id, populate_existing=True)
    collection = await session.get_one(Collection, reminder.collection_id, populate_existing=True)
    return invoices[0], collection, reminder


async def _one_mail_at_a_time(session: AsyncSession, message: DueMessage) -> None:
    """Two mails to one person, of two invoices, must not both find that none left today."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('mail to ' || :who, 0))"),
        {"who": f"{message.firm_id} {message.recipient}"},
    )
