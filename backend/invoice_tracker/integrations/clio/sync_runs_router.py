"""Routes of sync runs: Resync, and how it goes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS, Conflict
from invoice_tracker.core.schemas import Items
from invoice_tracker.integrations.clio import runs, service
from invoice_tracker.integrations.clio.connection_schemas import SyncRunOut
from invoice_tracker.integrations.clio.models import ConnectionState, RunKind, SyncRun
from invoice_tracker.integrations.clio.router import SYNC_JOB

router = APIRouter(prefix="/sync-runs", tags=["sync_runs"], responses=PROBLEMS)


@router.post("", operation_id="sync_runs_create", status_code=202, response_model=SyncRunOut)
async def create_run(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
) -> SyncRun:
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
    return run


@router.get("", operation_id="sync_runs_list")
async def list_runs(
    session: SessionDep,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Items[SyncRunOut]:
    """The latest runs, newest first."""
    found = await runs.list_runs(session, firm_id=principal.firm_id, limit=limit)
    return Items(items=[SyncRunOut.model_validate(run) for run in found])


@router.get("/{run_id}", operation_id="sync_runs_get", response_model=SyncRunOut)
async def get_run(session: SessionDep, principal: Reader, run_id: UUID) -> SyncRun:
    """How a run goes."""
    return await runs.get_run(session, firm_id=principal.firm_id, run_id=run_id)
