"""The life of a sync run: begun, picked up by one worker, beating, resumed, finished.

Two lanes: a reading, and a reconciliation beside it, so that a quick reading never waits for the
long one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, case, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.integrations.clio.models import ClioConnection, RunKind, RunState, SyncRun

INTERRUPTED_AFTER = timedelta(minutes=5)
"""A run that a worker has begun and that has not moved for so long has lost its worker."""
INTERRUPTED = "The reading was interrupted too often. The next one begins anew."
MOST_ATTEMPTS = 5
POSITION_COUNTS_FOR = timedelta(hours=6)
"""So long the next run goes on where a failed one stopped."""
_LONG = (RunKind.first_import, RunKind.reconciliation)

# As literals: with a parameter PostgreSQL no longer finds the partial index once it has planned the
# statement for good, which is after a few executions.
_READING = text("state = 'running' AND kind <> 'reconciliation'")
_RECONCILING = text("state = 'running' AND kind = 'reconciliation'")


class RunTakenAway(Exception):
    """The run was ended by somebody else, or another worker goes on with it."""


async def begin_run(
    session: AsyncSession, *, firm_id: UUID, kind: RunKind, now: datetime
) -> tuple[SyncRun, bool]:
    """A new run, or the one under way in its lane; and whether it is new.

    Of two at once the unique index on running runs lets one through. The first reading of a
    connection is always a first import.
    """
    await give_up_lost(session, firm_id=firm_id, now=now)
    connection = await session.get(ClioConnection, firm_id)
    reconciles = kind is RunKind.reconciliation
    if not reconciles and (connection is None or connection.watermark is None):
        kind = RunKind.first_import
    inserted = await session.scalar(
        insert(SyncRun)
        .values(
            id=uuid4(),
            firm_id=firm_id,
            kind=kind,
            state=RunState.running,
            started_at=now,
            heartbeat_at=now,
            **await _left_over(session, firm_id=firm_id, kind=kind, now=now),
        )
        .on_conflict_do_nothing(
            index_elements=["firm_id"], index_where=_RECONCILING if reconciles else _READING
        )
        .returning(SyncRun.id)
    )
    running = await session.scalar(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.state == RunState.running, in_lane(reconciles))
        .execution_options(populate_existing=True)
    )
    if running is None:
        raise NotFound("The run has just ended. Please try again.")
    return running, inserted is not None


def in_lane(reconciles: bool) -> ColumnElement[bool]:
    """Runs of one lane: reconciliations, or all others."""
    if reconciles:
        return SyncRun.kind == RunKind.reconciliation
    return SyncRun.kind != RunKind.reconciliation


async def _left_over(
    session: AsyncSession, *, firm_id: UUID, kind: RunKind, now: datetime
) -> dict[str, Any]:
    """Where a long run that failed lately stopped: the next of its kind goes on there."""
    if kind not in _LONG:
        return {}
    last = await session.scalar(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.kind == kind)
        .order_by(SyncRun.started_at.desc(), SyncRun.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if last is None or last.state is not RunState.failed or last.position is None:
        return {}
    if not timedelta() <= now - last.started_at < POSITION_COUNTS_FOR:
        return {}
    return {
        name: getattr(last, name) for name in ("position", "clio_time", "bills_read", "bills_total")
    }


async def give_up_lost(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """End runs that lost one worker after the other: something about them kills workers."""
    await session.execute(
        update(SyncRun)
        .where(
            SyncRun.firm_id == firm_id,
            SyncRun.state == RunState.running,
            SyncRun.attempt >= MOST_ATTEMPTS,
            SyncRun.picked_up_at.is_not(None),
            _is_silent(now),
        )
        .values(state=RunState.failed, finished_at=now, error=INTERRUPTED, position=None)
        .execution_options(synchronize_session=False)
    )


def _is_silent(now: datetime) -> ColumnElement[bool]:
    """No heartbeat for five minutes, or one of the future: our clock was set back since."""
    return or_(
        SyncRun.heartbeat_at < now - INTERRUPTED_AFTER,
        SyncRun.heartbeat_at > now + INTERRUPTED_AFTER,
    )


async def pick_up(
    session: AsyncSession, *, firm_id: UUID, now: datetime, reconciles: bool = False
) -> SyncRun | None:
    """The run of this lane that waits for a worker or has lost its own, given to nobody else."""
    waits = SyncRun.picked_up_at.is_(None)
    run_id = await session.scalar(
        update(SyncRun)
        .where(
            SyncRun.firm_id == firm_id,
            SyncRun.state == RunState.running,
            in_lane(reconciles),
            waits | _is_silent(now),
        )
        .values(
            picked_up_at=now,
            heartbeat_at=now,
            attempt=SyncRun.attempt + case((waits, 0), else_=1),
        )
        .returning(SyncRun.id)
        .execution_options(synchronize_session=False)
    )
    if run_id is None:
        return None
    return await session.get(SyncRun, run_id, populate_existing=True)


async def lock_run(session: AsyncSession, *, firm_id: UUID, run_id: UUID, attempt: int) -> SyncRun:
    """The run, locked, to note progress. Raises ``RunTakenAway`` when it is no longer ours."""
    run = await session.scalar(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if run is None or run.state is not RunState.running or run.attempt != attempt:
        raise RunTakenAway
    return run


async def last_started_at(
    session: AsyncSession, *, firm_id: UUID, reconciles: bool = False
) -> datetime | None:
    """When the latest run of this lane began."""
    found: datetime | None = await session.scalar(
        select(SyncRun.started_at)
        .where(SyncRun.firm_id == firm_id, in_lane(reconciles))
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
