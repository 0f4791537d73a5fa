"""The life of a sync run: begun, picked up by one worker, beating, finished."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.integrations.clio.models import ClioConnection, RunKind, RunState, SyncRun

INTERRUPTED_AFTER = timedelta(minutes=10)
"""A run that a worker has begun and that has not moved for so long has lost its worker."""
INTERRUPTED = "The reading was interrupted. The next one catches up."


class RunTakenAway(Exception):
    """The run was ended by somebody else, who thought that its worker was gone."""


async def begin_run(
    session: AsyncSession, *, firm_id: UUID, kind: RunKind, now: datetime
) -> tuple[SyncRun, bool]:
    """A new run, or the one under way; and whether it is new.

    Of two at once the unique index on running runs lets one through. The first reading of a
    connection is always a first import.
    """
    await end_interrupted(session, firm_id=firm_id, now=now)
    connection = await session.get(ClioConnection, firm_id)
    first = connection is None or connection.watermark is None
    inserted = await session.scalar(
        insert(SyncRun)
        .values(
            id=uuid4(),
            firm_id=firm_id,
            kind=RunKind.first_import if first else kind,
            state=RunState.running,
            started_at=now,
            heartbeat_at=now,
        )
        .on_conflict_do_nothing(
            # As a literal: with a parameter PostgreSQL no longer finds the partial index once it
            # has planned the statement for good, which is after a few executions.
            index_elements=["firm_id"],
            index_where=text("state = 'running'"),
        )
        .returning(SyncRun.id)
    )
    running = await session.scalar(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.state == RunState.running)
        .execution_options(populate_existing=True)
    )
    if running is None:
        raise NotFound("The run has just ended. Please try again.")
    return running, inserted is not None


async def end_interrupted(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """Give up a run whose worker is gone, so that another can begin."""
    await session.execute(
        update(SyncRun)
        .where(
            SyncRun.firm_id == firm_id,
            SyncRun.state == RunState.running,
            SyncRun.picked_up_at.is_not(None),
            SyncRun.heartbeat_at < now - INTERRUPTED_AFTER,
        )
        .values(state=RunState.failed, finished_at=now, error=INTERRUPTED)
        .execution_options(synchronize_session=False)
    )


async def pick_up(session: AsyncSession, *, firm_id: UUID, now: datetime) -> SyncRun | None:
    """The run that waits for a worker, given to the caller and to nobody else."""
    run_id = await session.scalar(
        update(SyncRun)
        .where(
            SyncRun.firm_id == firm_id,
            SyncRun.state == RunState.running,
            SyncRun.picked_up_at.is_(None),
        )
        .values(picked_up_at=now, heartbeat_at=now)
        .returning(SyncRun.id)
        .execution_options(synchronize_session=False)
    )
    if run_id is None:
        return None
    return await session.get(SyncRun, run_id, populate_existing=True)


async def lock_run(session: AsyncSession, *, firm_id: UUID, run_id: UUID) -> SyncRun:
    """The run, locked, to note progress. Raises ``RunTakenAway`` when it was ended."""
    run = await session.scalar(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if run is None or run.state is not RunState.running:
        raise RunTakenAway
    return run


async def last_started_at(session: AsyncSession, *, firm_id: UUID) -> datetime | None:
    """When the latest run began."""
    found: datetime | None = await session.scalar(
        select(SyncRun.started_at)
        .where(SyncRun.firm_id == firm_id)
        .order_by(SyncRun.started_at.desc())
        .limit(1)
    )
    return found


async def list_runs(session: AsyncSession, *, firm_id: UUID, limit: int) -> Sequence[SyncRun]:
    """The latest runs, newest first."""
    rows = await session.scalars(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id)
        .order_by(SyncRun.started_at.desc(), SyncRun.id.desc())
        .limit(limit)
    )
    return rows.all()


async def get_run(session: AsyncSession, *, firm_id: UUID, run_id: UUID) -> SyncRun:
    """One run. Raises ``NotFound``."""
    run = await session.scalar(
        select(SyncRun).where(SyncRun.firm_id == firm_id, SyncRun.id == run_id)
    )
    if run is None:
        raise NotFound("There is no such run.")
    return run
