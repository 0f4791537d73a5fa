"""Routes of sync runs: Resync, and how it goes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS, Conflict
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, Page
from invoice_tracker.integrations.clio import run_showing, runs, service
from invoice_tracker.integrations.clio.connection_schemas import SyncDifferenceOut, SyncRunOut
from invoice_tracker.integrations.clio.models import ConnectionState, RunKind
from invoice_tracker.integrations.clio.router import SYNC_JOB
from invoice_tracker.integrations.clio.run_showing import show_run

router = APIRouter(prefix="/sync-runs", tags=["sync_runs"], responses=PROBLEMS)


@router.post("", operation_id="sync_runs_create", status_code=202)
async def create_run(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
) -> SyncRunOut:
    """Read Clio now. When a run is under way, that one is the answer."""
    connection = await service.find_connection(session, principal.firm_id)
    if connection is None or connection.state is ConnectionState.disconnected:
        raise Conflict("Clio is not connected.")
    if connection.state is ConnectionState.needs_reconnect:
        raise Conflict("Clio no longer accepts our access. Please connect to Clio again.")
    run, _ = await runs.begin_run(
        session, firm_id=principal.firm_id, kind=RunKind.resync, now=clock.now()
    )
    # The queue only wakes the worker: a lost poke is found by its next tick.
    background.add_task(adapters.poke, SYNC_JOB, principal.firm_id)
    return show_run(run, now=clock.now())


@router.get("", operation_id="sync_runs_list")
async def list_runs(
    session: SessionDep,
    principal: Reader,
    clock: ClockDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Items[SyncRunOut]:
    """The latest runs, newest first."""
    found = await runs.list_runs(session, firm_id=principal.firm_id, limit=limit)
    return Items(items=[show_run(run, now=clock.now()) for run in found])


@router.get("/{run_id}", operation_id="sync_runs_get")
async def get_run(
    session: SessionDep, principal: Reader, clock: ClockDep, run_id: UUID
) -> SyncRunOut:
    """How a run goes."""
    run = await runs.get_run(session, firm_id=principal.firm_id, run_id=run_id)
    return show_run(run, now=clock.now())


@router.get("/{run_id}/differences", operation_id="sync_runs_list_differences")
async def list_differences(
    session: SessionDep,
    principal: Reader,
    run_id: UUID,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[SyncDifferenceOut]:
    """Bills that a reconciliation found to differ from Clio; they are healed already."""
    run = await runs.get_run(session, firm_id=principal.firm_id, run_id=run_id)
    items, next_cursor = await run_showing.list_differences(
        session, firm_id=principal.firm_id, run_id=run_id, limit=limit, cursor=cursor
    )
    return Page(items=items, next_cursor=next_cursor, total=run.differences)
