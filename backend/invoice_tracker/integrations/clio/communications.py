"""Sent reminders among Clio's communications: each mail once for each matter.

Clio knows no idempotency key, so a row is committed before Clio is asked, and what became of it is
written in a second transaction. While Clio is being asked the row is pending without an error. With
one it waits for another try: nothing was made. An answer that never came is uncertain for good.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.integrations.clio.access import ClioAccess, note_problem, open_client
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    CommunicationLog,
    ConnectionState,
    LogState,
)
from invoice_tracker.integrations.clio.problems import (
    ClioForbidden,
    ClioProblem,
    ClioRefused,
    ClioUnauthorized,
    ClioUncertain,
)
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.outbox.models import MessageState, OutboxMessage

BATCH = 20
"""Mails logged in one round."""
PATIENCE = 10.0
"""Seconds that we wait when Clio asks us to; then the mail waits for another try."""
LEASE = timedelta(minutes=5)
"""Longer than any answer takes: a row still under way after it lost its worker."""
LOOK_BACK = timedelta(days=7)
"""Mails sent before that are not looked for any more, so that a look costs the same every year."""
BACK_OFF = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240, 720, 1440, 1440))
"""Waits between the tries; then it has failed."""
NO_MATTER = "The bill has no matter."
MAYBE = (
    "Clio did not answer, so the reminder may have been logged or not. "
    "Please look at the matter's communications in Clio."
)
NOT_ALLOWED = (
    "Give the application the permission Communications: read and write at Clio's developer "
    "portal, then connect to Clio again."
)
TITLES = {
    LogState.logged: "A reminder was logged in Clio",
    LogState.failed: "A reminder could not be logged in Clio",
    LogState.uncertain: "A reminder may or may not have been logged in Clio",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is to be logged. Ids are Clio's own."""

    log_id: UUID
    subject: str
    body: str
    sent_at: datetime
    matter_id: int | None
    user_id: int
    contact_id: int | None


async def log_sent_reminders(access: ClioAccess, firm_id: UUID) -> None:
    """Log what was sent since the firm switched it on. A trouble of Clio's ends the round."""
    async with access.database.transaction(firm_id) as session:
        await _give_up_lost(session, firm_id=firm_id, now=access.clock.now())
    for _ in range(BATCH):
        # One at a time: a worker that dies leaves one uncertain entry, not a batch of them.
        async with access.database.transaction(firm_id) as session:
            entry = await _claim(session, firm_id=firm_id, now=access.clock.now())
        if entry is None or not await _log(access, firm_id, entry):
            return


async def _give_up_lost(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """Whose worker died may be in Clio or not. Never asked for again."""
    lost = await session.scalars(
        select(CommunicationLog)
        .where(
            CommunicationLog.firm_id == firm_id,
            CommunicationLog.state == LogState.pending,
            CommunicationLog.error.is_(None),
            CommunicationLog.next_attempt_at <= now,
        )
        .with_for_update(skip_locked=True)
    )
    for row in lost.all():
        await _end(session, row, LogState.uncertain, error=MAYBE, now=now)


async def _claim(session: AsyncSession, *, firm_id: UUID, now: datetime) -> _Entry | None:
    """The oldest that waits for another try, or the oldest that has no row yet."""
    connection = await session.get(ClioConnection, firm_id, populate_existing=True)
    if connection is None or connection.state is not ConnectionState.connected:
        return None
    since = connection.log_reminders_since
    if since is None:
        return None
    row = await _take_waiting(session, firm_id=firm_id, since=since, now=now)
    if row is None:
        row = await _take_new(session, firm_id=firm_id, since=max(since, now - LOOK_BACK), now=now)
    if row is None:
        return None
    row.attempts += 1
    row.error = None
    row.next_attempt_at = now + LEASE
    await session.flush()
    return await _entry_of(session, row, connection)


async def _take_waiting(
    session: AsyncSession, *, firm_id: UUID, since: datetime, now: datetime
) -> CommunicationLog | None:
    found: CommunicationLog | None = await session.scalar(
        select(CommunicationLog)
        .where(
            CommunicationLog.firm_id == firm_id,
            CommunicationLog.state == LogState.pending,
            CommunicationLog.error.is_not(None),
            CommunicationLog.next_attempt_at <= now,
            CommunicationLog.created_at >= since,
        )
        .order_by(CommunicationLog.next_attempt_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return found


async def _take_new(
    session: AsyncSession, *, firm_id: UUID, since: datetime, now: datetime
) -> CommunicationLog | None:
    """Locks the mail first: another worker that logs it for the same matter is then over."""
    of_message = Reminder.outbox_message_id == OutboxMessage.id
    message_id = await session.scalar(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.state == MessageState.sent,
            OutboxMessage.sent_at >= since,
            _without_entry().where(of_message).correlate(OutboxMessage).exists(),
        )
        .order_by(OutboxMessage.sent_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message_id is None:
        return None
    reminder_id = await session.scalar(
        _without_entry()
        .where(Reminder.firm_id == firm_id, Reminder.outbox_message_id == message_id)
        .order_by(Invoice.matter_id, Reminder.id)
        .limit(1)
    )
    if reminder_id is None:
        return None
    row = CommunicationLog(
        firm_id=firm_id,
        reminder_id=reminder_id,
        state=LogState.pending,
        attempts=0,
        created_at=now,
    )
    session.add(row)
    return row


def _without_entry() -> Select[UUID]:
    """Sent reminders whose mail is not logged for their matter yet."""
    return (
        select(Reminder.id)
        .join(Invoice, Invoice.id == Reminder.invoice_id)
        .where(Reminder.state == ReminderState.sent, ~_has_entry())
    )


def _has_entry() -> Exists:
    """One mail may be of several reminders; those of one matter share one entry."""
    logged, bill = aliased(Reminder), aliased(Invoice)
    return exists(
        select(CommunicationLog.id)
        .join(logged, logged.id == CommunicationLog.reminder_id)
        .join(bill, bill.id == logged.invoice_id)
        .where(
            logged.outbox_message_id == Reminder.outbox_message_id,
            bill.matter_id.is_not_distinct_from(Invoice.matter_id),
        )
        .correlate(Reminder, Invoice)
    )


async def _entry_of(
    session: AsyncSession, row: CommunicationLog, connection: ClioConnection
) -> _Entry:
    found = (
        await session.execute(
            select(
                OutboxMessage.content["subject"].astext,
                OutboxMessage.content["text"].astext,
                OutboxMessage.sent_at,
                Matter.clio_id,
                Client.clio_id,
            )
            .select_from(Reminder)
            .join(OutboxMessage, OutboxMessage.id == Reminder.outbox_message_id)
            .join(Invoice, Invoice.id == Reminder.invoice_id)
            .outerjoin(Matter, Matter.id == Invoice.matter_id)
            .outerjoin(Client, Client.id == Invoice.client_id)
            .where(Reminder.id == row.reminder_id)
        )
    ).one()
    subject, body, sent_at, matter_id, contact_id = found
    return _Entry(row.id, subject, body, sent_at, matter_id, connection.clio_user_id, contact_id)


async def _log(access: ClioAccess, firm_id: UUID, entry: _Entry) -> bool:
    """Ask Clio and write down what became of it; whether to go on with the next."""
    if entry.matter_id is None:
        await _record(access, firm_id, entry, LogState.failed, error=NO_MATTER)
        return True
    try:
        async with open_client(access, firm_id, patience=PATIENCE) as client:
            clio_id = await _make(client, entry)
    except ClioUncertain:
        await _record(access, firm_id, entry, LogState.uncertain, error=MAYBE)
        return False
    except ClioForbidden as problem:
        reason = f"{problem.message} {NOT_ALLOWED}"
        await _record(access, firm_id, entry, LogState.failed, error=reason)
        return True
    except ClioRefused as problem:
        await _record(access, firm_id, entry, LogState.failed, error=problem.message)
        return True
    except ClioProblem as problem:
        if isinstance(problem, ClioUnauthorized):
            await note_problem(access, firm_id, problem)
        await _try_later(access, firm_id, entry, problem.message)
        return False
    await _record(access, firm_id, entry, LogState.logged, clio_id=clio_id)
    return True


async def _make(client: ClioClient, entry: _Entry) -> int:
    data: dict[str, object] = {
        "type": "EmailCommunication",
        "subject": entry.subject,
        "body": entry.body,
        "received_at": entry.sent_at.astimezone(UTC).isoformat(timespec="seconds"),
        "matter": {"id": entry.matter_id},
        "senders": [{"id": entry.user_id, "type": "User"}],
    }
    if entry.contact_id is not None:
        data["receivers"] = [{"id": entry.contact_id, "type": "Contact"}]
    made = (await client.post("communications.json", data=data, params={"fields": "id"})).data
    if not isinstance(made, dict) or not isinstance(made.get("id"), int):
        raise ClioUncertain("Clio's answer about the communication could not be read.")
    return int(made["id"])


async def _record(
    access: ClioAccess,
    firm_id: UUID,
    entry: _Entry,
    state: LogState,
    *,
    clio_id: int | None = None,
    error: str | None = None,
) -> None:
    async with access.database.transaction(firm_id) as session:
        row = await _lock(session, entry)
        if row is not None:
            row.clio_communication_id = clio_id
            await _end(session, row, state, error=error, now=access.clock.now())


async def _try_later(access: ClioAccess, firm_id: UUID, entry: _Entry, reason: str) -> None:
    """Nothing was made: wait longer each time, then give up."""
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        row = await _lock(session, entry)
        if row is None:
            return
        if row.attempts > len(BACK_OFF):
            given_up = f"Given up after {row.attempts} tries. The last: {reason}"
            await _end(session, row, LogState.failed, error=given_up, now=now)
            return
        row.state = LogState.pending
        row.error = reason
        row.next_attempt_at = now + BACK_OFF[row.attempts - 1]


async def _lock(session: AsyncSession, entry: _Entry) -> CommunicationLog | None:
    """The row as it is now. A late answer still counts: nobody asks again for an uncertain one."""
    found: CommunicationLog | None = await session.scalar(
        select(CommunicationLog)
        .where(
            CommunicationLog.id == entry.log_id,
            CommunicationLog.state.in_([LogState.pending, LogState.uncertain]),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def _end(
    session: AsyncSession,
    row: CommunicationLog,
    state: LogState,
    *,
    error: str | None,
    now: datetime,
) -> None:
    row.state = state
    row.error = error
    row.next_attempt_at = None
    reminder = await session.get_one(Reminder, row.reminder_id)
    await timeline.add(
        session,
        firm_id=row.firm_id,
        invoice_id=reminder.invoice_id,
        at=now,
        kind=f"communication_{state}",
        title=TITLES[state],
        detail=error,
        reminder_id=row.reminder_id,
    )
