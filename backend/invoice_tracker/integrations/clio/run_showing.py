"""Runs and what they found, as the API shows them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.integrations.clio.connection_schemas import (
    DifferingInvoice,
    SyncDifferenceOut,
    SyncRunOut,
)
from invoice_tracker.integrations.clio.models import RunState, SyncDifference, SyncRun
from invoice_tracker.integrations.clio.run_progress import (
    begun_at,
    duration_seconds,
    seconds_left,
)
from invoice_tracker.invoices.models import Invoice


def show_run(run: SyncRun, *, now: datetime) -> SyncRunOut:
    """How a run stands at ``now``."""
    begun = begun_at(started_at=run.started_at, picked_up_at=run.picked_up_at, attempt=run.attempt)
    left = seconds_left(
        begun_at=begun,
        now=now,
        bills_read=run.bills_read,
        bills_total=run.bills_total,
        requests_used=run.requests_used,
    )
    return SyncRunOut(
        id=run.id,
        kind=run.kind,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        duration_seconds=duration_seconds(begun_at=begun, finished_at=run.finished_at),
        seconds_left=left if run.state is RunState.running else None,
        attempt=run.attempt,
        bills_read=run.bills_read,
        bills_total=run.bills_total,
        invoices_updated=run.invoices_updated,
        requests_used=run.requests_used,
        differences=run.differences,
        error=run.error,
    )


async def list_differences(
    session: AsyncSession, *, firm_id: UUID, run_id: UUID, limit: int, cursor: str | None
) -> tuple[list[SyncDifferenceOut], str | None]:
    """One page of what a run found. Raises ``Invalid`` for a cursor this list did not make."""
    query = (
        select(SyncDifference, Invoice.number)
        .outerjoin(Invoice, Invoice.id == SyncDifference.invoice_id)
        .where(SyncDifference.firm_id == firm_id, SyncDifference.run_id == run_id)
        .order_by(SyncDifference.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(SyncDifference.id > _decode(cursor))
    rows = (await session.execute(query)).all()
    items = [_show_difference(row, number) for row, number in rows[:limit]]
    return items, encode_cursor(items[-1].id) if len(rows) > limit else None


def _show_difference(row: SyncDifference, number: str | None) -> SyncDifferenceOut:
    invoice = None
    if row.invoice_id is not None and number is not None:
        invoice = DifferingInvoice(id=row.invoice_id, number=number)
    return SyncDifferenceOut(
        id=row.id,
        kind=row.kind,
        detail=row.detail,
        clio_id=row.clio_id,
        invoice=invoice,
        found_at=row.found_at,
    )


def _decode(cursor: str) -> UUID:
    [row_id] = decode_cursor(cursor, 1)
    try:
        return UUID(str(row_id))
    except ValueError as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error
