"""What the worker does for a firm and its Clio."""

from datetime import timedelta
from uuid import UUID

from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.clio import recorder
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.models import ClioConnection, ConnectionState, RunKind
from invoice_tracker.integrations.clio.runs import (
    begin_run,
    end_interrupted,
    last_started_at,
    pick_up,
)
from invoice_tracker.integrations.clio.sync import run_sync

SYNC_EVERY = timedelta(minutes=15)


async def run_requested(adapters: Adapters, firm_id: UUID) -> None:
    """Carry out the run that somebody asked for, unless another worker already does."""
    access = ClioAccess.of(adapters)
    async with access.database.transaction(firm_id) as session:
        await end_interrupted(session, firm_id=firm_id, now=access.clock.now())
        run = await pick_up(session, firm_id=firm_id, now=access.clock.now())
    if run is not None:
        await run_sync(access, run)


async def sync_if_due(adapters: Adapters, firm_id: UUID) -> None:
    """Begin a run when the last one began 15 minutes ago or more."""
    access = ClioAccess.of(adapters)
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        connection = await session.get(ClioConnection, firm_id)
        if connection is None or connection.state is not ConnectionState.connected:
            return
        last = await last_started_at(session, firm_id=firm_id)
        # A clock that was set back must not stop the reading.
        if last is not None and timedelta() <= now - last < SYNC_EVERY:
            return
        _, is_new = await begin_run(session, firm_id=firm_id, kind=RunKind.scheduled, now=now)
    if is_new:
        await run_requested(adapters, firm_id)


async def record_payments(adapters: Adapters, firm_id: UUID) -> None:
    """Write settled payments to Clio, or queue them for a person."""
    await recorder.record_waiting(ClioAccess.of(adapters), firm_id)
