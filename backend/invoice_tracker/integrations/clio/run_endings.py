"""A reading that is ended from outside: its connection is gone, or leads to another account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.models import RunState, SyncRun


async def lock_running(session: AsyncSession, *, firm_id: UUID) -> None:
    """Lock the run under way, before the connection: a reader takes them in this order too."""
    await session.execute(
        select(SyncRun.id)
        .where(SyncRun.firm_id == firm_id, SyncRun.state == RunState.running)
        .with_for_update()
    )


async def end_runs(session: AsyncSession, *, firm_id: UUID, reason: str, now: datetime) -> None:
    """A run under way stops at its next page; ``reason`` is what its row says."""
    await session.execute(
        update(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.state == RunState.running)
        .values(state=RunState.failed, error=reason, finished_at=now)
        .execution_options(synchronize_session="fetch")
    )
