"""How far a firm's first run has come: the one question that spans all integrations."""

from typing import Literal

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.firms import service as firms
from invoice_tracker.firms.schemas import Setup
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ConnectionState,
    RunState,
    SyncRun,
)
from invoice_tracker.integrations.stripe.models import ConnectionState as StripeState
from invoice_tracker.integrations.stripe.models import StripeConnection
from invoice_tracker.invoices.models import Invoice

router = APIRouter(prefix="/firm", tags=["firm"], responses=PROBLEMS)

ImportState = Literal["none", "running", "done", "failed"]


@router.get("/setup", operation_id="setup_get")
async def get_setup(session: SessionDep, principal: Reader, clock: ClockDep) -> Setup:
    """Which steps of the first run are done, and what day it is for the product."""
    now = clock.now()
    clio = await session.get(ClioConnection, principal.firm_id)
    stripe = await session.get(StripeConnection, principal.firm_id)
    sender = await firms.get_sender(session, principal.firm_id)
    rules = await firms.get_sending_rules(session, principal.firm_id)
    count = await session.scalar(
        select(func.count()).select_from(Invoice).where(Invoice.firm_id == principal.firm_id)
    )
    return Setup(
        clio_connected=clio is not None and clio.state is ConnectionState.connected,
        first_import=await _first_import(session, clio),
        invoices_count=count or 0,
        sender_verified=sender is not None and sender.verified_at is not None,
        safe_mode=rules.safe_mode,
        stripe_connected=stripe is not None and stripe.state is StripeState.connected,
        now=now,
        today=local_day(now, principal.firm_time_zone),
    )


async def _first_import(session: AsyncSession, clio: ClioConnection | None) -> ImportState:
    if clio is None:
        return "none"
    if clio.watermark is not None:
        return "done"
    latest = await session.scalar(
        select(SyncRun.state)
        .where(SyncRun.firm_id == clio.firm_id)
        .order_by(SyncRun.started_at.desc())
        .limit(1)
    )
    if latest is None:
        return "none"
    return "failed" if latest is RunState.failed else "running"
