"""One mail for the reminders of a group: who shares it, how it reads, how one of them leaves it.

A mail's members are the reminders whose ``outbox_message_id`` it is. Each keeps its own row, key
and place in its series. Whoever changes a mail's members holds the lock of an invoice of it and
then the lock of its row in the outbox; one that has begun to leave is not changed any more.
"""

from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from invoice_tracker.collections.facts import load_firm, load_invoices
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.promises.promised import promised_days
from invoice_tracker.collections.sending.threads import load_thread
from invoice_tracker.collections.upcoming.reviewed import as_reviewed
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.reminder_groups import Grouping, GroupKey, age_order, group_key
from invoice_tracker.firms.service import get_sending_rules
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.schemas import AttachmentReference, MailContent
from invoice_tracker.outbox.service import cancel_unsent, enqueue
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.reminder_sets.mail import write_mail
from invoice_tracker.reminder_sets.mail_facts import load_group_facts
from invoice_tracker.reminder_sets.models import ReminderStep

REMINDER = "reminder"
"""Kind of the outbox messages."""

_TOUCHABLE = (MessageState.waiting, MessageState.claimed)
# Never handed to the mail server: one that perhaps left must say the same again.
_OPEN = and_(
    OutboxMessage.attempts == 0,
    or_(
        and_(OutboxMessage.state == MessageState.waiting, OutboxMessage.claim_id.is_(None)),
        OutboxMessage.state == MessageState.claimed,
    ),
)


class AlreadyWritten(Exception):
    """A second mail for one reminder was asked for: a fault, and nothing is written."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What writing decisions down needs: the moment, and how mails are written."""

    adapters: Adapters
    now: datetime
    can_take_payments: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it reads now, and the balance it states of each invoice, in minor units."""

    content: MailContent
    balances: dict[UUID, int]


async def queue_mail(
    session: AsyncSession, this: Deciding, *, reminder: Reminder, recipient: str
) -> None:
    """Put the reminder into the open mail of its group, or write one. Raises ``CannotWrite``.

    A mail that was cancelled before may be written again; for a reminder that is part of one with
    any other end, or none yet, raises ``AlreadyWritten``.
    """
    await _refuse_second(session, reminder)
    message_id = await _open_mail(session, reminder, recipient)
    if message_id is None:
        await _begin_mail(session, this, reminder, recipient)
        return
    sharing = [*await members(session, firm_id=reminder.firm_id, message_id=message_id), reminder]
    written = await write(session, this, reminders=sharing)
    note_balances(sharing, written)
    reminder.outbox_message_id = message_id
    reminder.state = ReminderState.queued
    await session.flush()
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .values(content=written.content.model_dump(mode="json"))
        .execution_options(synchronize_session=False)
    )


def note_balances(reminders: Sequence[Reminder], written: Written) -> None:
    """Keep with each reminder what its mail says is owed."""
    for reminder in reminders:
        reminder.balance_minor = written.balances[reminder.invoice_id]


async def members(
    session: AsyncSession,
    *,
    firm_id: UUID,
    message_id: UUID,
    states: Group[ReminderState] = (ReminderState.queued,),
) -> Sequence[Reminder]:
    """The reminders that share a mail."""
    rows = await session.scalars(
        select(Reminder)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.outbox_message_id == message_id,
            Reminder.state.in_(states),
        )
        .order_by(Reminder.created_at, Reminder.id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def lock_mail(session: AsyncSession, *, message_id: UUID) -> MessageState | None:
    """Lock a mail's row to the end of the transaction; its state, None if there is no such mail.

    After the invoices' rows, never before.
    """
    state: MessageState | None = await session.scalar(
        select(OutboxMessage.state).where(OutboxMessage.id == message_id).with_for_update()
    )
    return state


async def write(session: AsyncSession, this: Deciding, *, reminders: Sequence[Reminder]) -> Written:
    """The mail of these reminders with the facts of this moment. Raises ``CannotWrite``.

    Its text is that of the oldest invoice's step, or the one a person wrote for one of them.
    """
    firm_id = reminders[0].firm_id
    lead, step = await _lead(session, reminders)
    stated = await stated_invoices(session, reminders=reminders, now=this.now)
    facts = await load_group_facts(
        session,
        this.adapters,
        firm_id=firm_id,
        invoice_ids=stated,
        now=this.now,
        can_take_payments=this.can_take_payments,
    )
    promised = await promised_days(session, firm_id=firm_id, invoice_ids=stated)
    if promised:
        text = replace(facts.text, promised_on=max(promised.values()))
        facts = replace(facts, text=text)
    thread = await load_thread(session, firm_id=firm_id, collection_id=lead.collection_id)
    content = write_mail(as_reviewed(step, lead), facts, thread=thread)
    if step.attach_bill:
        bills = tuple(AttachmentReference(kind="bill", invoice_id=each) for each in stated)
        content = content.model_copy(update={"attachments": (*content.attachments, *bills)})
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=stated)
    return Written(content, dict(balances))


async def stated_invoices(
    session: AsyncSession, *, reminders: Sequence[Reminder], now: datetime
) -> list[UUID]:
    """The invoices a mail tells about: those of its reminders; in a statement all that is owed."""
    own = {reminder.invoice_id for reminder in reminders}
    _, step = await _lead(session, reminders)
    if step.is_statement:
        own |= await _all_owed(session, reminders[0].firm_id, own, now)
    rows = await session.scalars(select(Invoice).where(Invoice.id.in_(own)))
    return [invoice.id for invoice in sorted(rows, key=age_order)]


async def withdraw(
    session: AsyncSession,
    *,
    firm_id: UUID,
    reminders: Sequence[Reminder],
    state: ReminderState,
    reason: str,
    now: datetime,
) -> list[Reminder]:
    """Take queued reminders out of their mails; those that were, as ``state``.

    A mail without members is cancelled. One that is leaving at this moment keeps its members: its
    own end will be recorded. The caller holds the lock of their invoices' rows.
    """
    taken: list[Reminder] = []
    for message_id in sorted({r.outbox_message_id for r in reminders if r.outbox_message_id}):
        if await lock_mail(session, message_id=message_id) not in _TOUCHABLE:
            continue
        leaving = [r for r in reminders if r.outbox_message_id == message_id]
        ids = {reminder.id for reminder in leaving}
        staying = [
            each
            for each in await members(session, firm_id=firm_id, message_id=message_id)
            if each.id not in ids
        ]
        for reminder in leaving:
            reminder.state = state
            reminder.reason = reason
            reminder.ended_at = now
            if staying:
                reminder.outbox_message_id = None
        if not staying:
            await cancel_unsent(session, firm_id=firm_id, message_ids=[message_id], reason=reason)
        taken += leaving
    await session.flush()
    return taken


async def _refuse_second(session: AsyncSession, reminder: Reminder) -> None:
    if reminder.outbox_message_id is None:
        return
    state = await session.scalar(
        select(OutboxMessage.state).where(OutboxMessage.id == reminder.outbox_message_id)
    )
    if state is not MessageState.cancelled:
        raise AlreadyWritten(f"reminder {reminder.id} is part of a mail that was not cancelled")


async def _begin_mail(
    session: AsyncSession, this: Deciding, reminder: Reminder, recipient: str
) -> None:
    written = await write(session, this, reminders=[reminder])
    former = await session.scalar(
        select(func.count()).where(
            OutboxMessage.firm_id == reminder.firm_id, OutboxMessage.subject_id == reminder.id
        )
    )
    note_balances([reminder], written)
    reminder.outbox_message_id = await enqueue(
        session,
        firm_id=reminder.firm_id,
        kind=REMINDER,
        dedupe_key=f"{reminder.dedupe_key}#{(former or 0) + 1}",
        subject_id=reminder.id,
        recipient=recipient,
        content=written.content,
        now=this.now,
    )
    reminder.state = ReminderState.queued
    await session.flush()


async def _open_mail(session: AsyncSession, reminder: Reminder, recipient: str) -> UUID | None:
    """A mail to this person that waits, for the same group, locked; None if there is none."""
    grouping = (await get_sending_rules(session, reminder.firm_id)).grouping
    invoice = await session.get_one(Invoice, reminder.invoice_id)
    step = await session.get_one(ReminderStep, reminder.step_id)

    def key(of: Invoice) -> GroupKey:
        return group_key(
            grouping,
            invoice_id=of.id,
            client_id=of.client_id,
            matter_id=of.matter_id,
            currency=of.currency,
        )

    found = await session.execute(
        select(OutboxMessage.id, Invoice)
        .join(Reminder, Reminder.outbox_message_id == OutboxMessage.id)
        .join(Invoice, Invoice.id == Reminder.invoice_id)
        .join(ReminderStep, ReminderStep.id == Reminder.step_id)
        .where(
            Reminder.firm_id == reminder.firm_id,
            Reminder.recipient == recipient,
            Reminder.state == ReminderState.queued,
            Reminder.id != reminder.id,
            ReminderStep.is_statement == step.is_statement,
            _OPEN,
        )
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )
    for message_id, other in found:
        if key(other) != key(invoice):
            continue
        locked: UUID | None = await session.scalar(
            select(OutboxMessage.id).where(OutboxMessage.id == message_id, _OPEN).with_for_update()
        )
        if locked is not None:
            return locked
    return None


async def _lead(
    session: AsyncSession, reminders: Sequence[Reminder]
) -> tuple[Reminder, ReminderStep]:
    """The reminder whose text the mail has."""
    rows = await session.scalars(
        select(Invoice).where(Invoice.id.in_({each.invoice_id for each in reminders}))
    )
    invoices = {invoice.id: invoice for invoice in rows}

    def place(reminder: Reminder) -> tuple[bool, tuple[date, date, str, str]]:
        edited = reminder.edited_subject is not None or reminder.edited_body is not None
        return not edited, age_order(invoices[reminder.invoice_id])

    lead = min(reminders, key=place)
    step = await session.get(ReminderStep, lead.step_id)
    if step is None:
        raise NotFound("There is no such step.")
    return lead, step


async def _all_owed(
    session: AsyncSession, firm_id: UUID, own: Group[UUID], now: datetime
) -> set[UUID]:
    """What else the client owes in the same currency, apart from what is held for any reason."""
    firm = await load_firm(session, firm_id=firm_id)
    mine = aliased(Invoice)
    same = [mine.client_id == Invoice.client_id, mine.currency == Invoice.currency]
    if firm.grouping is Grouping.matter:
        same.append(mine.matter_id == Invoice.matter_id)
    same_payer = exists().where(mine.id.in_(own), *same)
    ids = await session.scalars(
        select(Invoice.id).where(
            Invoice.firm_id == firm_id,
            Invoice.clio_state == ClioState.awaiting_payment,
            Invoice.id.not_in(own),
            same_payer,
        )
    )
    others = await load_invoices(session, firm=firm, invoice_ids=set(ids), now=now)
    return {
        invoice_id
        for invoice_id, loaded in others.items()
        if loaded.facts.balance_minor > 0 and not loaded.facts.pending_minor and not loaded.holds
    }
