"""Whether sent reminders are logged in Clio, and how that goes."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.connection_schemas import ReminderLogOut
from invoice_tracker.integrations.clio.models import ClioConnection, CommunicationLog, LogState

SWITCHED_OFF = "Logging was switched off before Clio could take it."


async def switch_logging(
    session: AsyncSession, connection: ClioConnection, *, on: bool, now: datetime
) -> None:
    """Log what is sent from now on, or nothing any more."""
    if on is not (connection.log_reminders_since is not None):
        connection.log_reminders_since = now if on else None
        await _end_waiting(session, connection, reason=SWITCHED_OFF)


async def begin_anew(
    session: AsyncSession, connection: ClioConnection, *, reason: str, now: datetime
) -> None:
    """What was sent so far is not for this Clio account: where it is on, it begins now."""
    if connection.log_reminders_since is not None:
        connection.log_reminders_since = now
        await _end_waiting(session, connection, reason=reason)


async def _end_waiting(session: AsyncSession, connection: ClioConnection, *, reason: str) -> None:
    """What waits for another try ends; what Clio is being asked at this moment does not."""
    await session.execute(
        update(CommunicationLog)
        .where(
            CommunicationLog.firm_id == connection.firm_id,
            CommunicationLog.state == LogState.pending,
            CommunicationLog.error.is_not(None),
        )
        .values(state=LogState.failed, error=reason, next_attempt_at=None)
        .execution_options(synchronize_session=False)
    )
    await session.flush()


async def show_log(session: AsyncSession, connection: ClioConnection | None) -> ReminderLogOut:
    """How logging goes since it was switched on."""
    since = connection.log_reminders_since if connection else None
    if connection is None or since is None:
        return ReminderLogOut(since=None, failed=0, uncertain=0, last_problem=None)
    of_firm = (
        CommunicationLog.firm_id == connection.firm_id,
        CommunicationLog.created_at >= since,
        CommunicationLog.state.in_([LogState.failed, LogState.uncertain]),
    )
    rows = await session.execute(
        select(CommunicationLog.state, func.count().label("entries"))
        .where(*of_firm)
        .group_by(CommunicationLog.state)
    )
    counts = {row.state: row.entries for row in rows}
    last = await session.scalar(
        select(CommunicationLog.error)
        .where(*of_firm)
        .order_by(CommunicationLog.created_at.desc(), CommunicationLog.id.desc())
        .limit(1)
    )
    return ReminderLogOut(
        since=since,
        failed=counts.get(LogState.failed, 0),
        uncertain=counts.get(LogState.uncertain, 0),
        last_problem=last,
    )
