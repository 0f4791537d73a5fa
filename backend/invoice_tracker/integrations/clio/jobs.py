"""What the worker does for a firm and its Clio."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import communications, recorder, rereads, webhooks
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.models import ClioConnection, ConnectionState, RunKind
from invoice_tracker.integrations.clio.reconciliation import reconciliation_due
from invoice_tracker.integrations.clio.runs import (
    begin_run,
    give_up_lost,
    last_started_at,
    pick_up,
)
from invoice_tracker.integrations.clio.sync import run_sync

SYNC_EVERY = timedelta(minutes=15)


async def run_requested(adapters: Adapters, firm_id: UUID, *, reconciles: bool = False) -> None:
    """Carry out the run that waits, or go on with one that lost its worker."""
    access = ClioAccess.of(adapters)
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        await give_up_lost(session, firm_id=firm_id, now=now)
        run = await pick_up(session, firm_id=firm_id, now=now, reconciles=reconciles)
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


async def reconcile_if_due(adapters: Adapters, firm_id: UUID) -> None:
    """Once a night, hold everything open here against everything open in Clio."""
    access = ClioAccess.of(adapters)
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        connection = await session.get(ClioConnection, firm_id)
        firm = await session.get_one(Firm, firm_id)
        if connection is None or connection.state is not ConnectionState.connected:
            return
        zone = ZoneInfo(firm.time_zone)
        due = reconciliation_due(connection.full_read_at, now=now, zone=zone)
        if connection.watermark is None or not due:
            return
        last = await last_started_at(session, firm_id=firm_id, reconciles=True)
        if last is not None and timedelta() <= now - last < SYNC_EVERY:
            return
        kind = RunKind.reconciliation
        _, is_new = await begin_run(session, firm_id=firm_id, kind=kind, now=now)
    if is_new:
        await run_requested(adapters, firm_id, reconciles=True)


async def last_read_at(adapters: Adapters, firm_id: UUID) -> datetime | None:
    """When Clio was last read to the end."""
    async with adapters.database.transaction(firm_id) as session:
        connection = await session.get(ClioConnection, firm_id)
        return connection.last_read_at if connection else None


async def keep_webhooks(adapters: Adapters, firm_id: UUID) -> None:
    """Make, renew or repair the subscriptions to Clio's events, once a day each."""
    await webhooks.keep_webhooks(ClioAccess.of(adapters), firm_id)


async def read_marked(adapters: Adapters, firm_id: UUID) -> None:
    """Read what Clio's events said has changed."""
    await rereads.read_marked(ClioAccess.of(adapters), firm_id)


async def record_payments(adapters: Adapters, firm_id: UUID) -> None:
    """Write settled payments to Clio, or queue them for a person."""
    await recorder.record_waiting(ClioAccess.of(adapters), firm_id)


async def log_reminders(adapters: Adapters, firm_id: UUID) -> None:
    """Log sent reminders in Clio as communications, where the firm wants that."""
    await communications.log_sent_reminders(ClioAccess.of(adapters), firm_id)
