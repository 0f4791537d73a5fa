"""All that one day concerns, in its order: what is planned, what waits, what was vetoed."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import FirmFacts
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.upcoming.plan import Upcoming, load_upcoming
from invoice_tracker.collections.upcoming.schemas import UpcomingState
from invoice_tracker.domain.reminder_schedule import PlannedState, StepKind
from invoice_tracker.firms.service import get_sender, get_sending_rules
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.outbox.jobs import NOT_VERIFIED, SAFE_MODE
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.reminder_sets.models import ReminderStep

Key = tuple[UUID, UUID, int]
Stop = tuple[UpcomingState, str]
TO_REVIEW = (ReminderState.approved, ReminderState.awaiting_approval)


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail or call of the day. ``mail`` is the same for those that leave in one mail."""

    at: datetime
    on: date
    collection_id: UUID
    invoice_id: UUID
    number: str
    step_id: UUID
    step_position: int
    occurrence: int
    kind: StepKind
    recipient: str | None
    mail: Hashable
    state: UpcomingState
    note: str | None
    needs_approval: bool
    row: Reminder | None = None
    message_state: MessageState | None = None

    @property
    def place(self) -> tuple[str, str, int, int]:
        """Its place in the list."""
        return self.at.isoformat(), str(self.invoice_id), self.step_position, self.occurrence


async def load_entries(
    session: AsyncSession, *, firm: FirmFacts, day: date, now: datetime
) -> list[Entry]:
    """All of the day, in the order in which they go."""
    stop = await what_stops_all(session, firm_id=firm.firm_id)
    planned = await load_upcoming(session, firm=firm, day=day, now=now, with_held=True)
    rows = await _reviewed(session, firm.firm_id, {each.loaded.collection_id for each in planned})
    entries = [_of_plan(each, rows, stop) for each in planned]
    leaves_at = firm.calendar.next_open(now)
    if firm.calendar.local_day(leaves_at) == day:
        entries += await _waiting(session, firm, leaves_at, stop)
    entries += await _vetoed(session, firm, day)
    return sorted(entries, key=lambda entry: entry.place)


async def what_stops_all(session: AsyncSession, *, firm_id: UUID) -> Stop | None:
    """What keeps every mail of the firm from leaving, if anything does."""
    rules = await get_sending_rules(session, firm_id)
    sender = await get_sender(session, firm_id)
    if sender is None or sender.verified_at is None:
        return "held", NOT_VERIFIED
    if rules.safe_mode:
        return "safe_mode", SAFE_MODE
    if rules.guard_tripped_at is not None:
        return "held", rules.guard_reason or ""
    return None


def _of_plan(each: Upcoming, rows: dict[Key, Reminder], stop: Stop | None) -> Entry:
    item = each.item
    state: UpcomingState = "will_go"
    note = item.note
    if item.state is PlannedState.held:
        state = "held"
    elif item.state is PlannedState.awaiting_approval:
        state = "needs_approval"
    elif item.step.kind is StepKind.email and stop is not None:
        state, note = stop
    return Entry(
        at=item.at,
        on=item.on,
        collection_id=each.loaded.collection_id,
        invoice_id=each.loaded.invoice.id,
        number=each.loaded.invoice.number,
        step_id=item.step.id,
        step_position=item.step.position,
        occurrence=item.occurrence,
        kind=item.step.kind,
        recipient=item.recipient,
        mail=each.mail if item.step.kind is StepKind.email else None,
        state=state,
        note=note,
        needs_approval=item.step.needs_approval,
        row=rows.get((each.loaded.collection_id, item.step.id, item.occurrence)),
    )


async def _reviewed(
    session: AsyncSession, firm_id: UUID, collection_ids: Iterable[UUID]
) -> dict[Key, Reminder]:
    rows = await session.scalars(
        select(Reminder).where(
            Reminder.firm_id == firm_id,
            Reminder.collection_id.in_(list(collection_ids)),
            Reminder.state.in_(TO_REVIEW),
        )
    )
    return {(row.collection_id, row.step_id, row.occurrence): row for row in rows}


async def _waiting(
    session: AsyncSession, firm: FirmFacts, leaves_at: datetime, stop: Stop | None
) -> list[Entry]:
    """Mails that are decided and wait to leave."""
    found = await session.execute(
        select(Reminder, Invoice.number, ReminderStep.position, OutboxMessage)
        .join(Invoice, Invoice.id == Reminder.invoice_id)
        .join(ReminderStep, ReminderStep.id == Reminder.step_id)
        .join(OutboxMessage, OutboxMessage.id == Reminder.outbox_message_id)
        .where(
            Reminder.firm_id == firm.firm_id,
            Reminder.state == ReminderState.queued,
        )
    )
    entries = []
    for row, number, position, message in found:
        state, note = stop or (("held" if message.reason else "will_go"), message.reason)
        at = max(leaves_at, message.next_attempt_at)
        entries.append(
            _of_row(row, number, position, at, firm.calendar.local_day(at), state, note, message)
        )
    return [entry for entry in entries if entry.on == firm.calendar.local_day(leaves_at)]


async def _vetoed(session: AsyncSession, firm: FirmFacts, day: date) -> list[Entry]:
    found = await session.execute(
        select(Reminder, Invoice.number, ReminderStep.position)
        .join(Invoice, Invoice.id == Reminder.invoice_id)
        .join(ReminderStep, ReminderStep.id == Reminder.step_id)
        .where(
            Reminder.firm_id == firm.firm_id,
            Reminder.planned_on == day,
            Reminder.reviewed_at.is_not(None),
            Reminder.state == ReminderState.skipped,
        )
    )
    opens_at = firm.calendar.opens_at(day)
    return [
        _of_row(row, number, position, opens_at, day, "vetoed", row.reason, None)
        for row, number, position in found
    ]


def _of_row(
    row: Reminder,
    number: str,
    position: int,
    at: datetime,
    on: date,
    state: UpcomingState,
    note: str | None,
    message: OutboxMessage | None,
) -> Entry:
    return Entry(
        at=at,
        on=on,
        collection_id=row.collection_id,
        invoice_id=row.invoice_id,
        number=number,
        step_id=row.step_id,
        step_position=position,
        occurrence=row.occurrence,
        kind=row.kind,
        recipient=row.recipient,
        mail=message.id if message else None,
        state=state,
        note=note,
        needs_approval=False,
        row=row,
        message_state=message.state if message else None,
    )
