"""Runs begin again and again over one connection."""

from sqlalchemy.ext.asyncio import AsyncSession

from fakes import MovableClock
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio.models import RunKind, RunState
from invoice_tracker.integrations.clio.runs import begin_run


async def test_the_tenth_run_begins_like_the_first(
    session: AsyncSession, firm: Firm, clock: MovableClock
) -> None:
    # PostgreSQL plans a prepared statement for good after five executions.
    for _ in range(10):
        now = clock.now()
        run, is_new = await begin_run(session, firm_id=firm.id, kind=RunKind.resync, now=now)
        assert is_new
        again, is_new = await begin_run(session, firm_id=firm.id, kind=RunKind.resync, now=now)
        assert (again.id, is_new) == (run.id, False)
        run.state = RunState.succeeded
        await session.flush()
        clock.move(minutes=15)
