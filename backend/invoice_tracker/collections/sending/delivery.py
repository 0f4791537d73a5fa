"""The outbox's handler of reminders: is this mail still right, this second?

A mail is decided once (planner) and checked again at the last moment, by the same pure functions.
Three answers: it goes, with its text written anew from the facts of this moment; it waits, with
the reason; or it is cancelled, and if another is due the planner decides that one. A cancelled
reminder may be decided anew under its own key, but only if no mail that was not cancelled has it.
So there is never a second mail.

Of several reminders in one mail each gets an answer of its own. Those that may not go leave the
mail and are decided anew; the others go without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.endings import end_of
from invoice_tracker.collections.facts import Loaded, load, load_firm
from invoice_tracker.collections.models import CollectionState, Reminder, ReminderState
from invoice_tracker.collections.sending.firm_lock import share_sending
from invoice_tracker.collections.sending.mail_locks import (
    JOINED,
    NO_LONGER_WANTED,
    Locked,
    lock_for_record,
    lock_members,
)
from invoice_tracker.collections.sending.mails import (
    Deciding,
    members,
    note_balances,
    stated_invoices,
    withdraw,
    write,
)
from invoice_tracker.collections.sending.outcomes import record_outcome, record_withdrawn
from invoice_tracker.collections.sending.truth_check import TRY_AGAIN, ask_again
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.reminder_schedule import Send as Goes
from invoice_tracker.domain.reminder_schedule import Skip, Wait, recheck
from invoice_tracker.outbox.handlers import Cancel, Decision, Later, Send
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.reminder_sets.mail import CannotWrite

FRESH = timedelta(minutes=30)
"""How old the last reading of a bill may be when its mail leaves."""
LOOK_AGAIN = timedelta(hours=6)
"""For a hold without an end; whatever ends it asks for a look at once."""


@dataclass(frozen=True, slots=True)
class Out:
    """A reminder leaves its mail as ``state``: it is skipped, failed, or decided anew."""

    state: ReminderState
    reason: str


Answer = tuple[Reminder, Goes | Later | Out]


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
        stated = await self._stated(firm_id, messages, now)
        truth = await ask_again(
            self._adapters, firm_id=firm_id, invoice_ids={i for ids in stated.values() for i in ids}
        )
        later = {}
        for message_id, invoice_ids in stated.items():
            doubt = next((truth.doubts[i] for i in invoice_ids if i in truth.doubts), None)
            if doubt is not None:
                later[message_id] = Later(doubt.reason, now + doubt.wait)
        return later

    async def _stated(
        self, firm_id: UUID, messages: Sequence[DueMessage], now: datetime
    ) -> dict[UUID, list[UUID]]:
        """The invoices each mail tells about."""
        found = {}
        async with self._adapters.database.transaction(firm_id) as session:
            for message in messages:
                sharing = await members(session, firm_id=firm_id, message_id=message.id)
                if sharing:
                    found[message.id] = await stated_invoices(session, reminders=sharing, now=now)
        return found

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        """Lock the invoices and the person's mailbox, look at everything again, and decide."""
        now = self._adapters.clock.now()
        locked = await lock_members(session, message=message, now=now)
        if isinstance(locked, Cancel | Later):
            return locked
        if any(invoice.last_read_at < now - FRESH for invoice in locked.invoices.values()):
            return Later("The bill was not read from Clio recently enough.", now + TRY_AGAIN)
        await _one_mail_at_a_time(session, message)
        await share_sending(session, firm_id=message.firm_id)
        firm = await load_firm(session, firm_id=message.firm_id)
        found = await load(
            session,
            firm=firm,
            collection_ids=[reminder.collection_id for reminder in locked.reminders],
            now=now,
            queued_mail_counts=False,
        )
        answers = [
            _look_at(locked, reminder, found[reminder.collection_id], now)
            for reminder in locked.reminders
        ]
        return await self._decide(session, locked, answers, now)

    async def _decide(
        self, session: AsyncSession, locked: Locked, answers: Sequence[Answer], now: datetime
    ) -> Decision:
        """One mail goes with all that may go; the others leave it, and are decided anew."""
        going = [reminder for reminder, answer in answers if isinstance(answer, Goes)]
        waiting = [answer for _, answer in answers if isinstance(answer, Later)]
        if not going and waiting:
            await _let_go(session, answers, now, but=Later)
            return min(waiting, key=lambda answer: answer.until)
        if not going:
            return _end_all(answers)
        firm_id = going[0].firm_id
        this = Deciding(self._adapters, now, self._can_take_payments.get(firm_id, False))
        try:
            written = await write(session, this, reminders=going)
        except CannotWrite as error:
            return _end_all([(r, Out(ReminderState.failed, str(error))) for r in going])
        if set(written.balances) - set(locked.invoices):
            return Later(JOINED, now)
        await _let_go(session, answers, now, but=Goes)
        note_balances(going, written)
        await session.flush()
        return Send(written.content)

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        """Write the end into the reminders and their timelines, and look what comes next."""
        reminders = await lock_for_record(session, message=message, outcome=outcome)
        for reminder in reminders:
            await record_outcome(
                session, reminder=reminder, message=message, outcome=outcome, shared=len(reminders)
            )
        await reconsider(
            session,
            firm_id=message.firm_id,
            invoice_ids=[reminder.invoice_id for reminder in reminders],
            now=outcome.at,
        )


def _look_at(locked: Locked, reminder: Reminder, facts: Loaded, now: datetime) -> Answer:
    """Whether this member may go in the mail that is about to leave."""
    collection = locked.collections[reminder.collection_id]
    if collection.state is not CollectionState.active:
        return reminder, Out(ReminderState.cancelled, collection.end_reason or NO_LONGER_WANTED)
    end = end_of(locked.invoices[reminder.invoice_id], balance_minor=facts.invoice.balance_minor)
    if end is not None:
        return reminder, Out(ReminderState.cancelled, end[1])
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
    match answer:
        case Goes():
            return reminder, answer
        case Wait():
            return reminder, Later(answer.reason, answer.until or now + LOOK_AGAIN)
        case Skip():
            return reminder, Out(ReminderState.skipped, answer.reason)
        case _:
            return reminder, Out(ReminderState.cancelled, answer.reason)


async def _let_go(
    session: AsyncSession, answers: Sequence[Answer], now: datetime, *, but: type[Goes | Later]
) -> None:
    """Take out of the mail whoever has another answer than the mail itself."""
    for reminder, answer in answers:
        if isinstance(answer, but | Goes):
            continue
        state = answer.state if isinstance(answer, Out) else ReminderState.cancelled
        firm_id = reminder.firm_id
        await withdraw(
            session,
            firm_id=firm_id,
            reminders=[reminder],
            state=state,
            reason=answer.reason,
            now=now,
        )
        await record_withdrawn(session, reminder=reminder, at=now)
        await reconsider(session, firm_id=firm_id, invoice_ids=[reminder.invoice_id], now=now)


def _end_all(answers: Sequence[Answer]) -> Cancel:
    """Nobody is left in the mail: each member ends for its own reason."""
    reasons = []
    for reminder, answer in answers:
        assert isinstance(answer, Out)
        reasons.append(answer.reason)
        reminder.reason = answer.reason
        if answer.state is not ReminderState.cancelled:
            reminder.state = answer.state
    return Cancel(reasons[0])


async def _one_mail_at_a_time(session: AsyncSession, message: DueMessage) -> None:
    """Two mails to one person, of two invoices, must not both find that none left today."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('mail to ' || :who, 0))"),
        {"who": f"{message.firm_id} {message.recipient}"},
    )
