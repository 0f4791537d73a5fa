"""Loads what the schedule is decided from, for many collections in a fixed number of queries.

Read under the invoice row's lock by whoever writes (planner, delivery), without it by whoever only
shows (plan, preview, explanation). The pure functions of ``domain`` do the rest.
"""

from collections.abc import Collection as Group
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.collections.models import Collection, Reminder, ReminderState
from invoice_tracker.collections.sending.recent_mail import RecentMail, load_recent_mail
from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import Hold, HoldKind
from invoice_tracker.domain.reminder_facts import (
    CollectionFacts,
    InvoiceFacts,
    InvoiceStatus,
    Jump,
    PastReminder,
    PastState,
    SendingRules,
    Step,
)
from invoice_tracker.domain.reminder_groups import Grouping, GroupKey, group_key
from invoice_tracker.firms.calendars import load_calendar
from invoice_tracker.firms.models import SendingRules as SendingRulesRow
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep
from invoice_tracker.reminder_sets.repository import list_steps

STATUS = {
    ClioState.awaiting_payment: InvoiceStatus.open,
    ClioState.paid: InvoiceStatus.paid,
    ClioState.void: InvoiceStatus.void,
    ClioState.deleted: InvoiceStatus.deleted,
    ClioState.draft: InvoiceStatus.unapproved,
    ClioState.awaiting_approval: InvoiceStatus.unapproved,
}


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """A firm's calendar and limits. Of one invoice: by the clock of its client."""

    firm_id: UUID
    calendar: FirmCalendar
    rules: SendingRules
    grouping: Grouping


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that is known about one collection at one moment."""

    firm: FirmFacts
    group: GroupKey
    collection_id: UUID
    invoice: InvoiceFacts
    facts: CollectionFacts
    past: tuple[PastReminder, ...]
    holds: tuple[Hold, ...]
    last_mail_on: date | None
    client_name: str | None


@dataclass(frozen=True, slots=True)
class LoadedInvoice:
    """An invoice with what the schedule needs of it, whether or not it has a collection."""

    firm: FirmFacts
    group: GroupKey
    together: UUID
    """The client, or the invoice where there is none: what leaves at the same minute."""
    facts: InvoiceFacts
    client_name: str | None
    last_read_at: datetime
    holds: tuple[Hold, ...]


async def load_firm(session: AsyncSession, *, firm_id: UUID) -> FirmFacts:
    """The firm's calendar, limits, and which invoices share a mail."""
    calendar = await load_calendar(session, firm_id=firm_id)
    rules = await session.get_one(SendingRulesRow, firm_id)
    return FirmFacts(
        firm_id=firm_id,
        calendar=calendar,
        grouping=rules.grouping,
        rules=SendingRules(
            min_gap_days=rules.min_gap_days,
            age_ceiling_days=rules.age_ceiling_days,
            minimum_balance_minor=rules.minimum_balance_minor,
        ),
    )


async def load(
    session: AsyncSession,
    *,
    firm: FirmFacts,
    collection_ids: Group[UUID],
    now: datetime,
    queued_mail_counts: bool = True,
) -> dict[UUID, Loaded]:
    """What is known of each collection. ``now`` decides which holds are over.

    ``queued_mail_counts``: whether a mail to the same person that another collection has decided,
    but not sent, already keeps its distance. The planner says yes; the last check before sending
    says no, or two mails would wait for each other.
    """
    rows = (await session.execute(_collections(firm.firm_id, collection_ids))).all()
    invoices = await load_invoices(
        session, firm=firm, invoice_ids=[row.Collection.invoice_id for row in rows], now=now
    )
    steps = await list_steps(
        session, firm_id=firm.firm_id, version_ids={row.Collection.version_id for row in rows}
    )
    past = await load_past(session, firm_id=firm.firm_id, collection_ids=collection_ids)
    recent = await load_recent_mail(
        session,
        firm_id=firm.firm_id,
        grouping=firm.grouping,
        recipients={i.facts.recipient for i in invoices.values() if i.facts.recipient},
    )
    return {
        row.Collection.id: _as_loaded(
            row,
            invoices[row.Collection.invoice_id],
            steps.get(row.Collection.version_id, []),
            past.get(row.Collection.id, []),
            recent,
            queued_mail_counts,
        )
        for row in rows
    }


async def load_invoices(
    session: AsyncSession, *, firm: FirmFacts, invoice_ids: Group[UUID], now: datetime
) -> dict[UUID, LoadedInvoice]:
    """What is known of each invoice, with its holds."""
    rows = await session.execute(
        select(Invoice, Client)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .where(Invoice.firm_id == firm.firm_id, Invoice.id.in_(invoice_ids))
        .execution_options(populate_existing=True)
    )
    balances = await effective_balances(session, firm_id=firm.firm_id, invoice_ids=invoice_ids)
    holds = await load_holds(session, firm_id=firm.firm_id, invoice_ids=invoice_ids, now=now)
    return {
        invoice.id: LoadedInvoice(
            firm=_by_the_clock_of(client, firm),
            group=group_key(
                firm.grouping,
                invoice_id=invoice.id,
                client_id=invoice.client_id,
                matter_id=invoice.matter_id,
                currency=invoice.currency,
            ),
            together=invoice.client_id or invoice.id,
            facts=_invoice_facts(invoice, client, balances[invoice.id]),
            client_name=client.name if client else None,
            last_read_at=invoice.last_read_at,
            holds=tuple(holds.get(invoice.id, ())),
        )
        for invoice, client in rows
    }


def as_steps(steps: Iterable[ReminderStep], *, needs_approval: bool = False) -> tuple[Step, ...]:
    """Rows of a version as the pure functions take them.

    ``needs_approval``: the set asks a person about every one of its mails.
    """
    return tuple(
        Step(
            id=step.id,
            position=step.position,
            kind=step.kind,
            anchor=step.anchor,
            offset_days=step.offset_days,
            repeat_every_days=step.repeat_every_days,
            repeat_max=step.repeat_max,
            needs_approval=step.needs_approval or needs_approval,
            offset_unit=step.offset_unit,
            lineage=step.lineage_id,
            is_statement=step.is_statement,
        )
        for step in steps
    )


def recipient_of(client: Client | None) -> str | None:
    """Where an invoice's mails go, in one spelling, so that one person is one person."""
    if client is None or not client.effective_email:
        return None
    return client.effective_email.strip().lower() or None


def _by_the_clock_of(client: Client | None, firm: FirmFacts) -> FirmFacts:
    if client is None or not client.time_zone:
        return firm
    return replace(firm, calendar=replace(firm.calendar, time_zone=client.time_zone))


def _collections(firm_id: UUID, collection_ids: Group[UUID]) -> Select[Collection, ReminderSet]:
    return (
        select(Collection, ReminderSet)
        .join(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
        .join(ReminderSet, ReminderSet.id == ReminderSetVersion.reminder_set_id)
        .where(Collection.firm_id == firm_id, Collection.id.in_(collection_ids))
        .execution_options(populate_existing=True)
    )


def _invoice_facts(invoice: Invoice, client: Client | None, balance_minor: int) -> InvoiceFacts:
    return InvoiceFacts(
        id=invoice.id,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        status=_status(invoice, balance_minor),
        balance_minor=balance_minor,
        currency=invoice.currency,
        recipient=recipient_of(client),
        pending_minor=invoice.clio_pending_minor,
    )


def _status(invoice: Invoice, balance_minor: int) -> InvoiceStatus:
    """As in Clio; but paid is paid, even before Clio shows it."""
    status = STATUS[invoice.clio_state]
    if status is InvoiceStatus.open and balance_minor <= 0 < invoice.total_minor:
        return InvoiceStatus.paid
    return status


def _as_loaded(
    row: Row[Collection, ReminderSet],
    invoice: LoadedInvoice,
    steps: Sequence[ReminderStep],
    past: Sequence[PastReminder],
    recent: RecentMail,
    queued_mail_counts: bool,
) -> Loaded:
    collection, reminder_set = row.Collection, row.ReminderSet
    holds = list(invoice.holds)
    if reminder_set.archived_at is not None:
        holds.append(Hold(HoldKind.set_archived, "", starts_at=reminder_set.archived_at))
    last_mail = recent.last_to(
        invoice.facts.recipient,
        but_queued_by=invoice.group,
        queued_counts=queued_mail_counts,
    )
    return Loaded(
        firm=invoice.firm,
        group=invoice.group,
        collection_id=collection.id,
        invoice=invoice.facts,
        facts=CollectionFacts(
            id=collection.id,
            started_at=collection.started_at,
            backlog=collection.backlog,
            steps=as_steps(steps, needs_approval=reminder_set.needs_approval),
            jump=_jump_of(collection),
            together=invoice.together,
        ),
        past=tuple(past),
        holds=tuple(holds),
        last_mail_on=invoice.firm.calendar.local_day(last_mail) if last_mail else None,
        client_name=invoice.client_name,
    )


def _jump_of(collection: Collection) -> Jump | None:
    if collection.jump_position is None or collection.jump_on is None:
        return None
    return Jump(collection.jump_position, collection.jump_on)


async def load_past(
    session: AsyncSession, *, firm_id: UUID, collection_ids: Group[UUID]
) -> dict[UUID, list[PastReminder]]:
    """What was decided for each collection, oldest first.

    What was decided for a step of a former version counts for the step that it has become.
    """
    decided_for, current = aliased(ReminderStep), aliased(ReminderStep)
    rows = await session.execute(
        select(
            Reminder.collection_id,
            func.coalesce(current.id, Reminder.step_id).label("step_id"),
            Reminder.occurrence,
            Reminder.recipient,
            Reminder.state,
            Reminder.created_at,
            Reminder.ended_at,
            Reminder.reason,
            OutboxMessage.state.label("message_state"),
        )
        .outerjoin(
            OutboxMessage,
            and_(OutboxMessage.id == Reminder.outbox_message_id, OutboxMessage.firm_id == firm_id),
        )
        .join(Collection, Collection.id == Reminder.collection_id)
        .join(decided_for, decided_for.id == Reminder.step_id)
        .outerjoin(
            current,
            and_(
                current.version_id == Collection.version_id,
                current.lineage_id == decided_for.lineage_id,
            ),
        )
        .where(Reminder.firm_id == firm_id, Reminder.collection_id.in_(collection_ids))
        .order_by(Reminder.created_at, Reminder.id)
    )
    found: dict[UUID, list[PastReminder]] = {}
    for row in rows:
        leaving = row.state is ReminderState.queued and row.message_state is MessageState.sending
        found.setdefault(row.collection_id, []).append(
            PastReminder(
                step_id=row.step_id,
                occurrence=row.occurrence,
                recipient=row.recipient,
                state=PastState.sending if leaving else PastState(row.state.value),
                at=row.ended_at or row.created_at,
                reason=row.reason,
            )
        )
    return found
