"""A firm moves to another Clio account of its region: the old account's bills end here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.endings import end_collection
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioReread,
    ClioWebhook,
    SyncRun,
)
from invoice_tracker.integrations.clio.run_endings import end_runs
from invoice_tracker.invoices import service as invoices
from invoice_tracker.invoices.models import ClioState, Invoice

REASON = "The firm connected to another Clio account."
TITLE = "The firm connected to another Clio account"
_OVER = (ClioState.paid, ClioState.void, ClioState.deleted)
_BATCH = 200


async def leave_account(
    session: AsyncSession, *, connection: ClioConnection, now: datetime
) -> None:
    """End what was open of the account read so far, and forget how far reading had come.

    Invoices, payments and history stay. All in the caller's transaction, which holds the lock of
    the connection's row: either the firm reads the old account, or nothing of it is open any more.
    """
    firm_id = connection.firm_id
    await end_runs(session, firm_id=firm_id, reason=REASON, now=now)
    await _forget_positions(session, firm_id)
    for model in (ClioWebhook, ClioReread):
        await session.execute(delete(model).where(model.firm_id == firm_id))
    still_open = await _still_open(session, firm_id)
    for start in range(0, len(still_open), _BATCH):
        ids = still_open[start : start + _BATCH]
        await _end_collections(session, firm_id, ids, now)
        await invoices.mark_deleted(session, firm_id=firm_id, invoice_ids=ids, now=now, title=TITLE)
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


async def _still_open(session: AsyncSession, firm_id: UUID) -> Sequence[UUID]:
    """In order of id, as everybody locks them."""
    collected = select(Collection.invoice_id).where(
        Collection.firm_id == firm_id, Collection.state == CollectionState.active
    )
    rows = await session.scalars(
        select(Invoice.id)
        .where(
            Invoice.firm_id == firm_id,
            or_(Invoice.clio_state.not_in(_OVER), Invoice.id.in_(collected)),
        )
        .order_by(Invoice.id)
    )
    return rows.all()


async def _end_collections(
    session: AsyncSession, firm_id: UUID, invoice_ids: Sequence[UUID], now: datetime
) -> None:
    await invoices.lock_invoices(session, firm_id=firm_id, invoice_ids=invoice_ids)
    active = await session.scalars(
        select(Collection).where(
            Collection.firm_id == firm_id,
            Collection.invoice_id.in_(invoice_ids),
            Collection.state == CollectionState.active,
        )
    )
    for collection in active.all():
        await end_collection(
            session, collection=collection, state=CollectionState.stopped, reason=REASON, now=now
        )
