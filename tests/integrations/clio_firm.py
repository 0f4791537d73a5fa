"""A firm that is connected to the small Clio, for tests."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import select

from integrations.clio_stub import ClioStub
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ConnectionState,
    RecordStrategy,
    RunKind,
    SyncRun,
)
from invoice_tracker.integrations.clio.reader import ClioBillingSource
from invoice_tracker.integrations.clio.runs import begin_run
from invoice_tracker.invoices.models import Invoice, TimelineEntry


def point_at(adapters: Adapters, stub: ClioStub) -> Adapters:
    """The same adapters, whose Clio is the small one."""
    settings = adapters.settings.model_copy(
        update={
            "clio_base_url": stub.url,
            "clio_client_id": "client-id",
            "clio_client_secret": SecretStr("client-secret"),
        }
    )
    access = replace(ClioAccess.of(adapters), settings=settings)
    billing = ClioBillingSource(
        settings=settings,
        database=access.database,
        clock=access.clock,
        vault=access.vault,
        throttle=access.throttle,
    )
    return replace(adapters, settings=settings, billing=billing)


async def connect(adapters: Adapters, firm: Firm, **fields: Any) -> None:
    """A working connection, as after OAuth."""
    now = adapters.clock.now()
    values: dict[str, Any] = {
        "region": "us",
        "state": ConnectionState.connected,
        "access_token": adapters.vault.encrypt("access-1"),
        "refresh_token": adapters.vault.encrypt("refresh-1"),
        "token_expires_at": now + timedelta(days=30),
        "clio_account_id": 77,
        "account_name": "Hale & Moreno",
        "clio_user_id": 5,
        "user_name": "Dana Hale",
        "record_strategy": RecordStrategy.automatic,
        "connected_at": now,
        **fields,
    }
    async with adapters.database.transaction(firm.id) as session:
        session.add(ClioConnection(firm_id=firm.id, **values))


async def sync(adapters: Adapters, firm: Firm) -> SyncRun:
    """Ask for a run, carry it out, and say how it went."""
    async with adapters.database.transaction(firm.id) as session:
        run, _ = await begin_run(
            session, firm_id=firm.id, kind=RunKind.resync, now=adapters.clock.now()
        )
    await jobs.run_requested(adapters, firm.id)
    return await fetch_run(adapters.database, firm.id, run.id)


async def runs_of(adapters: Adapters, firm: Firm) -> list[SyncRun]:
    """Every run, oldest first."""
    async with adapters.database.transaction(firm.id) as session:
        rows = await session.scalars(
            select(SyncRun)
            .where(SyncRun.firm_id == firm.id)
            .order_by(SyncRun.started_at)
            .execution_options(populate_existing=True)
        )
        return list(rows)


async def fetch_run(database: Database, firm_id: UUID, run_id: UUID) -> SyncRun:
    async with database.transaction(firm_id) as session:
        run = await session.get(SyncRun, run_id)
        assert run is not None
        return run


async def connection_of(adapters: Adapters, firm: Firm) -> ClioConnection:
    async with adapters.database.transaction(firm.id) as session:
        found = await session.get(ClioConnection, firm.id)
        assert found is not None
        return found


async def invoices_of(adapters: Adapters, firm: Firm) -> dict[int, Invoice]:
    """By Clio's ids."""
    async with adapters.database.transaction(firm.id) as session:
        rows = await session.scalars(select(Invoice).where(Invoice.firm_id == firm.id))
        return {invoice.clio_id: invoice for invoice in rows}


async def titles_of(adapters: Adapters, firm: Firm) -> list[str]:
    """Every sentence of every timeline."""
    async with adapters.database.transaction(firm.id) as session:
        return list(await session.scalars(select(TimelineEntry.title)))


def iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
