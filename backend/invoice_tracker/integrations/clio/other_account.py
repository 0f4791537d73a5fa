"""A firm moves to another Clio account of its region: the old account's bills end here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.ending_all import stop_all
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.integrations.clio.communications_switch import begin_anew
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioReread,
    ClioWebhook,
    SyncRun,
)
from invoice_tracker.integrations.clio.run_endings import end_runs
from invoice_tracker.invoices import service as invoices
from invoice_tracker.invoices.models import Invoice

REASON = "The firm connected to another Clio account."
TITLE = "The firm connected to another Clio account"


async def leave_account(
    session: AsyncSession, *, connection: ClioConnection, now: datetime
) -> None:
    """End what was open of the account read so far, and forget how far reading had come.

    Invoices, payments and history stay. All in the caller's transaction, which holds the lock of
    the connection's row: either the firm reads the old account, or nothing of it is open any more.
    A person waits for it, so it takes a fixed number of statements however many bills are open.
    """
    firm_id = connection.firm_id
    await end_runs(session, firm_id=firm_id, reason=REASON, now=now)
    await _forget_positions(session, firm_id)
    for model in (ClioWebhook, ClioReread):
        await session.execute(delete(model).where(model.firm_id == firm_id))
    await invoices.mark_all_deleted(
        session, firm_id=firm_id, and_also=_is_collected(firm_id), now=now, title=TITLE
    )
    await stop_all(session, firm_id=firm_id, reason=REASON, now=now)
    await begin_anew(session, connection, reason=REASON, now=now)
    _forget_progress(connection)


async def _forget_positions(session: AsyncSession, firm_id: UUID) -> None:
    """The new account's import must not go on at a page of the old one."""
    await session.execute(
        update(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.position.is_not(None))
        .values(position=null())
        .execution_options(synchronize_session="fetch")
    )


def _forget_progress(connection: ClioConnection) -> None:
    connection.watermark = None
    connection.full_read_at = None
    connection.side_read_at = None
    connection.last_read_at = None


def _is_collected(firm_id: UUID) -> ColumnElement[bool]:
    return Invoice.id.in_(
        select(Collection.invoice_id).where(
            Collection.firm_id == firm_id, Collection.state == CollectionState.active
        )
    )
