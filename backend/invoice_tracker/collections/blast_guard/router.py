"""Routes of the blast guard: how the day stands, and what an owner decides when it has tripped."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.collections.blast_guard import service as blast_guard
from invoice_tracker.collections.blast_guard.forecast import about_to_leave, find_expected
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Output
from invoice_tracker.domain.blast_guard import most_allowed
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.firms.service import get_sending_rules
from invoice_tracker.outbox.models import OutboxMessage
from invoice_tracker.outbox.pace import DAY

router = APIRouter(prefix="/blast-guard", tags=["blast_guard"], responses=PROBLEMS)


class FirstDayOut(Output):
    """The first 24 hours of sending: at most ``cap`` mails. Null once they are over."""

    cap: int
    left: int
    until: datetime | None


class BlastGuardOut(Output):
    """How the firm's day stands. ``at_most``: more than this stops everything.

    Both it and ``expected`` are null until the worker has counted the day.
    """

    state: Literal["watching", "tripped", "released"]
    reason: str | None
    tripped_at: datetime | None
    expected: int | None
    about_to_leave: int
    at_most: int | None
    first_day: FirstDayOut | None


@router.get("", operation_id="blast_guard_get")
async def get_blast_guard(session: SessionDep, principal: Reader, clock: ClockDep) -> BlastGuardOut:
    """How many mails are expected today, how many are about to leave, whether all is stopped."""
    return await _show(session, principal.firm_id, clock.now())


@router.post("/release", operation_id="blast_guard_release")
async def release_blast_guard(
    session: SessionDep,
    principal: Owner,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
) -> BlastGuardOut:
    """Send them: the mails are right. The guard is quiet for the rest of the firm's day."""
    now = clock.now()
    await blast_guard.release(session, firm_id=principal.firm_id, now=now)
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _show(session, principal.firm_id, now)


@router.post("/pause", operation_id="blast_guard_pause")
async def pause_everything(session: SessionDep, principal: Owner, clock: ClockDep) -> BlastGuardOut:
    """Leave all stopped: everything is paused until somebody resumes it."""
    now = clock.now()
    await blast_guard.pause_everything(
        session, firm_id=principal.firm_id, actor=principal.name, now=now
    )
    return await _show(session, principal.firm_id, now)


async def _show(session: AsyncSession, firm_id: UUID, now: datetime) -> BlastGuardOut:
    rules = await get_sending_rules(session, firm_id)
    firm = await load_firm(session, firm_id=firm_id)
    expected = await find_expected(session, firm=firm, now=now)
    state: Literal["watching", "tripped", "released"] = "watching"
    if rules.guard_tripped_at is not None:
        state = "tripped"
    elif rules.guard_released_on == firm.calendar.local_day(now):
        state = "released"
    return BlastGuardOut(
        state=state,
        reason=rules.guard_reason,
        tripped_at=rules.guard_tripped_at,
        expected=expected,
        about_to_leave=await about_to_leave(session, firm=firm, now=now),
        at_most=None if expected is None else most_allowed(expected, rules.guard_cap),
        first_day=await _first_day(session, rules, now),
    )


async def _first_day(
    session: AsyncSession, rules: SendingRules, now: datetime
) -> FirstDayOut | None:
    since = rules.sending_since
    if since is None:
        return FirstDayOut(cap=rules.first_day_cap, left=0, until=None)
    if now >= since + DAY:
        return None
    left = await session.scalar(
        select(func.count()).where(
            OutboxMessage.firm_id == rules.firm_id, OutboxMessage.sent_at >= since
        )
    )
    return FirstDayOut(cap=rules.first_day_cap, left=left or 0, until=since + DAY)
